"""What was read, as something to change: edits find their texts, and the texts their files."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from nginx_grpc.fixing import placing
from nginx_grpc.fixing.edits import Edit, ObjectEdit, Statement, Where
from nginx_grpc.fixing.homes import Change, Filled, Home, Part, Scalar, UnplacedError
from nginx_grpc.fixing.spans import Span, Spans
from nginx_grpc.records import dataclass, field, replace
from nginx_grpc.sources import definitions
from nginx_grpc.sources.dump import sections
from nginx_grpc.tree import Configuration, Directive, Text

if TYPE_CHECKING:
    from nginx_grpc.fixing.objects import ObjectFile

__all__ = ["Placed", "Targets", "Written"]

Place = tuple[str, str, int, int]  # file, key, line, column


@dataclass(frozen=True, slots=True)
class Written:
    """A file that a text stands in.

    Args:
        path: its real path, `-` for standard input.
        name: as it was given or found.
    """

    path: str
    name: str


@dataclass(slots=True)
class Placed:
    """An edit that found its bytes.

    Args:
        changes: what changes in which file, by its path.
        within: the block that it is about, None for the top of a text.
        at: the directive that it replaces, removes or moves, None for a block's own.
        taken: the bytes of the text that a removed directive had.
        slot: what no other edit of the same round may be about: a directive of a block.
        gone, come: the directives that are taken out of the text and put in, blocks with all in
            them: what is to be seen in its tree.
        text: file and key of the text; of an object's, the file alone.
        said: the edit, where it is one of an object.
    """

    changes: dict[str, list[Change]]
    within: Place | None
    slot: tuple[object, ...]
    text: tuple[str, str]
    gone: list[tuple[object, ...]] = field(default_factory=list)
    come: list[tuple[object, ...]] = field(default_factory=list)
    at: Place | None = None
    taken: tuple[int, int] = (0, 0)
    said: ObjectEdit | None = None


@dataclass(slots=True)
class _Site:
    """A text: its bytes as nginx reads them, and how they get into the file."""

    text: Text
    file: Written
    home: Home
    spans: Spans
    lines: Sequence[int] = ()

    def numbers(self, line: int) -> list[int]:
        """The text's lines, from 1, that are a line of the file."""
        if not self.lines:
            return [line - self.text.line_offset]
        return [n for n, each in enumerate(self.lines, 1) if each == line - self.text.line_offset]


