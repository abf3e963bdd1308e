"""What every object of the document has: its place, and how many fields it has."""

from __future__ import annotations

from typing import Any

from nginx_grpc.tree import Directive

__all__ = ["Json", "by_name", "counted", "lined", "placed"]

Json = dict[str, Any]


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
