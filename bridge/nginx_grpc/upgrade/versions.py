"""Versions of nginx, in their order."""

from __future__ import annotations

from typing import NamedTuple

from nginx_grpc.errors import Refused
from nginx_grpc.expressions import expression

__all__ = ["LAST", "Version"]

_FORM = expression(r"([0-9]{1,3})\.([0-9]{1,3})\.([0-9]{1,3})")


class Version(NamedTuple):
    """A version; an even `minor` is a stable branch."""

    major: int
    minor: int
    patch: int

    @classmethod
    def of(cls, text: str, option: str) -> Version:
        """The version that an option says. Raises Refused for what is none, or not yet known."""
        match = _FORM.fullmatch(text)
        if match is None:
            raise Refused(f"{option} {text} is no version of nginx", "write it as 1.30.3")
        version = cls(*map(int, match.groups()))
        if version > LAST:
            raise Refused(
                f"{option} {text} is newer than nginx {LAST}, the last one whose changes are known",
                f"ask for {LAST}, or for a newer nginx-grpc",
            )
        return version

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}"


LAST = Version(1, 31, 4)
"""The last version whose changes are in the table of facts and in the rules."""
