"""Regexes without memory as automata: what of PCRE is read, and how it is walked.

No look-around, no reference back, no possessive quantifier: a pattern with one of them is Unread.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

__all__ = ["PRINTABLE", "Machine", "Unread", "compiled"]

PRINTABLE = frozenset(map(chr, range(0x20, 0x7F)))
_DIGITS = frozenset("0123456789")
_WORDS = _DIGITS | frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz")
_CLASSES = {
    "d": _DIGITS,
    "D": PRINTABLE - _DIGITS,
    "w": _WORDS,
    "W": PRINTABLE - _WORDS,
    "s": frozenset(" "),
    "S": PRINTABLE - frozenset(" "),
}
_LONGEST = 512
_DEEPEST = 32
_MOST_STATES = 2048


class Unread(Exception):
    """The pattern has what is not read here."""


@dataclass(slots=True)
class Machine:
    """One regex: the numbers of its states, and what leads from each to others.

    States without characters lead on by `empty`; `first` and `last` hold at the ends alone."""

    empty: list[list[int]] = field(default_factory=list)
    first: dict[int, int] = field(default_factory=dict)
    last: dict[int, int] = field(default_factory=dict)
    on: dict[int, tuple[frozenset[str], int]] = field(default_factory=dict)
    accept: int = -1
    entry: int = 0
    start: frozenset[int] | None = None
    again: frozenset[int] | None = None

    def state(self) -> int:
        """A new state."""
        if len(self.empty) >= _MOST_STATES:
            raise Unread
        self.empty.append([])
        return len(self.empty) - 1

    def closure(self, states: list[int], at_start: bool, at_end: bool) -> frozenset[int] | None:
        """All that these states lead to without a character; None where the pattern has matched."""
        seen = set(states)
        waiting = list(seen)
        while waiting:
            state = waiting.pop()
            if state == self.accept:
                return None
            following = list(self.empty[state])
            if at_start and state in self.first:
                following.append(self.first[state])
            if at_end and state in self.last:
                following.append(self.last[state])
            for other in following:
                if other not in seen:
                    seen.add(other)
                    waiting.append(other)
        # What lies behind a beginning that is past leads nowhere.
        return frozenset(item for item in seen if item in self.on or item in self.last)


@lru_cache(maxsize=4096)
def compiled(pattern: str, caseless: bool) -> Machine:
    """The machine of a pattern.

    Raises Unread where it has what is not read.
    """
    if len(pattern) > _LONGEST or not pattern.isascii():
        raise Unread
    if pattern.startswith("(?i)"):
        pattern, caseless = pattern[4:], True
    machine = Machine()
    machine.entry = machine.state()
    reader = _Reader(pattern, caseless, machine)
    machine.accept = reader.alternatives(machine.entry, 0)
    if reader.at < len(pattern):
        raise Unread
    machine.start = machine.closure([machine.entry], at_start=True, at_end=False)
    machine.again = machine.closure([machine.entry], at_start=False, at_end=False)
    return machine


class _Reader:
    """Reads a pattern into a machine, one piece behind the other."""

    def __init__(self, pattern: str, caseless: bool, machine: Machine) -> None:
        self.pattern, self.caseless, self.machine = pattern, caseless, machine
        self.at = 0

    def alternatives(self, start: int, deep: int) -> int:
        """Read up to the group's end; the state behind it."""
        if deep > _DEEPEST:
            raise Unread
        end = self.machine.state()
        while True:
            entry = self.machine.state()
            self.machine.empty[start].append(entry)
            self.machine.empty[self._sequence(entry, deep)].append(end)
            if self._peek() != "|":
                return end
            self.at += 1

    def _peek(self) -> str:
        return self.pattern[self.at : self.at + 1]

    def _sequence(self, state: int, deep: int) -> int:
        while self._peek() not in ("", "|", ")"):
            begin = self.at
            following = self._atom(state, deep)
            least, most = self._times()
            if (least, most) == (1, 1):
                state = following
            else:
                after = self.at
                state = self._repeated(state, following, begin, least, most, deep)
                self.at = after
        return state

    def _repeated(
        self, state: int, following: int, begin: int, least: int, most: int, deep: int
    ) -> int:
        """The atom between two states so often: read again for each time that it is needed."""
        machine = self.machine
        for _ in range(least - 1):
            state = following
            self.at = begin
            following = self._atom(state, deep)
        end = machine.state()
        machine.empty[following].append(end)
        if least == 0:
            machine.empty[state].append(end)
        if most < 0:
            machine.empty[following].append(state)
        for _ in range(max(most - max(least, 1), 0)):
            self.at = begin
            following = self._atom(following, deep)
            machine.empty[following].append(end)
        return end

    def _times(self) -> tuple[int, int]:
        """How often the atom before stands, most -1 for any number."""
        sign = self._peek()
        times = {"*": (0, -1), "+": (1, -1), "?": (0, 1)}.get(sign)
        if times is not None:
            self.at += 1
        elif sign == "{":
            end = self.pattern.find("}", self.at)
            least, comma, most = self.pattern[self.at + 1 : max(end, self.at)].partition(",")
            if not (least.isdigit() and (most.isdigit() or not most)):
                raise Unread
            times = int(least), (int(most) if most else -1) if comma else int(least)
            if times[0] > 64 or times[1] > 64 or 0 <= times[1] < times[0] or times[1] == 0:
                raise Unread
            self.at = end + 1
        else:
            return 1, 1
        if self._peek() == "?":
            self.at += 1
        if self._peek() in ("+", "*", "{"):
            raise Unread
        return times

    def _atom(self, state: int, deep: int) -> int:
        machine, sign = self.machine, self._peek()
        self.at += 1
        if sign == "(":
            self._opening()
            inner = machine.state()
            machine.empty[state].append(inner)
            end = self.alternatives(inner, deep + 1)
            if self._peek() != ")":
                raise Unread
            self.at += 1
            return end
        following = machine.state()
        if sign == "^":
            # A state of its own, for the one before may lead on in other ways too.
            here = machine.state()
            machine.empty[state].append(here)
            machine.first[here] = following
        elif sign == "$":
            here = machine.state()
            machine.empty[state].append(here)
            machine.last[here] = following
        else:
            here = machine.state()
            machine.empty[state].append(here)
            machine.on[here] = (self._characters(sign), following)
        return following

    def _opening(self) -> None:
        if self._peek() != "?":
            return
        for opening, closing in (("?:", ""), ("?<", ">"), ("?P<", ">"), ("?'", "'")):
            if not self.pattern.startswith(opening, self.at):
                continue
            end = self.at + len(opening)
            if closing:
                end = self.pattern.find(closing, end)
                name = self.pattern[self.at + len(opening) : max(end, 0)]
                if not name.isidentifier():
                    break
                end += 1
            self.at = end
            return
        raise Unread

    def _characters(self, sign: str) -> frozenset[str]:
        if sign == ".":
            return PRINTABLE
        if sign == "\\":
            return self._in_case(self._escaped())
        if sign == "[":
            return self._class()
        if sign in "*+?{":
            raise Unread
        return self._in_case(frozenset(sign))

    def _escaped(self) -> frozenset[str]:
        sign = self._peek()
        self.at += 1
        if sign in _CLASSES:
            return _CLASSES[sign]
        if not sign or sign.isalnum():
            raise Unread
        return frozenset(sign)

    def _class(self) -> frozenset[str]:
        members: set[str] = set()
        negated = self._peek() == "^"
        self.at += negated
        first = True
        while first or self._peek() != "]":
            first = False
            low = self._member()
            if self._peek() == "-" and self.pattern[self.at + 1 : self.at + 2] not in ("]", ""):
                self.at += 1
                high = self._member()
                if len(low) != 1 or len(high) != 1:
                    raise Unread
                members.update(map(chr, range(ord(min(low)), ord(min(high)) + 1)))
            else:
                members |= low
        self.at += 1
        found = self._in_case(frozenset(members))
        return PRINTABLE - found if negated else found & PRINTABLE

    def _member(self) -> frozenset[str]:
        sign = self._peek()
        self.at += 1
        if not sign or (sign == "[" and self._peek() in (":", ".", "=")):
            raise Unread
        return self._escaped() if sign == "\\" else frozenset(sign)

    def _in_case(self, members: frozenset[str]) -> frozenset[str]:
        if not self.caseless:
            return members
        return members | {item.lower() for item in members} | {item.upper() for item in members}
