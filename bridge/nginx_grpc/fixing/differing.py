"""Where two sequences differ that are alike for the most part, in time that is linear in them.

difflib alone takes minutes for a few thousand lines of which each comes many times, as a
configuration's do.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from difflib import SequenceMatcher
from typing import TypeVar

__all__ = ["Change", "differing"]

Item = TypeVar("Item", bound=Hashable)

Change = tuple[int, int, int, int]
"""Start and end of what goes of the first sequence, and of what comes of the second."""

# So many items in a row are no chance.
_SURE = 3
# So far ahead, in both together, it is looked for where the two go on alike.
_NEAR = 128


def differing(old: Sequence[Item], new: Sequence[Item]) -> Iterator[Change]:
    """What differs, in order; between two changes, before the first and after the last all is
    equal."""
    common = _common(old, new)
    at, on = 0, 0
    while True:
        while at < len(old) and on < len(new) and old[at] == new[on]:
            at += 1
            on += 1
        if at == len(old) and on == len(new):
            return
        near = _near(old, at, new, on, common)
        if near is not None:
            gone, come = near
            matcher = SequenceMatcher(None, old[at : at + gone], new[on : on + come], False)
            for tag, left, right, under, over in matcher.get_opcodes():
                if tag != "equal":
                    yield at + left, at + right, on + under, on + over
        else:
            gone, come = _far(old, at, len(new), on, common)
            yield at, at + gone, on, on + come
        at += gone
        on += come


def _near(
    old: Sequence[Item], at: int, new: Sequence[Item], on: int, common: dict[Item, int]
) -> tuple[int, int] | None:
    """How much goes and comes before the two are alike again; None where that is not near."""
    for both in range(1, _NEAR + 1):
        for gone in range(max(both - len(new) + on, 0), min(both, len(old) - at) + 1):
            left, right = at + gone, on + both - gone
            alike = old[left : left + _SURE] == new[right : right + _SURE]
            if alike or (left < len(old) and common.get(old[left]) == right):
                return gone, both - gone
    return None


def _common(old: Sequence[Item], new: Sequence[Item]) -> dict[Item, int]:
    """Where in the second stands what each has once."""
    here, there = Counter(old), Counter(new)
    return {item: n for n, item in enumerate(new) if there[item] == 1 and here[item] == 1}


def _far(
    old: Sequence[Item], at: int, end: int, on: int, common: dict[Item, int]
) -> tuple[int, int]:
    """How much goes and comes before the next item that each has once."""
    for left in range(at + 1, len(old)):
        right = common.get(old[left], -1)
        if right >= on:
            return left - at, right - on
    return len(old) - at, end - on
