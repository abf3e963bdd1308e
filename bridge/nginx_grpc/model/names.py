"""Kinds of directives that are told by how their names begin, as those of one module.

Many ask this of each directive of each block, and a configuration has few names: each is looked at
once for a kind.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache

__all__ = ["Names", "beginning_with", "names_of", "names_told"]

# A hostile text has any number of names, and of blocks of any length with others in each.
_MOST_NAMES = 4096
_MOST_BLOCKS = 4096
_LONGEST_BLOCK = 64


class Names:
    """The names of a block's directives, each once, for all blocks that have the same."""

    __slots__ = ("_names", "_which")

    def __init__(self, names: tuple[str, ...]) -> None:
        self._names = names
        self._which: dict[Callable[[str], bool], tuple[str, ...]] = {}

    def which(self, told: Callable[[str], bool]) -> tuple[str, ...]:
        """Those of which something is told; found once.

        Args:
            told: a function of a module, always the same one.
        """
        found = self._which.get(told)
        if found is None:
            found = self._which[told] = tuple(filter(told, self._names))
        return found


def names_of(own: Iterable[str]) -> Names:
    """Those of one block, in their order."""
    names = tuple(own)
    return _alike(names) if len(names) <= _LONGEST_BLOCK else Names(names)


@lru_cache(maxsize=_MOST_BLOCKS)
def _alike(names: tuple[str, ...]) -> Names:
    return Names(names)


def names_told(told: Callable[[str], bool]) -> Callable[[str], bool]:
    """The same answer for a name, found once."""
    return lru_cache(maxsize=_MOST_NAMES)(told)


def beginning_with(starts: tuple[str, ...]) -> Callable[[str], bool]:
    """Tells whether a name begins with one of these."""
    return names_told(lambda name: name.startswith(starts))
