"""A file with its includes, and text on standard input, which includes from the current folder."""

from __future__ import annotations

import os
from functools import partial

from nginx_grpc.sources.contexts import check_nginx, context_of, is_whole
from nginx_grpc.sources.disk import DiskLibrary
from nginx_grpc.sources.includes import Reader, Text
from nginx_grpc.sources.interface import ReadOptions, Source
from nginx_grpc.tree import Configuration

__all__ = ["TextSource"]


class TextSource(Source):
    """One text as the main file.

    Args:
        kind: file, directory or stdin.
        data: the text.
        file: its path as it was given.
        entry: the configuration's name for a reader.
        options: see ReadOptions.
    """

    def __init__(self, kind: str, data: bytes, file: str, entry: str, options: ReadOptions) -> None:
        self._kind = kind
        self._text = Text(file, data, file)
        self._entry = entry
        folder = "" if kind == "stdin" else os.path.dirname(file)
        library = DiskLibrary(folder, options, whole=partial(is_whole, data, file))
        self._reader = Reader(library, options)

    def collect(self) -> list[Configuration]:
        """See Source."""
        check_nginx(self._reader.parse(self._text), self._text.file)
        context = context_of(self._reader.expand(self._text))
        return [self._reader.configuration(self._kind, self._entry, context, [self._text])]

    def includes_by_patterns_alone(self) -> bool:
        """Whether what was collected has files in it, each of them found by a pattern."""
        found = [each for several in self._reader.inclusions.values() for each in several]
        return bool(found) and not any(inclusion.literal for inclusion in found)
