"""The line of reviews: a few are worked on, the others wait their turn, for a bounded time."""

from __future__ import annotations

import asyncio
import time
from collections import deque

__all__ = ["BusyError", "Line"]

_NEWER = 0.1
# So many times what a turn takes must be left when it begins.
_TURNS_LEFT = 3.0


class BusyError(Exception):
    """No turn came in time."""


class Line:
    """A semaphore that is first come, first served, and sends away whom it could not serve in time.

    How long a turn takes is measured. Where turns take longer, because the machine is busy, there
    is less time to wait: whoever waited to the last moment would get a turn and not end it.

    Args:
        slots: how many have their turn at once.
        patience: seconds that one may wait at most, however quick the turns are.
        deadline: seconds for waiting and turn together.
    """

    def __init__(self, slots: int, patience: float, deadline: float) -> None:
        self._free = slots
        self._patience = patience
        self._deadline = deadline
        self._turn = 0.0  # how long one takes, newer ones counting more
        self._waiting: deque[tuple[asyncio.Future[None], float]] = deque()

    @property
    def patience(self) -> float:
        """Seconds that one may wait now."""
        return max(0.05, min(self._patience, self._deadline - _TURNS_LEFT * self._turn))

    def crowded(self) -> bool:
        """Whether a newcomer would wait too long: the first in line already has."""
        while self._waiting and self._waiting[0][0].done():
            self._waiting.popleft()
        if not self._waiting:
            return False
        return time.monotonic() - self._waiting[0][1] > self.patience

    async def enter(self, end: float) -> float:
        """Wait for a turn, until `end` (of time.monotonic) at most. Raises BusyError.

        Returns when the turn began, for leave.
        """
        if self._free > 0:
            self._free -= 1
            return time.monotonic()
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((turn, time.monotonic()))
        left = end - _TURNS_LEFT * self._turn / 2 - time.monotonic()
        try:
            await asyncio.wait_for(turn, max(0.0, left))
        except (asyncio.TimeoutError, asyncio.CancelledError) as error:
            if turn.done() and not turn.cancelled():
                self._next()
            if isinstance(error, asyncio.TimeoutError):
                raise BusyError from None
            raise
        return time.monotonic()

    def leave(self, began: float) -> None:
        """End a turn: the next has theirs."""
        self._turn += _NEWER * (time.monotonic() - began - self._turn)
        self._next()

    def _next(self) -> None:
        while self._waiting:
            turn, _ = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        self._free += 1
