"""`nginx -t` of a copy: whether nginx takes what comes as it took what was there.

Each text of a configuration becomes a file of a folder of its own, its includes those of the copy,
the pid, the logs and the folders for temporary files inside it too. What names a file beside
(certificates, say) names the one that is there.
"""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from collections.abc import Iterator

from nginx_grpc.errors import Refused
from nginx_grpc.expressions import expression
from nginx_grpc.fixing import quoting
from nginx_grpc.fixing.homes import Change, UnplacedError, applied
from nginx_grpc.fixing.judging import Judged
from nginx_grpc.fixing.rounds import Fixed
from nginx_grpc.fixing.spans import Span, Spans
from nginx_grpc.fixing.targets import Place
from nginx_grpc.tree import Configuration, Directive, Text

__all__ = ["held_against"]

_SECONDS = 60
# Code of its own, which runs while the text is read or loads what this machine may not have.
_CODE = expression(r"load_module\Z|lua_|\w+_by_lua|perl|js_")
_FILES = expression(
    r"(?:\w+_)?(?:certificate|certificate_key|client_certificate|trusted_certificate|dhparam|crl"
    r"|password_file|user_file|stapling_file|session_ticket_key)\Z"
)
_LOGS = frozenset({"access_log", "error_log"})
_KEPT_LOGS = expression(r"(?:off|stderr|syslog:|memory:|\S*\$)")
_TEMPORARY = {
    "client_body": "http",
    "proxy": "http_proxy",
    "fastcgi": "http_fastcgi",
    "uwsgi": "http_uwsgi",
    "scgi": "http_scgi",
}
_AROUND = {
    "http": ("events {} http { ", "}"),
    "server": ("events {} http { server { ", "}}"),
    "location": ("events {} http { server { location / { ", "}}}"),
    "stream": ("events {} stream { ", "}"),
    "upstream": ("events {} http { upstream nginx_grpc { ", "}}"),
}
_SAID = expression(r"\[emerg\] (?:\d+#\d+: )?(.*)")
_IN_FILE = expression(r"in (\S+?/(\d+)\.conf):(\d+)\Z")


def held_against(nginx: str, fixed: Fixed) -> list[str]:
    """What a user should know about it.

    Args:
        nginx: the program.
        fixed: what was there and what comes.

    Raises Refused where nginx took a configuration and takes it no more, or is not to be run.
    """
    without = _without(nginx)
    notes = []
    pairs = zip(fixed.before.configurations, fixed.after.configurations, strict=True)
    for number, (old, new) in enumerate(pairs):
        code = next(_code(old.directives), "")
        if code:
            notes.append(f"not held against nginx -t: {old.entry} has {code}")
            continue
        said = _answer(nginx, fixed.before, old, without)
        if said:
            notes.append(f"not held against nginx -t: it refuses what is there ({said})")
            continue
        said = _answer(nginx, fixed.after, new, without)
        if said:
            raise Refused(
                f"nginx -t took what is there and refuses what would come of it: {said}",
                "nothing was written; this is a fault of nginx-grpc, please report it",
                old.entry,
            )
        notes.append(f"nginx -t takes {new.entry}" if number < 1 or old.entry else "")
    return [note for note in notes if note]


def _without(nginx: str) -> set[str]:
    """The modules that it was built without, by the names of their temporary folders."""
    try:
        run = subprocess.run([nginx, "-V"], capture_output=True, timeout=_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired, ValueError):
        raise Refused("it can't be run", "name nginx itself", nginx) from None
    said = run.stderr.decode("utf-8", "replace")
    if run.returncode or "nginx version" not in said:
        raise Refused("it does not say that it is nginx", "name nginx itself", nginx)
    return {name for name, module in _TEMPORARY.items() if f"--without-{module}_module" in said}


def _code(directives: list[Directive]) -> Iterator[str]:
    waiting = list(directives)
    while waiting:
        directive = waiting.pop()
        if _CODE.match(directive.name):
            yield directive.name
        waiting.extend(directive.block or ())


def _answer(nginx: str, judged: Judged, configuration: Configuration, without: set[str]) -> str:
    """What nginx -t has against a configuration; empty where it takes it."""
    with tempfile.TemporaryDirectory(prefix="nginx-grpc-") as folder:
        try:
            main, has_pid = _copied(judged, configuration, folder, without)
        except UnplacedError as error:
            return str(error)
        command = [nginx, "-t", "-q", "-p", folder, "-c", main, "-e", "stderr"]
        if not has_pid:
            command += ["-g", f"pid {folder}/pid;"]
        try:
            run = subprocess.run(
                command, capture_output=True, timeout=_SECONDS, check=False, cwd=folder
            )
        except subprocess.TimeoutExpired:
            return "no answer: does a host name resolve?"
        except OSError as error:
            return (error.strerror or "it can't be run").lower()
        if run.returncode == 0:
            return ""
        return _said(run.stderr.decode("utf-8", "replace"), configuration)


