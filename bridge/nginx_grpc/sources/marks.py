"""Whether a `# configuration file NAME:` is nginx's own, or a comment in a file before it.

`nginx -T` writes files one after the other and each as it is, comments with it. A comment of a file
that looks like the head of the next one would take the rest of that file to another place, or hide
it in one that is never asked. So a section counts as a file of its own only if it is one for sure,
or if it would be read as the same either way:

* an include names it. nginx does not start without that file, so its head is here, and once;
* a pattern brings it in, into the very block that the file before it is read in, and behind it;
* what is in it, nginx refuses in the block that the file before it is read in.
"""

from __future__ import annotations

from itertools import pairwise

from nginx_grpc.errors import Refused
from nginx_grpc.expressions import expression
from nginx_grpc.parsers import parse
from nginx_grpc.parsers.blocks import NAME
from nginx_grpc.parsers.directives import CONTEXTS, KNOWN
from nginx_grpc.placement import inside, is_handler, nests, takes
from nginx_grpc.records import dataclass
from nginx_grpc.sources.contexts import contexts
from nginx_grpc.sources.includes import Reader, Text
from nginx_grpc.tree import Directive

__all__ = ["ambiguous"]

# What changes nothing for a call, wherever it stands.
_HARMLESS = expression(
    r"(?:access_log|brotli|error_log|etag|gunzip|gzip|limit_conn_zone|limit_req_zone"
    r"|log_|map_hash_|open_file_cache|proxy_cache_path|sendfile|server_names_hash_"
    r"|server_tokens|tcp_no|types_hash_|variables_hash_|zstd)\w*\Z"
)

_SERVING = frozenset(("http", "server", "location", "if", "server_if", "limit_except"))


@dataclass(frozen=True)
class _Place:
    """A block that a text is read in: its context, its directive, None for the top of all."""

    context: str
    owner: Directive | None


_Places = dict[tuple[str, int], _Place]


def ambiguous(reader: Reader, sections: list[Text], context: str) -> Text | None:
    """The first section whose head may be a comment in the section before it.

    Args:
        reader: has read and expanded the first section, and all others by its includes.
        sections: in the order of the dump.
        context: that of the first one.
    """
    places = _PlacesOf(reader, sections[0], context)
    for before, section in pairwise(sections):
        inclusions = reader.inclusions.get(section.name, [])
        if any(inclusion.literal for inclusion in inclusions):
            continue
        there = places.of(before.name)
        same = there.keys() == places.of(section.name).keys()
        if same and places.position(before.name) < places.position(section.name):
            continue
        if not _impossible(reader, section, list(there.values())):
            return section
    return None


class _PlacesOf:
    """The blocks that texts are read in: the context and the identity of each."""

    def __init__(self, reader: Reader, main: Text, context: str) -> None:
        self._reader = reader
        self._known: dict[str, _Places] = {main.name: {(context, 0): _Place(context, None)}}
        # An include is read before the next one of its block.
        self._order = {name: number for number, name in enumerate(reader.inclusions)}

    def position(self, name: str) -> tuple[int, ...]:
        """Where a text is read, to be compared with that of another one of the same block."""
        found = self._reader.inclusions.get(name)
        if not found:
            return ()
        own = self._order[name]
        first = found[0]
        return (*self.position(first.by), own) if not first.place.depth else (own,)

    def of(self, name: str) -> _Places:
        known = self._known.get(name)
        if known is None:
            found: _Places = {}
            for inclusion in self._reader.inclusions.get(name, ()):
                outer, place = self.of(inclusion.by), inclusion.place
                if not place.depth:
                    found |= outer
                    continue
                for around in {context for context, _ in outer}:
                    context = _context(around, place.blocks, place.depth)
                    found[context, id(place.directives)] = _Place(context, place.owner)
            known = self._known[name] = found
        return known


def _context(context: str, blocks: tuple[str, ...], depth: int) -> str:
    if depth > len(blocks):
        return "other"
    for block in blocks:
        context = inside(context, block)
    return context


def _no_directives(section: Text) -> bool:
    """Whether nginx finds something in a text that is no directive for sure.

    The parser refuses more than nginx does (a name of a directive among the words of another), so
    that its refusal alone says nothing.
    """
    try:
        entries = parse(section.data, section.file, free_names=True).directives
    except Refused:
        return True
    return any(each.block is None and not NAME.match(each.name) for each in entries)


def _belongs_elsewhere(context: str, directive: Directive) -> bool:
    """Whether a directive is one of the top of all (`worker_processes`) or of a block that is no
    part of a server (`worker_connections`), and this is another place."""
    contexts = CONTEXTS.get(directive.name)
    if directive.block is not None or contexts not in ("", "m"):
        return False
    if context == "events":
        return contexts == "m"
    return context in _SERVING or (context == "main" and contexts == "")


def _impossible(reader: Reader, section: Text, places: list[_Place]) -> bool:
    """Whether nginx refuses a section's text in one of these places, or nothing hangs on it."""
    try:
        directives = reader.parse(section)
    except Refused:
        return _no_directives(section)
    if all(_HARMLESS.match(each.name) and each.block is None for each in directives):
        return True
    if not any(each.name in KNOWN or is_handler(each.name) for each in directives):
        return section.name not in reader.included
    in_main = "main" in contexts(directives)
    for place in places:
        if place.context == "main" and not in_main:
            return True
        nested = place.owner if place.context == "location" else None
        for each in directives:
            if takes(place.context, each) is False or _belongs_elsewhere(place.context, each):
                return True
            if nested is not None and each.name == "location" and not nests(nested, each):
                return True
    return False
