"""A unified diff of bytes that `git apply` and `patch -p1` take."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from nginx_grpc.fixing.differing import Change, differing

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
    new = _lines(after)
    for left, right, under, over in differing(_lines(before), new):
        yield left, right, b"".join(new[under:over])


def _hunks(old: list[bytes], new: list[bytes]) -> Iterator[bytes]:
    for group in _groups(differing(old, new)):
        start = max(group[0][0] - _CONTEXT, 0)
        stop = min(group[-1][1] + _CONTEXT, len(old))
        begin = group[0][2] - (group[0][0] - start)
        end = group[-1][3] + (stop - group[-1][1])
        yield b"@@ -%s +%s @@\n" % (_range(start, stop), _range(begin, end))
        for left, right, under, over in group:
            yield from _marked(b" ", old[start:left])
            yield from _marked(b"-", old[left:right])
            yield from _marked(b"+", new[under:over])
            start = right
        yield from _marked(b" ", old[start:stop])


def _groups(spans: Iterable[Change]) -> Iterator[list[Change]]:
    """What differs, with what is so near that the lines around would be the same."""
    group: list[Change] = []
    for span in spans:
        if group and span[0] - group[-1][1] > 2 * _CONTEXT:
            yield group
            group = []
        group.append(span)
    if group:
        yield group


def _marked(mark: bytes, lines: list[bytes]) -> Iterator[bytes]:
    for line in lines:
        yield mark + (line if line.endswith(b"\n") else line + _MISSING)


def _range(start: int, stop: int) -> bytes:
    length = stop - start
    if length == 1:
        return b"%d" % (start + 1)
    return b"%d,%d" % (start + (length > 0), length)
