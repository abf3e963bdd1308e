"""Regexes of a configuration, run without running them: in time linear in the text.

A configuration's own regex is never given to a backtracking engine. What is read here is the part
of PCRE on which a simulation of the automaton gives PCRE's own answer, captures too: literals,
classes, groups, alternation, greedy and lazy repetition, ^ and $. Of any other regex, and of one
for which PCRE itself might give up, nothing is known.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

__all__ = ["Match", "Regex", "compiled"]

_LONGEST_PATTERN = 1_000
_MOST_STEPS = 2_000
_LONGEST_TEXT = 2_000
# PCRE gives up after ten million steps of its own, and nginx then answers 500.
_MOST_WAYS = 1_000_000
_MOST_REPEATED = 100

_ANY = frozenset(map(chr, range(128))) - {"\n"}
_DIGITS = frozenset("0123456789")
_WORD = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")
_SPACE = frozenset(" \t\n\v\f\r")
_ALL = frozenset(map(chr, range(128)))
_CLASSES = {
    "d": _DIGITS, "D": _ALL - _DIGITS, "w": _WORD, "W": _ALL - _WORD, "s": _SPACE,
    "S": _ALL - _SPACE,
}  # fmt: skip
_CONTROLS = {"n": "\n", "t": "\t", "r": "\r", "f": "\f"}
_NAMED = re.compile(r"\?(?:P?<([A-Za-z_]\w{0,31})>|'([A-Za-z_]\w{0,31})')", re.ASCII)
_COUNTED = re.compile(r"\{(\d{1,3})(,(\d{0,3}))?\}", re.ASCII)

_CHAR, _SPLIT, _JUMP, _SAVE, _START, _END, _MATCH = range(7)


@dataclass(frozen=True, slots=True)
class Match:
    """What a regex took.

    Args:
        captures: the groups by number, the whole at 0; None for one that took no part.
    """

    captures: tuple[str | None, ...]


class _Unknown(Exception):
    """Outside of what is read here."""


# Its kind, then what it is made of.
_Node = tuple[Any, ...]


class _Parser:
    def __init__(self, pattern: str, *, caseless: bool) -> None:
        self._text = pattern
        self._at = 0
        self._caseless = caseless
        self.groups = 0
        self.names: dict[str, int] = {}
        self.unbounded = 0

    def parse(self) -> _Node:
        node = self._alternatives()
        if self._at < len(self._text):
            raise _Unknown
        return node

    def _peek(self) -> str:
        return self._text[self._at] if self._at < len(self._text) else ""

    def _take(self) -> str:
        if self._at >= len(self._text):
            raise _Unknown
        self._at += 1
        return self._text[self._at - 1]

    def _alternatives(self) -> _Node:
        ways = [self._sequence()]
        while self._peek() == "|":
            self._at += 1
            ways.append(self._sequence())
        return ways[0] if len(ways) == 1 else ("or", ways)

    def _sequence(self) -> _Node:
        items = []
        while self._peek() not in ("", "|", ")"):
            items.append(self._repeated(self._atom()))
        return ("seq", items)

    def _atom(self) -> _Node:
        char = self._take()
        if char == "(":
            return self._group()
        if char == "[":
            return ("set", self._class())
        if char == ".":
            return ("set", _ANY)
        if char == "^":
            return ("start",)
        if char == "$":
            return ("end",)
        if char == "\\":
            return ("set", self._folded(self._escaped()))
        if char in "*+?{":
            raise _Unknown
        return ("set", self._folded(frozenset((char,))))

    def _group(self) -> _Node:
        number = None
        if self._peek() == "?":
            if self._text.startswith("?:", self._at):
                self._at += 2
            else:
                named = _NAMED.match(self._text, self._at)
                name = (named[1] or named[2]) if named else ""
                if named is None or name in self.names:
                    raise _Unknown
                self._at = named.end()
                self.groups += 1
                number = self.names[name] = self.groups
        elif self._peek() == "*":
            raise _Unknown
        else:
            self.groups += 1
            number = self.groups
        inside = self._alternatives()
        if self._take() != ")":
            raise _Unknown
        return ("group", number, inside)

    def _repeated(self, atom: _Node) -> _Node:
        char = self._peek()
        least, most = 1, 1
        counted = _COUNTED.match(self._text, self._at) if char == "{" else None
        if char in ("*", "+", "?") and char:
            self._at += 1
            least, most = {"*": (0, -1), "+": (1, -1), "?": (0, 1)}[char]
        elif counted is not None:
            self._at = counted.end()
            least = int(counted[1])
            most = least if counted[2] is None else int(counted[3]) if counted[3] else -1
            if max(least, most) > _MOST_REPEATED or -1 < most < least:
                raise _Unknown
        elif char == "{":
            raise _Unknown
        else:
            return atom
        lazy = self._peek() == "?"
        if lazy:
            self._at += 1
        if self._peek() in ("*", "+", "{") and self._peek():
            raise _Unknown
        if atom[0] not in ("set", "group") or _can_be_empty(atom):
            raise _Unknown
        if most < 0 or most > 1:
            if _repeats(atom):
                # A repetition in a repetition: PCRE may try exponentially many ways.
                raise _Unknown
            self.unbounded += 1
        return ("repeat", atom, least, most, lazy)

    def _class(self) -> frozenset[str]:
        negated = self._peek() == "^"
        if negated:
            self._at += 1
        members: set[str] = set()
        first = True
        while first or self._peek() != "]":
            first = False
            if self._text.startswith(("[:", "[.", "[="), self._at):
                raise _Unknown
            low = self._member()
            if self._peek() == "-" and not self._text.startswith("-]", self._at):
                self._at += 1
                high = self._member()
                if len(low) != 1 or len(high) != 1:
                    raise _Unknown
                start, end = ord(min(low)), ord(min(high))
                if start > end:
                    raise _Unknown
                members.update(map(chr, range(start, end + 1)))
            else:
                members |= low
        self._at += 1
        found = self._folded(frozenset(members))
        return _ALL - found if negated else found

    def _member(self) -> frozenset[str]:
        char = self._take()
        return self._escaped() if char == "\\" else frozenset((char,))

    def _escaped(self) -> frozenset[str]:
        char = self._take()
        if char in _CLASSES:
            return _CLASSES[char]
        if char in _CONTROLS:
            return frozenset((_CONTROLS[char],))
        if char.isalnum():
            raise _Unknown
        return frozenset((char,))

    def _folded(self, chars: frozenset[str]) -> frozenset[str]:
        if not self._caseless:
            return chars
        return chars | {char.swapcase() for char in chars if char.isalpha()}


def _can_be_empty(node: _Node) -> bool:
    kind = node[0]
    if kind == "set":
        return False
    if kind == "seq":
        return all(map(_can_be_empty, node[1]))
    if kind == "or":
        return any(map(_can_be_empty, node[1]))
    if kind == "group":
        return _can_be_empty(node[2])
    if kind == "repeat":
        return bool(node[2] == 0 or _can_be_empty(node[1]))
    return True


def _repeats(node: _Node) -> bool:
    kind = node[0]
    if kind in ("seq", "or"):
        return kind == "or" or any(map(_repeats, node[1]))
    if kind == "group":
        return _repeats(node[2])
    return bool(kind == "repeat")


class _Program:
    """The automaton: what to do at each step, in the order in which PCRE prefers."""

    def __init__(self, node: _Node) -> None:
        self.steps: list[list[Any]] = []
        self._add(_SAVE, 0)
        self._emit(node)
        self._add(_SAVE, 1)
        self._add(_MATCH)

    def _add(self, *step: Any) -> int:
        if len(self.steps) >= _MOST_STEPS:
            raise _Unknown
        self.steps.append(list(step))
        return len(self.steps) - 1

    def _emit(self, node: _Node) -> None:
        kind = node[0]
        if kind == "set":
            self._add(_CHAR, node[1])
        elif kind == "seq":
            for item in node[1]:
                self._emit(item)
        elif kind == "or":
            self._either(node[1])
        elif kind == "group":
            if node[1] is not None:
                self._add(_SAVE, 2 * node[1])
            self._emit(node[2])
            if node[1] is not None:
                self._add(_SAVE, 2 * node[1] + 1)
        elif kind == "repeat":
            self._repeat(*node[1:])
        else:
            self._add(_START if kind == "start" else _END)

    def _either(self, ways: list[_Node]) -> None:
        ends = []
        for way in ways[:-1]:
            split = self._add(_SPLIT, 0, 0)
            self.steps[split][1] = len(self.steps)
            self._emit(way)
            ends.append(self._add(_JUMP, 0))
            self.steps[split][2] = len(self.steps)
        self._emit(ways[-1])
        for end in ends:
            self.steps[end][1] = len(self.steps)

    def _repeat(self, atom: _Node, least: int, most: int, lazy: bool) -> None:
        for _ in range(least):
            self._emit(atom)
        splits = []
        for _ in range(1 if most < 0 else most - least):
            splits.append(self._add(_SPLIT, 0, 0))
            inside = len(self.steps)
            self._emit(atom)
            if most < 0:
                self._add(_JUMP, splits[0])
            self.steps[splits[-1]][2 if lazy else 1] = inside
        for split in splits:
            self.steps[split][1 if lazy else 2] = len(self.steps)


class Regex:
    """A regex as nginx would compile it."""

    def __init__(self, pattern: str, *, caseless: bool) -> None:
        parser = _Parser(pattern, caseless=caseless)
        node = parser.parse()
        self._steps = _Program(node).steps
        self._slots = 2 * parser.groups + 2
        self._repetitions = parser.unbounded + 1
        self.names = parser.names

    def search(self, text: str) -> Match | bool | None:
        """The first match, as PCRE finds it; None for none, False where that is not known."""
        if len(text) > _LONGEST_TEXT or not text.isascii():
            return False
        if len(text) ** self._repetitions > _MOST_WAYS:
            return False
        threads: list[tuple[int, tuple[int, ...]]] = []
        found: tuple[int, ...] | None = None
        for at in range(len(text) + 1):
            if found is None:
                # Later starts rank behind all earlier ones.
                threads.append((0, (-1,) * self._slots))
            threads, matched = self._closed(threads, at, text)
            found = matched or found
            if at == len(text):
                break
            char = text[at]
            threads = [(step + 1, slots) for step, slots in threads if char in self._steps[step][1]]
            if not threads and found is not None:
                break
        if found is None:
            return None
        pairs = zip(found[::2], found[1::2], strict=True)
        return Match(tuple(text[a:b] if a >= 0 and b >= 0 else None for a, b in pairs))

    def _closed(
        self, threads: list[tuple[int, tuple[int, ...]]], at: int, text: str
    ) -> tuple[list[tuple[int, tuple[int, ...]]], tuple[int, ...] | None]:
        """The steps that wait for a character, best first; what is behind a match is dropped."""
        seen: set[int] = set()
        waiting: list[tuple[int, tuple[int, ...]]] = []
        stack = threads[::-1]
        while stack:
            step, slots = stack.pop()
            if step in seen:
                continue
            seen.add(step)
            kind, *more = self._steps[step]
            if kind == _CHAR:
                waiting.append((step, slots))
            elif kind == _MATCH:
                return waiting, slots
            elif kind == _JUMP:
                stack.append((more[0], slots))
            elif kind == _SPLIT:
                stack.append((more[1], slots))
                stack.append((more[0], slots))
            elif kind == _SAVE:
                slot: int = more[0]
                stack.append((step + 1, (*slots[:slot], at, *slots[slot + 1 :])))
            elif kind == _START:
                if at == 0:
                    stack.append((step + 1, slots))
            elif at == len(text) or (at == len(text) - 1 and text[at] == "\n"):
                stack.append((step + 1, slots))
        return waiting, None


@lru_cache(maxsize=1_024)
def compiled(pattern: str, *, caseless: bool = False) -> Regex | None:
    """The regex; None where nothing is known of it."""
    if len(pattern) > _LONGEST_PATTERN or not pattern.isascii():
        return None
    try:
        return Regex(pattern, caseless=caseless)
    except (_Unknown, RecursionError):
        return None
