"""The JSON of a document's large parts. Most of what is in them has its own: it is put together."""

from __future__ import annotations

from typing import Any

from nginx_grpc.compact_json import compact
from nginx_grpc.model.nodes import Alike, Json

__all__ = ["lists_text", "servers_text"]

_TARGETS = ("target", "proxy_target")


def servers_text(servers: list[Json]) -> str:
    """The JSON of servers, without brackets around them."""
    nodes = [node for server in servers for node in (server, *server["locations"])]
    targets = [_taken_target(node) for node in nodes]
    # A server's own settings stand before those of its locations.
    settings, pieces = _without(servers, nodes, "directives")
    for place, found in enumerate(targets, 1):
        if found is not None:
            name, target = found
            nodes[place - 1][name] = target
            pieces[place] = pieces[place].replace(_empty(name), f'"{name}":{target.text()}', 1)
    return _together(pieces, list(map(_settings, settings)))


def lists_text(lists: list[Json], name: str) -> str:
    """The JSON of `header_lists` or `error_page_lists`, without brackets around them.

    Args:
        lists: they.
        name: the field with the entries of a list.
    """
    entries, pieces = _without(lists, lists, name)
    return _together(
        pieces,
        [f'"{name}":[{",".join([node.text() for node in found])}]' for found in entries],
    )


def _without(whole: list[Json], nodes: list[Json], name: str) -> tuple[list[Any], list[str]]:
    """A field of nodes, and the text of the whole around these."""
    found = [node[name] for node in nodes]
    for node in nodes:
        node[name] = None
    pieces = compact(whole)[1:-1].split(_empty(name))
    for node, value in zip(nodes, found, strict=True):
        node[name] = value
    return found, pieces


def _empty(name: str) -> str:
    # As a key, for in a text its quotes would be escaped.
    return f'"{name}":null'


def _together(pieces: list[str], texts: list[str]) -> str:
    pairs = zip(pieces, [*texts, ""], strict=True)
    return "".join([text for pair in pairs for text in pair])


def _taken_target(node: Json) -> tuple[str, Alike] | None:
    for name in _TARGETS:
        target = node.get(name)
        if isinstance(target, Alike):
            node[name] = None
            return name, target
    return None


def _settings(found: Json) -> str:
    count = found["fields"]
    texts = [f'"{name}":{setting.text()},' for name, setting in found.items() if name != "fields"]
    return f'"directives":{{{"".join(texts)}"fields":{count}}}'