def _said(text: str, configuration: Configuration) -> str:
    found = _SAID.search(text)
    said = found[1] if found else "no reason given"
    where = _IN_FILE.search(said)
    if where is None:
        return said
    number = int(where[2])
    if number >= len(configuration.parts):
        return said[: where.start()].rstrip()
    part = configuration.parts[number]
    line = part.line_offset + int(where[3])
    return f"{said[: where.start()]}in {part.file}:{line}"


def _copied(
    judged: Judged, configuration: Configuration, folder: str, without: set[str]
) -> tuple[str, bool]:
    """Writes the copy; returns its main file, and whether a pid stands in it."""
    parts = configuration.parts
    paths = {
        (part.file, part.key): os.path.join(folder, f"{number}.conf")
        for number, part in enumerate(parts)
    }
    copier = _Copier(configuration, paths, folder, without)
    for part in parts:
        spans = judged.targets.site_of(part.file, part.key)
        copier.write(part, spans)
    roots = [path for key, path in paths.items() if key not in copier.included]
    if configuration.context == "main":
        return roots[0], copier.has_pid
    head, tail = _AROUND.get(configuration.context, ("", ""))
    if configuration.context != "stream":
        head = head.replace("http { ", "http { " + copier.temporary(), 1)
    includes = " ".join(f"include {path};" for path in roots)
    main = os.path.join(folder, "main.conf")
    with open(main, "w", encoding="utf-8") as file:
        file.write(f"{head}{includes}{tail}\n")
    return main, False


class _Copier:
    """Writes texts with the paths in them turned to the copy."""

    def __init__(
        self,
        configuration: Configuration,
        paths: dict[tuple[str, str], str],
        folder: str,
        without: set[str],
    ) -> None:
        self._brought = configuration.brought
        self._paths = paths
        self._folder = folder
        self._without = without
        self._set = {
            directive.name.removesuffix("_temp_path")
            for top in configuration.directives
            for directive in (top.block or () if top.name == "http" else (top,))
        }
        entry = configuration.parts[0].file if configuration.parts else ""
        self._home = os.path.dirname(os.path.abspath(entry))
        self.included: set[tuple[str, str]] = set()
        self.has_pid = False

    def temporary(self) -> str:
        """Directives for http{} that keep temporary files in the copy."""
        return "".join(
            f"{name}_temp_path {self._folder}/{name}; "
            for name in _TEMPORARY
            if name not in self._without and name not in self._set
        )

    def write(self, text: Text, spans: Spans) -> None:
        """Writes one text."""
        file, key = text.file, text.key
        changes: list[Change] = []
        for start, span in spans.at.items():
            line, column = spans.position(start) if span.name == "include" else (0, 0)
            changes += self._changes(span, (file, key, line + text.line_offset, column))
        data = applied(spans.text.encode("latin-1"), changes)
        with open(self._paths[file, key], "wb") as copy:
            copy.write(data)

    def _changes(self, span: Span, place: Place) -> Iterator[Change]:
        name = span.name
        if name == "include" and span.block is None and len(span.args) == 1:
            brought = self._brought.get(place)
            if brought is not None:
                self.included.update(brought)
                text = " ".join(f"include {self._paths[each]};" for each in brought)
                yield Change(span.start, span.end, text)
            else:
                yield self._argument(span, 0, os.path.join(self._home, span.args[0]))
        elif name == "http" and span.parent is None and span.block is not None:
            yield Change(span.head, span.head, f" {self.temporary()}")
        elif name == "pid" and span.parent is None:
            self.has_pid = True
            yield self._argument(span, 0, f"{self._folder}/pid")
        elif not span.args:
            return
        elif name in _LOGS:
            if not _KEPT_LOGS.match(span.args[0]):
                yield self._argument(span, 0, f"{self._folder}/log")
        elif name.endswith("_temp_path"):
            yield self._argument(span, 0, f"{self._folder}/{name.removesuffix('_temp_path')}")
        elif name.endswith("_cache_path"):
            yield self._argument(span, 0, f"{self._folder}/{name}-{span.start}")
        elif _FILES.match(name) and not re.match(r"[/$]|data:|engine:|store:|off\Z", span.args[0]):
            yield self._argument(span, 0, os.path.join(self._home, span.args[0]))

    @staticmethod
    def _argument(span: Span, number: int, value: str) -> Change:
        text = quoting.word(value).encode("utf-8", "surrogateescape").decode("latin-1")
        return Change(*span.words[1 + number], text)
