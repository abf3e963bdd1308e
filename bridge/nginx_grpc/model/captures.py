"""Captures of a configuration's regular expressions, by reading their text: none is compiled."""

from __future__ import annotations

import re

__all__ = ["groups_of", "names_in"]

_NAMED = re.compile(r"\(\?(?:P?<|')([A-Za-z_][A-Za-z0-9_]*)[>']")
_OPENING = re.compile(r"\?(?:P?<([A-Za-z_][A-Za-z0-9_]*)>|'([A-Za-z_][A-Za-z0-9_]*)')")
_LITERAL = re.compile(r"(?:[A-Za-z0-9_|-]|\\[.-])+")


def names_in(pattern: str) -> list[str]:
    """The names of its named captures."""
    return _NAMED.findall(pattern) if "(?" in pattern else []


def groups_of(pattern: str) -> dict[str, tuple[str, ...]]:
    """What each capture can hold, by number and name, where it is a choice between literal texts.

    `^/(a|b)/(.+)$` gives `{"1": ("a", "b")}`.
    """
    choices: dict[str, tuple[str, ...]] = {}
    opened: list[tuple[list[str], int]] = []
    number, position, end = 0, 0, len(pattern)
    while position < end:
        character = pattern[position]
        if character == "\\":
            position += 2
            continue
        if character == "[":
            position = _after_class(pattern, position)
            continue
        if character == "(":
            keys, start = [], position + 1
            named = _OPENING.match(pattern, start)
            if named or pattern[start : start + 1] != "?":
                number += 1
                keys = [str(number)]
            if named:
                keys.append(named[1] or named[2])
                start = named.end()
            opened.append((keys, start))
        elif character == ")" and opened:
            keys, start = opened.pop()
            inner = pattern[start:position]
            if keys and _LITERAL.fullmatch(inner):
                texts = tuple(inner.replace("\\", "").split("|"))
                choices.update((key, texts) for key in keys)
        position += 1
    return choices


def _after_class(pattern: str, start: int) -> int:
    # A closing bracket that comes first, also behind ^, is a member of the class.
    position = start + 1
    if pattern[position : position + 1] == "^":
        position += 1
    if pattern[position : position + 1] == "]":
        position += 1
    while position < len(pattern) and pattern[position] != "]":
        position += 2 if pattern[position] == "\\" else 1
    return position + 1
