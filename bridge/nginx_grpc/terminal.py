"""What the terminal can show."""

from __future__ import annotations

import os
import sys
import time
from contextlib import suppress
from typing import TextIO

from nginx_grpc import printable

__all__ = ["Progress", "color_wanted", "width"]

_BEFORE_PROGRESS = 0.5  # seconds; whatever is done by then needs none
_BETWEEN = 0.1
_COLUMNS = 80


def color_wanted(stream: TextIO) -> bool:
    """Whether to colour: FORCE_COLOR, else NO_COLOR, else whether `stream` is a terminal."""
    if os.environ.get("FORCE_COLOR"):
        return os.environ["FORCE_COLOR"] != "0"
    if os.environ.get("NO_COLOR"):
        return False
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def width() -> int:
    """Columns to fill: COLUMNS, else the terminal's; 80 where it is none."""
    columns = os.environ.get("COLUMNS", "")
    if columns.isascii() and columns.isdigit() and int(columns):
        return int(columns)
    if sys.__stdout__ is not None:
        with suppress(OSError, ValueError):
            return os.get_terminal_size(sys.__stdout__.fileno()).columns or _COLUMNS
    return _COLUMNS


class Progress:
    """One line that says how far the reading is; only on a terminal, and gone when it ends.

    Args:
        stream: standard error.
        quiet: never to show anything.
    """

    def __init__(self, stream: TextIO, *, quiet: bool = False) -> None:
        self._stream = stream
        self._shown = False
        self._wanted = not quiet and stream.isatty() and os.environ.get("TERM") != "dumb"
        self._next = time.monotonic() + _BEFORE_PROGRESS

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        if self._shown:
            self._stream.write("\r\x1b[K")
            self._stream.flush()

    def file(self, count: int, name: str) -> None:
        """A file was read: the how many-th, and its name."""
        if self._wanted and time.monotonic() >= self._next:
            self.say(f"{count} files read: {name}")

    def say(self, text: str) -> None:
        """Show a text in place of the last one."""
        if not self._wanted:
            return
        self._next = time.monotonic() + _BETWEEN
        self._stream.write(f"\r\x1b[K{printable.line(text)[: width() - 1]}")
        self._stream.flush()
        self._shown = True
