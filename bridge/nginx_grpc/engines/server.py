"""An OPA server reached by URL."""

from __future__ import annotations

import os
from typing import Any

from nginx_grpc.engines.interface import Decision, Engine
from nginx_grpc.errors import Refused

__all__ = ["ServerEngine"]

_SECONDS = 120.0
_BYTES = 256 * 1024 * 1024


class ServerEngine(Engine):
    """Asks an OPA server that holds the policy's bundle, one document at a time.

    The caller's settings stand in the documents. Token and CA come from the environment, so that
    neither stands on a command line: NGINX_GRPC_OPA_TOKEN_FILE, NGINX_GRPC_OPA_CA_FILE.

    Args:
        url: `http://HOST:PORT` or `https://HOST:PORT`.
    """

    def __init__(self, url: str) -> None:
        self.name = url
        self._url = url

    def decide(
        self, documents: list[dict[str, Any]], settings: dict[str, Any] | None
    ) -> list[Decision]:
        """See Engine."""
        try:
            from nginx_grpc.client import Client, Server
        except ImportError:
            raise Refused(
                "--engine URL needs a client that is not installed",
                "pip install 'nginx-grpc-policy[opa]'",
            ) from None
        server = Server(
            self._url,
            token_file=os.environ.get("NGINX_GRPC_OPA_TOKEN_FILE", ""),
            ca_file=os.environ.get("NGINX_GRPC_OPA_CA_FILE") or None,
            timeout=_SECONDS,
            max_answer=_BYTES,
        )
        with Client(server) as client:
            return [client.check(document) for document in documents]
