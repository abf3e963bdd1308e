"""The worker processes: kept ready, given an object each, replaced when they overrun."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import struct
import time
from collections import deque
from collections.abc import Coroutine
from typing import Any

from nginx_grpc.admission.controller import ControllerSettings
from nginx_grpc.admission.line import BusyError
from nginx_grpc.admission.options import Options
from nginx_grpc.admission.worker import DOCUMENT_BYTES, command
from nginx_grpc.records import dataclass

__all__ = ["Bridged", "OverrunError", "Workers"]

_LOG = logging.getLogger("nginx_grpc.admission")
_HEAD = struct.Struct(">II")
_START_SECONDS = 30.0
_RESIDENT_KIB = 96 * 1024
# With less time than this left an object is not started on.
_LEAST_SECONDS = 0.2
_LARGEST = DOCUMENT_BYTES + 1024 * 1024
_PIPE = 1024 * 1024


class OverrunError(Exception):
    """A worker took too long for an object, or died of it."""


@dataclass(frozen=True, slots=True)
class Bridged:
    """What a worker made of an object: see `nginx_grpc.admission.worker`."""

    head: dict[str, Any]
    documents: str


class _Worker:
    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.jobs = 0
        self.ended = False
        self.resident_kib = 0

    async def receive(self) -> Bridged:
        stream = self.process.stdout
        assert stream is not None
        head_size, text_size = _HEAD.unpack(await stream.readexactly(_HEAD.size))
        if head_size + text_size > _LARGEST:
            raise OverrunError
        head = await stream.readexactly(head_size)
        text = await stream.readexactly(text_size)
        return Bridged(json.loads(head) if head else {}, text.decode("ascii"))

    async def work(self, settings: bytes, body: bytes) -> Bridged:
        stream = self.process.stdin
        assert stream is not None
        stream.write(struct.pack(">II", len(settings), len(body)))
        stream.write(settings)
        stream.write(body)
        await stream.drain()
        bridged = await self.receive()
        self.jobs += 1
        self.resident_kib = int(bridged.head.get("resident_kib", 0))
        return bridged

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            self.process.kill()


class Workers:
    """A fixed number of workers."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._settings = ControllerSettings(options.controller_configmap)
        self._idle: list[_Worker] = []
        self._waiting: deque[asyncio.Future[_Worker]] = deque()
        self._all: set[_Worker] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._running = False
        self._renewing = False
        self.replaced = 0

    @property
    def ready(self) -> bool:
        """Whether at least one worker is there."""
        return bool(self._all)

    async def start(self) -> None:
        """Start all workers; return when each is ready."""
        self._running = True
        await asyncio.gather(*(self._replace() for _ in range(self._options.workers)))

    async def stop(self) -> None:
        """End all workers."""
        self._running = False
        for task in list(self._tasks):
            task.cancel()
        workers = list(self._all)
        self._all.clear()
        self._idle.clear()
        for worker in workers:
            worker.kill()
        for worker in workers:
            await worker.process.wait()

    async def bridge(self, body: bytes, end: float, *, large: bool) -> Bridged:
        """Bridge one object before `end` (of time.monotonic).

        Raises BusyError where no worker came free in time, OverrunError where the object was too
        much for one. A large one is to blame for all of its time; a small one that was left little
        by others is not.
        """
        worker = await self._acquire(end)
        left = end - time.monotonic()
        if left < _LEAST_SECONDS:
            self._release(worker)
            raise BusyError
        limit = min(self._options.bridge_seconds, left)
        try:
            bridged = await asyncio.wait_for(worker.work(self._settings.text(), body), limit)
        except BaseException as error:
            self._discard(worker)
            if isinstance(error, asyncio.TimeoutError) and limit == left and not large:
                raise BusyError from None  # the time went by before
            # An OSError: it died while it was written to.
            if isinstance(error, (asyncio.TimeoutError, asyncio.IncompleteReadError, OSError)):
                raise OverrunError from None
            raise
        if worker.resident_kib > _RESIDENT_KIB:
            self._discard(worker)
            return bridged
        if worker.jobs >= self._options.worker_jobs and not self._renewing:
            self._renewing = True
            self._task(self._renew(worker))
        self._release(worker)
        return bridged

    async def _acquire(self, end: float) -> _Worker:
        while self._idle:
            worker = self._idle.pop()
            if worker.process.returncode is None:
                return worker
            self._discard(worker)
        future: asyncio.Future[_Worker] = asyncio.get_running_loop().create_future()
        self._waiting.append(future)
        try:
            return await asyncio.wait_for(future, max(0.0, end - time.monotonic()))
        except (asyncio.TimeoutError, asyncio.CancelledError) as error:
            if future.done() and not future.cancelled():
                self._release(future.result())
            if isinstance(error, asyncio.TimeoutError):
                raise BusyError from None
            raise

    def _release(self, worker: _Worker) -> None:
        if worker.ended:
            worker.kill()
            return
        while self._waiting:
            future = self._waiting.popleft()
            if not future.done():
                future.set_result(worker)
                return
        self._idle.append(worker)

    def _discard(self, worker: _Worker) -> None:
        worker.kill()
        self._all.discard(worker)
        self.replaced += 1
        if self._running:
            self._task(self._replace(worker))

    async def _renew(self, worker: _Worker) -> None:
        """Let another take a worker's place, and only then end it."""
        try:
            await self._replace()
        finally:
            self._renewing = False
        self._all.discard(worker)
        self.replaced += 1
        worker.ended = True
        if worker in self._idle:
            self._idle.remove(worker)
            worker.kill()

    def _task(self, coroutine: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _replace(self, old: _Worker | None = None) -> None:
        if old is not None:
            await old.process.wait()
        pause = 0.1
        while self._running:
            process = await asyncio.create_subprocess_exec(
                *command(
                    {
                        "keys": self._options.keys,
                        "ignored_keys": self._options.ignored_keys,
                        "secrets": self._options.secrets,
                        "ingress_nginx": self._options.ingress_nginx,
                        "text_bytes": self._options.text_bytes,
                        "address_space": self._options.worker_bytes,
                    }
                ),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                limit=_PIPE,
                env={"LC_ALL": "C.UTF-8"},
                cwd="/",
            )
            worker = _Worker(process)
            try:
                first = await asyncio.wait_for(worker.receive(), _START_SECONDS)
                failed = str(first.head.get("failed", ""))
            except asyncio.TimeoutError:
                failed = "took too long"
            except asyncio.IncompleteReadError:
                failed = "ended"
            except asyncio.CancelledError:
                worker.kill()
                raise
            if failed:
                worker.kill()
                await process.wait()
                _LOG.error("worker did not start", extra={"fields": {"error": failed}})
                await asyncio.sleep(pause)
                pause = min(2 * pause, 5.0)
                continue
            self._all.add(worker)
            self._release(worker)
            return
