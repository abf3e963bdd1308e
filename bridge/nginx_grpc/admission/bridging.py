"""From the entries of one object to configurations: includes only among its own keys."""

from __future__ import annotations

import contextlib
import importlib
import pkgutil
from collections.abc import Mapping, Sequence, Set

from nginx_grpc import documents, model, parsers, sources
from nginx_grpc.errors import Refused
from nginx_grpc.parsers import parse
from nginx_grpc.records import dataclass, field
from nginx_grpc.sources.contexts import check_nginx
from nginx_grpc.sources.includes import Text
from nginx_grpc.sources.interface import Limits, ReadOptions
from nginx_grpc.sources.kubernetes import config_map
from nginx_grpc.sources.kubernetes.keys import nginx_keys
from nginx_grpc.tree import Configuration

__all__ = ["Bridged", "bridge", "warm"]

_OPTIONS = ReadOptions(
    limits=Limits(
        files=2_000,
        file_bytes=2 * 1024 * 1024,
        total_bytes=8 * 1024 * 1024,
        statements=200_000,
        names=20_000,
    )
)
_OBJECT = "object"
# Where a block may stand, and the level that its own directives are of.
_BLOCKS = {
    "http": ({"main"}, "http"),
    "stream": ({"main"}, "stream"),
    "upstream": ({"http", "stream"}, "upstream"),
    "server": ({"http"}, "server"),
    "location": ({"server", "location"}, "location"),
    "if": ({"server", "location"}, "location"),
    "limit_except": ({"location"}, "location"),
}
_SAMPLE = b"""
http {
    upstream greeter { server 127.0.0.1:50051; server [::1]:50051; keepalive 16; }
    server {
        listen 80;
        http2 on;
        location /greeter.Greeter/ { grpc_pass grpc://greeter; include greeter.inc; }
        location / { set $target greeter; grpc_pass grpc://$target; error_page 502 = /e; }
    }
}
"""
# What takes the ways that only faulty text takes.
_UNREADABLE = (
    b"http {",
    b"}",
    b"http { server { listen 80 } }",
    b"a " + b"b" * 5000 + b";",
    b"\xff\xfeh\x00",
    b"\xef\xbb\xbfhttp { }",
    b"{{ if .Values.grpc }}\nserver { }\n{{ end }}\n",
    b"{% for a in b %} server { } {% endfor %}",
    b"server { listen ${PORT}; }",
    b"apiVersion: v1\nkind: ConfigMap\n",
    b'{"a": 1}',
    b"http { location / { grpc_pass grpc://a; \x00 } }",
    b"# a\rgrpc_pass grpc://a;",
    b"server { content_by_lua_block { if a then",
    b"{" * 2000,
    b"<html>",
    b"key = value\n",
)


@dataclass(slots=True)
class Bridged:
    """What an object comes to.

    Args:
        configurations: those that the judged entries are in.
        unread: entries that look like nginx text, can't be read and are not judged.
    """

    configurations: list[Configuration] = field(default_factory=list)
    unread: dict[str, Refused] = field(default_factory=dict)


def bridge(texts: Mapping[str, bytes], judged: Set[str]) -> Bridged:
    """The configurations that the judged entries of an object make up.

    Args:
        texts: every entry by its key; what an include can bring in.
        judged: the keys of those that are nginx text, and have to be read.

    Each judged entry is in one of the configurations: as itself, or included where nginx would read
    it. One that others include where nginx would not (the servers of another file inside a `types`
    block, a location's body in an `if`) is judged by itself, for whoever applies an object also
    chooses which of its keys nginx is given. Other entries that are nginx text (an upstream in a
    file of its own) are read with them, as `nginx-grpc check` of the same object does.

    Raises Refused.
    """
    library = {key: Text(key, data, key, key=key) for key, data in texts.items()}
    keys = nginx_keys(library, judged)
    chosen = [key for key in keys.nginx if key in judged]
    if not chosen:
        return Bridged([], keys.unread)
    try:
        found = _read(library, [k for k in keys.nginx if k in judged or _stands(library[k])])
    except Refused:
        # If it was one that is not judged, it keeps nobody out.
        found = _read(library, chosen)
    return Bridged([one for one in found if not judged.isdisjoint(one.files)], keys.unread)


def _read(texts: Mapping[str, Text], keys: Sequence[str]) -> list[Configuration]:
    return config_map.configurations(texts, keys, _OBJECT, _OPTIONS)


def _stands(text: Text) -> bool:
    try:
        check_nginx(parse(text.data, text.file).directives, text.file)
    except Refused:
        return False
    return True


def warm() -> None:
    """Load all that the bridge loads on its way, while files can still be opened."""
    for package in (parsers, sources, model):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            importlib.import_module(found.name)
    for name in ("glob", "ipaddress"):  # of the standard library, and seldom needed
        importlib.import_module(name)
    for text in _UNREADABLE:
        with contextlib.suppress(Refused):
            bridge({"nginx.conf": text}, {"nginx.conf"})
    read = bridge({"nginx.conf": _SAMPLE, "greeter.inc": b"grpc_read_timeout 1h;"}, {"nginx.conf"})
    documents.as_json(documents.build(read.configurations, validated=False))
