"""Code of other languages in a configuration: replaced line by line."""

from __future__ import annotations

from collections.abc import Iterator

from nginx_grpc.expressions import expression
from nginx_grpc.redaction.pseudonyms import Pseudonyms
from nginx_grpc.redaction.words import Edit

__all__ = ["code_edits"]

_LINE = expression(r"[^\s][^\n]*(?<=[^\s])")
_CODE = expression(r"(lua[1-9][0-9]{0,5})\(\)")


def code_edits(text: str, start: int, end: int, names: Pseudonyms) -> Iterator[Edit]:
    """Each line of code becomes a call of a function that is nowhere."""
    for line in _LINE.finditer(text, start, end):
        known = _CODE.fullmatch(line[0])
        done = names.phrase(known[1] if known else line[0], "lua")
        if names.settled and known is None:
            yield Edit(*line.span(), f"{done}()")
