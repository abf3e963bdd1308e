"""Times, sizes, counts and switches as nginx reads them; None for a text that it refuses.

Each function follows nginx's own reader, in `core/ngx_parse.c`, `core/ngx_string.c` and
`core/ngx_conf_file.c`. So `1h 30m` and `20` are times, `1.5s` and `60S` are not, and a switch is
`on` in any case but never `yes`.
"""

from __future__ import annotations

__all__ = ["bytes_of", "count_of", "milliseconds_of", "offset_of", "switch_of"]

_LARGEST = 2**63 - 1
# Rank of a unit, its length in milliseconds. A unit must stand before those of a higher rank.
# Years and months are read only where nginx counts in whole seconds, which is nowhere here.
_TIME_UNITS = {
    "w": (3, 7 * 24 * 60 * 60 * 1000),
    "d": (4, 24 * 60 * 60 * 1000),
    "h": (5, 60 * 60 * 1000),
    "m": (6, 60 * 1000),
    "s": (7, 1000),
}
_SECOND, _MILLISECOND, _LAST = 7, 8, 9
_DIGITS = frozenset("0123456789")
_KILO = {"k": 1024, "m": 1024**2}
_GIGA = {**_KILO, "g": 1024**3}


def milliseconds_of(text: str) -> int | None:
    """A duration in milliseconds: `20`, `500ms`, `1m30s`, `1h 30m`, `0`."""
    total, rank, position, end = 0, 0, 0, len(text)
    number = ""
    seen = False
    while position < end:
        character = text[position]
        position += 1
        if character in _DIGITS:
            number += character
            seen = True
            continue
        if character == "m" and text[position : position + 1] == "s":
            unit, scale = _MILLISECOND, 1
            position += 1
        elif character == " ":
            # A bare number before a space counts in seconds and must be the last.
            if rank >= _SECOND:
                return None
            unit, scale = _LAST, 1000
        elif character in _TIME_UNITS:
            unit, scale = _TIME_UNITS[character]
        else:
            return None
        value = _natural(number or "0")
        if value is None or (rank >= unit and unit != _LAST):
            return None
        rank = unit
        total += value * scale
        number = ""
        while position < end and text[position] == " ":
            position += 1
    rest = _natural(number or "0")
    if not seen or rest is None:
        return None
    total += rest * 1000
    return total if total <= _LARGEST else None


def bytes_of(text: str) -> int | None:
    """A size in bytes: `1024`, `8k`, `1M`."""
    return _scaled(text, _KILO)


def offset_of(text: str) -> int | None:
    """A size in bytes where nginx also takes gigabytes: `1024`, `8k`, `1M`, `1g`."""
    return _scaled(text, _GIGA)


def count_of(text: str) -> int | None:
    """A count: digits and nothing else."""
    return _natural(text)


def switch_of(text: str) -> bool | None:
    """A switch: `on` or `off`, in any case."""
    return {"on": True, "off": False}.get(text.lower())


def _natural(text: str) -> int | None:
    # Nineteen digits hold the largest number of nginx; leading zeros are allowed.
    if not text or not _DIGITS.issuperset(text):
        return None
    digits = text.lstrip("0")
    if len(digits) > 19:
        return None
    value = int(digits or "0")
    return value if value <= _LARGEST else None


def _scaled(text: str, units: dict[str, int]) -> int | None:
    scale = units.get(text[-1:].lower())
    value = _natural(text if scale is None else text[:-1])
    if value is None:
        return None
    size = value * (scale or 1)
    return size if size <= _LARGEST else None
