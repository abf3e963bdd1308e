"""The line of reviews: a few are worked on, the others wait their turn, for a bounded time."""

from __future__ import annotations

import asyncio
import time
from collections import deque

__all__ = ["BusyError", "Line"]


class BusyError(Exception):
    """No turn came in time."""


class Line:
    """A semaphore that is first come, first served, and knows how long the first has waited.

    Args:
        slots: how many have their turn at once.
        patience: seconds after which the first in line shows that a newcomer would wait too long.
    """

    def __init__(self, slots: int, patience: float) -> None:
        self._free = slots
        self._patience = patience
        self._waiting: deque[tuple[asyncio.Future[None], float]] = deque()

    def crowded(self) -> bool:
        """Whether a newcomer would wait too long."""
        while self._waiting and self._waiting[0][0].done():
            self._waiting.popleft()
        if not self._waiting:
            return False
        return time.monotonic() - self._waiting[0][1] > self._patience

    async def enter(self, end: float) -> None:
        """Wait for a turn, until `end` (of time.monotonic) at most. Raises BusyError."""
        if self._free > 0:
            self._free -= 1
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((turn, time.monotonic()))
        try:
            await asyncio.wait_for(turn, max(0.0, end - time.monotonic()))
        except (asyncio.TimeoutError, asyncio.CancelledError) as error:
            if turn.done() and not turn.cancelled():
                self.leave()
            if isinstance(error, asyncio.TimeoutError):
                raise BusyError from None
            raise

    def leave(self) -> None:
        """Give the turn to the next."""
        while self._waiting:
            turn, _ = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        self._free += 1
