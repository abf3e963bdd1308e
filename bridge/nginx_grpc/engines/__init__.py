"""Engines run the policy on documents: one interface, one implementation a file."""

from __future__ import annotations

from nginx_grpc.engines.interface import Engine
from nginx_grpc.errors import Refused

__all__ = ["Engine", "by_name"]


def by_name(name: str) -> Engine:
    """The engine that `--engine` names: embedded, conftest, opa or a URL. Raises Refused."""
    if name == "embedded":
        from nginx_grpc.engines.embedded import EmbeddedEngine

        return EmbeddedEngine()
    if name == "conftest":
        from nginx_grpc.engines.conftest_engine import ConftestEngine

        return ConftestEngine()
    if name == "opa":
        from nginx_grpc.engines.opa import OpaEngine

        return OpaEngine()
    if name.startswith(("http://", "https://")):
        from nginx_grpc.engines.server import ServerEngine

        return ServerEngine(name)
    raise Refused(f"no engine {name!r}", "use embedded, conftest, opa or http(s)://HOST:PORT")
