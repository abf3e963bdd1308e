"""What a configuration's regex says of a text, or of all texts that begin alike.

None is compiled: a configuration is a stranger's, and a regex of his may run for ever. The part of
PCRE without memory (no look-around, no reference back) is read into an automaton, whose walk is
linear in the text; of the rest nothing is said. A text here is one line: `$` is its end.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from functools import lru_cache

from nginx_grpc.model.automaton import PRINTABLE, Machine, Unread, compiled
from nginx_grpc.records import dataclass, replace

__all__ = ["Language", "Patterns"]

_MOST_KNOWN = 6
# Of an automaton's walk: more are not looked at, and nothing is said.
_MOST_SETS = 128
_MOST_STEPS = 2_000
_MOST_KEPT = 1024
_CHARACTERS = sorted(PRINTABLE)


@dataclass(frozen=True, slots=True)
class Language:
    """A text that is known in part.

    Args:
        prefix: what it begins with.
        exact: whether that is all of it.
        within: patterns of which it is known that they match it, each with whether it ignores case.
        without: patterns of which it is known that they do not.
    """

    prefix: str = ""
    exact: bool = False
    within: tuple[tuple[str, bool], ...] = ()
    without: tuple[tuple[str, bool], ...] = ()

    def knowing(self, pattern: str, caseless: bool, matches: bool) -> Language:
        """The same where it is known of a pattern, too, whether it matches."""
        if self.exact or len(self.within) + len(self.without) >= _MOST_KNOWN:
            return self
        more = ((pattern, caseless),)
        if matches:
            return replace(self, within=(*self.within, *more))
        return replace(self, without=(*self.without, *more))


class Patterns:
    """Regexes against languages, for a number of steps: then nothing is said any more."""

    def __init__(self, steps: int) -> None:
        self._left = steps
        self._known: dict[tuple[str, bool, Language], str] = {}

    def spend(self) -> bool:
        """Take one step; whether there was one left."""
        self._left -= 1
        return self._left > 0

    def relation(self, pattern: str, caseless: bool, language: Language) -> str:
        """Whether a regex matches the texts of a language, anywhere in them.

        Args:
            pattern: the regex as nginx takes it.
            caseless: whether it ignores case (`~*`).
            language: the texts.

        Returns:
            always, never, sometimes, or unknown: also where the language has no text at all.
        """
        asked = (pattern, caseless, language)
        if asked not in self._known:
            self._known[asked] = self._found(*asked) if self._left > 0 else "unknown"
        return self._known[asked]

    def is_empty(self, language: Language) -> bool:
        """Whether it is sure that a language has no text at all."""
        prefix = language.prefix
        if not prefix.isascii() or not prefix.isprintable() or self._left <= 0:
            return False
        if language.exact or not language.within:
            return False
        within = _readable(language.within)
        if not within:
            return False
        machines = (compiled("", False), *within)
        found, steps = _explored(machines, _behind(machines, prefix), len(machines))
        self._left -= steps + len(prefix)
        return found == frozenset()

    def _found(self, pattern: str, caseless: bool, language: Language) -> str:
        prefix = language.prefix
        if not prefix.isascii() or not prefix.isprintable():
            return "unknown"
        self._left -= len(prefix) + len(pattern)
        try:
            machines = [compiled(pattern, caseless)]
        except Unread:
            return "unknown"
        within = _readable(language.within)
        machines += within + _readable(language.without)
        sets = _behind(machines, prefix)
        if language.exact:
            found: frozenset[bool] | None = frozenset([machines[0].ends(sets[0])])
        else:
            found, steps = _explored(tuple(machines), sets, len(within) + 1)
            self._left -= steps
        if found is not None and len(found) == 2:
            return "sometimes"
        return {True: "always", False: "never", None: "unknown"}[
            next(iter(found)) if found else None
        ]


# Of each machine the states it is in; None once it has matched, for more text changes nothing.
_Sets = tuple["frozenset[int] | None", ...]


def _behind(machines: Sequence[Machine], text: str) -> _Sets:
    return tuple(machine.behind(text) for machine in machines)


def _step(machines: Sequence[Machine], sets: _Sets, character: str) -> _Sets:
    return tuple(
        machine.after(states, character) for machine, states in zip(machines, sets, strict=True)
    )


@lru_cache(maxsize=_MOST_KEPT)
def _explored(
    machines: tuple[Machine, ...], sets: _Sets, within: int
) -> tuple[frozenset[bool] | None, int]:
    """Whether the first machine matches what others do and do not, None where that would take too
    long; and the steps that were taken.

    Args:
        machines: the one that is asked, those that match, those that do not.
        sets: where they are.
        within: the place of the first that does not match.
    """
    alphabet = _representatives(machines)
    found: set[bool] = set()
    seen = {sets}
    waiting = [sets]
    steps = 0
    while waiting and len(found) < 2:
        at = waiting.pop()
        if None in at[within:]:
            continue
        ends = list(map(Machine.ends, machines, at))
        if all(ends[1:within]) and not any(ends[within:]):
            found.add(ends[0])
        if within == len(at) and all(states is None for states in at):
            continue
        for character in alphabet:
            steps += 1
            following = _step(machines, at, character)
            if following not in seen:
                seen.add(following)
                waiting.append(following)
        if len(seen) > _MOST_SETS or steps > _MOST_STEPS:
            return None, steps
    return frozenset(found), steps


def _readable(patterns: tuple[tuple[str, bool], ...]) -> list[Machine]:
    """Those that can be read: without the others a language is only larger."""
    found = []
    for pattern, caseless in patterns:
        with suppress(Unread):
            found.append(compiled(pattern, caseless))
    return found


def _representatives(machines: Sequence[Machine]) -> list[str]:
    """One character of each kind that the patterns tell apart."""
    kinds: dict[str, int] = dict.fromkeys(_CHARACTERS, 0)
    groups = {edge[0] for machine in machines for edge in machine.on.values()}
    for number, group in enumerate(groups):
        for character in group:
            kinds[character] |= 1 << number
    first: dict[int, str] = {}
    for character, kind in kinds.items():
        first.setdefault(kind, character)
    return list(first.values())
