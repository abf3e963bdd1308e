"""The line of reviews."""

from __future__ import annotations

import asyncio
import time

import pytest

from nginx_grpc.admission.line import BusyError, Line


def soon(seconds: float = 5.0) -> float:
    return time.monotonic() + seconds


def test_first_come_first_served() -> None:
    async def run() -> list[int]:
        line, order = Line(1, 1.0), []
        await line.enter(soon())

        async def one(number: int) -> None:
            await line.enter(soon())
            order.append(number)
            line.leave()

        tasks = [asyncio.create_task(one(number)) for number in range(5)]
        await asyncio.sleep(0)
        line.leave()
        await asyncio.gather(*tasks)
        return order

    assert asyncio.run(run()) == [0, 1, 2, 3, 4]


def test_who_waits_too_long_is_told_and_takes_no_slot() -> None:
    async def run() -> None:
        line = Line(1, 0.05)
        await line.enter(soon())
        assert not line.crowded()
        waiting = asyncio.create_task(line.enter(soon(0.2)))
        await asyncio.sleep(0.1)
        assert line.crowded()
        with pytest.raises(BusyError):
            await waiting
        assert not line.crowded()
        line.leave()
        await line.enter(soon(0.2))  # the slot is free again
        with pytest.raises(BusyError):
            await line.enter(soon(-1))

    asyncio.run(run())


def test_who_goes_away_takes_no_slot() -> None:
    async def run() -> None:
        line = Line(2, 1.0)
        for _ in range(200):
            tasks = [asyncio.create_task(line.enter(soon(0.001))) for _ in range(5)]
            await asyncio.sleep(0)
            for task in tasks[2:4]:
                task.cancel()
            done = await asyncio.gather(*tasks, return_exceptions=True)
            for result in done:
                if result is None:
                    line.leave()
        await line.enter(soon(0.1))
        await line.enter(soon(0.1))
        with pytest.raises(BusyError):
            await line.enter(soon(0.01))

    asyncio.run(run())
