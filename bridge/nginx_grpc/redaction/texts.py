"""nginx text: its words, comments and code, each with the bytes it stands in."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nginx_grpc.expressions import expression
from nginx_grpc.parsers.blocks import Body, body_of
from nginx_grpc.parsers.lua import is_lua, lua_end
from nginx_grpc.parsers.words import Piece, statement
from nginx_grpc.redaction.code import code_edits
from nginx_grpc.redaction.comments import comment_edits
from nginx_grpc.redaction.grammar import Grammar, Owner
from nginx_grpc.redaction.pseudonyms import Pseudonyms
from nginx_grpc.redaction.words import Edit

__all__ = ["TOP", "edits_of"]

#: The owner of what stands in no block.
TOP: Owner = ("", ())
_ESCAPED = expression(r"\\([\"'\\trn])")
_ESCAPES = {"t": "\t", "r": "\r", "n": "\n"}
_SPACE = " \t\r\n"


def edits_of(text: str, grammar: Grammar, names: Pseudonyms, owner: Owner) -> Iterator[Edit]:
    """What is replaced in a text: pseudonyms for words, comments and code. Its lines stay.

    Args:
        text: one character a byte; what `parsers.parse` reads without an error.
        grammar: what words are.
        names: for comments and code.
        owner: the block that includes the text.
    """
    text += "\n"
    around: list[tuple[Owner, Body]] = []
    body = body_of(owner[0]) if owner[0] else Body.UPSTREAM
    at, size = 0, len(text)
    while at < size:
        sign = text[at]
        if sign in _SPACE:
            at += 1
        elif sign == "#":
            end = text.index("\n", at)
            yield from comment_edits(text, at, end, names)
            at = end
        elif sign == "}":
            if around:
                owner, body = around.pop()
            at += 1
        else:
            read = statement(text, at)
            for start in read.comments:
                yield from comment_edits(text, start, text.index("\n", start), names)
            found = grammar.statement(owner, read.words, entry=body.free_names)
            for piece, edits in zip(read.pieces, found, strict=True):
                if edits:
                    yield from _placed(text, piece, edits)
            at = read.end
            if read.opens and is_lua(read.words[0]):
                end = lua_end(text, at)
                yield from code_edits(text, at, end, names)
                at = end + 1
            elif read.opens:
                around.append((owner, body))
                owner = (read.words[0], tuple(read.words[1:]))
                body = body_of(read.words[0])


def _placed(text: str, piece: Piece, edits: list[Edit]) -> Iterator[Edit]:
    """Edits of a word's value as edits of its bytes."""
    written = text[piece.start : piece.end]
    if "\\" not in written:
        yield from (Edit(piece.start + start, piece.start + end, new) for start, end, new in edits)
        return
    # Where each character of the value stands.
    places: list[int] = []
    at = 0
    for escape in _ESCAPED.finditer(written):
        places.extend(range(at, escape.start() + 1))
        at = escape.end()
    places.extend(range(at, len(written) + 1))
    for start, end, new in edits:
        yield Edit(piece.start + places[start], piece.start + places[end], _escaped(new))


def _escaped(new: str) -> str:
    # Before a letter that nginx takes for an escape, a backslash is written twice.
    return re.sub(r"\\(?=[\"'\\trn])", r"\\\\", new)
