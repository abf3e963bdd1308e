"""Kinds of directives that are told by how their names begin, as those of one module.

Many ask this of each directive of each block, and a configuration has few names: each is looked at
once for a kind.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

__all__ = ["beginning_with", "names_told"]

# A hostile text has any number of names.
_MOST_NAMES = 4096


def names_told(told: Callable[[str], bool]) -> Callable[[str], bool]:
    """The same answer for a name, found once."""
    return lru_cache(maxsize=_MOST_NAMES)(told)


def beginning_with(starts: tuple[str, ...]) -> Callable[[str], bool]:
    """Tells whether a name begins with one of these."""
    return names_told(lambda name: name.startswith(starts))
