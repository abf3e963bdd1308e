"""The JSON of servers. Most of it are settings, and each of these has its own."""

from __future__ import annotations

from nginx_grpc.compact_json import compact
from nginx_grpc.model.nodes import Json

__all__ = ["text_of"]

# As a key, for in a text its quotes would be escaped.
_LEFT_OUT = '"directives":null'


def text_of(servers: list[Json]) -> str:
    """The JSON of a list of servers, without its brackets."""
    nodes = [node for server in servers for node in (server, *server["locations"])]
    settings = [node["directives"] for node in nodes]
    for node in nodes:
        node["directives"] = None
    pieces = compact(servers)[1:-1].split(_LEFT_OUT)
    for node, found in zip(nodes, settings, strict=True):
        node["directives"] = found
    # A server's own stand before those of its locations.
    texts = [*map(_settings, settings), ""]
    return "".join([text for pair in zip(pieces, texts, strict=True) for text in pair])


def _settings(found: Json) -> str:
    count = found["fields"]
    texts = [f'"{name}":{setting.text()},' for name, setting in found.items() if name != "fields"]
    return f'"directives":{{{"".join(texts)}"fields":{count}}}'
