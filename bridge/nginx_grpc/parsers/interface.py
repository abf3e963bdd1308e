"""What parsing a text is about: where it stands, and what it says."""

from __future__ import annotations

from collections.abc import Sequence

from nginx_grpc.errors import Refused
from nginx_grpc.records import dataclass, field
from nginx_grpc.tree import Comment, Directive

__all__ = [
    "MAX_DEPTH",
    "NAMED_BLOCKS",
    "Including",
    "Parsed",
    "Place",
]

# nginx recurses in C and survives some thousands of blocks; real configurations stay below 20.
MAX_DEPTH = 1_000
NAMED_BLOCKS = 16


@dataclass(frozen=True, slots=True)
class Place:
    """Where a text stands, for those who read about it.

    Args:
        file: the name of the file.
        line_offset: how many lines of the file stand above the text's first one.
        one_line: every line of the text counts as its first: a text that stands in
            its file with other line breaks than its own, as in a quoted YAML scalar.
        key: the key of a ConfigMap, empty outside a manifest.
        lines: the file's line for each of the text's, where values were put in that
            have several.
    """

    file: str
    line_offset: int = 0
    one_line: bool = False
    key: str = ""
    lines: Sequence[int] = ()

    def line(self, number: int) -> int:
        """The file's line for a line of the text, both from 1."""
        if self.lines and number:
            number = self.lines[min(number, len(self.lines)) - 1]
        return self.line_offset + (1 if self.one_line else number)

    def refused(self, what: str, hint: str, number: int = 0) -> Refused:
        """An error about a line of the text, or about the whole text for 0."""
        what = f"key {self.key}: {what}" if self.key else what
        line = self.line(number) if number else self.line_offset + 1 if self.key else 0
        return Refused(what, hint, self.file, line)


@dataclass(frozen=True, slots=True)
class Including:
    """A block, or the text's top level, with at least one `include` in it.

    Args:
        directives: the very list that stands in the tree.
        owner: the directive whose block it is; None at the top.
        depth: how many blocks it stands in.
        blocks: their names, from the outermost; of many the first NAMED_BLOCKS.
        free_names: whether names in it are values (map, types, ...), not directives.
    """

    directives: list[Directive]
    owner: Directive | None
    depth: int
    blocks: tuple[str, ...]
    free_names: bool


@dataclass(slots=True)
class Parsed:
    """What a text says.

    Args:
        directives: its tree, each `include` still in place.
        comments: the comments that start with `nginx-grpc:`.
        including: the lists that hold an `include`.
        statements: how many directives there are at all depths.
        depth: how many blocks deep it goes.
    """

    directives: list[Directive]
    comments: list[Comment] = field(default_factory=list)
    including: list[Including] = field(default_factory=list)
    statements: int = 0
    depth: int = 0
