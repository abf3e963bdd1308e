"""From the entries of one object to configurations: includes only among its own keys."""

from __future__ import annotations

import contextlib
import importlib
import pkgutil
from collections.abc import Iterable, Mapping, Sequence

from nginx_grpc import documents, model, parsers, sources
from nginx_grpc.errors import Refused
from nginx_grpc.parsers import parse
from nginx_grpc.sources import config_map
from nginx_grpc.sources.contexts import context_of, is_blank, upstream_server
from nginx_grpc.sources.includes import Text
from nginx_grpc.sources.interface import Limits, ReadOptions
from nginx_grpc.tree import Configuration, Directive

__all__ = ["configurations", "warm"]

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


def configurations(texts: Mapping[str, bytes], judged: Sequence[str]) -> list[Configuration]:
    """The configurations that the judged entries of an object make up.

    Args:
        texts: every entry by its key; what an include can bring in.
        judged: the keys of those that are nginx text.

    Each judged entry is in one of them: as itself, or included where nginx would read it. One that
    others only include where nginx would not (the servers of another file inside a `types` block,
    a whole nginx.conf inside a location) is judged by itself too, for whoever applies an object
    also chooses which of its keys nginx is given.

    Raises Refused. None where all judged entries are blank.
    """
    chosen = [key for key in judged if not is_blank(texts[key])]
    if not chosen:
        return []
    library = {key: Text(key, data, key, key=key) for key, data in texts.items()}
    found = _read(library, chosen)
    entries = {one.entry for one in found}
    others = [key for key in chosen if f"{_OBJECT}/{key}" not in entries]
    alone = [key for key in others if not _stands(library[key], found)]
    return found + [one for key in alone for one in _read(library, [key])]


def warm() -> None:
    """Load all that the bridge loads on its way, while files can still be opened."""
    for package in (parsers, sources, model):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            importlib.import_module(found.name)
    importlib.import_module("ipaddress")  # of the standard library, and needed for few addresses
    for text in _UNREADABLE:
        with contextlib.suppress(Refused):
            configurations({"nginx.conf": text}, ["nginx.conf"])
    read = configurations(
        {"nginx.conf": _SAMPLE, "greeter.inc": b"grpc_read_timeout 1h;"}, ["nginx.conf"]
    )
    documents.as_json(documents.build(read, validated=False))


def _read(texts: Mapping[str, Text], chosen: Sequence[str]) -> list[Configuration]:
    return config_map.configurations(texts, chosen, _OBJECT, _OPTIONS)


def _stands(text: Text, found: Iterable[Configuration]) -> bool:
    """Whether a text is read somewhere as directives of the level that it is of."""
    directives = parse(text.data, text.file, key=text.key).directives
    own = "upstream" if upstream_server(directives) else context_of(directives)
    return any(
        _found(text.key, own, configuration.directives, configuration.context)
        for configuration in found
    )


def _found(key: str, own: str, directives: list[Directive], top: str) -> bool:
    waiting = [(directives, top, "")]
    while waiting:
        block, context, of = waiting.pop()
        for directive in block:
            if directive.key == key and of != key and context == own:
                return True
            if directive.block is None:
                continue
            allowed, inside = _BLOCKS.get(directive.name, (set(), ""))
            if context in allowed:
                waiting.append((directive.block, inside, directive.key))
    return False
