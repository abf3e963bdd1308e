"""JSON of somebody else, as every reader of JSON would have it."""

from __future__ import annotations

import json
from typing import Any, NoReturn

__all__ = ["loads"]


def loads(data: bytes) -> Any:
    """The value of a JSON text in UTF-8.

    Raises ValueError for what is none, and for what readers disagree on: NaN, keys that stand
    twice, nesting beyond what Python holds.
    """
    try:
        return json.loads(data.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_constant)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("a key that stands twice")
    return value


def _constant(name: str) -> NoReturn:
    raise ValueError(name)
