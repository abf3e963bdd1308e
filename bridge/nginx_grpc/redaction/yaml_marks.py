"""What stands between the scalars of a YAML text: comments, anchors, tags."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from nginx_grpc.expressions import expression
from nginx_grpc.redaction.comments import comment_edits
from nginx_grpc.redaction.words import Edit
from nginx_grpc.redaction.yaml_texts import YamlText

if TYPE_CHECKING:
    from nginx_grpc.redaction.redactor import Redactor

__all__ = ["outside"]

_COMMENT = expression(r"(?:^|(?<=\s))#[^\n]*", re.MULTILINE)
_MARK = "\xef\xbb\xbf"  # of the order of bytes, in UTF-8
_LETTERS = expression(r"[A-Za-z0-9\x80-\xff]")
# What stands between scalars and is YAML's own.
_OWN = expression(
    r"!!(?:str|int|float|bool|null|map|seq|binary|timestamp|set|omap)\b"
    r"|^%(?:YAML [0-9.]+|TAG(?=[ \t]))",
    re.MULTILINE,
)


def outside(text: YamlText, redactor: Redactor) -> Iterator[Edit]:
    """What stands between the scalars: comments, and the names of anchors and tags."""
    at = len(_MARK) if text.text.startswith(_MARK) else 0
    for scalar in sorted(text.scalars, key=lambda each: each.start):
        yield from _between(text.text, at, scalar.start, redactor)
        if scalar.style in ("|", ">"):
            head = scalar.start + scalar.raw.find("\n")
            for found in _COMMENT.finditer(text.text, scalar.start, head):
                yield from comment_edits(text.text, *found.span(), redactor.names)
        at = max(at, scalar.start + len(scalar.raw))
    yield from _between(text.text, at, len(text.text), redactor)


def _between(text: str, start: int, end: int, redactor: Redactor) -> Iterator[Edit]:
    if _LETTERS.search(text, start, end) is None:
        return
    at = start
    for found in _COMMENT.finditer(text, start, end):
        yield from _marks(text, at, found.start(), redactor)
        yield from comment_edits(text, *found.span(), redactor.names)
        at = found.end()
    yield from _marks(text, at, end, redactor)


def _marks(text: str, start: int, end: int, redactor: Redactor) -> Iterator[Edit]:
    at = start
    edits: list[Edit] = []
    for own in _OWN.finditer(text, start, end):
        redactor.words.scan(text, at, own.start(), edits, "name")
        at = own.end()
    redactor.words.scan(text, at, end, edits, "name")
    yield from edits
