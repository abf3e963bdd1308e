"""What every object of the document has: its place, and how many fields it has."""

from __future__ import annotations

from typing import Any

from nginx_grpc.tree import Directive

__all__ = ["Json", "by_name", "counted", "line_of", "place"]

Json = dict[str, Any]


def place(directive: Directive) -> Json:
    """File and line of a directive, and the ConfigMap's key where it stands in one."""
    if directive.key:
        return {"file": directive.file, "line": line_of(directive), "key": directive.key}
    return {"file": directive.file, "line": line_of(directive)}


def line_of(directive: Directive) -> int:
    """The line of a directive, at least 1."""
    return directive.line if directive.line > 0 else 1


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
