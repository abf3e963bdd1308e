"""Regexes of a configuration as trees: the part of PCRE without memory.

Literals, classes, groups, alternation, greedy and lazy repetition, `^` and `$`. A configuration is
a stranger's, and a regex of his may run for ever: none is given to an engine that backtracks.
"""

from __future__ import annotations

import re

from nginx_grpc.expressions import expression
from nginx_grpc.records import dataclass

__all__ = ["Edge", "Either", "Group", "Node", "Repeat", "Row", "Set", "Tree", "Unread", "tree_of"]

_DEEPEST = 32
_MOST_REPEATED = 100

_ALL = frozenset(map(chr, range(128)))
_DIGITS = frozenset("0123456789")
_WORD = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")
_SPACE = frozenset(" \t\n\v\f\r")
_CLASSES = {
    "d": _DIGITS, "D": _ALL - _DIGITS, "w": _WORD, "W": _ALL - _WORD, "s": _SPACE,
    "S": _ALL - _SPACE,
}  # fmt: skip
_CONTROLS = {"n": "\n", "t": "\t", "r": "\r", "f": "\f"}
_NAMED = expression(r"\?(?:P?<([A-Za-z_]\w{0,31})>|'([A-Za-z_]\w{0,31})')", re.ASCII)
_COUNTED = expression(r"\{(\d{1,3})(,(\d{0,3}))?\}", re.ASCII)


class Unread(Exception):
    """The pattern has what is not read here."""


@dataclass(frozen=True, slots=True)
class Set:
    """One of these characters."""

    characters: frozenset[str]


@dataclass(frozen=True, slots=True)
class Edge:
    """`^`, or `$` where it is the end."""

    end: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One behind the other."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Either:
    """One of them, the first preferred."""

    ways: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Brackets; the number is None where they do not capture."""

    number: int | None
    inside: Node


@dataclass(frozen=True, slots=True)
class Repeat:
    """So often; `most` is -1 for any number."""

    atom: Node
    least: int
    most: int
    lazy: bool


Node = Set | Edge | Row | Either | Group | Repeat


@dataclass(frozen=True, slots=True)
class Tree:
    """A pattern.

    Args:
        root: it.
        groups: how many groups capture.
        names: their numbers by name.
    """

    root: Node
    groups: int
    names: dict[str, int]


def tree_of(pattern: str, *, caseless: bool) -> Tree:
    """A pattern's tree.

    Raises:
        Unread: there is more in it than is read here.
    """
    if not pattern.isascii():
        raise Unread
    if pattern.startswith("(?i)"):
        pattern, caseless = pattern[4:], True
    reader = _Reader(pattern, caseless=caseless)
    root = reader.alternatives(0)
    if reader.at < len(pattern):
        raise Unread
    return Tree(root, reader.groups, reader.names)


class _Reader:
    def __init__(self, pattern: str, *, caseless: bool) -> None:
        self._text = pattern
        self._caseless = caseless
        self.at = 0
        self.groups = 0
        self.names: dict[str, int] = {}

    def alternatives(self, deep: int) -> Node:
        """What stands up to the end of the group."""
        if deep > _DEEPEST:
            raise Unread
        ways = [self._row(deep)]
        while self._peek() == "|":
            self.at += 1
            ways.append(self._row(deep))
        return ways[0] if len(ways) == 1 else Either(tuple(ways))

    def _peek(self) -> str:
        return self._text[self.at : self.at + 1]

    def _take(self) -> str:
        if self.at >= len(self._text):
            raise Unread
        self.at += 1
        return self._text[self.at - 1]

    def _row(self, deep: int) -> Node:
        items = []
        while self._peek() not in ("", "|", ")"):
            items.append(self._repeated(self._atom(deep)))
        return Row(tuple(items))

    def _atom(self, deep: int) -> Node:
        char = self._take()
        if char == "(":
            return self._group(deep)
        if char in "^$":
            return Edge(char == "$")
        if char in "*+?{":
            raise Unread
        if char == "[":
            return Set(self._class())
        if char == ".":
            return Set(_ALL - {"\n"})
        return Set(self._folded(self._escaped() if char == "\\" else frozenset(char)))

    def _group(self, deep: int) -> Node:
        number = None
        named = _NAMED.match(self._text, self.at)
        if self._text.startswith("?:", self.at):
            self.at += 2
        elif self._peek() in ("?", "*") and named is None:
            raise Unread
        else:
            self.groups += 1
            number = self.groups
        if named is not None:
            name = named[1] or named[2]
            if name in self.names:
                raise Unread
            self.at = named.end()
            self.names[name] = self.groups
        inside = self.alternatives(deep + 1)
        if self._take() != ")":
            raise Unread
        return Group(number, inside)

    def _repeated(self, atom: Node) -> Node:
        char = self._peek()
        counted = _COUNTED.match(self._text, self.at) if char == "{" else None
        if char in ("*", "+", "?"):
            self.at += 1
            least, most = {"*": (0, -1), "+": (1, -1), "?": (0, 1)}[char]
        elif counted is not None:
            self.at = counted.end()
            least = int(counted[1])
            most = least if counted[2] is None else int(counted[3]) if counted[3] else -1
            if max(least, most) > _MOST_REPEATED or -1 < most < least:
                raise Unread
        elif char == "{":
            raise Unread
        else:
            return atom
        lazy = self._peek() == "?"
        self.at += lazy
        if self._peek() in ("*", "+", "{") or isinstance(atom, Edge):
            raise Unread
        return Repeat(atom, least, most, lazy)

    def _class(self) -> frozenset[str]:
        negated = self._peek() == "^"
        self.at += negated
        members: set[str] = set()
        first = True
        while first or self._peek() != "]":
            first = False
            if self._text.startswith(("[:", "[.", "[="), self.at):
                raise Unread
            low = self._member()
            if self._peek() == "-" and not self._text.startswith("-]", self.at):
                self.at += 1
                high = self._member()
                if len(low) != 1 or len(high) != 1 or min(low) > min(high):
                    raise Unread
                members.update(map(chr, range(ord(min(low)), ord(min(high)) + 1)))
            else:
                members |= low
        self.at += 1
        found = self._folded(frozenset(members))
        return _ALL - found if negated else found

    def _member(self) -> frozenset[str]:
        char = self._take()
        return self._escaped() if char == "\\" else frozenset(char)

    def _escaped(self) -> frozenset[str]:
        char = self._take()
        if char in _CLASSES:
            return _CLASSES[char]
        if char.isalnum() and char not in _CONTROLS:
            raise Unread
        return frozenset(_CONTROLS.get(char, char))

    def _folded(self, chars: frozenset[str]) -> frozenset[str]:
        return chars | {char.swapcase() for char in chars} if self._caseless else chars
