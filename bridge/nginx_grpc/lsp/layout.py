"""Where the nodes of a configuration stand in the files that an editor shows."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path

from lsprotocol import types

from nginx_grpc.fixing.homes import UnplacedError
from nginx_grpc.fixing.spans import Span
from nginx_grpc.lines import Lines
from nginx_grpc.lsp.judging import Buffer, State
from nginx_grpc.sources.disk import read_regular
from nginx_grpc.sources.dump import sections
from nginx_grpc.sources.includes import UnreadError
from nginx_grpc.tree import Directive, Text

__all__ = ["Layout", "Spot", "uri_of"]

_LIMIT = 64 * 1024 * 1024


class Spot:
    """A directive that stands somewhere in an open file.

    Args:
        span: as it is written.
        text: the text that it is in.
        start: where it starts in its file.
    """

    def __init__(self, span: Span, text: Text, start: int) -> None:
        self.span = span
        self.text = text
        self.start = start

    def word(self, offset: int) -> int:
        """The word at an offset of the file: 0 the name, 1 the first argument, -1 none."""
        inside = offset - self.start + self.span.start
        for number, (start, end) in enumerate(self.span.words):
            if start <= inside <= end:
                return number
        return -1


class Layout:
    """The files of a state.

    Args:
        state: what was read.
        unit: what a column counts, see Lines.
    """

    def __init__(self, state: State, unit: str) -> None:
        self._buffers = state.buffers
        self._judged = state.judged
        self._unit = unit
        self._lines: dict[str, Lines] = {}

    def uri(self, file: str) -> str:
        """How the editor names a file of the configuration."""
        return uri_of(self.path(file)[0], self._buffers)

    def path(self, file: str) -> tuple[str, int]:
        """A file's real path, and the line before its first one: a section of a dump is a part."""
        return self._sections.get(file) or (os.path.realpath(file), 0)

    def lines(self, path: str) -> Lines:
        """The lines of a file, by its real path."""
        known = self._lines.get(path)
        if known is None:
            known = self._lines[path] = Lines(self._data(path), self._unit)
        return known

    def range(self, file: str, line: int, key: str = "", name: str = "") -> types.Range:
        """A line's text, or of that the directive of a name.

        Args:
            file, line, key: a place, as a finding has it.
            name: the directive; empty for none in particular.
        """
        path, before = self.path(file)
        lines = self.lines(path)
        text = lines.text(line + before)
        start, end = len(text) - len(text.lstrip()), len(text.rstrip())
        columns = self._columns.get((file, key, line), [])
        named = [column for column, called in columns if called == name]
        if len(named) == 1 and named[0]:
            margin = self._margin(file, key, line, text)
            following = [column for column, _ in columns if column > named[0]]
            start = min(margin + named[0] - 1, end)
            end = margin + min(following) - 1 if following else end
            end = start + len(text[start:end].rstrip())
        number = max(line + before, 1) - 1
        return types.Range(
            types.Position(number, lines.width(text[:start])),
            types.Position(number, lines.width(text[:end])),
        )

    def range_of(self, directive: Directive) -> types.Range:
        """Where a directive is written."""
        return self.range(directive.file, directive.line, directive.key, directive.name)

    def offset(self, path: str, position: types.Position) -> int:
        """The offset of a position in a file."""
        return self.lines(path).offset(position.line + 1, position.character + 1)

    def position(self, path: str, offset: int) -> types.Position:
        """The position of an offset in a file."""
        line, column = self.lines(path).position(offset)
        return types.Position(line - 1, column - 1)

    def spot(self, path: str, position: types.Position) -> Spot | None:
        """The innermost directive whose words are at a position of a file, by its real path."""
        if self._judged is None:
            return None
        offset = self.offset(path, position)
        for text in self._texts(path):
            try:
                spans = self._judged.targets.site_of(text.file, text.key)
                for span in spans.at.values():
                    start = self._judged.targets.offset(text.file, text.key, span.start)
                    if start <= offset <= start + span.head - span.start:
                        return Spot(span, text, start)
            except UnplacedError:
                continue
        return None

    def paths_to(self, spot: Spot) -> list[list[Directive]]:
        """A directive of the tree with the blocks around it, once for each place it is in."""
        if self._judged is None:
            return []
        text = spot.text
        return list(self._judged.targets.directives_at(spot.span, text.file, text.key))

    def _texts(self, path: str) -> Iterator[Text]:
        assert self._judged is not None
        for configuration in self._judged.configurations:
            for text in configuration.parts:
                if self.path(text.file)[0] == path:
                    yield text

    def _data(self, path: str) -> bytes:
        if self._judged is not None and path in self._judged.contents:
            return self._judged.contents[path]
        if path in self._buffers:
            return self._buffers[path].data
        try:
            return read_regular(path, _LIMIT)
        except UnreadError:
            return b""

    @cached_property
    def _sections(self) -> dict[str, tuple[str, int]]:
        found: dict[str, tuple[str, int]] = {}
        for configuration in self._judged.configurations if self._judged else ():
            if configuration.container:
                path = os.path.realpath(configuration.container)
                data = self._data(path)
                for name, start, _ in sections(data):
                    found.setdefault(name, (path, data.count(b"\n", 0, start)))
        return found

    @cached_property
    def _columns(self) -> dict[tuple[str, str, int], list[tuple[int, str]]]:
        """The directives that start in each line: their columns, and what they are called."""
        found: dict[tuple[str, str, int], list[tuple[int, str]]] = {}
        for configuration in self._judged.configurations if self._judged else ():
            seen: set[int] = set()
            waiting = list(configuration.directives)
            while waiting:
                each = waiting.pop()
                if id(each) in seen:
                    continue
                seen.add(id(each))
                spot = (each.column, each.name)
                known = found.setdefault((each.file, each.key, each.line), [])
                if spot not in known:
                    known.append(spot)
                waiting.extend(each.block or ())
        return found

    def _margin(self, file: str, key: str, line: int, shown: str) -> int:
        """How far a line of a ConfigMap's key is moved to the right in its file."""
        keys = self._keys.get((file, key))
        if keys is None:
            return 0
        text, lines = keys
        return max(len(shown) - len(lines.text(line - text.line_offset)), 0)

    @cached_property
    def _keys(self) -> dict[tuple[str, str], tuple[Text, Lines]]:
        """The texts of ConfigMaps."""
        return {
            (text.file, text.key): (text, Lines(text.data))
            for configuration in (self._judged.configurations if self._judged else ())
            for text in configuration.parts
            if text.key
        }


def uri_of(path: str, buffers: Mapping[str, Buffer]) -> str:
    """How the editor names a file, by its real path."""
    buffer = buffers.get(path)
    return Path(path).as_uri() if buffer is None else buffer.uri
