"""The parser in use: crossplane 0.5.8 and nginx's own rules read a text together.

crossplane reads text that nginx does not, and the other way round. So both read every token, and
a text on which they differ is refused. Where crossplane 0.5.8 is known to be wrong about what
nginx takes (a space after `${name}`, a brace within a word) or knows too little (Lua), it is given
a quoted blank instead. Its `parse()` is not used: it opens files by name, recurses, and takes a
carriage return for the end of a comment.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

import crossplane
from crossplane.lexer import _lex_file_object

from nginx_grpc.errors import Refused
from nginx_grpc.parsers import foreign, templates
from nginx_grpc.parsers.encoding import decode
from nginx_grpc.parsers.interface import MalformedError, Parsed, Parser, Place
from nginx_grpc.parsers.lexer import COMMENT, LUA, QUOTED, WORD, Token, tokens
from nginx_grpc.parsers.tree_builder import build

__all__ = ["CrossplaneParser"]

_VERSION = "0.5.8"


class CrossplaneParser(Parser):
    """See the module."""

    def __init__(self) -> None:
        # Its forks install a module of the same name, and then the last one installed is here.
        if crossplane.__version__ != _VERSION:
            raise Refused(
                f"crossplane {crossplane.__version__} stands where crossplane {_VERSION} should",
                "uninstall its forks (ngxparse, nginx-crossplane, crossplane-ng) and reinstall "
                f"crossplane=={_VERSION}",
            )

    def parse(
        self,
        data: bytes,
        file: str,
        *,
        line_offset: int = 0,
        key: str = "",
        one_line: bool = False,
        free_names: bool = False,
    ) -> Parsed:
        """See Parser."""
        place = Place(file, line_offset, one_line, key)
        text = decode(data, place)
        try:
            return build(_agreed(text, place), place, text, free_names=free_names)
        except MalformedError as error:
            better = templates.explain(text, place, error.number)
            raise better or foreign.explain(text, place) or error from None


def _agreed(text: str, place: Place) -> Iterator[Token]:
    expected: deque[tuple[Token, str, bool]] = deque()
    theirs = _lex_file_object(_pieces(text, place, expected))
    for value, _, quoted in theirs:
        token, awaited, as_quoted = expected.popleft() if expected else (None, "", False)
        if token is None or (value, quoted) != (awaited, as_quoted):
            raise _differ(token, place)
        yield token
        if token[0] == LUA and next(theirs)[0] != ";":
            raise _differ(token, place)
    if expected:
        raise _differ(expected[0][0], place)


def _pieces(text: str, place: Place, expected: deque[tuple[Token, str, bool]]) -> Iterator[str]:
    """The text for crossplane, a token at a time; `expected` gets what it should make of each."""
    position = 0
    first = True
    for token in tokens(text, place):
        kind, value, _, start, end = token
        yield text[position:start]
        position = end
        blank = kind == LUA
        if kind == WORD:
            blank = "}" in value or "${" in value or (first and value.endswith("_by_lua_block"))
        elif kind == QUOTED:
            blank = first and value.endswith("_by_lua_block")
        if blank:
            lines = "\n" * value.count("\n")
            expected.append((token, lines, True))
            yield f" '{lines}';" if kind == LUA else f"'{lines}'"
        elif kind == COMMENT:
            # A comment of crossplane's ends before an escaped line end.
            comment = value.rstrip("\\")
            expected.append((token, comment, False))
            yield comment
        elif kind == QUOTED:
            quote = text[start]
            expected.append((token, value.replace("\\" + quote, quote), True))
            yield text[start:end]
        else:
            expected.append((token, value, False))
            yield text[start:end]
        if kind != COMMENT:
            first = kind not in (WORD, QUOTED)
    # crossplane forgets a word or a comment at the very end.
    yield text[position:] + "\n"


def _differ(token: Token | None, place: Place) -> Refused:
    return place.refused(
        "nginx and crossplane read this differently",
        "write it in a plainer way: quotes around special characters, spaces around words",
        token[2] if token else 0,
    )
