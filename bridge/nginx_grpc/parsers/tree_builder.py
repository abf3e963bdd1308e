"""Tokens to directives, with what nginx checks on the way: braces, semicolons, names."""

from __future__ import annotations

import re
from collections.abc import Iterable

from nginx_grpc.parsers.directives import STARTS
from nginx_grpc.parsers.encoding import odd, plain
from nginx_grpc.parsers.interface import MAX_DEPTH, Including, Parsed, Place, Placeholder
from nginx_grpc.parsers.lexer import CLOSE, COMMENT, END, LUA, OPEN, QUOTED, Token, unescape
from nginx_grpc.parsers.native.blocks import NAME, Body, body_of, problem
from nginx_grpc.parsers.templates import check_argument
from nginx_grpc.tree import Comment, Directive

__all__ = ["build"]

# Blocks of pairs: nginx rejects a third word (and overlooks it in split_clients).
_PAIRS = frozenset({"geo", "map"})
_PLACEHOLDER = re.compile(r"\$\{([A-Z][A-Z0-9_]*)\}")
_TEMPLATE_SIGN = re.compile(r"[{%@<]|\\\$").search


class _Block:
    __slots__ = ("body", "directives", "includes", "owner")

    def __init__(self, directives: list[Directive], owner: Directive | None, body: Body) -> None:
        self.directives = directives
        self.owner = owner
        self.body = body
        self.includes = False


def build(tokens: Iterable[Token], place: Place, text: str, *, free_names: bool) -> Parsed:
    """The tree of a text from its tokens.

    Args:
        tokens: the tokens of `text`.
        place: where it stands.
        text: the text itself.
        free_names: see Parser.parse.
    """
    parsed = Parsed([])
    builder = _Builder(parsed, place, odd(text), free_names)
    for token in tokens:
        builder.take(token)
    builder.finish()
    if builder.escaped:
        _check_lossless(builder.escaped, text, place)
    return parsed


