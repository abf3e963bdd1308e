"""Where a directive starts in its line once the line has pseudonyms in it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from nginx_grpc.redaction.words import Edit, apply

__all__ = ["Columns"]


class Columns:
    """The columns of one text, before and after.

    Args:
        text: the text, one character a byte.
        edits: what is replaced in it.
        first: the file's line that its first one is.
    """

    def __init__(self, text: str, edits: list[Edit], first: int = 1) -> None:
        self._text = text
        self._edits = sorted(edits)
        self._starts = [edit.start for edit in self._edits]
        self._lines = [0]
        self._first = first
        at = text.find("\n") + 1
        while at:
            self._lines.append(at)
            at = text.find("\n", at) + 1

    def redacted(self) -> bytes:
        """The text after."""
        return apply(self._text, self._edits).encode("latin-1")

    def of(self, line: int, column: int) -> int:
        """The new column for the old one; both from 1, in characters, 0 for none."""
        number = line - self._first
        if not column or not 0 <= number < len(self._lines):
            return column
        start = self._lines[number]
        offset = start + column - 1
        if not self._text.isascii():
            end = self._lines[number + 1] if number + 1 < len(self._lines) else len(self._text)
            written = _decoded(self._text[start:end])[: column - 1]
            offset = start + len(written.encode("utf-8", "surrogateescape"))
        first = bisect_left(self._starts, start)
        if first and self._edits[first - 1].end > start:
            # What is left of it stands in the lines above.
            column -= len(_decoded(self._text[start : self._edits[first - 1].end]))
        for edit in self._edits[first : bisect_right(self._starts, offset - 1)]:
            column += len(edit.text) - len(_decoded(self._text[edit.start : edit.end]))
        return column


def _decoded(text: str) -> str:
    return text.encode("latin-1").decode("utf-8", "surrogateescape")
