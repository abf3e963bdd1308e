"""A bound on what is repeated: a document stays a small multiple of its configuration.

What a context sets is written out in each location that inherits it. That is a fixed number of
settings, but their texts, the pages and the targets of a hostile configuration could multiply.
"""

from __future__ import annotations

from nginx_grpc.errors import Refused

__all__ = ["Budget"]

_MOST_CHARACTERS = 64 * 1024 * 1024


class Budget:
    """Counts the characters that are written again where they are inherited."""

    def __init__(self, file: str, most: int = _MOST_CHARACTERS) -> None:
        self._file = file
        self._left = most

    def spend(self, characters: int) -> None:
        """Raises Refused where the configuration repeats more than a document may hold."""
        self._left -= characters
        if self._left < 0:
            raise Refused(
                "what its locations inherit adds up to more than a document may hold",
                "check its servers one file at a time",
                self._file,
            )
