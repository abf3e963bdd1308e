"""nginx's reading of a text into tokens, character for character as ngx_conf_read_token() does it.

What separates, what ends a comment, what quotes and escapes mean and how long a token may be are
nginx's rules, held against the real nginx by a test. What nginx would not take is refused here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from nginx_grpc.parsers import lua
from nginx_grpc.parsers.interface import Place

__all__ = [
    "CLOSE",
    "COMMENT",
    "END",
    "LUA",
    "OPEN",
    "QUOTED",
    "WORD",
    "Token",
    "tokens",
    "unescape",
]

# Kind, the text between its quotes if any, the line it starts on (from 1), its start and its end.
Token = tuple[int, str, int, int, int]

WORD, QUOTED, _SINGLE_QUOTED, OPEN, CLOSE, END, COMMENT, _EOF, LUA = range(1, 10)

# nginx reads through a buffer of 4,096 bytes, and a token has to fit in with the byte after it:
# the closing quote is one more. A comment is a token in this too.
_MAX_BYTES = 4_095

# The order of the groups is the order of the kinds. `${` and `$${{` do not open a block, and a `}`
# or a quote within a word is a letter like any other.
_TOKEN = re.compile(
    r"""[ \t\r\n]*(?:
    ((?:[^ \t\r\n;{}"'\#\\$]|(?=\\[\s\S])|(?=\$))[^ \t\r\n;{\\$]*
        (?:(?:\\[\s\S]|\$\{*)[^ \t\r\n;{\\$]*){0,4096})
    |"([^"\\]*(?:\\[\s\S][^"\\]*){0,4096})"(?=[ \t\r\n;{)])
    |'([^'\\]*(?:\\[\s\S][^'\\]*){0,4096})'(?=[ \t\r\n;{)])
    |(\{)|(\})|(;)
    |(\#[^\n]*)
    |(\Z)
    )""",
    re.VERBOSE,
)
_CLOSED_QUOTE = re.compile(
    r""""[^"\\]*(?:\\[\s\S][^"\\]*){0,4096}"|'[^'\\]*(?:\\[\s\S][^'\\]*){0,4096}'"""
)
_SPACE = re.compile(r"[ \t\r\n]*")
_BARE_CR = re.compile(r"\r(?!\n|\Z)")
# What Python and editors take for a space or a line end and nginx for a letter.
_FALSE_SPACE = re.compile(
    "[\x0b\x0c\x1c-\x1f\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]"
)
_ESCAPE = re.compile(r"""\\(["'\\trn])""")
_ESCAPES = {"t": "\t", "r": "\r", "n": "\n"}


def unescape(value: str) -> str:
    r"""A token with its `\"`, `\'`, `\\`, `\t`, `\r` and `\n` replaced, as nginx does it."""
    if "\\" not in value:
        return value
    return _ESCAPE.sub(lambda found: _ESCAPES.get(found[1], found[1]), value)


def tokens(text: str, place: Place) -> Iterator[Token]:
    """The tokens of a text, or Refused where nginx would stop or others would read differently."""
    match = _TOKEN.match
    count = text.count
    false_space = _FALSE_SPACE.search if _has_false_space(text) else None
    cr = _bare_cr(text, 0)
    line = 1
    counted = 0
    position = 0
    name = ""
    while True:
        found = match(text, position)
        if found is None:
            raise _broken(text, position, line + count("\n", counted, position), place)
        kind = found.lastindex or _EOF
        start = found.start(kind)
        end = found.end(kind)
        line += count("\n", counted, start)
        counted = start
        while cr < found.end():
            if cr >= start and kind in (QUOTED, _SINGLE_QUOTED):
                cr = _bare_cr(text, cr + 1)
                continue
            raise place.malformed(
                "a carriage return without a line feed: editors show a new line there, "
                "nginx does not",
                "save the file with Unix or Windows line ends",
                1 + count("\n", 0, cr),
            )
        if kind == WORD:
            value = found[1]
            if false_space is not None and (odd := false_space(value)):
                raise place.malformed(
                    f"a U+{ord(odd[0]):04X} outside quotes: it looks like a space and is none "
                    "to nginx",
                    "write a space, or put it in quotes",
                    line,
                )
            if len(value) > 1_000 and _bytes(value) > _MAX_BYTES:
                raise place.refused(
                    "a word of more than 4,095 bytes, which nginx rejects", "shorten it", line
                )
            if not name:
                name = value
            yield WORD, value, line, start, end
            position = found.end()
        elif kind in (QUOTED, _SINGLE_QUOTED):
            value = found[kind]
            if len(value) > 1_000 and _bytes(value) > _MAX_BYTES - 1:
                raise place.refused(
                    "a quoted text of more than 4,094 bytes, which nginx rejects",
                    "shorten it, or close the quote",
                    line,
                )
            if not name:
                name = value
            yield QUOTED, value, line, start - 1, end + 1
            position = found.end()
        elif kind == COMMENT:
            value = found[COMMENT]
            if len(value) > 1_000 and _bytes(value) > _MAX_BYTES:
                raise place.refused(
                    "a comment of more than 4,095 bytes in one line, which nginx rejects",
                    "break it into several lines",
                    line,
                )
            yield COMMENT, value, line, start, end
            position = end
        elif kind == OPEN and name.endswith("_by_lua_block"):
            position = lua.end(text, end, line, place)
            if cr < position:
                cr = _bare_cr(text, position)
            yield LUA, text[end : position - 1], line, start, position
            name = ""
        elif kind == _EOF:
            return
        else:
            name = ""
            yield kind, text[start], line, start, end
            position = end


def _has_false_space(text: str) -> bool:
    # Ten times faster than the pattern where there is none, as nearly always.
    if text.isascii():
        return any(letter in text for letter in "\x0b\x0c\x1c\x1d\x1e\x1f")
    return _FALSE_SPACE.search(text) is not None


def _bare_cr(text: str, start: int) -> int:
    found = _BARE_CR.search(text, start) if text.find("\r", start) >= 0 else None
    return found.start() if found else len(text) + 1


def _bytes(value: str) -> int:
    return len(value) if value.isascii() else len(value.encode("utf-8", "surrogateescape"))


def _broken(text: str, position: int, line: int, place: Place) -> Exception:
    start = _SPACE.match(text, position).end()  # type: ignore[union-attr]
    line += text.count("\n", position, start)
    if text[start] == "\\":
        return place.malformed("the text ends in a backslash", "write the rest of it", line)
    closed = _CLOSED_QUOTE.match(text, start)
    if closed is None:
        if _bytes(text[start : start + _MAX_BYTES + 1]) > _MAX_BYTES:
            what = "a quote that is not closed within 4,095 bytes, which nginx rejects"
        else:
            what = "a quote that is never closed"
        return place.malformed(what, "close the quote", line)
    line += text.count("\n", start, closed.end())
    if closed.end() == len(text):
        return place.malformed("the text ends inside a directive", "end it with ;", line)
    return place.malformed(
        "a character right after a closing quote, which nginx rejects",
        "put a space between them, or the whole word in quotes",
        line,
    )
