"""Includes put in place of the directive that names them, wherever their texts come from."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from dataclasses import dataclass, field

from nginx_grpc.errors import Refused
from nginx_grpc.parsers import Parsed, Parser, Placeholder, default_parser
from nginx_grpc.parsers.interface import MAX_DEPTH
from nginx_grpc.sources.interface import ReadOptions
from nginx_grpc.sources.placeholders import check_placeholders
from nginx_grpc.tree import Comment, Configuration, Directive

__all__ = ["Library", "Reader", "Text", "UnreadError"]

# Files that come with nginx or its packages and say nothing about gRPC.
_KNOWN = re.compile(
    r"(?:.*/)?(?:mime\.types|(?:fastcgi|scgi|uwsgi|proxy)_params|fastcgi\.conf|koi-utf|koi-win|win-utf)\Z"
    r"|(?:.*/)?modules-enabled/[^/]*\Z|/usr/share/nginx/modules/[^/]*\Z",
    re.DOTALL,
)


class UnreadError(Exception):
    """An included text that can't be read; the message says why, for a reader."""


@dataclass(frozen=True, slots=True)
class Text:
    """One text to parse.

    Args:
        name: what tells it from all others of its library.
        data: the text.
        file, line_offset, key, one_line: see parsers.Place.
    """

    name: str
    data: bytes
    file: str
    line_offset: int = 0
    key: str = ""
    one_line: bool = False


class Library(ABC):
    """Where included texts come from: a folder, a dump, a ConfigMap."""

    @abstractmethod
    def find(self, include: str) -> list[str]:
        """The names that `include` brings in, in nginx's order; none for an empty pattern.

        Raises UnreadError where that can't be told.
        """

    @abstractmethod
    def load(self, name: str) -> Text:
        """The text of a name. Raises UnreadError."""


@dataclass(slots=True)
class _Read:
    parsed: Parsed
    statements: int = 0
    depth: int = 0
    height: int = 0
    expanded: bool = False


@dataclass(slots=True)
class Reader:
    """Reads texts and their includes into one tree.

    A text is parsed once however often it is included; its directives then stand in several
    blocks, as the same objects.
    """

    library: Library
    options: ReadOptions
    parser: Parser = field(default_factory=default_parser)
    comments: list[Comment] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    texts: dict[str, bytes] = field(default_factory=dict)
    names: list[str] = field(default_factory=list)
    _read: dict[tuple[str, bool], _Read] = field(default_factory=dict)
    _placeholders: list[Placeholder] = field(default_factory=list)
    _bytes: int = 0

    def parse(self, text: Text, free_names: bool = False) -> Parsed:
        """A text's tree, its includes still in place."""
        return self._parse(text, free_names).parsed

    def expand(self, text: Text) -> list[Directive]:
        """A text's tree, its includes in place."""
        read = self._parse(text, False)
        self._expand(text.name, read, [])
        return read.parsed.directives

    def configuration(
        self, kind: str, entry: str, context: str, directives: list[Directive]
    ) -> Configuration:
        """What was read, as a configuration."""
        check_placeholders(self._placeholders, directives)
        return Configuration(
            kind, entry, context, directives, self.comments, self.files, self.texts
        )

    def _parse(self, text: Text, free_names: bool) -> _Read:
        known = self._read.get((text.name, free_names))
        if known is not None:
            return known
        limits = self.options.limits
        self._bytes += len(text.data)
        if text.name not in self.names:
            if len(self.names) >= limits.files:
                raise Refused(
                    f"more than {limits.files:,} files",
                    "give a part of the configuration",
                    text.file,
                )
            self.names.append(text.name)
            if text.file not in self.texts:
                self.files.append(text.file)
            if self.options.progress is not None:
                self.options.progress(len(self.names), text.file)
        if self._bytes > limits.total_bytes:
            raise Refused(
                f"more than {limits.total_bytes:,} bytes in all",
                "give a part of the configuration",
                text.file,
            )
        self.texts.setdefault(text.file, text.data)
        parsed = self.parser.parse(
            text.data,
            text.file,
            line_offset=text.line_offset,
            key=text.key,
            one_line=text.one_line,
            free_names=free_names,
        )
        self.comments.extend(parsed.comments)
        self._placeholders.extend(parsed.placeholders)
        read = _Read(parsed, parsed.statements, parsed.depth)
        self._read[text.name, free_names] = read
        return read

    def _expand(self, name: str, read: _Read, above: list[str]) -> None:
        if read.expanded:
            return
        above.append(name)
        for place in read.parsed.including:
            directives: list[Directive] = []
            for directive in place.directives:
                if directive.name != "include" or directive.block is not None:
                    directives.append(directive)
                    continue
                for included in self._included(directive, place.free_names, above):
                    if isinstance(included, Directive):
                        directives.append(included)
                        continue
                    read.statements += included.statements
                    if read.statements > self.options.limits.statements:
                        raise Refused(
                            f"more than {self.options.limits.statements:,} directives after "
                            "includes",
                            "include less often",
                            directive.file,
                            directive.line,
                        )
                    read.depth = max(read.depth, place.depth + included.depth)
                    if read.depth > MAX_DEPTH:
                        raise Refused(
                            f"more than {MAX_DEPTH:,} blocks inside each other",
                            "nest fewer",
                            directive.file,
                            directive.line,
                        )
                    read.height = max(read.height, included.height + 1)
                    directives.extend(included.parsed.directives)
            place.directives[:] = directives
        read.expanded = True
        above.pop()

    def _included(
        self, directive: Directive, free_names: bool, above: list[str]
    ) -> list[_Read | Directive]:
        """What stands in place of an include: texts that were read, and includes that were not."""
        if directive.unread:
            return [directive]
        if len(directive.args) != 1:
            return [_unread(directive, "an include takes one name")]
        include = directive.args[0]
        known = _KNOWN.match(include) is not None
        try:
            names = self.library.find(include)
        except UnreadError as error:
            return [] if known else [_unread(directive, str(error))]
        parts: list[_Read | Directive] = []
        for name in names:
            if name in above:
                chain = " -> ".join([*above[above.index(name) :], name])
                parts.append(_unread(directive, f"a cycle of includes: {chain}", name))
                continue
            try:
                read = self._load(name, free_names, above)
            except UnreadError as error:
                if not known:
                    parts.append(_unread(directive, str(error), name))
                continue
            parts.append(read)
        return parts

    def _load(self, name: str, free_names: bool, above: list[str]) -> _Read:
        read = self._read.get((name, free_names))
        if read is None:
            read = self._parse(self.library.load(name), free_names)
        # The main text is the first above.
        deepest = len(above) + (read.height if read.expanded else 0)
        if deepest > self.options.limits.include_depth:
            raise UnreadError(
                f"more than {self.options.limits.include_depth} includes inside each other"
            )
        self._expand(name, read, above)
        return read


def _unread(directive: Directive, why: str, name: str = "") -> Directive:
    args = [name] if name else directive.args
    return Directive(
        "include", args, directive.file, directive.line, None, directive.key, unread=why
    )
