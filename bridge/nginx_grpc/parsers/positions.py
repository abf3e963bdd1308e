"""Where in its file stands what was read of a text."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator

from nginx_grpc.parsers.interface import Parsed
from nginx_grpc.tree import Directive

__all__ = ["cover", "directives_of", "place_at"]


def directives_of(parsed: Parsed) -> Iterator[Directive]:
    """All of them, at all depths."""
    blocks = [parsed.directives]
    while blocks:
        for directive in blocks.pop():
            yield directive
            if directive.block:
                blocks.append(directive.block)


def cover(parsed: Parsed) -> None:
    """Finds the next directive for each comment that stands alone."""
    lines = sorted(directive.line for directive in directives_of(parsed))
    for comment in parsed.comments:
        if comment.covers == 0:
            following = bisect_right(lines, comment.line)
            comment.covers = lines[following] if following < len(lines) else 0


def place_at(parsed: Parsed, line_of: Callable[[int], int]) -> None:
    """Puts all at the lines of the file, where these are others than the text's."""
    for directive in directives_of(parsed):
        directive.line = line_of(directive.line)
    for comment in parsed.comments:
        comment.line = line_of(comment.line)
        comment.covers = line_of(comment.covers) if comment.covers else 0
