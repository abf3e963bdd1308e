"""A seeded sample in `make test`, all there is in `make full`.

FULL=1 runs everything, and SEED chooses another sample.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from random import Random
from typing import TypeVar

FULL = os.environ.get("FULL") == "1"
SEED = os.environ.get("SEED", "1")

T = TypeVar("T")


def sample(items: Iterable[T], number: int) -> list[T]:
    """Some of the items, in their order; in a full run, all."""
    every = list(items)
    if FULL or len(every) <= number:
        return every
    chosen = sorted(Random(SEED).sample(range(len(every)), number))
    return [every[place] for place in chosen]