class _Builder:
    def __init__(self, parsed: Parsed, place: Place, odd_text: bool, free_names: bool) -> None:
        self.parsed = parsed
        self.place = place
        self.odd_text = odd_text
        self.escaped: set[str] = set()
        # The top level of an included file may be that of an upstream.
        body = Body.ENTRIES if free_names else Body.UPSTREAM
        self.block = _Block(parsed.directives, None, body)
        self.outer: list[_Block] = []
        self.words: list[Token] = []
        # The last directive that ended, by ; or by its }, and the line of that end.
        self.ended: Directive | None = None
        self.end_line = 0
        self.waiting: list[Comment] = []
        self.last_line = 0

    def take(self, token: Token) -> None:
        kind, value, line, _, _ = token
        self.last_line = line
        if kind == COMMENT:
            if "nginx-grpc" in value:
                self._comment(value, line)
        elif kind == CLOSE:
            self._close(line)
        elif kind in (END, OPEN):
            self._end(kind, line)
        elif kind == LUA:
            self.words.append(token)
            self._end(END, line + value.count("\n"))
        else:
            self.words.append(token)

    def _end(self, kind: int, line: int) -> None:
        words = self.words
        if not words:
            sign = "{" if kind == OPEN else ";"
            raise self.place.malformed(
                f'a "{sign}" without a directive before it, which nginx rejects',
                "take it out, or write the directive",
                line,
            )
        self.words = []
        _, value, first_line, _, _ = words[0]
        block = self.block
        name = self._value(value)
        if found := problem(block.body, name, kind == OPEN):
            if NAME.match(name):
                # A ; that is missing before an argument is nearer to the fault.
                self._check_arguments(name, words)
            raise self.place.malformed(*found, first_line)
        args = [plain(word[1]) if word[0] == LUA else self._value(word[1]) for word in words[1:]]
        if block.body.free_names:
            self._check_entry(block, words)
        else:
            self._check_arguments(name, words)
        directive = Directive(
            name, args, self.place.file, self.place.line(first_line), None, self.place.key
        )
        self.parsed.statements += 1
        if self.waiting:
            self._covered(directive.line)
        block.directives.append(directive)
        self.end_line = line
        self.ended = directive
        if kind == OPEN:
            if name == "if":
                self._condition(directive, first_line)
            self._open(directive, line)
        elif name == "include" and block.body is not Body.VALUES:
            if self.odd_text and any(odd(word[1]) for word in words):
                directive.unread = "its name is not UTF-8"
            block.includes = True

    def _open(self, directive: Directive, line: int) -> None:
        directive.block = []
        self.outer.append(self.block)
        if len(self.outer) > MAX_DEPTH:
            raise self.place.refused(
                f"more than {MAX_DEPTH:,} blocks inside each other", "nest fewer", line
            )
        self.parsed.depth = max(self.parsed.depth, len(self.outer))
        self.block = _Block(directive.block, directive, body_of(directive.name))

    def _close(self, line: int) -> None:
        if self.words:
            raise self.place.malformed(
                'a "}" inside a directive, which nginx rejects',
                "end the directive before it with ;",
                line,
            )
        if not self.outer:
            raise self.place.malformed(
                'a "}" that closes no block', "take it out, or open the block", line
            )
        self._left()
        self.ended = self.block.owner
        self.end_line = line
        self.block = self.outer.pop()

    def _left(self) -> None:
        if self.block.includes:
            self.parsed.including.append(
                Including(self.block.directives, len(self.outer), self.block.body.free_names)
            )

    def finish(self) -> None:
        """Take the end of the text."""
        if self.words:
            raise self.place.malformed(
                "the text ends inside a directive", "end it with ;", self.words[0][2]
            )
        if self.outer:
            owner = self.block.owner
            assert owner is not None
            raise self.place.malformed(
                'the text ends inside the block that opens here: a "}" is missing',
                "close the block",
                owner.line - self.place.line_offset,
            )
        self._left()

    def _value(self, raw: str) -> str:
        value = unescape(raw)
        if self.odd_text and odd(value):
            self.escaped.update(plain(letter) for letter in value if odd(letter))
            return plain(value)
        return value

    def _check_arguments(self, name: str, words: list[Token]) -> None:
        previous = words[0][2]
        for word in words[1:]:
            kind, value, line, _, _ = word
            if kind == LUA:
                return
            if kind != QUOTED and (value == "grpc_pass" or (line > previous and value in STARTS)):
                raise self.place.malformed(
                    "a directive inside another one: a ; is missing before it",
                    "end the directive above with ;",
                    line,
                )
            previous = line + value.count("\n")
            self._check_word(name, word)

    def _check_entry(self, block: _Block, words: list[Token]) -> None:
        owner = block.owner.name if block.owner else "map"
        if owner in _PAIRS and len(words) > 2:
            raise self.place.malformed(
                f"more than two words in {owner}: a ; is missing",
                "end each pair with ;",
                words[2][2],
            )
        for word in words:
            self._check_word(owner, word)

    def _check_word(self, name: str, word: Token) -> None:
        kind, value, line, _, _ = word
        if not _TEMPLATE_SIGN(value):
            return
        check_argument(name, value, kind == QUOTED, line, self.place)
        for found in _PLACEHOLDER.finditer(value):
            self.parsed.placeholders.append(
                Placeholder(found[1], self.place.file, self.place.line(line))
            )

    def _condition(self, directive: Directive, line: int) -> None:
        # As ngx_http_rewrite_if_condition() takes the parentheses off.
        args = directive.args
        if not args or not args[0].startswith("(") or not args[-1].endswith(")"):
            raise self.place.refused(
                "an if without a condition in parentheses, which nginx rejects",
                "write if (condition) {",
                line,
            )
        args[0] = args[0][1:]
        args[-1] = args[-1][:-1]
        if not args[0]:
            del args[0]
        if args and not args[-1]:
            del args[-1]

    def _comment(self, value: str, line: int) -> None:
        text = value.lstrip("#").strip()
        if not text.startswith("nginx-grpc:"):
            return
        place = self.place
        comment = Comment(plain(text), place.file, place.line(line), 0, place.key)
        self.parsed.comments.append(comment)
        if self.words:
            comment.covers = place.line(self.words[0][2])
        elif self.ended is not None and self.end_line == line:
            comment.covers = self.ended.line
        else:
            self.waiting.append(comment)

    def _covered(self, line: int) -> None:
        for comment in self.waiting:
            comment.covers = line
        self.waiting.clear()


def _check_lossless(escaped: set[str], text: str, place: Place) -> None:
    for sequence in escaped:
        position = text.find(sequence)
        if position >= 0:
            raise place.refused(
                "a byte that is no UTF-8 in one name and its escape in another",
                "save the file as UTF-8",
                text.count("\n", 0, position) + 1,
            )
