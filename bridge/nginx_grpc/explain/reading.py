"""Lines of logs: files, compressed ones, pipes; in any encoding that logs have, of any length."""

from __future__ import annotations

import codecs
import os
import stat
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from typing import BinaryIO

from nginx_grpc.errors import Refused

__all__ = ["LONGEST", "check", "lines"]

LONGEST = 32_768  # characters of a line; nginx itself ends a line of its error log at 2,048 bytes
_HINT = "name a log, or - for standard input"
_CHUNK = 1 << 18
_PATIENCE = 10.0  # seconds, for the first who writes to a named pipe
_GZIP = b"\x1f\x8b"
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def check(paths: Sequence[str]) -> None:
    """Raise Refused where one of the logs is not there, before the first is read."""
    for path in paths:
        if path == "-":
            continue
        try:
            mode = os.stat(path).st_mode
        except (OSError, ValueError) as error:
            raise _unreadable(error, path) from None
        if stat.S_ISDIR(mode):
            raise Refused("a folder", "name the logs in it", path)
        if stat.S_ISBLK(mode) or stat.S_ISSOCK(mode):
            raise Refused("no log", "name a file, or - for standard input", path)


def lines(path: str, stdin: BinaryIO, note: Callable[[str], None]) -> Iterator[str]:
    """The lines of a log without their ends, each cut at LONGEST characters, as they come.

    Args:
        path: its path; `-` is standard input.
        stdin: standard input.
        note: told why a log ended before its time, as words for a reader.

    Raises Refused where it can't be opened.
    """

    def ended(why: str) -> None:
        note(f"{path}: {why}")

    if path == "-":
        yield from _lines(stdin, ended)
        return
    try:
        # Without this a named pipe that nobody writes to would not even be opened.
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOCTTY | os.O_NONBLOCK)
    except (OSError, ValueError) as error:
        raise _unreadable(error, path) from None
    with open(handle, "rb", buffering=0) as stream:
        first = _first_of_pipe(handle, path) if stat.S_ISFIFO(os.fstat(handle).st_mode) else b""
        os.set_blocking(handle, True)
        yield from _lines(stream, ended, first)


def _first_of_pipe(handle: int, path: str) -> bytes:
    """Wait until somebody writes to a pipe, and what was read of it meanwhile.

    Raises Refused where nobody does.
    """
    import select

    waiting = select.poll()
    waiting.register(handle, select.POLLIN)
    until = time.monotonic() + _PATIENCE
    while not waiting.poll(50):
        try:
            first = os.read(handle, _CHUNK)
        except BlockingIOError:
            return b""  # somebody has it open, and is silent
        if first:
            return first
        if time.monotonic() > until:
            raise Refused(
                "a pipe that nobody writes to", "name a log, or - for standard input", path
            )
    return b""


def _unreadable(error: Exception, path: str) -> Refused:
    reason = (getattr(error, "strerror", None) or "can't be read").lower()
    return Refused(reason, _HINT, path)


def _lines(stream: BinaryIO, ended: Callable[[str], None], first: bytes = b"") -> Iterator[str]:
    left = b""
    skipping = False
    for chunk in _decoded(_inflated(_chunks(stream, ended, first), ended)):
        if skipping:
            end = chunk.find(b"\n")
            if end < 0:
                continue
            chunk, skipping = chunk[end + 1 :], False
        whole, newline, rest = chunk.rpartition(b"\n")
        if newline:
            for line in (left + whole).decode("utf-8", "backslashreplace").split("\n"):
                yield line if len(line) <= LONGEST else line[:LONGEST]
            left = rest
        else:
            left += rest
        if len(left) > LONGEST:
            yield left[:LONGEST].decode("utf-8", "backslashreplace")
            left, skipping = b"", True
    if left:
        yield left.decode("utf-8", "backslashreplace")


def _chunks(stream: BinaryIO, ended: Callable[[str], None], first: bytes) -> Iterator[bytes]:
    read = getattr(stream, "read1", stream.read)
    if first:
        yield first
    try:
        while chunk := read(_CHUNK):
            yield chunk
    except OSError as error:
        ended((error.strerror or "can't be read").lower())


def _inflated(chunks: Iterator[bytes], ended: Callable[[str], None]) -> Iterator[bytes]:
    first = next(chunks, b"")
    if not first.startswith(_GZIP):
        yield first
        yield from chunks
        return
    inflate = zlib.decompressobj(wbits=31)
    data = first
    try:
        while True:
            yield inflate.decompress(data, _CHUNK)
            data = inflate.unconsumed_tail
            if inflate.eof:
                data = inflate.unused_data or next(chunks, b"")
                if not data.strip(b"\0"):
                    return
                inflate = zlib.decompressobj(wbits=31)
            elif not data:
                data = next(chunks, b"")
                if not data:
                    ended("the compressed file ends too early")
                    return
    except zlib.error:
        ended("the compressed file is damaged")


def _decoded(chunks: Iterator[bytes]) -> Iterator[bytes]:
    first = next(chunks, b"")
    if first.startswith(codecs.BOM_UTF8):
        first = first[len(codecs.BOM_UTF8) :]
    if not first.startswith(_UTF_16):
        # A log that was emptied while nginx wrote to it begins with a hole of NUL.
        yield first.lstrip(b"\0")
        for chunk in chunks:
            yield chunk if chunk[:1] != b"\0" else chunk.lstrip(b"\0")
        return
    # As PowerShell redirects what a command prints.
    decode = codecs.getincrementaldecoder("utf-16")("replace").decode
    yield decode(first).encode("utf-8", "replace")
    for chunk in chunks:
        yield decode(chunk).encode("utf-8", "replace")
