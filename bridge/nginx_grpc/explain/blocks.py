"""What a client says of one call in several lines: Python's RpcError, grpcurl's ERROR."""

from __future__ import annotations

from nginx_grpc.expressions import expression
from nginx_grpc.records import dataclass, field

__all__ = ["Block"]

_PYTHON = "RpcError of RPC that terminated with:"
_GRPCURL = "ERROR:"
_PART = expression(
    r"\s*(?:status = StatusCode\.|details = |debug_error_string = )|\s+(?:Code|Message): "
)
_MOST = 40  # lines: what a server says may have some of its own


@dataclass(slots=True)
class Block:
    """The lines of one call that failed, up to its end.

    Args:
        of_python: whose words they are.
        parts: what says something of the call: its code, its details.
        ended: whether the line that was taken last is its end.
    """

    of_python: bool
    parts: list[str] = field(default_factory=list)
    ended: bool = False
    _lines: int = 0
    _quoted: bool = False

    @classmethod
    def begun_by(cls, text: str) -> Block | None:
        """The block that a line begins; None for another line."""
        if text.rstrip().endswith(_PYTHON):
            return cls(of_python=True)
        return cls(of_python=False) if text == _GRPCURL else None

    def takes(self, text: str) -> bool:
        """Whether the next line belongs to it."""
        self._lines += 1
        if self._quoted and text.rstrip().endswith('"'):
            self._quoted = False
            return True
        if _PART.match(text):
            said = text.rstrip()
            self.parts.append(said)
            # Details that have lines of their own go on to the next quote.
            self._quoted = ' = "' in said and not said.endswith('"')
            self.ended = not self.of_python and len(self.parts) == 2
            return True
        if not self.of_python or not self.parts:
            return False
        self.ended = text.strip() == ">"
        return self.ended or (self._quoted and self._lines < _MOST)
