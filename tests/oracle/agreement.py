"""Whether the parser and nginx read a text alike."""

from __future__ import annotations

from dataclasses import dataclass

from nginx_grpc.parsers.blocks import Body, body_of
from nginx_grpc.parsers.directives import KNOWN
from nginx_grpc.parsers.lua import is_lua
from tests.oracle.nginx import Verdict
from tests.oracle.plain_tree import Node, Read, natively, slowly

# What the parser refuses although nginx would take it, so that nothing stays unseen.
ON_PURPOSE = (
    "a directive inside another one",
    "looks like",
    "a byte that is no UTF-8 in one name and its escape in another",
    "more than 1,000 blocks",
)


@dataclass(frozen=True)
class Reading:
    """The parser's reading of a text, in the order in which nginx meets the directives.

    Args:
        read: the tree, and where the parser stopped.
        unknown: the place in that order of the first directive that nginx cannot know; -1: none.
        count: how many directives the parser took.
        statements: the same directives as read byte by byte, and those after them.
        problem: how that reading differs, empty if it does not.
    """

    read: Read
    unknown: int
    count: int
    statements: list[tuple[bytes, int]]
    problem: str


def reading(data: bytes, *, free_names: bool = False) -> Reading:
    """Reads the text with the parser and byte by byte."""
    top = Body.ENTRIES if free_names else Body.UPSTREAM
    native, slow = natively(data, body=top), slowly(data)
    order: list[tuple[list[str], int, bool]] = []
    stack: list[tuple[list[Node], Body]] = [(native.nodes, top)]
    while stack:
        nodes, body = stack.pop()
        for at, node in enumerate(nodes):
            order.append((node.words, node.line, body.free_names))
            if node.block is not None:
                stack.append((nodes[at + 1 :], body))
                stack.append((node.block, body_of(node.words[0])))
                break
    expected = _flat(slow.nodes)
    problem = ""
    if [(words, line) for words, line, _ in order] != expected[: len(order)]:
        problem = "the words or lines differ from those read byte by byte"
    elif not native.stopped and (slow.stopped or len(order) != len(expected)):
        problem = f"the parser takes what can't be read: {slow.why}"
    elif slow.stopped and not native.stopped:
        problem = f"the parser reads on after: {slow.why}"
    names = [not free and not _known(words[0]) for words, _, free in order]
    unknown = names.index(True) if True in names else -1
    statements = [(statement.words[0], statement.last) for statement in slow.statements]
    return Reading(native, unknown, len(order), statements, problem)


def _known(name: str) -> bool:
    return name in KNOWN or is_lua(name)


def _flat(nodes: list[Node]) -> list[tuple[list[str], int]]:
    order = []
    stack = [nodes]
    while stack:
        nodes = stack.pop()
        for at, node in enumerate(nodes):
            order.append((node.words, node.line))
            if node.block is not None:
                stack += [nodes[at + 1 :], node.block]
                break
    return order


def disagreement(ours: Reading, verdict: Verdict) -> str:
    """How the parser and nginx differ about a text; empty if they agree."""
    if ours.problem:
        return ours.problem
    stopped, why = ours.read.stopped, ours.read.why
    on_purpose = stopped and why.startswith(ON_PURPOSE)
    # nginx names the line where a directive ends.
    unknown = ours.statements[ours.unknown] if ours.unknown >= 0 else None
    if verdict.kind == "unknown" and verdict.name.decode("latin-1") in KNOWN:
        # A directive of another version or module, the first of its name in the line.
        before = ours.statements[: ours.unknown if ours.unknown >= 0 else ours.count]
        unknown = next((it for it in before if it == (verdict.name, verdict.line)), unknown)
    refused = ours.statements[ours.count] if stopped and ours.count < len(ours.statements) else None
    if verdict.kind == "accepted":
        if stopped and not on_purpose:
            return f"nginx reads what the parser refuses: {why}"
        if unknown is not None:
            return f"nginx takes what is an unknown directive for the parser: {unknown[0]!r}"
        return ""
    if not verdict.line:
        # It stopped for what the text means, at the end of a block that it does not name.
        return ""
    if verdict.kind == "unknown":
        met = unknown if unknown is not None else refused
        if met is not None and met[0].split(b"\0")[0][:900] == verdict.name[:900]:
            if met[1] == verdict.line:
                return ""
            return f"nginx sees it end in line {verdict.line}, the parser in {met[1]}"
        if on_purpose and refused is not None and refused[1] <= verdict.line:
            return ""
        return f"nginx meets the directive {verdict.name!r}, the parser {met and met[0]!r} ({why})"
    if unknown is not None and unknown[1] < verdict.line:
        return f"nginx passes over {unknown[0]!r}, an unknown directive for the parser"
    if refused is not None and refused[1] < verdict.line and not on_purpose:
        return f"nginx passes over {refused[0]!r}, where the parser stops: {why}"
    if verdict.kind == "syntax" and not stopped:
        return f"nginx rejects what the parser takes: {verdict.message}"
    return ""
