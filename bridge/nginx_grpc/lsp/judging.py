"""Reads and judges what has changed, in a thread, so that the server goes on answering."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Mapping
from typing import TypeVar

from nginx_grpc import settings_file, sources
from nginx_grpc.engines import Engine
from nginx_grpc.errors import Refused
from nginx_grpc.findings import Finding
from nginx_grpc.fixing.judging import Judge, Judged
from nginx_grpc.garbage import uncollected
from nginx_grpc.records import dataclass, field, replace
from nginx_grpc.settings import FILE_NAME
from nginx_grpc.settings_search import SettingsSearch
from nginx_grpc.sources.kubernetes.manifest import ForeignError

__all__ = ["Buffer", "Judging", "State"]

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Buffer:
    """An open file.

    Args:
        uri: as the editor names it.
        path: its real path.
        version: the editor's number of its text.
        data: its text.
    """

    uri: str
    path: str
    version: int
    data: bytes


@dataclass(frozen=True, slots=True)
class State:
    """One entry, judged with the texts of one moment.

    Args:
        entry: what was given to the check.
        buffers: the open files then, by real path.
        judge, judged: what judges it again with other texts, and what was found; None where it
            could not be read.
        refused: why not; None too where it is YAML without nginx text, which nobody said it had.
        settings: of a settings file, what is wrong with it.
        notes: what a user should know beside.
    """

    entry: str
    buffers: Mapping[str, Buffer]
    judge: Judge | None = None
    judged: Judged | None = None
    refused: Refused | None = None
    settings: list[Finding] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


class Judging:
    """Judges entries, one after the other. What changes meanwhile is judged once more.

    Args:
        options, engine: how to read and what judges.
        settings: makes a search for settings, in these texts before those on disk.
        done: told each state that is new.

    Attributes:
        buffers: the open files by their real path.
        states: the latest state of each entry.
    """

    def __init__(
        self,
        options: sources.ReadOptions,
        engine: Engine,
        settings: Callable[[Mapping[str, bytes]], SettingsSearch],
        done: Callable[[State], None],
    ) -> None:
        self.buffers: dict[str, Buffer] = {}
        self.states: dict[str, State] = {}
        self._options = options
        self._engine = engine
        self._settings = settings
        self._done = done
        self._wanted: dict[str, int] = {}
        self._running: dict[str, asyncio.Task[None]] = {}
        self._one_at_a_time = asyncio.Lock()

    @property
    def options(self) -> sources.ReadOptions:
        """How to read, with the texts of the open files."""
        return replace(self._options, overlay={p: b.data for p, b in self.buffers.items()})

    def judge(self, entry: str) -> None:
        """Judge an entry soon, for something in it has changed."""
        self._wanted[entry] = self._wanted.get(entry, 0) + 1
        if entry not in self._running:
            task = self._running[entry] = asyncio.create_task(self._run(entry))
            task.add_done_callback(lambda done: self._told_failure(entry, done))

    def _told_failure(self, entry: str, task: asyncio.Task[None]) -> None:
        """What fails by a fault of ours is not left looking as it was."""
        fault = None if task.cancelled() else task.exception()
        if fault is not None and entry in self._wanted:
            refused = Refused(
                f"the check failed: {type(fault).__name__}",
                "this is a fault of nginx-grpc: please report it with the configuration",
                entry,
            )
            self.states[entry] = State(entry, dict(self.buffers), refused=refused)
            self._done(self.states[entry])

    def forget(self, entry: str) -> None:
        """Nobody asks for an entry any more."""
        self._wanted.pop(entry, None)
        self.states.pop(entry, None)

    async def fresh(self, entry: str) -> State | None:
        """The state of an entry as it is now; None where nobody asked to judge it."""
        while entry in self._running:
            await asyncio.wait([self._running[entry]])
        return self.states.get(entry)

    async def apart(self, work: Callable[[], Result]) -> Result:
        """Do some other work with the engine, while nothing is judged."""

        def uninterrupted() -> Result:
            with uncollected():
                return work()

        async with self._one_at_a_time:
            return await asyncio.to_thread(uninterrupted)

    async def _run(self, entry: str) -> None:
        done = None
        try:
            while entry in self._wanted and done != self._wanted[entry]:
                async with self._one_at_a_time:
                    done = self._wanted.get(entry)
                    state = await asyncio.to_thread(
                        self._judged, entry, dict(self.buffers), self.options
                    )
                if entry in self._wanted:
                    self.states[entry] = state
                    self._done(state)
        finally:
            del self._running[entry]

    def _judged(
        self, entry: str, buffers: dict[str, Buffer], options: sources.ReadOptions
    ) -> State:
        notes: list[str] = []
        data = options.overlay.get(entry)
        if data is not None and _is_of_others(entry, data):
            return State(entry, buffers)

        def unread(refused: Refused) -> None:
            notes.append(f"not judged: {refused}")

        options = replace(options, note=notes.append, unread=unread)
        with uncollected():
            try:
                if os.path.basename(entry) == FILE_NAME:
                    found = settings_file.problems(entry, options.overlay)
                    return State(entry, buffers, settings=found)
                search = self._settings(options.overlay)
                judge = Judge([entry], options, self._engine, search.of)
                judged = judge.first()
            except ForeignError:
                return State(entry, buffers)
            except Refused as refused:
                return State(entry, buffers, refused=refused, notes=notes)
        return State(entry, buffers, judge, judged, notes=notes + search.notes)


def _is_of_others(path: str, data: bytes) -> bool:
    """Whether a file is YAML that names no object with nginx text: most that an editor opens."""
    if os.path.basename(path) == FILE_NAME:
        return False
    named = any(kind in data for kind in (b"ConfigMap", b"Ingress", b"VirtualServer", b"Route"))
    return path.endswith((".yaml", ".yml", ".json")) and not named
