"""The client for code without asyncio."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

from nginx_grpc.client.asynchronous import AsyncClient, Encoded
from nginx_grpc.client.server import OpaServer
from nginx_grpc.engines.interface import Decision

__all__ = ["Client"]


class Client:
    """Asks one OPA server and waits for its answer. May be shared by threads.

    It runs the asynchronous client in a thread of its own. opa-python-client's own synchronous
    client is not used: its time-out starts anew with each byte that trickles in, it follows
    redirects, and a .netrc of the machine replaces the token (docs/admission.md).
    """

    def __init__(self, server: OpaServer) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(
            target=self._loop.run_forever, name="nginx-grpc-client", daemon=True
        )
        self._thread.start()
        self._client = AsyncClient(server)
        try:
            self._run(self._client.__aenter__())
        except BaseException:
            self._end()
            raise

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections and end the thread."""
        if not self._loop.is_closed():
            self._run(self._client.close())
            self._end()

    def check(
        self,
        document: dict[str, Any] | list[dict[str, Any]] | Encoded,
        settings: dict[str, Any] | None = None,
        *,
        timeout: float | None = None,
    ) -> Decision:
        """See AsyncClient.check."""
        return self._run(self._client.check(document, settings, timeout=timeout))  # type: ignore[no-any-return]

    def ready(self, timeout: float = 1.0) -> bool:
        """See AsyncClient.ready."""
        return bool(self._run(self._client.ready(timeout)))

    def _run(self, coroutine: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()

    def _end(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
