"""Directives written one after the other, each with the place that it comes from."""

from __future__ import annotations

from nginx_grpc.errors import Refused
from nginx_grpc.parsers import parse
from nginx_grpc.sources.kubernetes.ingress_nginx.values import Place, Value
from nginx_grpc.tree import Comment, Directive, Text

__all__ = ["Snippets", "directive", "flag", "size_or_none"]


def directive(at: Place, name: str, *args: str, block: list[Directive] | None = None) -> Directive:
    """One directive of the template."""
    return Directive(name, list(args), at.file, at.line, block, at.key)


def flag(value: bool) -> str:
    """nginx's word for a flag."""
    return "on" if value else "off"


class Snippets:
    """nginx's own lines in annotations and ConfigMap keys: each text is parsed once.

    Attributes:
        parts: the texts.
        comments: the comments in them that speak to this tool.
    """

    def __init__(self) -> None:
        self.parts: list[Text] = []
        self.comments: list[Comment] = []
        self._read: dict[tuple[str, str, int], list[Directive]] = {}

    def lines(self, value: Value | None) -> list[Directive]:
        """The directives of a snippet; the same objects where it stands more than once.

        Raises Refused where nginx would refuse it for its syntax.
        """
        if value is None or not value.text.strip():
            return []
        place = value.place
        known = self._read.get((place.file, place.key, place.line))
        if known is not None:
            return known
        data = value.text.encode("utf-8", "surrogatepass")
        where = Text(
            f"{place.file}:{place.line}:{place.key}",
            data,
            place.file,
            (value.line or place.line) - 1,
            place.key,
            one_line=not value.line,
        )
        try:
            read = parse(
                data,
                place.file,
                line_offset=where.line_offset,
                key=place.key,
                one_line=where.one_line,
            )
        except Refused as refused:
            raise Refused(
                f"{refused.what}; nginx refuses all that the controller writes with it",
                refused.hint,
                refused.file,
                refused.line,
            ) from None
        self.parts.append(where)
        self.comments.extend(read.comments)
        for each in read.including:
            for inner in each.directives:
                if inner.name == "include":
                    inner.unread = "a file of the controller's pod"
        self._read[place.file, place.key, place.line] = read.directives
        return read.directives


def size_or_none(said: str, units: str = "kKmMgG") -> str | None:
    """A size, where the template writes it."""
    stripped = said.strip()
    digits = stripped.rstrip(units) if stripped[-1:] in units else stripped
    fits = digits.isascii() and digits.isdigit() and len(stripped) - len(digits) <= 1
    return said if fits else None
