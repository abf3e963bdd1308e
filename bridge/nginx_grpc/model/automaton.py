"""Regexes without memory as automata, to say what they match of texts that are known in part."""

from __future__ import annotations

from functools import lru_cache

from nginx_grpc.model.pcre import Edge, Either, Group, Node, Row, Set, Unread, tree_of
from nginx_grpc.records import dataclass, field

__all__ = ["PRINTABLE", "Machine", "Unread", "compiled"]

PRINTABLE = frozenset(map(chr, range(0x20, 0x7F)))
_LONGEST = 512
_MOST_STATES = 2048
# The same few patterns are asked about every location.
_MOST_KNOWN = 4096


@dataclass(slots=True, eq=False)
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

    def after(self, states: frozenset[int] | None, character: str) -> frozenset[int] | None:
        """The states after one more character; None for those in which the pattern has matched."""
        if states is None or self.again is None:
            return None
        return _after(self, states, character)

    def behind(self, text: str) -> frozenset[int] | None:
        """The states behind a text; None where the pattern has matched."""
        states = self.start
        if self.again is None:
            return states if not text else None
        for character in text:
            if states is None:
                break
            states = _after(self, states, character)
        return states

    def ends(self, states: frozenset[int] | None) -> bool:
        """Whether the pattern has matched where the text ends in these states."""
        return states is None or _ends(self, states)

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


@lru_cache(maxsize=_MOST_KNOWN)
def compiled(pattern: str, caseless: bool) -> Machine:
    """The machine of a pattern.

    Raises Unread where it has what is not read.
    """
    if len(pattern) > _LONGEST:
        raise Unread
    machine = Machine()
    machine.entry = machine.state()
    machine.accept = _add(machine, tree_of(pattern, caseless=caseless).root, machine.entry)
    machine.start = machine.closure([machine.entry], at_start=True, at_end=False)
    machine.again = machine.closure([machine.entry], at_start=False, at_end=False)
    return machine


@lru_cache(maxsize=_MOST_KNOWN)
def _after(machine: Machine, states: frozenset[int], character: str) -> frozenset[int] | None:
    reached = []
    for state in states:
        edge = machine.on.get(state)
        if edge is not None and character in edge[0]:
            reached.append(edge[1])
    closed = machine.closure(reached, at_start=False, at_end=False)
    assert machine.again is not None
    return None if closed is None else closed | machine.again


@lru_cache(maxsize=_MOST_KNOWN)
def _ends(machine: Machine, states: frozenset[int]) -> bool:
    return machine.closure(list(states), at_start=False, at_end=True) is None


def _add(machine: Machine, node: Node, state: int) -> int:
    """A node behind a state; the state behind it."""
    if isinstance(node, Row):
        for item in node.items:
            state = _add(machine, item, state)
        return state
    # A state of its own, for the one before may lead on in other ways too.
    here = machine.state()
    machine.empty[state].append(here)
    if isinstance(node, Group):
        return _add(machine, node.inside, here)
    following = machine.state()
    if isinstance(node, Set):
        machine.on[here] = (node.characters & PRINTABLE, following)
    elif isinstance(node, Edge):
        (machine.last if node.end else machine.first)[here] = following
    elif isinstance(node, Either):
        for way in node.ways:
            machine.empty[_add(machine, way, here)].append(following)
    else:
        for _ in range(node.least):
            here = _add(machine, node.atom, here)
        machine.empty[here].append(following)
        if node.most < 0:
            machine.empty[_add(machine, node.atom, following)].append(following)
        for _ in range(node.most - node.least):
            here = _add(machine, node.atom, here)
            machine.empty[here].append(following)
    return following
