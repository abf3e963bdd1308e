"""What was read and judged last, for a process that is asked about the same files by one command
after the other: the page's `check`, and then `fix`.

Off unless somebody sets `active`, who then says when the files are others.
"""

from __future__ import annotations

import argparse
import time
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from nginx_grpc.commands.arguments import Told
    from nginx_grpc.findings import CheckResult
    from nginx_grpc.shards import Shards
    from nginx_grpc.tree import Configuration

__all__ = ["Known", "Memory", "active"]

# What a command does with what was judged. By any other argument something else may be.
_AFTERWARDS = frozenset(
    (
        "baseline",
        "command",
        "fail_on",
        "format",
        "jobs",
        "nginx",
        "only",
        "output",
        "outputs",
        "quiet",
        "require_grpc",
        "run",
        "sort",
        "unsafe",
        "write",
        "write_baseline",
    )
)
_DAY = 86_400  # seconds; waivers end with a day


class Known(NamedTuple):
    """What was judged.

    Args:
        result: the findings.
        kept: the configurations in their order, each with its shards, see `nginx_grpc.check`.
        told: what was told as they were read.
    """

    result: CheckResult
    kept: list[tuple[Configuration, Shards | None]]
    told: Told


class Memory:
    """The last of what was judged."""

    def __init__(self) -> None:
        self._asked: dict[str, Any] = {}
        self._known: Known | None = None

    def keep(self, arguments: argparse.Namespace, known: Known) -> None:
        """Remember what a command judged."""
        self._asked = _asked(arguments)
        self._known = known

    def of(self, arguments: argparse.Namespace) -> Known | None:
        """What was judged, if the same was asked; None if not."""
        return self._known if self._asked == _asked(arguments) else None


def _asked(arguments: argparse.Namespace) -> dict[str, Any]:
    given = {name: it for name, it in vars(arguments).items() if name not in _AFTERWARDS}
    return given | {"day": int(time.time() // _DAY)}


active: Memory | None = None
