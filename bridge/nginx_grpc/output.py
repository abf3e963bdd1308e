"""Where output goes: standard output or a file, whole or not at all."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from typing import IO, TextIO

from nginx_grpc.errors import Refused

__all__ = ["standard_output", "whole", "write", "write_bytes"]

_MOST_HELD = 8 * 1024 * 1024
_READ = 1024 * 1024


def write(text: str | Iterable[str], path: str | None) -> None:
    """Write a text, or its pieces, to a file, or to standard output for None and `-`.

    A file takes the place of what has its name, a link too, once it is whole; nothing is written
    through a link, unless to a device or a pipe (`/dev/stdout`). Raises Refused.
    """
    pieces = [text] if isinstance(text, str) else text
    if path is None or path == "-":
        with standard_output() as stdout:
            # A name may hold bytes that are no UTF-8, and a terminal may not have every character.
            encoding = stdout.encoding or "utf-8"
            for piece in pieces:
                if not piece.isascii():
                    piece = piece.encode(encoding, "backslashreplace").decode(encoding)
                stdout.write(piece)
        return
    try:
        if _is_stream(path):
            _write_stream(pieces, path)
        else:
            _write_file(pieces, path)
    except (OSError, ValueError) as error:
        raise _unwritable(error, path) from None


def whole(pieces: Iterable[str]) -> Iterator[str]:
    """The same pieces of ASCII text, once all of them were made: nothing is given out of what fails
    halfway. A large text waits in a temporary file, where there can be one. Raises Refused."""
    held: list[str] = []
    size = 0
    pieces = iter(pieces)
    for piece in pieces:
        held.append(piece)
        size += len(piece)
        if size > _MOST_HELD:
            break
    with _temporary(size > _MOST_HELD) as file:
        if file is None:
            held.extend(pieces)
            yield from held
            return
        try:
            file.writelines(held)
            held.clear()
            file.writelines(pieces)
            file.seek(0)
        except OSError as error:
            raise _unwritable(error, "a temporary file") from None
        while piece := file.read(_READ):
            yield piece


@contextmanager
def _temporary(wanted: bool) -> Iterator[IO[str] | None]:
    file = None
    if wanted:
        import tempfile

        # A container may have no place that can be written to.
        with suppress(OSError):
            file = tempfile.TemporaryFile("w+", encoding="ascii", newline="")  # noqa: SIM115
    with file or nullcontext() as opened:
        yield opened


def write_bytes(data: bytes, path: str) -> None:
    """Write bytes to a file as `write` does a text. Raises Refused."""
    try:
        if _is_stream(path):
            with open(path, "wb") as file:
                file.write(data)
        else:
            _write_file([data.decode("latin-1")], path, encoding="latin-1")
    except (OSError, ValueError) as error:
        raise _unwritable(error, path) from None


@contextmanager
def standard_output() -> Iterator[TextIO]:
    """Where a full disk is an error like any other; a reader that has gone is none."""
    try:
        yield sys.stdout
    except BrokenPipeError:
        raise
    except OSError as error:
        raise _unwritable(error, "standard output") from None


def _is_stream(path: str) -> bool:
    try:
        mode = os.stat(path).st_mode
    except FileNotFoundError:
        return False
    return stat.S_ISCHR(mode) or stat.S_ISFIFO(mode)


def _write_stream(pieces: Iterable[str], path: str) -> None:
    # A pipe that nobody reads is an error and no wait.
    handle = os.open(path, os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    os.set_blocking(handle, True)
    with open(handle, "w", encoding="utf-8", errors="backslashreplace") as file:
        file.writelines(pieces)


def _write_file(pieces: Iterable[str], path: str, *, encoding: str = "utf-8") -> None:
    # A name that nobody can foresee, and no link is followed: somebody else may write there too.
    partial = f"{path}.{os.urandom(8).hex()}.partial"
    handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
    try:
        with open(handle, "w", encoding=encoding, errors="backslashreplace", newline="") as file:
            file.writelines(pieces)
        os.replace(partial, path)
    finally:
        with suppress(FileNotFoundError):
            os.unlink(partial)


def _unwritable(error: Exception, path: str) -> Refused:
    reason = (getattr(error, "strerror", None) or "failed").lower()
    return Refused(f"can't write: {reason}", "name another file", path)
