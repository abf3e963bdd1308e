"""What every object of the document has: its place, and how many fields it has."""

from __future__ import annotations

from typing import Any

from nginx_grpc.tree import Directive

__all__ = ["Json", "by_name", "counted", "place"]

Json = dict[str, Any]


def place(directive: Directive) -> Json:
    """File and line of a directive, and the ConfigMap's key where it stands in one."""
    if directive.key:
        return {"file": directive.file, "line": max(directive.line, 1), "key": directive.key}
    return {"file": directive.file, "line": max(directive.line, 1)}


def counted(node: Json) -> Json:
    """The node with `fields`, the number of its keys, this one counted: a lost field is noticed."""
    node["fields"] = len(node) + 1
    return node


def by_name(block: list[Directive]) -> dict[str, list[Directive]]:
    """The directives of one block by name, each in the order of the text."""
    named: dict[str, list[Directive]] = {}
    for directive in block:
        if directive.name in named:
            named[directive.name].append(directive)
        else:
            named[directive.name] = [directive]
    return named
