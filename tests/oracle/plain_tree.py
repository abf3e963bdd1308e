"""One form for the trees of all readers, to compare them in."""

from __future__ import annotations

from dataclasses import dataclass, field

from nginx_grpc.errors import Refused
from nginx_grpc.parsers.blocks import Body
from nginx_grpc.parsers.interface import Place
from nginx_grpc.parsers.reading import Reading
from nginx_grpc.parsers.words import Fault, decoded
from nginx_grpc.tree import Directive
from tests.oracle.slowly import Reader, Statement, Unreadable

# The last line of a directive that does not end.
UNENDED = 1_000_000_000


@dataclass
class Node:
    """A directive: its words, its line, and those of its block if it has one."""

    words: list[str]
    line: int
    block: list[Node] | None = None


@dataclass
class Read:
    """What a reader made of a text, up to where it stopped.

    Args:
        nodes: the top level.
        stopped: the line where it stopped, 0 if it read to the end.
        why: what stopped it.
        statements: the directives in the order in which they end.
    """

    nodes: list[Node] = field(default_factory=list)
    stopped: int = 0
    why: str = ""
    statements: list[Statement] = field(default_factory=list)


def without_parentheses(words: list[str]) -> list[str]:
    """An `if` as the tree holds it."""
    name, *args = words
    if not args or not args[0].startswith("(") or not args[-1].endswith(")"):
        return words
    args[0] = args[0][1:]
    args[-1] = args[-1][:-1]
    if not args[0]:
        args.pop(0)
    if args and not args[-1]:
        args.pop()
    return [name, *args]


def slowly(data: bytes) -> Read:
    """The text as read byte by byte."""
    reader = Reader(data)
    read = Read()
    open_blocks = [read.nodes]
    try:
        while (found := reader.next()) is not None:
            if isinstance(found, str):
                if len(open_blocks) == 1:
                    raise Unreadable("unexpected", reader.line)
                open_blocks.pop()
                continue
            read.statements.append(found)
            if found.terminator == "{" and found.words[0].endswith(b"_by_lua_block"):
                found.last = UNENDED
                found.words.append(reader.lua())
                found.terminator, found.last = ";", reader.line
            words = [decoded(word.decode("latin-1")) for word in found.words]
            if found.terminator == ";":
                open_blocks[-1].append(Node(words, found.first))
            else:
                if words[0] == "if":
                    words = without_parentheses(words)
                block: list[Node] = []
                open_blocks[-1].append(Node(words, found.first, block))
                open_blocks.append(block)
        if len(open_blocks) > 1:
            raise Unreadable("end of file", reader.line)
    except Unreadable as end:
        read.stopped, read.why = end.line, end.why
    return read


def nodes(directives: list[Directive]) -> list[Node]:
    """A tree in this form, without recursion."""
    top: list[Node] = []
    todo = [(directives, top)]
    while todo:
        source, target = todo.pop()
        for directive in source:
            node = Node([directive.name, *directive.args], directive.line)
            target.append(node)
            if directive.block is not None:
                node.block = []
                todo.append((directive.block, node.block))
    return top


class Unchecked(Reading):
    """The parser without its knowledge of names: the reading of words alone."""

    def check(self, name: str, opens: bool, at: int) -> None:
        pass

    def check_words(self, name: str, read: object, at: int, line: int) -> None:
        pass

    def check_lone_name(self, at: int) -> None:
        pass


def natively(data: bytes, reading: type[Reading] = Reading, body: Body = Body.UPSTREAM) -> Read:
    """The text as the parser reads it; what it read before it stopped is kept."""
    text = data.decode("latin-1") + "\n"
    reader = reading(text, Place("f"), body)
    read = Read()
    try:
        reader.run()
    except Fault as fault:
        read.stopped = text.count("\n", 0, fault.offset) + 1
        read.why = fault.what
    except Refused as refused:
        read.stopped = refused.line
        read.why = refused.what
    read.nodes = nodes(reader.parsed.directives)
    return read
