"""JSON for people and programs, as every command prints it."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from json.encoder import encode_basestring_ascii as _quoted
from typing import Any

from nginx_grpc import printable

__all__ = ["dumps"]

_SCALARS = (str, int, float, type(None))


def dumps(value: Any) -> str:
    """The text of `json.dumps(value, indent=2)`, in half the time, as lines that no CI system
    obeys. Keys are texts."""
    pieces: list[str] = []
    _write(value, "\n", pieces.append)
    return printable.json_text("".join(pieces)) + "\n"


def _write(value: Any, line: str, put: Callable[[str], None]) -> None:
    """Puts the pieces of a value.

    Args:
        value: the value.
        line: a line feed with the spaces of the line that it begins in.
        put: takes a piece.
    """
    inner = line + "  "
    if isinstance(value, dict) and value:
        before = "{" + inner
        plain: dict[str, Any] = {}
        for key, each in value.items():
            if isinstance(each, _SCALARS):
                plain[key] = each
                continue
            if plain:
                put(before + _encoder(inner)(plain)[1:-1])
                before = "," + inner
                plain = {}
            put(f"{before}{_quoted(key)}: ")
            _write(each, inner, put)
            before = "," + inner
        if plain:
            put(before + _encoder(inner)(plain)[1:-1])
        put(line + "}")
    elif isinstance(value, (list, tuple)) and value:
        before = "[" + inner
        for each in value:
            put(before)
            _write(each, inner, put)
            before = "," + inner
        put(line + "]")
    else:
        put(_encoder(inner)(value))


@cache
def _encoder(line: str) -> Callable[[Any], str]:
    """Encodes what is of one level, each item on a line; json's encoder in C indents nothing."""
    return json.JSONEncoder(separators=("," + line, ": ")).encode
