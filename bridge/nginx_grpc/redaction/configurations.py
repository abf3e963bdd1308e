"""What was read of a configuration, with pseudonyms in it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from nginx_grpc.expressions import expression
from nginx_grpc.parsers.blocks import Body, body_of
from nginx_grpc.parsers.lua import is_lua
from nginx_grpc.parsers.words import decoded
from nginx_grpc.records import replace
from nginx_grpc.redaction.code import code_edits
from nginx_grpc.redaction.columns import Columns
from nginx_grpc.redaction.comments import waiver_edits
from nginx_grpc.redaction.grammar import Grammar, Owner
from nginx_grpc.redaction.pseudonyms import Pseudonyms
from nginx_grpc.redaction.texts import TOP
from nginx_grpc.redaction.words import Edit, apply
from nginx_grpc.tree import Comment, Configuration, Directive, Placeholder, Text

__all__ = ["Tree", "owners"]

_BYTE = expression(r"\\x([89a-f][0-9a-f]|00)")


class Tree:
    """Redacts trees as their texts would be.

    Args:
        grammar: what words are.
        names: the pseudonyms.
        file: what stands for a file's name.
        columns: those of each text, by file and key.
    """

    def __init__(
        self,
        grammar: Grammar,
        names: Pseudonyms,
        file: Callable[[str], str],
        columns: Mapping[tuple[str, str], Columns],
    ) -> None:
        self._grammar = grammar
        self._names = names
        self._file = file
        self._columns = columns
        self._known: dict[tuple[object, ...], list[str]] = {}

    def redact(self, configuration: Configuration, texts: dict[str, bytes]) -> None:
        """Puts pseudonyms into a configuration, in place.

        Args:
            configuration: what was read.
            texts: its texts redacted, by their old names.
        """
        seen: set[int] = set()
        self._blocks(configuration.directives, seen)
        for directive in configuration.elsewhere:
            self._directive(TOP, directive, seen, entry=False)
        configuration.comments = [self._comment(each) for each in configuration.comments]
        configuration.placeholders = [
            self._placeholder(each) for each in configuration.placeholders
        ]
        configuration.texts = {
            self._file(name): texts.get(name, b"") for name in configuration.texts
        }
        configuration.files = [self._file(name) for name in configuration.files]
        configuration.values = [self._file(name) for name in configuration.values]
        configuration.parts = [self._part(each) for each in configuration.parts]
        configuration.brought = {
            self._place(place): [(self._file(file), self._file(key)) for file, key in brought]
            for place, brought in configuration.brought.items()
        }
        configuration.container = self._file(configuration.container)
        configuration.entry = self._file(configuration.entry)
        configuration.given = self._file(configuration.given)

    def _part(self, text: Text) -> Text:
        columns = self._columns.get((text.file, text.key))
        return replace(
            text,
            name=self._file(text.name),
            data=b"" if columns is None else columns.redacted(),
            file=self._file(text.file),
            key=self._file(text.key),
        )

    def _place(self, place: tuple[str, str, int, int]) -> tuple[str, str, int, int]:
        file, key, line, column = place
        columns = self._columns.get((file, key))
        if columns is not None:
            column = columns.of(line, column)
        return self._file(file), self._file(key), line, column

    def _blocks(self, directives: list[Directive], seen: set[int]) -> None:
        waiting: list[tuple[Owner, Body, list[Directive]]] = [(TOP, Body.UPSTREAM, directives)]
        while waiting:
            owner, body, block = waiting.pop()
            for directive in block:
                if id(directive) in seen:
                    continue
                inner = (directive.name, tuple(directive.args))
                self._directive(owner, directive, seen, entry=body.free_names)
                if directive.block is not None:
                    waiting.append((inner, body_of(inner[0]), directive.block))

    def _directive(
        self, owner: Owner, directive: Directive, seen: set[int], *, entry: bool
    ) -> None:
        seen.add(id(directive))
        of = (owner[0], owner[1][:1] if owner[0] == "map" else ())
        key = (of, entry, directive.name, *directive.args)
        done = self._known.get(key)
        if done is None:
            done = self._known[key] = self._words(owner, directive, entry)
        columns = self._columns.get((directive.file, directive.key))
        if columns is not None:
            directive.column = columns.of(directive.line, directive.column)
        directive.name, directive.args = done[0], done[1:]
        directive.file = self._file(directive.file)
        directive.key = self._file(directive.key) if directive.key else ""
        if directive.unread:
            directive.unread = _reason(directive.unread)

    def _words(self, owner: Owner, directive: Directive, entry: bool) -> list[str]:
        words = [_bytes(word) for word in (directive.name, *directive.args)]
        code = ""
        is_code = not entry and is_lua(directive.name) and directive.name.endswith("_block")
        if is_code and len(words) > 1:
            code = words.pop()
        found = self._grammar.statement(owner, words, entry=entry)
        done = [
            decoded(apply(word, edits)) if edits else old
            for word, edits, old in zip(
                words, found, (directive.name, *directive.args), strict=False
            )
        ]
        if is_code and len(directive.args) >= 1:
            edits = list(code_edits(code, 0, len(code), self._names))
            done.append(decoded(apply(code, edits)))
        return done

    def _comment(self, comment: Comment) -> Comment:
        text = _bytes(comment.text)
        edits = list(waiver_edits(text, 0, len(text), self._names))
        return Comment(
            decoded(apply(text, edits)),
            self._file(comment.file),
            comment.line,
            comment.covers,
            self._file(comment.key) if comment.key else "",
        )

    def _placeholder(self, item: Placeholder) -> Placeholder:
        edits: list[Edit] = []
        text = f"${item.name.strip('${}()')}"
        found = self._grammar.statement(TOP, ["set", text], entry=False)[1]
        edits.extend(found)
        name = item.name.replace(text[1:], apply(text, edits)[1:])
        return item._replace(
            name=name, file=self._file(item.file), key=self._file(item.key) if item.key else ""
        )


def owners(configuration: Configuration) -> dict[tuple[str, str], Owner]:
    """The block that each file or key is included in, by file and key; TOP for a main one."""
    found: dict[tuple[str, str], Owner] = {}
    seen: set[int] = set()
    waiting: list[tuple[Owner, tuple[str, str] | None, list[Directive]]] = [
        (TOP, None, configuration.directives)
    ]
    while waiting:
        owner, place, block = waiting.pop()
        for directive in block:
            here = (directive.file, directive.key)
            if here != place:
                found.setdefault(here, owner)
            if directive.block is not None and id(directive) not in seen:
                seen.add(id(directive))
                waiting.append(((directive.name, tuple(directive.args)), here, directive.block))
    return found


def _bytes(word: str) -> str:
    r"""A word as its bytes, one character each; `\xNN` is one that was no UTF-8."""
    if word.isascii() and "\\x" not in word:
        return word
    text = word.encode("utf-8").decode("latin-1")
    return _BYTE.sub(lambda found: chr(int(found[1], 16)), text)


def _reason(unread: str) -> str:
    """Why an include was not read, without the names in it."""
    head, colon, _ = unread.partition(":")
    if colon:
        return head
    return re.sub(r"nothing defines \S+ in", "nothing defines a name in", unread)
