"""What may stand in which block, as far as the text's shape depends on it.

A tree must hide nothing: where a `;` is missing before `location / {`, nginx stops, and a parser
that knows no directive would take the location's block for that of the directive before it.
"""

from __future__ import annotations

from enum import Enum
from functools import cache, lru_cache

from nginx_grpc.expressions import expression

__all__ = ["BLOCKS", "NAME", "Body", "body_of", "problem"]

NAME = expression(r"[A-Za-z_][A-Za-z0-9_.-]*\Z")
# What Python and editors take for a space or a line end and nginx for a letter.
_FALSE_SPACE = expression(
    "[\x0b\x0c\x1c-\x1f\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]"
)
_VARIABLE = expression(r"\$[A-Za-z0-9_]+\Z")


class Body(Enum):
    """What a block holds.

    DIRECTIVES: directives of nginx and its modules.
    UPSTREAM: the same, but `server` has no block. A file's top level may stand in an upstream.
    FOREIGN: unknown, in a block that is none of nginx's own; names as in geoip2 can be variables.
    ENTRIES: `key value;` and `include`, any word can be the key, no blocks.
    VALUES: the same, and `include` is a key like any other.
    """

    DIRECTIVES = 0
    UPSTREAM = 1
    FOREIGN = 2
    ENTRIES = 3
    VALUES = 4

    @property
    def free_names(self) -> bool:
        """Whether what comes first is a value and not a directive's name."""
        return self is Body.ENTRIES or self is Body.VALUES


BLOCKS = {
    "charset_map": Body.VALUES,
    "events": Body.DIRECTIVES,
    "geo": Body.ENTRIES,
    "http": Body.DIRECTIVES,
    "if": Body.DIRECTIVES,
    "limit_except": Body.DIRECTIVES,
    "location": Body.DIRECTIVES,
    "mail": Body.DIRECTIVES,
    "map": Body.ENTRIES,
    "match": Body.VALUES,
    "server": Body.DIRECTIVES,
    "split_clients": Body.VALUES,
    "stream": Body.DIRECTIVES,
    "types": Body.ENTRIES,
    "upstream": Body.UPSTREAM,
}


def body_of(name: str) -> Body:
    """What the block of a directive of this name holds."""
    return BLOCKS.get(name, Body.FOREIGN)


@lru_cache(maxsize=4096)
def problem(body: Body, name: str, opens: bool) -> tuple[str, str] | None:
    """What nginx has against such a directive in such a block, and what to do; None if nothing."""
    if body.free_names:
        if opens:
            return (
                "a block where nginx takes none",
                "put a regular expression with braces in quotes",
            )
        return None
    if NAME.match(name) is None and not (body is Body.FOREIGN and _VARIABLE.match(name)):
        if space := _FALSE_SPACE.search(name):
            what = f"a U+{ord(space[0]):04X} outside quotes: it looks like a space and is none"
            return f"{what} to nginx", "write a space, or put it in quotes"
        if "}" in name:
            hint = "put a regular expression with braces in quotes"
        elif name.startswith("if("):
            hint = "put a space after if"
        else:
            hint = "give the text of an nginx configuration"
        return "a name that no directive has", hint
    if body is Body.FOREIGN:
        return None
    if not name.islower() and _is_known(name.lower()):
        return "the name of a directive in capitals, which nginx does not know", "write it small"
    if opens:
        if name not in BLOCKS and _takes_no_block(name):
            return f"{name} takes no block: a ; is missing", "end the directive with ;"
    elif name in BLOCKS and name != "match" and not (name == "server" and body is Body.UPSTREAM):
        return f"{name} needs a block", "write the block, or take the directive out"
    return None


def _takes_no_block(name: str) -> bool:
    return _is_known(name) and name not in _NEWER_BLOCKS


@cache
def _known_names() -> frozenset[str]:
    # Asked only for a block that is none of nginx's own: few configurations pay for the import.
    from nginx_grpc.parsers.directives import KNOWN

    return KNOWN


def _is_known(name: str) -> bool:
    return name in _known_names()


# Blocks of nginx Plus and its modules among the known names.
_NEWER_BLOCKS = frozenset({"acme_issuer", "mgmt", "otel_exporter"})
