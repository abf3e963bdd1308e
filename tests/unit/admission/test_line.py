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


def test_who_could_not_be_served_in_time_is_told_at_once() -> None:
    async def run() -> None:
        line = Line(2, 1.2, 2.0)
        for _ in range(80):
            await line.enter(soon())
            line.leave(time.monotonic() - 0.2)
        began = [await line.enter(soon()) for _ in range(2)]
        # Of two a fifth of a second: in 1.7 there is time for the turns of 13 before one's own.
        tasks = [asyncio.create_task(line.enter(soon(1.7))) for _ in range(20)]
        start = time.monotonic()
        await asyncio.sleep(0.01)
        told = [task for task in tasks if task.done()]
        assert 5 <= len(told) <= 8
        assert time.monotonic() - start < 0.2
        assert all(isinstance(task.exception(), BusyError) for task in told)
        assert line.crowded()
        for each in began:
            line.leave(each)
        await asyncio.sleep(0.01)
        served = [task for task in tasks if task.done() and task.exception() is None]
        assert tasks[:2] == served
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    asyncio.run(run())


def test_where_turns_become_longer_those_at_the_end_are_told_then() -> None:
    async def run() -> None:
        line = Line(1, 1.2, 2.0)
        began = await line.enter(soon())
        tasks = [asyncio.create_task(line.enter(soon(1.7))) for _ in range(20)]
        await asyncio.sleep(0.01)
        assert not any(task.done() for task in tasks)
        line.leave(began - 4.0)  # a turn of four seconds: from now on 0.4 are expected
        await asyncio.sleep(0.01)
        told = [task for task in tasks[1:] if task.done()]
        assert told == tasks[len(tasks) - len(told) :]
        assert len(told) > 14
        assert all(isinstance(task.exception(), BusyError) for task in told)
        assert tasks[0].result()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    asyncio.run(run())


def test_who_was_told_and_goes_away_frees_no_slot() -> None:
    async def run() -> None:
        line = Line(1, 1.2, 2.0)
        began = await line.enter(soon())
        tasks = [asyncio.create_task(line.enter(soon(1.7))) for _ in range(20)]
        await asyncio.sleep(0.01)
        line.leave(began - 4.0)
        for task in tasks[1:]:
            task.cancel()  # in the same turn of the loop as they are told
        await asyncio.gather(*tasks, return_exceptions=True)
        with pytest.raises(BusyError):  # the first of them has the one slot
            await line.enter(soon(0.01))

    asyncio.run(run())


def test_a_few_short_turns_show_that_all_is_well() -> None:
    async def run() -> None:
        line = Line(1, 1.2, 2.0)
        for _ in range(60):
            await line.enter(soon())
            line.leave(time.monotonic() - 0.6)
        assert line.patience < 0.3
        for _ in range(5):
            line.leave(await line.enter(soon()))
        assert line.patience == 1.2

    asyncio.run(run())
