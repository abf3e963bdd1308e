"""Lines and columns of a file, as editors count them."""

from __future__ import annotations

from bisect import bisect_right

__all__ = ["Lines"]

_UNITS = {"utf-8": ("utf-8", 1), "utf-16": ("utf-16-le", 2), "utf-32": ("utf-32-le", 4)}


class Lines:
    """Where the lines of a file start.

    Args:
        data: its bytes; what is no UTF-8 counts as one character a byte.
        unit: what a column counts: the code units of utf-8, utf-16 or utf-32.
    """

    def __init__(self, data: bytes, unit: str = "utf-16") -> None:
        self._data = data
        self._encoding, self._size = _UNITS[unit]
        self._starts = [0]
        at = data.find(b"\n")
        while at >= 0:
            self._starts.append(at + 1)
            at = data.find(b"\n", at + 1)

    def __len__(self) -> int:
        return len(self._starts)

    def text(self, line: int) -> str:
        """A line, from 1, without its end; empty where the file has none of that number."""
        if not 1 <= line <= len(self):
            return ""
        end = self._starts[line] - 1 if line < len(self) else len(self._data)
        return _decoded(self._data[self._starts[line - 1] : end]).removesuffix("\r")

    def width(self, text: str) -> int:
        """How many columns a text has."""
        return len(text.encode(self._encoding, "replace")) // self._size

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column of an offset, from 1."""
        line = bisect_right(self._starts, offset)
        return line, self.width(_decoded(self._data[self._starts[line - 1] : offset])) + 1

    def offset(self, line: int, column: int) -> int:
        """The offset of a line and a column, from 1; of one that is not there, the nearest."""
        if line > len(self):
            return len(self._data)
        start = self._starts[line - 1]
        for character in self.text(line):
            column -= self.width(character)
            if column < 1:
                break
            start += len(character.encode("utf-8", "surrogateescape"))
        return start


def _decoded(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")
