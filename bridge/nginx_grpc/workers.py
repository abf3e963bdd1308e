"""Work that is spread over processes: forked, so that what was read is there and nothing is sent
but what comes of it."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar, cast

from nginx_grpc.errors import Refused

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.context import ForkProcess

__all__ = ["can_fork", "spread"]

T = TypeVar("T")


def can_fork() -> bool:
    """Whether this system forks, and nothing runs beside this that a fork would leave behind."""
    import threading

    return hasattr(os, "fork") and threading.active_count() == 1


def spread(number: int, work: Callable[[int], T]) -> list[T]:
    """What `work` gives for 0 to number - 1, each called in a process of its own.

    Whatever ends this early, Ctrl-C among it, ends them all. Raises what the first of them raised
    that raised anything; Refused where one was killed.
    """
    from multiprocessing import get_context

    context = get_context("fork")
    running: list[tuple[ForkProcess, Connection]] = []
    try:
        # What Python runs after a fork swallows exceptions, KeyboardInterrupt among them.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            for part in range(number):
                ours, theirs = context.Pipe(duplex=False)
                process = context.Process(target=_child, args=(part, work, theirs), daemon=True)
                process.start()
                theirs.close()
                running.append((process, ours))
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        return [cast(T, _answer(pipe)) for _, pipe in running]
    finally:
        for process, pipe in running:
            process.kill()
            process.join()
            pipe.close()


def _answer(pipe: Connection) -> Any:
    try:
        failed, value = pipe.recv()
    except (EOFError, OSError):
        raise Refused(
            "a process that judged some of the inputs was killed",
            "there may be too little memory: try --jobs 1",
        ) from None
    if failed:
        raise value
    return value


def _child(part: int, work: Callable[[int], Any], pipe: Connection) -> None:
    # Ctrl-C reaches all of the terminal's processes: the first one ends the others.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with suppress(BrokenPipeError):
        try:
            answer = (False, work(part))
        except Exception as error:  # noqa: BLE001 - it is raised again where the work was given
            answer = (True, error)
        pipe.send(answer)
    # Nothing of the first process is to be done once more at this one's end.
    os._exit(0)
