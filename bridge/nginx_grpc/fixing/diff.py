"""A unified diff of bytes that `git apply` and `patch -p1` take."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher

__all__ = ["unified"]

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


def _hunks(old: list[bytes], new: list[bytes]) -> Iterator[bytes]:
    head = 0
    while head < min(len(old), len(new)) and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < min(len(old), len(new)) - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    first = max(head - _CONTEXT, 0)
    keep = max(tail - _CONTEXT, 0)
    matcher = SequenceMatcher(
        None, old[first : len(old) - keep], new[first : len(new) - keep], False
    )
    for group in matcher.get_grouped_opcodes(_CONTEXT):
        if all(tag == "equal" for tag, *_ in group):
            continue
        start, stop = group[0][1] + first, group[-1][2] + first
        begin, end = group[0][3] + first, group[-1][4] + first
        yield b"@@ -%s +%s @@\n" % (_range(start, stop), _range(begin, end))
        for tag, left, right, under, over in group:
            if tag == "equal":
                yield from _marked(b" ", old[first + left : first + right])
                continue
            yield from _marked(b"-", old[first + left : first + right])
            yield from _marked(b"+", new[first + under : first + over])


def _marked(mark: bytes, lines: list[bytes]) -> Iterator[bytes]:
    for line in lines:
        yield mark + (line if line.endswith(b"\n") else line + _MISSING)


def _range(start: int, stop: int) -> bytes:
    length = stop - start
    if length == 1:
        return b"%d" % (start + 1)
    return b"%d,%d" % (start + (length > 0), length)
