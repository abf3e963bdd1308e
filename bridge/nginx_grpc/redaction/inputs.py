"""What a command was given, read as often as a proof needs it."""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from nginx_grpc.commands.arguments import Told, read
from nginx_grpc.errors import Refused
from nginx_grpc.expressions import expression
from nginx_grpc.redaction.logs import is_log

if TYPE_CHECKING:
    from nginx_grpc.redaction.mapping import Map
    from nginx_grpc.redaction.redactor import Redactor
    from nginx_grpc.settings_search import SettingsSearch
    from nginx_grpc.tree import Configuration

__all__ = ["Inputs", "proven_redactor", "redacted"]

_LIMIT = 64 * 1024 * 1024
_PATH = expression(r"[^\s:(),;]*[/.][^\s:(),;]*[^\s:(),;.]")


class Inputs:
    """What the arguments of a command name.

    Args:
        arguments: those that `add_input` adds.

    Attributes:
        told: what the last reading told besides.
        stdin: the text on standard input, empty where it was not asked for.
        logs: those of the paths that are logs, with their bytes; all others are configurations.
    """

    def __init__(self, arguments: argparse.Namespace) -> None:
        self._arguments = arguments
        self.told = Told()
        self.stdin = b""
        if not arguments.paths or "-" in arguments.paths:
            if sys.stdin.isatty():
                raise Refused("no input", "name a file or a folder, or - to type a configuration")
            self.stdin = sys.stdin.buffer.read(_LIMIT + 1)
        self.logs = {path: data for path, data in self._files() if is_log(data)}
        self.paths = [path for path in arguments.paths or ["-"] if path not in self.logs]

    def _files(self) -> Iterator[tuple[str, bytes]]:
        for path in self._arguments.paths or ["-"]:
            if path == "-":
                yield path, self.stdin
            elif os.path.isfile(path):
                yield path, self.content(path)

    def read(self) -> list[Configuration]:
        """The configurations, anew."""
        self.told = Told()
        self._arguments.paths = self.paths
        return read(self._arguments, self.told, io.BytesIO(self.stdin))

    def raw(self, configuration: Configuration) -> bytes:
        """The bytes of what a configuration was read from."""
        if configuration.given == "-":
            return self.stdin
        return self.content(configuration.given)

    def told_by(self, redactor: Redactor, search: SettingsSearch) -> Told:
        """What the last reading told, with pseudonyms for the files that it names.

        The notes of the search are changed in place.
        """

        def sentence(text: str) -> str:
            return _PATH.sub(lambda found: redactor.file(found[0]), text)

        search.notes[:] = map(sentence, search.notes)
        return Told(
            [redactor.file(each) for each in self.told.left_out],
            [sentence(each) for each in self.told.notes],
            [sentence(each) for each in self.told.unread],
        )

    @staticmethod
    def content(path: str) -> bytes:
        """The bytes of a file. Raises Refused."""
        from nginx_grpc.sources.disk import read_regular
        from nginx_grpc.sources.includes import UnreadError

        try:
            return read_regular(path, _LIMIT)
        except UnreadError as error:
            raise Refused(str(error), "name a file that can be read", path) from None


def redacted(
    arguments: argparse.Namespace, search: SettingsSearch
) -> tuple[list[tuple[Configuration, dict[str, Any] | None]], Told]:
    """The configurations and their settings with pseudonyms, and what reading told.

    The verdict on them is that on the originals, see `proof`.
    """
    inputs = Inputs(arguments)
    redactor = proven_redactor(inputs, search)
    configurations = inputs.read()
    given = [(each, redactor.settings(search.of(each).values)) for each in configurations]
    for each in configurations:
        redactor.configuration(each)
    return given, inputs.told_by(redactor, search)


def proven_redactor(
    inputs: Inputs,
    search: SettingsSearch,
    known: Map | None = None,
    logs: Sequence[bytes] = (),
) -> Redactor:
    """A redactor under which the embedded engine's verdict stays the same.

    Args:
        inputs: what was given.
        search: its settings.
        known: the mapping of an earlier run, to go on with.
        logs: logs that are redacted with it.
    """
    from nginx_grpc import engines
    from nginx_grpc.check import check
    from nginx_grpc.redaction.proof import proven

    engine = engines.by_name("embedded")
    redactor, _ = proven(
        inputs.read,
        search.of,
        lambda configurations, settings_of: check(configurations, engine, settings_of=settings_of),
        known=known,
        beside=lambda redactor: [redactor.log(each) for each in logs],
    )
    return redactor