class Targets:
    """The texts of configurations.

    Args:
        configurations: what was read.
        contents: the bytes of each file that was read, by its path; without those of a dump each
            section is taken for the file that it is of.
        values: what was put in for names, see ReadOptions.
    """

    def __init__(
        self,
        configurations: Sequence[Configuration],
        contents: Mapping[str, bytes],
        values: Mapping[str, bytes],
    ) -> None:
        self.configurations = configurations
        self._contents = contents
        self._values = values
        self._texts: dict[tuple[str, str], tuple[Configuration, Text]] = {}
        for configuration in configurations:
            for text in configuration.parts:
                self._texts.setdefault((text.file, text.key), (configuration, text))
        self._sites: dict[tuple[str, str], _Site] = {}
        self._objects: dict[str, ObjectFile] = {}
        self._blocks: dict[Place, Directive] = {}
        for configuration in configurations:
            for directive in _blocks(configuration.directives):
                self._blocks.setdefault(place_of(directive), directive)

    def placed(self, edit: Edit | ObjectEdit) -> Placed:
        """The bytes that an edit changes. Raises UnplacedError."""
        if isinstance(edit, ObjectEdit):
            return self._in_object(edit)
        if edit.op in ("set", "add"):
            return self._within(edit)
        site, span = self._directive(edit.place, edit.was)
        inside = self._parent(site, span)
        if edit.op == "remove":
            changes = placing.removed(site.spans, span)
            placed = self._done(site, changes, inside, span, gone=_flat(span))
            placed.taken = (span.start, span.end)
            placed.at = self._place(site, span)
            return placed
        if edit.op == "replace":
            assert edit.new is not None
            placed = self._rewritten(site, span, edit.new, inside)
            placed.at = self._place(site, span)
            return placed
        assert edit.after is not None
        other, after = self._directive(edit.after, edit.after_was)
        if other is not site:
            raise UnplacedError("it would have to go to another file")
        changes = placing.moved(site.spans, span, after)
        moved = _flat(span)
        placed = self._done(site, changes, inside, span, gone=moved, come=moved)
        placed.at = self._place(site, span)
        return placed

    def data_of(self, file: str) -> bytes:
        """The bytes of a file of manifests."""
        return self._contents[_path_of(file)]

    def _in_object(self, edit: ObjectEdit) -> Placed:
        from nginx_grpc.fixing.objects import ObjectFile

        why: UnplacedError | None = None
        for configuration in self.configurations:
            if configuration.kind != "manifest":
                continue
            for file in configuration.files:
                path = _path_of(file)
                if path not in self._contents:
                    continue
                try:
                    if file not in self._objects:
                        self._objects[file] = ObjectFile(file, self._contents[path])
                    changes = self._objects[file].changes(edit)
                except UnplacedError as error:
                    why = why or error
                    continue
                # What begins a part of the object is done once a round.
                slot = (file, *edit.object, edit.key if self._objects[file].has_part(edit) else "")
                return Placed({path: changes}, None, slot, (file, ""), said=edit)
        raise why or UnplacedError(f"no {edit.kind} {edit.namespace}/{edit.name} was read")

    def site_of(self, file: str, key: str) -> Spans:
        """The directives of a text. Raises UnplacedError."""
        return self._site(file, key).spans

    def offset(self, file: str, key: str, offset: int) -> int:
        """Where an offset of a text is in its file. Raises UnplacedError."""
        # Nothing at the start of a line would be the line itself, with the margin before it.
        return self._site(file, key).home.change(Change(offset, offset, "x")).start

    def directives_at(self, span: Span, file: str, key: str) -> Iterator[list[Directive]]:
        """The directive that is written as a span, with the blocks around it, from the outside in:
        once for each place that its text is included in."""
        place = self._place(self._site(file, key), span)
        for configuration in self.configurations:
            for around in _paths(configuration.directives):
                if place_of(around[-1]) == place and around[-1].name == span.name:
                    yield list(around)

    def shown(self, placed: Placed) -> tuple[str, bytes, list[Change]]:
        """A file's name for a reader, its bytes, and what changes in them: of a dump, the file that
        a section is of."""
        if placed.said is not None:
            path = _path_of(placed.text[0])
            return placed.text[0], self._contents[path], placed.changes[path]
        site = self._site(*placed.text)
        contents = self._contents.get(site.file.path, site.text.data)
        changes = placed.changes[site.file.path]
        if not isinstance(site.home, Part) or not site.home.start:
            return site.file.name, contents, changes
        start = site.home.start
        moved = [replace(each, start=each.start - start, end=each.end - start) for each in changes]
        return site.file.name, site.text.data, moved

    def _within(self, edit: Edit) -> Placed:
        assert edit.new is not None
        where, new = edit.place, edit.new
        site = self._site(where.file, where.key)
        if where.line == 0:
            block, inside = None, None
            children = [
                each
                for configuration in self.configurations
                if self._texts[where.file, where.key][0] is configuration
                for each in configuration.directives
            ]
        else:
            block = self._block(site, where)
            inside = self._place(site, block)
            found = self._blocks.get(inside)
            if found is None or found.block is None:
                raise UnplacedError("no block of nginx's directives starts there")
            children = found.block
        if edit.op == "set":
            known = [each for each in children if each.name == new.name and each.block is None]
            if len(known) > 1:
                raise UnplacedError(f"{new.name} stands there {len(known)} times")
            if known:
                (there,) = known
                other, span = self._directive(
                    Where(there.file, there.line, there.column, there.key), new.name
                )
                return self._rewritten(other, span, new, inside)
        changes = placing.added(site.spans, block, new)
        depth = 0 if block is None else _depth(block) + 1
        around = "" if block is None else block.name
        # Of what is set, a block has one; of what is added, any number.
        slot: tuple[object, ...] = (
            site.text.file,
            site.text.key,
            block and block.start,
            new.name,
        )
        if edit.op == "add":
            slot = (*slot, new)
        return self._done(
            site, changes, inside, None, come=_statement(new, around, depth), slot=slot
        )

    def _rewritten(self, site: _Site, span: Span, new: Statement, inside: Place | None) -> Placed:
        changes = placing.rewritten(site.spans, span, new)
        around = "" if span.parent is None else span.parent.name
        depth, opens = _depth(span), span.block is not None
        old = (depth, around, span.name, tuple(span.args), opens)
        come = (depth, around, new.name, new.args, opens)
        return self._done(site, changes, inside, span, gone=[old], come=[come])

    def _done(
        self,
        site: _Site,
        changes: list[Change],
        inside: Place | None,
        span: Span | None,
        *,
        gone: list[tuple[object, ...]] | None = None,
        come: list[tuple[object, ...]] | None = None,
        slot: tuple[object, ...] = (),
    ) -> Placed:
        text = site.text
        if span is not None:
            slot = (text.file, text.key, span.start)
        written = [site.home.change(each) for each in changes]
        return Placed(
            {site.file.path: written}, inside, slot, (text.file, text.key), gone or [], come or []
        )

    def _directive(self, where: Where, name: str) -> tuple[_Site, Span]:
        site = self._site(where.file, where.key)
        for number in site.numbers(where.line):
            span = site.spans.found(number, where.column, name)
            if span is not None:
                return site, span
        raise UnplacedError(f"no {name} starts at {where.file}:{where.line}, or several do")

    def _block(self, site: _Site, where: Where) -> Span:
        for number in site.numbers(where.line):
            span = site.spans.block(number, where.column)
            if span is not None:
                return span
        raise UnplacedError(f"no block starts at {where.file}:{where.line}, or several do")

    def _place(self, site: _Site, span: Span) -> Place:
        number, column = site.spans.position(span.start)
        line = site.lines[number - 1] if site.lines else number
        return site.text.file, site.text.key, line + site.text.line_offset, column

    def _parent(self, site: _Site, span: Span) -> Place | None:
        """The block that a directive stands in, in its text."""
        return None if span.parent is None else self._place(site, span.parent)

    def _site(self, file: str, key: str) -> _Site:
        known = self._sites.get((file, key))
        if known is None:
            known = self._sites[file, key] = self._opened(file, key)
        return known

    def _opened(self, file: str, key: str) -> _Site:
        found = self._texts.get((file, key))
        if found is None:
            raise UnplacedError(f"{file} was not read as nginx text")
        configuration, text = found
        container = configuration.container or file
        path = container if container == "-" else os.path.realpath(container)
        if configuration.container and path not in self._contents:
            return _Site(text, Written(file, file), Part(), Spans.of(text.data))
        contents = self._contents[path]
        written = Written(path, container)
        if configuration.container:
            start = next(s for name, s, _ in sections(contents) if name == file)
            return _Site(text, Written(path, file), Part(start), Spans.of(text.data))
        if text.one_line:
            raise UnplacedError("it stands in a YAML scalar of another kind than |")
        if key:
            home: Home = Scalar(contents, text.data, text.line_offset + 1)
        else:
            home = Part()
        if not self._values:
            return _Site(text, written, home, Spans.of(text.data))
        pieces, names = definitions.pieces_of(text.data, key or file, self._values)
        if len(pieces) == 1:
            return _Site(text, written, home, Spans.of(text.data))
        lines = definitions.lines_of(pieces)
        filled = Spans.of(b"".join(pieces))
        return _Site(text, written, _Both(Filled(pieces, names), home), filled, lines)


