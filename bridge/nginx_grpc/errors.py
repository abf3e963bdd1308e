"""The one error that a user sees."""

from __future__ import annotations

from nginx_grpc import printable

__all__ = ["Refused"]


class Refused(Exception):
    """Input that can't be read or judged: one line for the user, exit 2.

    Args:
        what: what is wrong. Never holds the content of a file that did not parse.
        hint: what to do.
        file: where; empty where it is no file.
        line: the line, from 1; 0 where there is none.
    """

    def __init__(self, what: str, hint: str, file: str = "", line: int = 0) -> None:
        self.what = what
        self.hint = hint
        self.file = file
        self.line = line
        super().__init__(str(self))

    def __reduce__(self) -> tuple[type[Refused], tuple[str, str, str, int]]:
        """From a process to another."""
        return Refused, (self.what, self.hint, self.file, self.line)

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.file and self.line else self.file
        prefix = f"{where}: " if where else ""
        text = f"{prefix}{self.what}; {self.hint}" if self.hint else f"{prefix}{self.what}"
        return printable.line(" ".join(text.split()))
