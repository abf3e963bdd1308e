"""The output of `nginx -T`: every file in one text, with what nginx says on top.

A file may hold the comments that nginx writes at the head of each: copied out of a dump, or to
mislead. So a text is a dump only if it can't be one configuration as well; see also `marks`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

from nginx_grpc.errors import Refused
from nginx_grpc.expressions import expression
from nginx_grpc.parsers import parse
from nginx_grpc.records import replace
from nginx_grpc.sources import glob, marks
from nginx_grpc.sources.contexts import check_nginx, context_of, contexts
from nginx_grpc.sources.includes import Library, Reader, Text, UnreadError
from nginx_grpc.sources.interface import ReadOptions, Source
from nginx_grpc.sources.text_file import TextSource
from nginx_grpc.tree import Configuration

__all__ = ["DumpSource", "has_sections", "sections"]

_SECTION = expression(rb"^# configuration file (\S[^\r\n]*):\r?$", re.MULTILINE)
# What nginx and kubectl write to standard error. It is skipped before the first section alone:
# inside one, a line that looks like it could be the text of a quoted argument.
_CHATTER = expression(
    rb"^(?:nginx: (?:the )?configuration file [^\r\n]* (?:syntax is ok|test is successful)"
    rb"|nginx: \[[a-z]+\] [^\r\n]*"
    rb"|\d{4}/\d\d/\d\d \d\d:\d\d:\d\d \[[a-z]+\] [^\r\n]*"
    rb"|Defaulted container [^\r\n]*)\r?(?:\n|\Z)",
    re.MULTILINE,
)


def has_sections(data: bytes) -> bool:
    """Whether a text begins as a dump: nothing but chatter before a `# configuration file`."""
    first = _SECTION.search(data) if b"# configuration file " in data else None
    return first is not None and not _CHATTER.sub(b"", data[: first.start()]).strip()


def sections(data: bytes) -> Iterator[tuple[str, int, int]]:
    """The sections of a dump: the file's name, where its text starts, and where it ends."""
    heads = list(_SECTION.finditer(data))
    for number, head in enumerate(heads):
        end = heads[number + 1].start() if number + 1 < len(heads) else len(data)
        # The last head may end the text.
        yield head[1].decode("utf-8", "backslashreplace"), min(head.end() + 1, end), end


