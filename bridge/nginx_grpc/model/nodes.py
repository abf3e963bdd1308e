"""What every object of the document has: its place, and how many fields it has."""

from __future__ import annotations

from typing import Any

from nginx_grpc.compact_json import compact
from nginx_grpc.tree import Directive

__all__ = ["Alike", "Json", "alike", "by_name", "counted", "lined", "placed"]

Json = dict[str, Any]
# As keys, for in a text their quotes would be escaped.
_PLACE = '"line":-1,"column":-1'


class Alike(dict[str, Any]):
    """A node that others differ from in their line and column alone.

    Attributes:
        around: its JSON before its line, and after its column.
    """

    __slots__ = ("around",)

    around: tuple[str, str]

    def at(self, directive: Directive) -> Alike:
        """The same node for a directive that is alike."""
        node = Alike(self)
        node["line"] = directive.line if directive.line > 0 else 1
        node["column"] = directive.column
        node.around = self.around
        return node

    def text(self) -> str:
        """Its JSON."""
        before, after = self.around
        return f'{before}"line":{self["line"]},"column":{self["column"]}{after}'


def alike(node: Json) -> Alike:
    """A placed node, for others that are alike."""
    before, _, after = compact({**node, "line": -1, "column": -1}).partition(_PLACE)
    found = Alike(node)
    found.around = (before, after)
    return found


def placed(node: Json, directive: Directive) -> Json:
    """The node with where a directive stands: file, line, column, its ConfigMap's key if any."""
    node["file"] = directive.file
    node["line"] = directive.line if directive.line > 0 else 1
    node["column"] = directive.column
    if directive.key:
        node["key"] = directive.key
    return node


def lined(node: Json, directive: Directive) -> Json:
    """The same without the column, for what no edit is made at."""
    node["file"] = directive.file
    node["line"] = directive.line if directive.line > 0 else 1
    if directive.key:
        node["key"] = directive.key
    return node


def counted(node: Json) -> Json:
    """The node with `fields`, the number of its keys, this one counted: a lost field is noticed."""
    node["fields"] = len(node) + 1
    return node


def by_name(block: list[Directive]) -> dict[str, list[Directive]]:
    """The directives of one block by name, each in the order of the text."""
    named: dict[str, list[Directive]] = {}
    for directive in block:
        name = directive.name
        if name in named:
            named[name].append(directive)
        else:
            named[name] = [directive]
    return named
