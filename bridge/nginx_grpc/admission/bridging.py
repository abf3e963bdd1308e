"""From the entries of one object to configurations: includes only among its own keys."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from nginx_grpc import documents
from nginx_grpc.parsers import default_parser
from nginx_grpc.sources import glob, pieces
from nginx_grpc.sources.includes import Library, Reader, Text, UnreadError
from nginx_grpc.sources.interface import Limits, ReadOptions
from nginx_grpc.sources.levels import is_blank, level
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
# Where a block may stand, and the level that its own directives are of.
_BLOCKS = {
    "http": ({"main"}, "http"),
    "server": ({"http"}, "server"),
    "location": ({"server", "location"}, "location"),
    "if": ({"server", "location"}, "location"),
    "limit_except": ({"location"}, "location"),
}
_SAMPLE = b"""
http {
    upstream greeter { server 127.0.0.1:50051; keepalive 16; keepalive_timeout 20s; }
    server {
        listen 80;
        http2 on;
        location /greeter.Greeter/ { grpc_pass grpc://greeter; include greeter.inc; }
        location / { set $target greeter; grpc_pass grpc://$target; error_page 502 = /e; }
    }
}
"""


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
    chosen = [Text(key, texts[key], key, key=key) for key in judged if not is_blank(texts[key])]
    if not chosen:
        return []
    found = _read(texts, chosen)
    seen = {text.name for text in chosen if _stands(text, found)}
    for text in chosen:
        if text.name not in seen:
            found += _read(texts, [text])
    return found


def warm() -> None:
    """Load all that the bridge loads on its way, while files can still be opened."""
    read = configurations(
        {"nginx.conf": _SAMPLE, "greeter.inc": b"grpc_read_timeout 1h;"}, ["nginx.conf"]
    )
    documents.as_json(documents.build(read, validated=False))


def _read(texts: Mapping[str, bytes], chosen: Sequence[Text]) -> list[Configuration]:
    return pieces.configurations(
        chosen,
        Reader(_Keys(texts, [text.name for text in chosen]), _OPTIONS),
        kind="manifest",
        entry=lambda group: group[0].key,
    )


def _stands(text: Text, found: Iterable[Configuration]) -> bool:
    """Whether a text is read somewhere as directives of the level that it is of."""
    own = level(default_parser().parse(text.data, text.file, key=text.key).directives)
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


class _Keys(Library):
    """The keys of one object. A path is its last component: folders are not known here."""

    def __init__(self, texts: Mapping[str, bytes], nginx: Sequence[str]) -> None:
        self._texts = texts
        self._nginx = nginx
        self._levels: dict[str, str] = {}

    def find(self, include: str) -> list[str]:
        name = include.rpartition("/")[2]
        if not glob.is_pattern(include.encode("utf-8", "surrogateescape")):
            return [name]
        pattern = name.encode("utf-8", "surrogateescape")
        return sorted(
            key
            for key in self._nginx
            if glob.matches(pattern, key.encode("utf-8", "surrogateescape"))
            and self._level(key) != "main"
        )

    def load(self, name: str) -> Text:
        data = self._texts.get(name)
        if data is None:
            raise UnreadError("no such key in the object")
        return Text(name, data, name, key=name)

    def _level(self, key: str) -> str:
        # A whole nginx.conf is never included: a pattern that takes its key means other files.
        if key not in self._levels:
            self._levels[key] = level(Reader(self, _OPTIONS).parse(self.load(key)))
        return self._levels[key]
