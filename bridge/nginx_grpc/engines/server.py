"""An OPA server reached by URL."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from nginx_grpc.documents import empty
from nginx_grpc.engines.interface import (
    Decision,
    Engine,
    Part,
    Shard,
    completed,
    part_of,
    together,
)
from nginx_grpc.errors import Refused

if TYPE_CHECKING:
    from nginx_grpc.client import Client

__all__ = ["ServerEngine"]

_NO_SETTING = "no_such_setting"
_SECONDS = 120.0
_BYTES = 256 * 1024 * 1024


class ServerEngine(Engine):
    """Asks an OPA server that holds the policy's bundle, one document or shard at a time.

    The caller's settings stand in the documents, and a server that has settings of its own and so
    would not look at them is refused. Token and CA come from the environment, so that
    neither stands on a command line: NGINX_GRPC_OPA_TOKEN_FILE, NGINX_GRPC_OPA_CA_FILE.

    Args:
        url: `http://HOST:PORT` or `https://HOST:PORT`.
    """

    has_settings = True

    def __init__(self, url: str) -> None:
        self.name = url
        self._url = url

    def judge(
        self, configurations: Iterable[Iterable[Shard]], settings: dict[str, Any] | None
    ) -> list[Decision]:
        """See Engine."""
        try:
            from nginx_grpc.client import Client, OpaServer
        except ImportError:
            raise Refused(
                "--engine URL needs a client that is not installed",
                "pip install 'nginx-grpc-policy[opa]'",
            ) from None
        server = OpaServer(
            self._url,
            token_file=os.environ.get("NGINX_GRPC_OPA_TOKEN_FILE", ""),
            ca_file=os.environ.get("NGINX_GRPC_OPA_CA_FILE") or None,
            timeout=_SECONDS,
            max_answer=_BYTES,
        )
        with Client(server) as client:
            if settings is not None:
                self._demand_ours(client)
            return [self._decision(client, shards) for shards in configurations]

    def _decision(self, client: Client, shards: Iterable[Shard]) -> Decision:
        from nginx_grpc.client import Encoded

        parts: list[Part] = []
        for shard in shards:
            if not shard.last:
                parts.append(part_of(client.check(Encoded(shard.text.decode("ascii")))))
        text = completed(shard, parts).decode("ascii")
        return together(parts, client.check(Encoded(text)))

    def _demand_ours(self, client: Client) -> None:
        """Raise Refused unless the server judges by the settings in a document."""
        asked = client.check(empty({_NO_SETTING: True}))
        if not any(f.id == "NG003" and f.setting == _NO_SETTING for f in asked.findings):
            raise Refused(
                "this server judges by settings of its own, not by yours",
                "give --no-settings to judge by its own, or take data.nginx_grpc out of it",
                self._url,
            )