class DumpSource(Source):
    """A dump, or a configuration that begins like one.

    Args:
        data: its text.
        file: the file it was given as, or `-`.
        options: see ReadOptions; prefix, root and maps have no say in a dump.
    """

    def __init__(self, data: bytes, file: str, options: ReadOptions) -> None:
        self._data = data
        self._file = file
        self._chatter = False
        # nginx wrote it: whatever was to be filled in is.
        self._options = replace(options, definitions={})

    def collect(self) -> list[Configuration]:
        """See Source."""
        heads = _SECTION.finditer(self._data)
        # nginx's own messages on top are no configuration.
        self._chatter = bool(self._data[: next(heads).start()].strip())
        if next(heads, None) is None and not self._chatter:
            return self._single()
        try:
            texts = self._sections()
            main = next(iter(texts.values()))
            reader = Reader(_Sections(texts, main.name), self._options)
            context = self._read(texts, reader)
        except Refused:
            if self._is_one_text():
                return self._text().collect()
            raise
        # nginx starts with no text that is not a whole configuration.
        if context != "main" and self._is_one_text():
            return self._text().collect()
        self._check_readings(reader, texts, context)
        configuration = reader.configuration("dump", main.file, context, [main])
        configuration.container = self._file
        return [configuration]

    def _text(self) -> TextSource:
        kind = "stdin" if self._file == "-" else "file"
        return TextSource(kind, self._data, self._file, self._file, self._options)

    def _single(self) -> list[Configuration]:
        """One section: a configuration, for a dump has each file that it includes."""
        text = self._text()
        found = text.collect()
        if self._file == "-" and text.includes_by_patterns_alone():
            # To nginx -T they would have matched nothing.
            raise Refused(
                "the output of nginx -T, or a configuration that includes files of this folder",
                "give the file by its name, or take out its first line",
                self._file,
                1,
            )
        return found

    def _is_one_text(self) -> bool:
        try:
            directives = parse(self._data, self._file).directives
        except Refused:
            return False
        return bool(contexts(directives))

    def _read(self, sections: dict[str, Text], reader: Reader) -> str:
        """Reads all sections by their includes; returns the first one's context."""
        main = next(iter(sections.values()))
        try:
            check_nginx(reader.parse(main), main.file)
            context = context_of(reader.expand(main))
        except Refused as error:
            self._check_chatter(sections, error)
            raise
        for name in sections:
            if name not in reader.read:
                # nginx writes out what it has read and nothing else. A comment in a file that
                # looks like the head of a section would hide the rest of that file.
                raise Refused(
                    f"the section {name} is included by no other",
                    "give the whole output of one nginx -T, as it came",
                    self._file,
                    self._line(name),
                )
        return context

    def _check_readings(self, reader: Reader, sections: dict[str, Text], context: str) -> None:
        """Refuse what could be read in another way as well."""
        if context == "main" and not self._chatter and _in_main(reader, sections):
            raise Refused(
                "the output of nginx -T, or one configuration with such lines as comments",
                "take out the lines that begin with # configuration file, or give the files",
                self._file,
                1,
            )
        text = marks.ambiguous(reader, list(sections.values()), context)
        if text is not None:
            raise Refused(
                "the head of a file in nginx -T, or a comment in the file before it",
                "take the comment out of the file, or give the files themselves",
                self._file,
                self._line(text.name),
            )

    def _sections(self) -> dict[str, Text]:
        found: dict[str, Text] = {}
        for number, (name, start, end) in enumerate(sections(self._data)):
            if number >= self._options.limits.files:
                raise Refused(
                    f"more than {self._options.limits.files:,} files",
                    "give a part of the configuration",
                    self._file,
                )
            if name in found:
                raise Refused(
                    f"the section {name} is there twice",
                    "give the output of one nginx -T",
                    self._file,
                    self._data.count(b"\n", 0, start),
                )
            found[name] = Text(name, self._data[start:end], name)
        return found

    def _check_chatter(self, sections: dict[str, Text], error: Refused) -> None:
        text = sections.get(error.file)
        if text is not None and (found := _CHATTER.search(text.data)):
            raise Refused(
                "a message of nginx stands inside the dump",
                "keep them apart: nginx -T 2>/dev/null",
                text.file,
                text.data.count(b"\n", 0, found.start()) + 1,
            ) from error

    def _line(self, name: str) -> int:
        for head in _SECTION.finditer(self._data):
            if head[1].decode("utf-8", "backslashreplace") == name:
                return self._data.count(b"\n", 0, head.start()) + 1
        return 0


def _in_main(reader: Reader, sections: dict[str, Text]) -> bool:
    """Whether nginx could read all sections as one text."""
    for section in sections.values():
        try:
            if "main" not in contexts(reader.parse(section)):
                return False
        except Refused:
            return False
    return True


class _Sections(Library):
    def __init__(self, sections: dict[str, Text], main: str) -> None:
        self._sections = sections
        self._prefix = os.path.dirname(main)

    def find(self, include: str) -> list[str]:
        name = include if include.startswith("/") else f"{self._prefix}/{include}"
        pattern = name.encode("utf-8", "surrogateescape")
        if not glob.is_pattern(include.encode("utf-8", "surrogateescape")):
            return [name]
        found = [(section.encode().split(b"/"), section) for section in self._sections]
        parts = pattern.split(b"/")
        for number, part in enumerate(parts):
            matched = set(
                glob.matching(
                    part, {names[number] for names, _ in found if len(names) == len(parts)}
                )
            )
            found = [
                (names, section)
                for names, section in found
                if len(names) == len(parts) and names[number] in matched
            ]
        return sorted((section for _, section in found), key=str.encode)

    def load(self, name: str) -> Text:
        text = self._sections.get(name)
        if text is None:
            raise UnreadError("not in the dump", elsewhere=True)
        return text
