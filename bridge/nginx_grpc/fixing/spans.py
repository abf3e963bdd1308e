"""Where the words of a text stand: one pass over a text that has been parsed before."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable

from nginx_grpc.parsers.lua import is_lua, lua_end
from nginx_grpc.parsers.words import comment_end, decoded, statement
from nginx_grpc.records import dataclass, field

__all__ = ["Span", "Spans"]


@dataclass(slots=True, eq=False)
class Span:
    """One directive as written. All offsets are of bytes in its text.

    Args:
        name, args: as nginx reads them.
        words: where each of them starts and ends, its quotes included.
        start: where it starts.
        head: one past the `;` or `{` that ends its words.
        end: one past its `;` or `}`.
        parent: the block it stands in, None at the top.
        block: its directives; None where it has no block, or one of Lua.
    """

    name: str
    args: list[str]
    words: list[tuple[int, int]]
    start: int
    head: int
    end: int
    parent: Span | None
    block: list[Span] | None = None

    @property
    def close(self) -> int:
        """The offset of the `}` of a block."""
        return self.end - 1


@dataclass(slots=True)
class Spans:
    """A text's directives.

    Args:
        text: the text, one character a byte, without the line feed that a parser adds.
        top: the directives at its top level.
        at: each directive by its start.
        comments: the comments, by their start; those of Lua are its own.
    """

    text: str
    top: list[Span] = field(default_factory=list)
    at: dict[int, Span] = field(default_factory=dict)
    comments: dict[int, str] = field(default_factory=dict)
    _starts: list[int] = field(default_factory=list)

    @classmethod
    def of(cls, data: bytes) -> Spans:
        """The directives of a text that the parser takes."""
        spans = cls(data.decode("latin-1"))
        spans._read(spans.text + "\n")
        spans._starts = [0]
        at = spans.text.find("\n")
        while at >= 0:
            spans._starts.append(at + 1)
            at = spans.text.find("\n", at + 1)
        return spans

    def _read(self, text: str) -> None:
        out = self.top
        parent: Span | None = None
        at = 0
        while at < len(text):
            first = text[at]
            if first in " \t\r\n":
                at += 1
            elif first == "#":
                end = comment_end(text, at)
                self.comments[at] = text[at:end].rstrip("\r")
                at = end
            elif first == "}":
                assert parent is not None
                at += 1
                parent.end = at
                parent = parent.parent
                out = self.top
                if parent is not None and parent.block is not None:
                    out = parent.block
            else:
                read = statement(text, at)
                words = [
                    (piece.start - piece.quoted, piece.end + piece.quoted) for piece in read.pieces
                ]
                name, *args = map(decoded, read.words)
                span = Span(name, args, words, at, read.end, read.end, parent)
                out.append(span)
                self.at[at] = span
                for start in read.comments:
                    self.comments[start] = text[start : comment_end(text, start)].rstrip("\r")
                at = read.end
                if read.opens and is_lua(name):
                    at = span.end = lua_end(text, at) + 1
                    span.args.append(text[span.head : span.close])
                elif read.opens:
                    span.block = out = []
                    parent = span

    def line(self, number: int) -> tuple[int, int]:
        """Where a line starts and ends, its line feed apart; lines count from 1."""
        start = self._starts[number - 1]
        following = self._starts[number] - 1 if number < len(self._starts) else len(self.text)
        return start, following

    @property
    def lines(self) -> int:
        """How many lines the text has."""
        return len(self._starts)

    def position(self, offset: int) -> tuple[int, int]:
        """The line and the column of an offset, both from 1; a column is one of characters."""
        number = bisect_right(self._starts, offset)
        before = self.text[self._starts[number - 1] : offset].encode("latin-1")
        return number, len(before.decode("utf-8", "surrogateescape")) + 1

    def found(self, number: int, column: int, name: str) -> Span | None:
        """The directive of a name that starts in a line at a column; see `_starting`."""
        return self._starting(number, column, lambda span: span.name == name)

    def block(self, number: int, column: int) -> Span | None:
        """The block that starts in a line at a column; see `_starting`."""
        return self._starting(number, column, lambda span: span.block is not None)

    def _starting(self, number: int, column: int, fits: Callable[[Span], bool]) -> Span | None:
        """The directive that starts in a line at a column, or the only one in the line that fits.

        Args:
            number: the line, from 1.
            column: from 1, in characters; 0 where it is not known.
            fits: which directives are meant.
        """
        if not 1 <= number <= self.lines:
            return None
        start, end = self.line(number)
        if column:
            line = self.text[start:end].encode("latin-1")
            before = line.decode("utf-8", "surrogateescape")[: column - 1]
            span = self.at.get(start + len(before.encode("utf-8", "surrogateescape")))
            return span if span is not None and fits(span) else None
        spans = map(self.at.get, range(start, end))
        fitting = [span for span in spans if span is not None and fits(span)]
        return fitting[0] if len(fitting) == 1 else None
