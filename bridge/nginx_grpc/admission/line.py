"""The line of reviews: a few are worked on, the others wait their turn, for a bounded time."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from typing import NamedTuple

__all__ = ["BusyError", "Line"]

# A longer turn may be an exception; a short one shows that the machine is well again.
_LONGER, _SHORTER = 0.1, 0.5
# So many times what a turn takes must be left when it begins.
_TURNS_LEFT = 3.0


class BusyError(Exception):
    """No turn came in time."""


class Line:
    """A semaphore that is first come, first served, and sends away at once whom it could not serve
    in time.

    How long a turn takes is measured, and so it is known about when the one at each place of the
    line would have theirs. Where turns take longer, because the machine is busy, there is less time
    to wait: whoever waited to the last moment would get a turn and not end it.

    Args:
        slots: how many have their turn at once.
        patience: seconds that one may wait at most, however quick the turns are.
        deadline: seconds for waiting and turn together.
    """

    def __init__(self, slots: int, patience: float, deadline: float) -> None:
        self._slots = self._free = slots
        self._patience = patience
        self._deadline = deadline
        self._turn = 0.0  # how long one takes, rather too short than too long
        self._waiting: deque[_Waiting] = deque()

    @property
    def patience(self) -> float:
        """Seconds that one may wait now."""
        return max(0.05, min(self._patience, self._deadline - _TURNS_LEFT * self._turn))

    def crowded(self) -> bool:
        """Whether a newcomer would wait too long: the first in line already has, or there are too
        many."""
        self._waiting = deque(each for each in self._waiting if not each.turn.done())
        if not self._waiting:
            return False
        waited = time.monotonic() - self._waiting[0].since
        return max(waited, self._wait(len(self._waiting))) > self.patience

    async def enter(self, end: float) -> float:
        """Wait for a turn, until `end` (of time.monotonic) at most. Raises BusyError.

        Returns when the turn began, for leave.
        """
        if self._free > 0:
            self._free -= 1
            return time.monotonic()
        now = time.monotonic()
        last = end - _TURNS_LEFT * self._turn / 2
        if now + self._wait(len(self._waiting)) > last:
            raise BusyError
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiting(turn, now, end))
        try:
            await asyncio.wait_for(turn, max(0.0, last - now))
        except (asyncio.TimeoutError, asyncio.CancelledError) as error:
            if turn.done() and not turn.cancelled() and turn.exception() is None:
                self._next()
            if isinstance(error, asyncio.TimeoutError):
                raise BusyError from None
            raise
        return time.monotonic()

    def leave(self, began: float) -> None:
        """End a turn: the next has theirs, and who can have none in time any more is told."""
        now = time.monotonic()
        more = now - began - self._turn
        self._turn += (_LONGER if more > 0 else _SHORTER) * more
        self._next()
        self._waiting = deque(each for each in self._waiting if not each.turn.done())
        while self._waiting:
            last = self._waiting[-1].end - _TURNS_LEFT * self._turn / 2
            if now + self._wait(len(self._waiting) - 1) <= last:
                return
            self._waiting.pop().turn.set_exception(BusyError())

    def _wait(self, before: int) -> float:
        """Seconds until the turn of one who has so many before them."""
        return (before + 1) * self._turn / self._slots

    def _next(self) -> None:
        while self._waiting:
            turn = self._waiting.popleft().turn
            if not turn.done():
                turn.set_result(None)
                return
        self._free += 1


class _Waiting(NamedTuple):
    turn: asyncio.Future[None]
    since: float
    end: float
