"""nginx's words: how a directive's text splits into its name and its arguments.

The text is the file's bytes, one character a byte (latin-1), and one line feed more at its end:
nginx knows bytes alone, and its limits count them. `decoded` turns a word into readable text.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from nginx_grpc.expressions import expression
from nginx_grpc.parsers.encoding import odd, plain

__all__ = [
    "BUFFER",
    "Fault",
    "Piece",
    "Statement",
    "comment_end",
    "decoded",
    "statement",
    "undecodable",
]

# nginx reads a file through a buffer of this many bytes, and a word must fit in it with what
# follows until nginx sees where the next one starts. So the longest word is 4,095 bytes before
# `;` or `{` and 4,094 before a space; in quotes 4,094 and 4,093; a comment has 4,095 with its `#`.
BUFFER = 4096

_SEPARATORS = " \t\r\n"
_GAP = expression(r"[ \t\r\n]+")
# `${` opens no block, nor does a brace that follows. A backslash takes the next byte along.
_WORD = expression(r"(?:[^ \t\r\n;{\\$]+|\\[\s\S]|\$\{*)+")
_QUOTED = {
    '"': expression(r'[^"\\]*(?:\\[\s\S][^"\\]*)*"'),
    "'": expression(r"[^'\\]*(?:\\[\s\S][^'\\]*)*'"),
}
_ESCAPE = expression(r"\\([\"'\\trn])")
_ESCAPES = {'"': '"', "'": "'", "\\": "\\", "t": "\t", "r": "\r", "n": "\n"}


class Fault(Exception):
    """Why the text is not read: what is wrong, what to do, and the offset where.

    Args:
        syntax: whether nginx stops there too.
    """

    def __init__(self, what: str, hint: str, offset: int, *, syntax: bool = True) -> None:
        self.what = what
        self.hint = hint
        self.offset = offset
        self.syntax = syntax
        super().__init__(what)


class Piece(NamedTuple):
    """A word as written: where it starts and ends, without its quotes if it has some."""

    start: int
    end: int
    quoted: bool


class Statement(NamedTuple):
    """A directive's words, up to what ends it.

    Args:
        words: the name and the arguments, escapes resolved, still one character a byte.
        opens: whether `{` ends it, and not `;`.
        end: the offset after that.
        pieces: the words as written.
        comments: the offsets of the comments between the words.
    """

    words: list[str]
    opens: bool
    end: int
    pieces: list[Piece]
    comments: list[int]


def decoded(word: str) -> str:
    r"""The word's bytes read as UTF-8; a byte that is none, or NUL, is written `\xNN`."""
    if word.isascii() and "\0" not in word:
        return word
    return plain(word.encode("latin-1").decode("utf-8", "surrogateescape"))


def undecodable(word: str) -> set[str]:
    r"""What `decoded` writes for the bytes of a word that are no UTF-8, or NUL: `\xNN`."""
    if word.isascii() and "\0" not in word:
        return set()
    letters = word.encode("latin-1").decode("utf-8", "surrogateescape")
    return {plain(letter) for letter in letters if odd(letter)}


def comment_end(text: str, start: int) -> int:
    """The offset of the line feed that ends the comment at `start`; a CR does not end it."""
    end = text.index("\n", start)
    # The last line feed of the text is ours: there nginx meets the end of the file.
    if end - start >= BUFFER and not (end - start == BUFFER and end == len(text) - 1):
        raise Fault(
            "a comment of more than 4,095 bytes in one line, which nginx rejects",
            "break it into several lines",
            start,
        )
    return end


def statement(text: str, start: int) -> Statement:
    """Reads one directive whose first word begins at `start`."""
    words: list[str] = []
    pieces: list[Piece] = []
    comments: list[int] = []
    at = start
    while at < len(text):
        first = text[at]
        if first in _SEPARATORS:
            gap = _GAP.match(text, at)
            assert gap is not None
            at = gap.end()
            continue
        if first == ";" or first == "{":
            if not words:
                raise Fault(
                    f'a "{first}" without a directive before it, which nginx rejects',
                    "take it out, or write the directive",
                    at,
                )
            return Statement(words, first == "{", at + 1, pieces, comments)
        if first == "}":
            raise Fault(
                'a "}" inside a directive, which nginx rejects',
                "end the directive before it with ;",
                at,
            )
        if first == "#":
            comments.append(at)
            at = comment_end(text, at)
            continue
        piece, at = _quoted(text, at) if first in _QUOTED else _unquoted(text, at)
        word = text[piece.start : piece.end]
        if "\\" in word:
            word = _ESCAPE.sub(_escaped, word)
        words.append(word)
        pieces.append(piece)
    raise _unfinished(text, start)


def _unquoted(text: str, start: int) -> tuple[Piece, int]:
    """Reads a word that no quote opens. Quotes, `#` and `}` inside it are ordinary."""
    match = _WORD.match(text, start, start + BUFFER + 1)
    assert match is not None
    end = match.end()
    if end == len(text):
        raise _unfinished(text, start)
    # Before a separator nginx wants to see one byte more.
    if end - start + (text[end] in _SEPARATORS) >= BUFFER:
        raise Fault("a word of more than 4,095 bytes, which nginx rejects", "shorten it", start)
    return Piece(start, end, False), end


def _quoted(text: str, start: int) -> tuple[Piece, int]:
    """Reads a word in quotes; a separator, `;`, `{` or `)` has to follow."""
    inner = start + 1
    match = _QUOTED[text[start]].match(text, inner, inner + BUFFER)
    if match is None:
        if len(text) - inner <= BUFFER:
            raise Fault("a quote that is never closed", "close the quote", start)
        raise Fault(
            "a quote that is not closed within 4,095 bytes, which nginx rejects",
            "close the quote",
            start,
        )
    end = match.end()
    after = text[end]
    if after not in " \t\r\n;{)":
        raise Fault(
            "a character right after a closing quote, which nginx rejects",
            "put a space between them, or the whole word in quotes",
            end,
        )
    if end - inner + (after in _SEPARATORS) >= BUFFER:
        raise Fault(
            "a quoted text of more than 4,094 bytes, which nginx rejects", "shorten it", start
        )
    return Piece(inner, end - 1, True), end


def _unfinished(text: str, offset: int) -> Fault:
    if text.endswith("\\\n"):
        # The line feed that the backslash takes along is not the text's own.
        return Fault("the text ends in a backslash", "write the rest of it", len(text) - 2)
    return Fault("the text ends inside a directive", "end it with ;", offset)


def _escaped(match: re.Match[str]) -> str:
    return _ESCAPES[match[1]]
