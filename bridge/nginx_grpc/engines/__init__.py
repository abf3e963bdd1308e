"""Engines run the policy on documents: one interface, one implementation a file."""

from __future__ import annotations

from nginx_grpc.engines.interface import Engine
from nginx_grpc.errors import Refused

__all__ = ["Engine", "by_name"]


def by_name(name: str) -> Engine:
    """The engine that `--engine` names: embedded, or a URL. Raises Refused."""
    if name == "embedded":
        from nginx_grpc.engines.embedded import EmbeddedEngine

        return EmbeddedEngine()
    raise Refused(f"no engine {name!r}", "use --engine embedded")
