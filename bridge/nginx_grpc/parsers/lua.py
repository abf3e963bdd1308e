"""Where a block of Lua ends. Its text is never read."""

from __future__ import annotations

import re

from nginx_grpc.parsers.interface import Place

__all__ = ["end"]

# Only what can hide a brace: comments, long brackets, quoted strings.
_LUA = re.compile(
    r"""(?P<long>(?:--)?\[=*\[)
    |--[^\n]*
    |"[^"\\\n]*(?:\\[\s\S][^"\\\n]*){0,65536}(?P<double>"?)
    |'[^'\\\n]*(?:\\[\s\S][^'\\\n]*){0,65536}(?P<single>'?)
    |(?P<brace>[{}])""",
    re.VERBOSE,
)


def end(text: str, start: int, line: int, place: Place) -> int:
    """The position after the brace that closes a block of Lua.

    Args:
        text: the whole text.
        start: the position after the brace that opens it.
        line: the line of that brace.
        place: where the text stands.
    """
    depth = 1
    position = start
    while True:
        found = _LUA.search(text, position)
        if found is None:
            raise place.refused("a Lua block that is never closed", "close it with }", line)
        position = found.end()
        if found["brace"] == "{":
            depth += 1
        elif found["brace"]:
            depth -= 1
            if not depth:
                return position
        elif bracket := found["long"]:
            close = text.find(bracket.lstrip("-").replace("[", "]"), position)
            if close < 0:
                raise _unreadable(text, start, found.start(), line, place)
            position = close + len(bracket.lstrip("-"))
        elif found["double"] == "" or found["single"] == "":
            raise _unreadable(text, start, found.start(), line, place)


def _unreadable(text: str, start: int, position: int, line: int, place: Place) -> Exception:
    return place.refused(
        "a string or comment in a Lua block that is never closed",
        "close it",
        line + text.count("\n", start, position),
    )
