"""Whether a `# configuration file NAME:` is nginx's own, or a comment in a file before it.

`nginx -T` writes files one after the other and each as it is, comments with it. A comment of a file
that looks like the head of the next one would take the rest of that file to another place, or hide
it in one that is never asked. So a section counts as a file of its own only if it is one for sure,
or if it would be read as the same either way:

* an include names it. nginx does not start without that file, so its head is here, and once;
* a pattern brings it in, into the very block that the file before it is read in;
* what is in it, nginx refuses in the block that the file before it is read in.
"""

from __future__ import annotations

import re
from itertools import pairwise

from nginx_grpc.errors import Refused
from nginx_grpc.parsers.directives import KNOWN
from nginx_grpc.placement import inside, is_handler, takes
from nginx_grpc.sources.contexts import contexts as contexts_of
from nginx_grpc.sources.includes import Reader, Text

__all__ = ["ambiguous"]

# What changes nothing for a call, wherever it stands.
_HARMLESS = re.compile(
    r"(?:access_log|brotli|error_log|etag|gunzip|gzip|limit_conn_zone|limit_req_zone"
    r"|log_|map_hash_|open_file_cache|proxy_cache_path|sendfile|server_names_hash_"
    r"|server_tokens|tcp_no|types_hash_|variables_hash_|zstd)\w*\Z"
)
_Places = frozenset[tuple[str, int]]


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
        if there == places.of(section.name):
            continue
        if not _impossible(reader, section, {context for context, _ in there}):
            return section
    return None


class _PlacesOf:
    """The blocks that texts are read in: the context and the identity of each."""

    def __init__(self, reader: Reader, main: Text, context: str) -> None:
        self._reader = reader
        self._known: dict[str, _Places] = {main.name: frozenset({(context, 0)})}

    def of(self, name: str) -> _Places:
        known = self._known.get(name)
        if known is None:
            found: set[tuple[str, int]] = set()
            for inclusion in self._reader.inclusions.get(name, ()):
                outer, place = self.of(inclusion.by), inclusion.place
                if not place.depth:
                    found |= outer
                    continue
                for context in {context for context, _ in outer}:
                    found.add((_context(context, place.blocks, place.depth), id(place.directives)))
            known = self._known[name] = frozenset(found)
        return known


def _context(context: str, blocks: tuple[str, ...], depth: int) -> str:
    if depth > len(blocks):
        return "other"
    for block in blocks:
        context = inside(context, block)
    return context


def _impossible(reader: Reader, section: Text, contexts: set[str]) -> bool:
    """Whether nginx refuses a section's text in one of these contexts, or nothing hangs on it."""
    try:
        directives = reader.parse(section)
    except Refused:
        return True
    if all(_HARMLESS.match(each.name) and each.block is None for each in directives):
        return True
    if not any(each.name in KNOWN or is_handler(each.name) for each in directives):
        return section.name not in reader.included
    if "main" in contexts and "main" not in contexts_of(directives):
        return True
    return any(takes(context, each) is False for context in contexts for each in directives)