@dataclass(frozen=True, slots=True)
class _Both(Home):
    inner: Home
    outer: Home

    def change(self, change: Change) -> Change:
        return self.outer.change(self.inner.change(change))


def _path_of(file: str) -> str:
    return file if file == "-" else os.path.realpath(file)


def place_of(directive: Directive) -> Place:
    """Where a directive of a tree stands."""
    return directive.file, directive.key, directive.line, directive.column


def _blocks(directives: Sequence[Directive]) -> Iterator[Directive]:
    waiting = list(reversed(directives))
    seen: set[int] = set()
    while waiting:
        directive = waiting.pop()
        if directive.block is None or id(directive) in seen:
            continue
        seen.add(id(directive))
        yield directive
        waiting.extend(reversed(directive.block))


def _paths(directives: Sequence[Directive]) -> Iterator[list[Directive]]:
    """Each directive as the last of those that it stands in: one list, which changes."""
    path: list[Directive] = []
    waiting = [iter(directives)]
    while waiting:
        directive = next(waiting[-1], None)
        if directive is None:
            waiting.pop()
            if path:
                path.pop()
            continue
        path.append(directive)
        yield path
        if directive.block is None:
            path.pop()
        else:
            waiting.append(iter(directive.block))


def _depth(span: Span) -> int:
    depth = 0
    while span.parent is not None:
        span, depth = span.parent, depth + 1
    return depth


def _flat(span: Span) -> list[tuple[object, ...]]:
    """A directive and all in it."""
    found: list[tuple[object, ...]] = []
    waiting = [(span, _depth(span))]
    while waiting:
        each, depth = waiting.pop()
        around = "" if each.parent is None else each.parent.name
        found.append((depth, around, each.name, tuple(each.args), each.block is not None))
        waiting.extend((inner, depth + 1) for inner in each.block or ())
    return found


def _statement(new: Statement, around: str, depth: int) -> list[tuple[object, ...]]:
    found: list[tuple[object, ...]] = [(depth, around, new.name, new.args, new.block is not None)]
    for inner in new.block or ():
        found += _statement(inner, new.name, depth + 1)
    return found
