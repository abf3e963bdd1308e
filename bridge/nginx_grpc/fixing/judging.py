"""Reading and judging, of what is on disk and of what would be there."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any

from nginx_grpc import model, sources
from nginx_grpc.check import check
from nginx_grpc.engines import Engine
from nginx_grpc.errors import Refused
from nginx_grpc.findings import CheckResult
from nginx_grpc.fixing.invariants import Difference, differences
from nginx_grpc.fixing.targets import Targets
from nginx_grpc.memory import Known
from nginx_grpc.records import dataclass, field, replace
from nginx_grpc.settings_search import Given
from nginx_grpc.shards import Shards
from nginx_grpc.sources.disk import read_regular
from nginx_grpc.sources.includes import UnreadError
from nginx_grpc.tree import Configuration

__all__ = ["STDIN", "Judge", "Judged"]

STDIN = "-"


@dataclass(frozen=True)
class Judged:
    """What was read, and what was found in it.

    Args:
        result: the findings.
        configurations: what they were found in.
        contents: the bytes of each file, by its real path; `-` is standard input.
        values: what was put in for names, see ReadOptions.
        shards: what was judged of each configuration, by its `id`.
    """

    result: CheckResult
    configurations: list[Configuration]
    contents: Mapping[str, bytes]
    values: Mapping[str, bytes]
    shards: Mapping[int, Shards | None]
    _compared: list[tuple[Judged, list[list[Difference]]]] = field(default_factory=list, repr=False)

    @cached_property
    def documents(self) -> list[dict[str, Any]]:
        """The document of each configuration."""
        found = []
        for each in self.configurations:
            shards = self.shards[id(each)]
            found.append((shards and shards.document()) or model.build(each))
        return found

    def differences(self, before: Judged) -> list[list[Difference]]:
        """In what each document differs from the one before; worked out once."""
        if not self._compared or self._compared[0][0] is not before:
            pairs = zip(before.documents, self.documents, strict=True)
            self._compared[:] = [(before, [differences(old, new) for old, new in pairs])]
        return self._compared[0][1]

    @cached_property
    def targets(self) -> Targets:
        """The texts, as something to change."""
        return Targets(self.configurations, self.contents, self.values)


class Judge:
    """Judges the same paths again and again, each time with other bytes in some files.

    Args:
        paths: what was given.
        options: how to read it.
        engine, settings_of, fail_on: see `nginx_grpc.check`.
        stdin: standard input's bytes, where `-` was given.
        known: what was judged of the same before.
    """

    def __init__(
        self,
        paths: Sequence[str],
        options: sources.ReadOptions,
        engine: Engine,
        settings_of: Callable[[Configuration], Given],
        *,
        fail_on: str = "deny",
        stdin: bytes = b"",
        known: Known | None = None,
    ) -> None:
        self._paths = paths
        self._options = options
        self._engine = engine
        self._settings_of = settings_of
        self._fail_on = fail_on
        self._stdin = stdin
        self._known = known
        self._first: Judged | None = None
        self.count = 0

    @property
    def options(self) -> sources.ReadOptions:
        """How it reads."""
        return self._options

    @property
    def roots(self) -> tuple[str, ...]:
        """The folders that what was given may be in, as real paths."""
        options = self._options
        folders = [options.root, options.prefix, *options.maps.values()]
        if not options.root:
            given = (each for each in self._paths if each != STDIN)
            folders += [
                each if os.path.isdir(each) else os.path.dirname(each) or "." for each in given
            ]
        return tuple(os.path.realpath(each) for each in folders if each)

    def first(self) -> Judged:
        """What is there now, read once."""
        if self._first is not None:
            return self._first
        known = self._known
        if known is None:
            configurations = self._read(self._options.overlay, self._stdin, self._options)
        else:
            configurations = [each for each, _ in known.kept]
        contents = {STDIN: self._stdin} if STDIN in self._paths else {}
        for configuration in configurations:
            self._collect(configuration, contents)
        if known is None:
            self._first = self._judged(configurations, contents)
        else:
            result = replace(known.result, fail_on=self._fail_on)
            shards = {id(each): its for each, its in known.kept}
            self._first = Judged(
                result, configurations, contents, self._options.definitions, shards
            )
        return self._first

    def again(self, contents: Mapping[str, bytes]) -> Judged:
        """What would be there with these bytes. Raises Refused where it would not be read."""
        quiet = replace(self._options, progress=None, left_out=None, note=None, unread=None)
        overlay = {path: data for path, data in contents.items() if path != STDIN}
        configurations = self._read(overlay, contents.get(STDIN, b""), quiet)
        return self._judged(configurations, contents)

    def _read(
        self, overlay: Mapping[str, bytes], stdin: bytes, options: sources.ReadOptions
    ) -> list[Configuration]:
        options = replace(options, overlay=overlay)
        return sources.read(self._paths, options=options, stdin=io.BytesIO(stdin))

    def _collect(self, configuration: Configuration, contents: dict[str, bytes]) -> None:
        """Keeps the bytes of each file, so that all that follows sees the same ones."""
        container = configuration.container
        if container:
            if container != STDIN:
                try:
                    data = read_regular(
                        container, self._options.limits.file_bytes, self._options.overlay
                    )
                except UnreadError as error:
                    raise Refused(str(error), "try again", container) from None
                contents.setdefault(os.path.realpath(container), data)
            return
        for file, data in configuration.texts.items():
            if file != STDIN:
                contents.setdefault(os.path.realpath(file), data)

    def _judged(self, configurations: list[Configuration], contents: Mapping[str, bytes]) -> Judged:
        self.count += 1
        judged: dict[int, Shards | None] = {}

        def keep(configuration: Configuration, shards: Shards | None) -> None:
            judged[id(configuration)] = shards

        result = check(
            configurations,
            self._engine,
            settings_of=self._settings_of,
            fail_on=self._fail_on,
            keep=keep,
        )
        return Judged(result, configurations, contents, self._options.definitions, judged)
