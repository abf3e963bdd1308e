"""Where a text stands: in a file of its own, in a dump, in a YAML scalar, in a filled-in template.

What changes in the text changes in the file, and there nothing else.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from bisect import bisect_right
from collections.abc import Sequence

from nginx_grpc.records import dataclass

__all__ = ["Change", "Filled", "Home", "Part", "Scalar", "UnplacedError", "applied"]


class UnplacedError(Exception):
    """An edit that finds no bytes to change; the message says why, for a reader."""


@dataclass(frozen=True, slots=True)
class Change:
    """The bytes `start` to `end` become `text`. Offsets and text are of bytes, latin-1 read."""

    start: int
    end: int
    text: str


class Home(ABC):
    """Turns changes of a text into changes of its file."""

    @abstractmethod
    def change(self, change: Change) -> Change:
        """The same in the file. Raises UnplacedError where the bytes are not the user's."""


@dataclass(frozen=True, slots=True)
class Part(Home):
    """A text that is a file, or a part of it as it stands: a section of a dump."""

    start: int = 0

    def change(self, change: Change) -> Change:
        """See Home."""
        return Change(change.start + self.start, change.end + self.start, change.text)


@dataclass(frozen=True, slots=True)
class Filled(Home):
    """A template's text with values put in.

    Args:
        pieces: the text, by turns a piece of the template and what stands for a name.
        names: for each value, how long its name is as written.
    """

    pieces: Sequence[bytes]
    names: Sequence[int]

    def change(self, change: Change) -> Change:
        """See Home."""
        filled = written = 0
        for number, piece in enumerate(self.pieces):
            end = filled + len(piece)
            if number % 2 == 0 and filled <= change.start and change.end <= end:
                moved = written - filled
                return Change(change.start + moved, change.end + moved, change.text)
            filled = end
            written += len(piece) if number % 2 == 0 else self.names[number // 2]
        raise UnplacedError("a value that was put in for a name stands there")


class Scalar(Home):
    """A literal block scalar of YAML: each line of the text is one of the file, indented.

    Args:
        data: the YAML file.
        text: the scalar's text.
        line: the file's line, from 1, of the text's first one.
    """

    def __init__(self, data: bytes, text: bytes, line: int) -> None:
        starts = [0]
        for piece in data.split(b"\n"):
            starts.append(starts[-1] + len(piece) + 1)
        self._starts = starts[line - 1 : -1]
        self._size = len(data)
        self._lines = [0]
        at = text.find(b"\n")
        while at >= 0:
            self._lines.append(at + 1)
            at = text.find(b"\n", at + 1)
        self._text = text
        self._indent = self._indented(data)
        break_at = data.find(b"\n")
        self._newline = "\r\n" if data[max(break_at - 1, 0) : break_at] == b"\r" else "\n"

    def _indented(self, data: bytes) -> int:
        indent = -1
        for number, start in enumerate(self._lines):
            if start == len(self._text):
                break
            end = self._text.find(b"\n", start)
            written = self._text[start : end if end >= 0 else None]
            if number >= len(self._starts):
                raise UnplacedError("its YAML has other lines than the text")
            at = self._starts[number]
            stop = data.find(b"\n", at)
            line = data[at : stop if stop >= 0 else None].removesuffix(b"\r")
            found = len(line) - len(written)
            if not written and not line.strip(b" ") and (indent < 0 or found <= indent):
                continue
            if indent < 0:
                indent = found
            if found != indent or line != b" " * indent + written:
                raise UnplacedError("its YAML has other lines than the text")
        return max(indent, 0)

    def change(self, change: Change) -> Change:
        """See Home."""
        margin = " " * self._indent
        first, last = self._line(change.start), self._line(change.end)
        whole = (
            change.start == self._lines[first]
            and change.end == self._lines[last]
            and (not change.text or change.text.endswith("\n"))
        )
        if whole:
            lines = change.text.split("\n")[:-1]
            text = "".join((margin + each if each else "") + self._newline for each in lines)
            return Change(self._start(first), self._start(last), text)
        text = change.text.replace("\n", self._newline + margin)
        return Change(self._offset(change.start), self._offset(change.end), text)

    def _line(self, offset: int) -> int:
        return bisect_right(self._lines, offset) - 1

    def _start(self, line: int) -> int:
        return self._starts[line] if line < len(self._starts) else self._size

    def _offset(self, offset: int) -> int:
        line = self._line(offset)
        into = offset - self._lines[line]
        following = self._start(line + 1)
        return min(self._start(line) + self._indent + into, following)


def applied(data: bytes, changes: Sequence[Change]) -> bytes:
    """A file with changes, which do not overlap, put in; those at one place in their order."""
    pieces: list[bytes] = []
    at = 0
    for change in sorted(changes, key=lambda each: (each.start, each.end)):
        pieces += [data[at : change.start], change.text.encode("latin-1")]
        at = change.end
    pieces.append(data[at:])
    return b"".join(pieces)
