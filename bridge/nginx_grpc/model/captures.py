"""Captures of a configuration's regular expressions, by reading their text: none is compiled."""

from __future__ import annotations

from functools import lru_cache

from nginx_grpc.expressions import expression
from nginx_grpc.records import dataclass, field

__all__ = ["Pattern", "names_in", "pattern_of"]

_NAMED = expression(r"\(\?(?:P?<|')([A-Za-z_][A-Za-z0-9_]*)[>']")
_OPENING = expression(r"\?(?:P?<([A-Za-z_][A-Za-z0-9_]*)>|'([A-Za-z_][A-Za-z0-9_]*)')")
_LITERAL = expression(r"(?:[A-Za-z0-9_|:-]|\\[./-])+")
# What lets a group take no part in a match.
_COUNTS = ("?", "*", "{")
# With ^ and $ around it, a line feed in the path would make a difference.
_ANYTHING = expression(r"\^|\$|\^?(?:\.\*|\((?:\?P?<\w+>|\?'\w+')?\.\*\))")
# What changes how groups are numbered or read: (?|, (?J), (?x) and their kin, verbs, \Q, recursion.
_UNUSUAL = expression(r"\(\?(?:[|#]|[a-zA-Z]*[Jnx]|[&R0-9+(-]|P[>=])|\(\*|\\[QEgK]")


class Pattern:
    """What is known of a regular expression without running it.

    Args:
        names: of its named captures, in small letters, for nginx's variables ignore case.
        groups: how many captures it has at most; `None` where that is not counted.
        choices: what a capture holds after any match, by number and name, where that is a choice
            between literal texts: `^/(a|b)/(.+)$` has `{"1": ("a", "b")}`.
        always: whether it matches whatever there is.
    """

    __slots__ = ("always", "choices", "groups", "names")

    def __init__(self, text: str) -> None:
        self.names = tuple(dict.fromkeys(names_in(text)))
        self.always = _ANYTHING.fullmatch(text) is not None
        self.choices: dict[str, tuple[str, ...]] = {}
        self.groups: int | None = None
        if _UNUSUAL.search(text) is None:
            self.groups = self._read(text)

    def _read(self, pattern: str) -> int:
        opened = [_Group([], 0)]
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
                    keys.append((named[1] or named[2]).lower())
                    start = named.end()
                opened.append(_Group(keys, start))
            elif character == "|":
                opened[-1].alternatives = True
            elif character == ")" and len(opened) > 1:
                group = opened.pop()
                self._close(group, pattern[group.start : position])
                if pattern[position + 1 : position + 2] in _COUNTS:
                    self._doubt(group.inside)
                opened[-1].inside += group.inside
            position += 1
        if opened[0].alternatives:
            self.choices.clear()
        return number

    def _close(self, group: _Group, inner: str) -> None:
        # Of alternatives not each takes part in a match.
        if group.alternatives:
            self._doubt(group.inside)
        if group.keys and _LITERAL.fullmatch(inner):
            texts = tuple(dict.fromkeys(inner.replace("\\", "").split("|")))
            self.choices.update((key, texts) for key in group.keys)
        group.inside += group.keys

    def _doubt(self, keys: list[str]) -> None:
        for key in keys:
            self.choices.pop(key, None)


@dataclass(slots=True)
class _Group:
    keys: list[str]
    start: int
    alternatives: bool = False
    inside: list[str] = field(default_factory=list)


@lru_cache(maxsize=4096)
def pattern_of(text: str) -> Pattern:
    """The pattern of a text, as it stands behind nginx's `~`."""
    return Pattern(text)


def names_in(pattern: str) -> list[str]:
    """The names of its named captures, in small letters."""
    return [name.lower() for name in _NAMED.findall(pattern)] if "(?" in pattern else []


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
