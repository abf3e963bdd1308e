"""nginx text as statements whose words stand as written, for rewriting. Not the bridge's parser: a
rewriting that went by it could not show what it misreads.

Text is one character a byte.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

SPACE = " \t\r\n"
ESCAPES = {"t": "\t", "r": "\r", "n": "\n", '"': '"', "'": "'", "\\": "\\"}


class NotRewritten(Exception):
    """This text can't be rewritten so; the reason is the text."""


@dataclass
class Comment:
    """A comment with its #. An inline one stands behind a statement, in its line."""

    text: str
    inline: bool = False


@dataclass
class Statement:
    """A directive: its words as written, quotes and all, and its block, if it has one."""

    words: list[str]
    block: list[Statement | Comment] | None = None

    @property
    def name(self) -> str:
        return value(self.words[0])

    @property
    def args(self) -> list[str]:
        return [value(word) for word in self.words[1:]]


Items = list[Statement | Comment]


def parse(text: str) -> Items:
    """The statements of a text, as ngx_conf_read_token tells them apart."""
    items: Items = []
    stack: list[Items] = [items]
    words: list[str] = []
    at, line_has_statement = 0, False
    while at < len(text):
        byte = text[at]
        if byte == "\n":
            line_has_statement = False
        if byte in SPACE:
            at += 1
        elif byte == "#":
            end = text.find("\n", at)
            end = len(text) if end < 0 else end
            if words:
                raise NotRewritten("a comment between two words")
            stack[-1].append(Comment(text[at:end].rstrip("\r"), line_has_statement))
            at = end
        elif byte in ";{":
            statement = Statement(words, [] if byte == "{" else None)
            if not words or statement.name.endswith("_by_lua_block"):
                raise NotRewritten("Lua, or no word")
            stack[-1].append(statement)
            if statement.block is not None:
                stack.append(statement.block)
            words, line_has_statement, at = [], True, at + 1
        elif byte == "}" and not words:
            stack.pop()
            at, line_has_statement = at + 1, True
        else:
            end = _word_end(text, at)
            words.append(text[at:end])
            at = end
    assert len(stack) == 1
    assert not words
    return items


def _word_end(text: str, at: int) -> int:
    quote = text[at] if text[at] in "\"'" else ""
    at += bool(quote)
    while at < len(text):
        if text[at] == "\\":
            at += 2
        elif quote and text[at] == quote:
            return at + 1
        elif not quote and text[at : at + 2] == "${":
            at += 2
        elif not quote and (text[at] in SPACE or text[at] in ";{"):
            return at
        else:
            at += 1
    return at


def value(word: str) -> str:
    """A word as nginx stores it."""
    if word[0] in "\"'":
        word = word[1:-1]
    out, at = "", 0
    while at < len(word):
        pair = word[at + 1 : at + 2]
        if word[at] == "\\" and pair in ESCAPES:
            out += ESCAPES[pair]
            at += 2
        else:
            out += word[at]
            at += 1
    return out


def escaped(text: str, quote: str) -> str:
    """What `value` makes a text of again, between quotes."""
    return text.replace("\\", "\\\\").replace(quote, "\\" + quote)


def write(items: Items, indent: str = "    ", end: str = "\n") -> str:
    """The text, a statement a line."""
    return "".join(_lines(items, indent, end, 0))


def _lines(items: Items, indent: str, end: str, depth: int) -> Iterator[str]:
    for number, item in enumerate(items):
        following = items[number + 1] if number + 1 < len(items) else None
        joined = isinstance(following, Comment) and following.inline
        stop = " " if joined else end
        margin = indent * depth
        if isinstance(item, Comment):
            # Not inline may not become inline: a waiver is about what it stands beside.
            before = "" if item.inline else margin if "\n" in end else "\n"
            yield before + item.text + (end if "\n" in end else "\n")
        elif item.block is None:
            yield f"{margin}{' '.join(item.words)};{stop}"
        else:
            first = item.block[0] if item.block else None
            inner = " " if isinstance(first, Comment) and first.inline else end
            yield f"{margin}{' '.join(item.words)} {{{inner}"
            yield from _lines(item.block, indent, end, depth + 1)
            yield f"{margin}}}{stop}"


def walk(items: Items) -> Iterator[tuple[str, Items]]:
    """Every level: the name of its block (empty at the top) and its items."""
    stack: list[tuple[str, Items]] = [("", items)]
    while stack:
        name, level = stack.pop()
        yield name, level
        stack.extend(
            (item.name, item.block)
            for item in level
            if isinstance(item, Statement) and item.block is not None
        )


def with_comments(level: Items) -> list[Items]:
    """Each statement with the comments above it and behind it in its line."""
    pieces: list[Items] = []
    above: Items = []
    for item in level:
        if isinstance(item, Statement):
            pieces.append([*above, item])
            above = []
        elif item.inline and pieces:
            pieces[-1].append(item)
        else:
            above.append(item)
    if above and pieces:
        pieces[-1].extend(above)
    return pieces


@dataclass
class Layout:
    """A configuration as files: the main one, and those that it includes by name."""

    main: Items
    parts: dict[str, Items] = field(default_factory=dict)

    def files(self) -> Iterator[tuple[str, Items]]:
        """Name and items of each file; the main one is nginx.conf."""
        yield "nginx.conf", self.main
        yield from self.parts.items()
