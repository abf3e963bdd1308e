"""What a line of nginx's text is, when it is one directive, the start or the end of a block."""

from __future__ import annotations

from collections.abc import Sequence

from nginx_grpc.expressions import expression
from nginx_grpc.parsers.blocks import BLOCKS, NAME

__all__ = [
    "CLOSES",
    "ENTRY",
    "LINE_OF_WORDS",
    "OPENS",
    "PLAIN",
    "WORDS",
    "Line",
    "classify",
    "kind_of_directive",
    "kind_of_entry",
]

# What a line is. PLAIN: one directive of a name that may stand in any block. ENTRY: one directive
# whose name or place is to be looked at. OPENS: the start of one of nginx's own blocks. WORDS: to
# be read word by word. With it go the directive's name, its arguments and its column.
_BLANK, PLAIN, ENTRY, OPENS, CLOSES, WORDS = range(6)
Line = tuple[int, str, Sequence[str], int]
_BLANK_LINE: Line = (_BLANK, "", [], 0)
_CLOSING_LINE: Line = (CLOSES, "", [], 0)
LINE_OF_WORDS: Line = (WORDS, "", [], 0)
_SPECIAL = expression(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\xff\"'\\#{};%@<]")


def classify(written: str, *, entries: bool) -> Line:
    """What a line is.

    Args:
        written: the line.
        entries: whether it stands in a block of values, such as `map`.
    """
    stripped = written.strip(" \t\r")
    if not stripped:
        return _BLANK_LINE
    if stripped == "}":
        return _CLOSING_LINE
    if stripped[0] == "#":
        return LINE_OF_WORDS if "nginx-grpc" in stripped else _BLANK_LINE
    column = written.index(stripped[0]) + 1
    last, rest = stripped[-1], stripped[:-1]
    if last not in ";{" or _SPECIAL.search(rest) or (last == "{" and rest[-1:] == "$"):
        return LINE_OF_WORDS
    words = rest.split()
    if not words:
        return LINE_OF_WORDS
    name, *args = words
    if entries:
        whole = last == ";" and len(args) < 2
        return (kind_of_entry(name), name, args, column) if whole else LINE_OF_WORDS
    if "grpc_pass" in args:
        return LINE_OF_WORDS
    if last == ";":
        return kind_of_directive(name), name, args, column
    opens = name in BLOCKS and name != "if"
    return (OPENS, name, args, column) if opens else LINE_OF_WORDS


def kind_of_directive(name: str) -> int:
    """What a line is that holds one directive."""
    plain = name not in BLOCKS and name != "include" and name.islower() and NAME.match(name)
    return PLAIN if plain else ENTRY


def kind_of_entry(name: str) -> int:
    """What a line is that holds one entry of a block of values."""
    return ENTRY if name == "include" else PLAIN
