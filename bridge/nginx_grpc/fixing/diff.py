"""A unified diff of bytes that `git apply` and `patch -p1` take."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher

__all__ = ["changes", "unified"]

_CONTEXT = 3
_MISSING = b"\n\\ No newline at end of file\n"


def unified(name: str, before: bytes, after: bytes) -> bytes:
    """The diff of one file; empty where nothing changed.

    Args:
        name: the path to name, relative to where it is applied.
        before, after: the file's bytes.
    """
    old, new = _lines(before), _lines(after)
    hunks = list(_hunks(old, new))
    if not hunks:
        return b""
    return b"".join([b"--- ", _path("a", name), b"\n+++ ", _path("b", name), b"\n", *hunks])


def _lines(data: bytes) -> list[bytes]:
    # A line ends at a line feed and nowhere else; a CR before it is one of its bytes.
    lines = [line + b"\n" for line in data.split(b"\n")]
    last = lines.pop()
    return lines if last == b"\n" else [*lines, last[:-1]]


def _path(side: str, name: str) -> bytes:
    path = f"{side}/{name.lstrip('/')}".encode("utf-8", "surrogateescape")
    if all(32 <= byte < 127 and byte not in b'"\\' for byte in path):
        # Behind a tab a name may hold spaces.
        return path + b"\t" if b" " in path else path
    quoted = b"".join(
        b"\\" + bytes([byte])
        if byte in b'"\\'
        else bytes([byte])
        if 32 <= byte < 127
        else b"\\%03o" % byte
        for byte in path
    )
    return b'"' + quoted + b'"'


def changes(before: bytes, after: bytes) -> Iterator[tuple[int, int, bytes]]:
    """What changes of a file, in its order: a first line, from 0, the line after the last one, and
    what stands there instead."""
    old, new = _lines(before), _lines(after)
    for group in _groups(old, new, 0):
        for tag, left, right, under, over in group:
            if tag != "equal":
                yield left, right, b"".join(new[under:over])


def _hunks(old: list[bytes], new: list[bytes]) -> Iterator[bytes]:
    for group in _groups(old, new, _CONTEXT):
        start, stop = group[0][1], group[-1][2]
        begin, end = group[0][3], group[-1][4]
        yield b"@@ -%s +%s @@\n" % (_range(start, stop), _range(begin, end))
        for tag, left, right, under, over in group:
            if tag == "equal":
                yield from _marked(b" ", old[left:right])
                continue
            yield from _marked(b"-", old[left:right])
            yield from _marked(b"+", new[under:over])


def _groups(
    old: list[bytes], new: list[bytes], context: int
) -> Iterator[list[tuple[str, int, int, int, int]]]:
    """What differs, as SequenceMatcher says it, with so many lines around it."""
    head = 0
    while head < min(len(old), len(new)) and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < min(len(old), len(new)) - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    first = max(head - context, 0)
    keep = max(tail - context, 0)
    matcher = SequenceMatcher(
        None, old[first : len(old) - keep], new[first : len(new) - keep], False
    )
    for group in matcher.get_grouped_opcodes(context):
        if any(tag != "equal" for tag, *_ in group):
            yield [(tag, *(number + first for number in numbers)) for tag, *numbers in group]  # type: ignore[misc]


def _marked(mark: bytes, lines: list[bytes]) -> Iterator[bytes]:
    for line in lines:
        yield mark + (line if line.endswith(b"\n") else line + _MISSING)


def _range(start: int, stop: int) -> bytes:
    length = stop - start
    if length == 1:
        return b"%d" % (start + 1)
    return b"%d,%d" % (start + (length > 0), length)
