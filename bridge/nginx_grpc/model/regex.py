"""Regexes of a configuration, run without running them: in time linear in the text.

What a simulation of the automaton finds is PCRE's own answer, captures too. Of a regex that is not
read, and of one for which PCRE itself might give up, nothing is known.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from nginx_grpc.model.pcre import Edge, Either, Group, Node, Repeat, Row, Set, Unread, tree_of
from nginx_grpc.records import dataclass

__all__ = ["Match", "Regex", "compiled"]

_LONGEST_PATTERN = 1_000
_MOST_STEPS = 2_000
_LONGEST_TEXT = 2_000
# PCRE gives up after ten million steps of its own, and nginx then answers 500.
_MOST_WAYS = 1_000_000

_CHAR, _SPLIT, _JUMP, _SAVE, _START, _END, _MATCH = range(7)


@dataclass(frozen=True, slots=True)
class Match:
    """What a regex took.

    Args:
        captures: the groups by number, the whole at 0; None for one that took no part.
    """

    captures: tuple[str | None, ...]


def _can_be_empty(node: Node) -> bool:
    if isinstance(node, Set):
        return False
    if isinstance(node, Row):
        return all(map(_can_be_empty, node.items))
    if isinstance(node, Either):
        return any(map(_can_be_empty, node.ways))
    if isinstance(node, Group):
        return _can_be_empty(node.inside)
    return isinstance(node, Edge) or node.least == 0 or _can_be_empty(node.atom)


def _branches(node: Node) -> bool:
    """Whether there is more than one way through it."""
    if isinstance(node, Row):
        return any(map(_branches, node.items))
    if isinstance(node, Group):
        return _branches(node.inside)
    return isinstance(node, Either | Repeat)


def _repetitions(node: Node) -> int:
    """How many of its parts are repeated.

    Raises Unread where PCRE may try exponentially many ways, for one is in another.
    """
    if isinstance(node, Row):
        return sum(map(_repetitions, node.items))
    if isinstance(node, Either):
        return sum(map(_repetitions, node.ways))
    if isinstance(node, Group):
        return _repetitions(node.inside)
    if not isinstance(node, Repeat):
        return 0
    often = node.most < 0 or node.most > 1
    if _can_be_empty(node.atom) or (often and _branches(node.atom)):
        raise Unread
    return _repetitions(node.atom) + often


class _Program:
    """The automaton: what to do at each step, in the order in which PCRE prefers."""

    def __init__(self, node: Node) -> None:
        self.steps: list[list[Any]] = []
        self._add(_SAVE, 0)
        self._emit(node)
        self._add(_SAVE, 1)
        self._add(_MATCH)

    def _add(self, *step: Any) -> int:
        if len(self.steps) >= _MOST_STEPS:
            raise Unread
        self.steps.append(list(step))
        return len(self.steps) - 1

    def _emit(self, node: Node) -> None:
        if isinstance(node, Set):
            self._add(_CHAR, node.characters)
        elif isinstance(node, Row):
            for item in node.items:
                self._emit(item)
        elif isinstance(node, Either):
            self._either(node.ways)
        elif isinstance(node, Group):
            if node.number is not None:
                self._add(_SAVE, 2 * node.number)
            self._emit(node.inside)
            if node.number is not None:
                self._add(_SAVE, 2 * node.number + 1)
        elif isinstance(node, Repeat):
            self._repeat(node)
        else:
            self._add(_END if node.end else _START)

    def _either(self, ways: tuple[Node, ...]) -> None:
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

    def _repeat(self, node: Repeat) -> None:
        atom, least, most, lazy = node.atom, node.least, node.most, node.lazy
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
        tree = tree_of(pattern, caseless=caseless)
        self._repetitions = _repetitions(tree.root) + 1
        self._steps = _Program(tree.root).steps
        self._slots = 2 * tree.groups + 2
        self.names = tree.names

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
    if len(pattern) > _LONGEST_PATTERN:
        return None
    try:
        return Regex(pattern, caseless=caseless)
    except Unread:
        return None
