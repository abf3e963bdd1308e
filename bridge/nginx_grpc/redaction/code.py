"""Code of other languages in a configuration: replaced whole."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nginx_grpc.redaction.pseudonyms import Pseudonyms
from nginx_grpc.redaction.words import Edit

__all__ = ["code_edits"]

_CODE = re.compile(r"(lua[1-9][0-9]{0,5})\(\)")


def code_edits(text: str, start: int, end: int, names: Pseudonyms) -> Iterator[Edit]:
    """Code is replaced whole, its line ends apart."""
    code = text[start:end]
    if not code.strip():
        return
    first = start + len(code) - len(code.lstrip())
    last = start + len(code.rstrip())
    inner = text[first:last]
    known = _CODE.fullmatch(inner)
    done = names.phrase(known[1] if known else inner, "lua")
    if names.settled and known is None:
        yield Edit(first, last, f"{done}()" + "\n" * inner.count("\n"))
