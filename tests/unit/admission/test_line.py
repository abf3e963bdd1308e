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
        line, order = Line(1, 1.0, 2.0), []
        began = await line.enter(soon())

        async def one(number: int) -> None:
            began = await line.enter(soon())
            order.append(number)
            line.leave(began)

        tasks = [asyncio.create_task(one(number)) for number in range(5)]
        await asyncio.sleep(0)
        line.leave(began)
        await asyncio.gather(*tasks)
        return order

    assert asyncio.run(run()) == [0, 1, 2, 3, 4]


def test_who_waits_too_long_is_told_and_takes_no_slot() -> None:
    async def run() -> None:
        line = Line(1, 0.05, 2.0)
        began = await line.enter(soon())
        assert not line.crowded()
        waiting = asyncio.create_task(line.enter(soon(0.2)))
        await asyncio.sleep(0.1)
        assert line.crowded()
        with pytest.raises(BusyError):
            await waiting
        assert not line.crowded()
        line.leave(began)
        await line.enter(soon(0.2))  # the slot is free again
        with pytest.raises(BusyError):
            await line.enter(soon(-1))

    asyncio.run(run())


def test_who_goes_away_takes_no_slot() -> None:
    async def run() -> None:
        line = Line(2, 1.0, 2.0)
        for _ in range(200):
            tasks = [asyncio.create_task(line.enter(soon(0.001))) for _ in range(5)]
            await asyncio.sleep(0)
            for task in tasks[2:4]:
                task.cancel()
            done = await asyncio.gather(*tasks, return_exceptions=True)
            for result in done:
                if isinstance(result, float):
                    line.leave(result)
        await line.enter(soon(0.1))
        await line.enter(soon(0.1))
        with pytest.raises(BusyError):
            await line.enter(soon(0.01))

    asyncio.run(run())


def test_where_turns_take_long_there_is_less_time_to_wait() -> None:
    async def run() -> None:
        line = Line(1, 1.2, 2.0)
        assert line.patience == 1.2
        for _ in range(60):
            await line.enter(soon())
            line.leave(time.monotonic() - 0.6)
        assert 0.15 < line.patience < 0.3
        for _ in range(60):
            line.leave(await line.enter(soon()))
        assert line.patience == 1.2

    asyncio.run(run())
