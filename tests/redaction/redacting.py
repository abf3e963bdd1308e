"""A text redacted as the command does it, and what is to hold of the result."""

from __future__ import annotations

import io
import json
from functools import cache

from nginx_grpc import documents, engines, sources
from nginx_grpc.check import check
from nginx_grpc.redaction.proof import proven
from nginx_grpc.redaction.redactor import Redactor
from nginx_grpc.redaction.restoring import Restorer
from nginx_grpc.settings_search import SettingsSearch


@cache
def engine():
    return engines.by_name("embedded")


class Redacted:
    """A text that was given on standard input, redacted.

    Args:
        text: the text.
    """

    def __init__(self, text: bytes) -> None:
        self.original = text
        search = SettingsSearch(wanted=False)
        self.redactor, self.result = proven(
            lambda: read(text),
            search.of,
            lambda configurations, settings_of: check(
                configurations, engine(), settings_of=settings_of
            ),
        )

    @property
    def text(self) -> bytes:
        """The redacted text."""
        (configuration, *_) = read(self.original)
        if configuration.kind == "dump":
            return self.redactor.dump(self.original, configuration)
        return self.redactor.texts(configuration)["-"]

    @property
    def findings(self) -> list[tuple[str, int, str]]:
        return found(self.text)

    @property
    def restored(self) -> bytes:
        """The original, translated back."""
        return Restorer(self.redactor.kept()).text(self.text)

    def of_tree(self) -> list[object]:
        """The documents of what was read and then redacted, their names of files apart."""
        configurations = read(self.original)
        for configuration in configurations:
            self.redactor.configuration(configuration)
        return built(configurations)


def read(text: bytes):
    return sources.read(["-"], stdin=io.BytesIO(text))


def built(configurations) -> list[object]:
    return [
        json.loads(documents.as_json([document]))
        for configuration in configurations
        for document in documents.build([configuration], settings=None, validated=False)
    ]


def found(text: bytes) -> list[tuple[str, int, str]]:
    """The findings on a text: rule, line, level."""
    return [(each.id, each.line, each.level) for each in check(read(text), engine()).findings]


def redact(text: str) -> str:
    """A text redacted, for tests that look at it."""
    return Redacted(text.encode("utf-8")).text.decode("utf-8")


def quickly(text: bytes) -> bytes:
    """A text redacted without a verdict."""
    configurations = read(text)
    redactor = Redactor()
    redactor.see(configurations)
    redactor.settle()
    return redactor.texts(configurations[0])["-"]
