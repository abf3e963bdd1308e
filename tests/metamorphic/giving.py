"""The ways in which files are given to the bridge: each is one configuration to it."""

from __future__ import annotations

import io
import json
import subprocess
from collections.abc import Callable
from pathlib import Path

from nginx_grpc import sources
from nginx_grpc.errors import Refused
from nginx_grpc.tree import Configuration
from tests.live.bench.nginx import binary
from tests.metamorphic.text import NotRewritten

Files = dict[str, bytes]
Giving = Callable[[Files, Path], list[Configuration]]


def laid(files: Files, folder: Path) -> Path:
    """Write the files into an empty folder."""
    folder.mkdir()
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
    return folder


def as_file(files: Files, folder: Path) -> list[Configuration]:
    """The main file by its name; its includes beside it."""
    main = str(laid(files, folder) / "nginx.conf")
    return sources.read([main], stdin=io.BytesIO())


def as_folder(files: Files, folder: Path) -> list[Configuration]:
    """The folder that has an nginx.conf."""
    return sources.read([str(laid(files, folder))], stdin=io.BytesIO())


def as_folder_without_main(files: Files, folder: Path) -> list[Configuration]:
    """The folder with the file under another name: every *.conf in it is read."""
    changed = {("site.conf" if name == "nginx.conf" else name): files[name] for name in files}
    return sources.read([str(laid(changed, folder))], stdin=io.BytesIO())


def as_stdin(files: Files, folder: Path) -> list[Configuration]:
    """The text on standard input."""
    if len(files) > 1:
        raise NotRewritten("standard input has no files beside it")
    return sources.read(["-"], stdin=io.BytesIO(files["nginx.conf"]))


def as_dump(files: Files, folder: Path) -> list[Configuration]:
    """All files in one text, each under its name, as `nginx -T` writes them."""
    text = b"".join(
        b"# configuration file /etc/nginx/%s:\n%s\n" % (name.encode(), data)
        for name, data in files.items()
    )
    return _dump(text)


def as_dump_with_chatter(files: Files, folder: Path) -> list[Configuration]:
    """The same with what nginx says on standard error on top."""
    said = (
        b"nginx: the configuration file /etc/nginx/nginx.conf syntax is ok\n"
        b"nginx: configuration file /etc/nginx/nginx.conf test is successful\n"
    )
    text = b"".join(
        b"# configuration file /etc/nginx/%s:\n%s\n" % (name.encode(), data)
        for name, data in files.items()
    )
    return _dump(said + text)


_EITHER = (
    "the head of a file in nginx -T, or a comment",
    "the output of nginx -T, or one configuration",
    "the output of nginx -T, or a configuration that includes files of this folder",
)


def _dump(text: bytes) -> list[Configuration]:
    try:
        found = sources.read(["-"], stdin=io.BytesIO(text))
    except Refused as refused:
        if refused.what.startswith(_EITHER):
            raise NotRewritten("what is a file and what a comment can't be told") from None
        raise
    if found[0].kind != "dump" and text.count(b"\n# configuration file ") > 0:
        raise NotRewritten("nginx prints no part of a configuration")
    return found


def as_config_map(files: Files, folder: Path) -> list[Configuration]:
    """Each file a key of a ConfigMap, in block style."""
    lines = ["apiVersion: v1", "kind: ConfigMap", "metadata: {name: nginx}", "data:"]
    for name, data in _keys(files).items():
        if "\r" in data or "\t" in data.split("\n")[0] or not data.strip():
            raise NotRewritten("YAML's block style can't hold it")
        lines.append(f"  {name}: |2")
        lines += [f"    {line}" if line else "" for line in data.removesuffix("\n").split("\n")]
    return _manifest("\n".join(lines) + "\n", folder)


def as_quoted_config_map(files: Files, folder: Path) -> list[Configuration]:
    """Each file a key of a ConfigMap, in JSON, which is YAML as well."""
    manifest = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "nginx"},
        "data": _keys(files),
    }
    return _manifest(json.dumps(manifest), folder)


def as_list(files: Files, folder: Path) -> list[Configuration]:
    """A List of other objects and the ConfigMap, as `kubectl get -o yaml` prints it."""
    manifest = {
        "apiVersion": "v1",
        "kind": "List",
        "items": [
            {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "greeter"}, "spec": {}},
            {
                "apiVersion": "v1",
                "kind": "ConfigMap",
                "metadata": {"name": "nginx"},
                "data": _keys(files),
            },
        ],
    }
    return _manifest(json.dumps(manifest, indent=2), folder)


def _keys(files: Files) -> dict[str, str]:
    """A ConfigMap has no folders: where it is mounted, a key is a file's last name."""
    try:
        keys = {name.rpartition("/")[2]: data.decode() for name, data in files.items()}
    except UnicodeDecodeError:
        raise NotRewritten("a ConfigMap's data is UTF-8") from None
    if len(keys) < len(files):
        raise NotRewritten("two files of one name")
    if any("nothing*.conf" in data for data in keys.values()):
        raise NotRewritten("what a pattern matches may come from another ConfigMap")
    return keys


def _manifest(text: str, folder: Path) -> list[Configuration]:
    folder.mkdir()
    path = folder / "nginx.yaml"
    path.write_text(text)
    return sources.read([str(path)], stdin=io.BytesIO())


def dumped_by(version: str) -> Giving:
    """What nginx itself prints of the files; NotLoaded where it does not take them."""

    def as_real_dump(files: Files, folder: Path) -> list[Configuration]:
        here = ["-p", f"{laid(files, folder)}/", "-e", "error.log", "-c", "nginx.conf"]
        done = subprocess.run([binary(version), *here, "-T"], capture_output=True, timeout=20)
        if done.returncode:
            raise NotLoadedError(done.stderr.decode())
        return _dump(done.stdout)

    return as_real_dump


class NotLoadedError(Exception):
    """nginx does not take the configuration; the text is what it says."""


ONE_FILE = [as_stdin, as_folder, as_folder_without_main]
ANY = [as_dump, as_dump_with_chatter, as_config_map, as_quoted_config_map, as_list]
