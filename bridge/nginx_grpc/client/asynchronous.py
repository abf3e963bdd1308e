"""The client for asyncio: opa-python-client's, made strict."""

from __future__ import annotations

import asyncio
import json
import os
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from opa_client import AsyncOpaClient

from nginx_grpc.client.answer import Response, read
from nginx_grpc.client.errors import OpaError
from nginx_grpc.client.server import OpaServer
from nginx_grpc.engines.interface import Decision
from nginx_grpc.errors import Refused

__all__ = ["AsyncClient", "Encoded"]

_PACKAGE = "nginx.grpc"
_RULE = "decision"
# A built-in that fails is then status 500, not an undefined rule and a pass.
_ASKED = {"provenance": "true", "strict-builtin-errors": "true"}


class Encoded:
    """A document, or an array of them, that is JSON already: ASCII, as the bridge writes it."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text


class AsyncClient:
    """Asks one OPA server. Use it with `async with`; one may serve many tasks at once."""

    def __init__(self, server: OpaServer) -> None:
        self.server = server
        self._transport = _Transport(server)

    async def __aenter__(self) -> AsyncClient:
        await self._transport.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections."""
        await self._transport.close_connection()

    async def check(
        self,
        document: dict[str, Any] | list[dict[str, Any]] | Encoded,
        settings: dict[str, Any] | None = None,
        *,
        timeout: float | None = None,
    ) -> Decision:
        """The decision on a document, or on an array of documents (the union of theirs).

        Args:
            document: what `nginx-grpc bridge` prints.
            settings: the caller's; they count only where the server's data has none.
            timeout: seconds for this call, if less than the server's.

        Raises OpaError for whatever is no decision.
        """
        if settings is not None:
            if isinstance(document, Encoded):
                raise TypeError("settings go into a document before it is encoded")
            each = document if isinstance(document, list) else [document]
            with_settings = [{**one, "settings": settings} for one in each]
            document = with_settings if isinstance(document, list) else with_settings[0]
        seconds = min(timeout or self.server.timeout, self.server.timeout)
        try:
            envelope = await asyncio.wait_for(self._query(document), seconds)
        except (asyncio.TimeoutError, TimeoutError):
            raise OpaError(
                "timeout",
                f"OPA gave no answer within {seconds:.3g} s",
                "look whether it is overloaded, or give it more time",
                self.server.url,
            ) from None
        return read(envelope, self.server.url, self.server.revision_required)

    async def ready(self, timeout: float = 1.0) -> bool:
        """Whether OPA is healthy and has activated its bundles."""
        try:
            return bool(
                await asyncio.wait_for(
                    self._transport.check_health(query={"bundles": "true"}), timeout
                )
            )
        except (asyncio.TimeoutError, TimeoutError):
            return False

    async def _query(self, document: Any) -> Any:
        # A connection that was idle may have been closed by an OPA that restarted. A decision
        # changes nothing in OPA, so it can be asked for again; once, and within the same time.
        for last in (False, True):
            try:
                return await self._transport.query_rule(document, _PACKAGE, _RULE, _ASKED)
            except OpaError as error:
                if last or error.kind != "closed":
                    raise
        return None


class _Transport(AsyncOpaClient):  # type: ignore[misc]  # the library has no types
    """opa-python-client with what it lacks for a decision that guards something.

    Its own session knows no custom CA and no Unix socket, follows redirects, retries by its own
    clock and reads answers of any size; here the session and the sending are ours, and how OPA is
    asked (paths, parameters, the envelope) stays the library's.
    """

    def __init__(self, server: OpaServer) -> None:
        super().__init__(
            host=server.host,
            port=server.port,
            ssl=server.scheme == "https",
            cert=server.certificate,
            retries=0,
            timeout=server.timeout,
        )
        self._server = server
        self._token = server.token
        self._token_stamp: tuple[int, int] | None = None

    async def open(self) -> None:
        if self._session is None:
            await self._init_session()

    async def _init_session(self) -> None:
        server = self._server
        if server.socket:
            connector: aiohttp.BaseConnector = aiohttp.UnixConnector(
                server.socket, limit=server.connections
            )
        elif server.scheme == "https":
            connector = aiohttp.TCPConnector(ssl=_trust(server), limit=server.connections)
        else:
            connector = aiohttp.TCPConnector(limit=server.connections)
        self._session = aiohttp.ClientSession(
            connector=connector,
            timeout=aiohttp.ClientTimeout(total=server.timeout),
            cookie_jar=aiohttp.DummyCookieJar(),
            json_serialize=_serialize,
            auto_decompress=False,
            headers={"Accept-Encoding": "identity"},
            trust_env=False,
        )

    @asynccontextmanager
    async def _request(self, method: str, url: str, **kwargs: Any) -> AsyncIterator[Response]:
        where = self._server.url
        log = "look into OPA's log"
        address = "check that this address is OPA's"
        try:
            answer = await self._send(method, url, **kwargs)
        except OpaError:
            raise
        except aiohttp.ClientConnectorCertificateError:
            what = "OPA's certificate is not one of the given CA"
            raise OpaError("tls", what, "give its CA file", where) from None
        except (aiohttp.ClientSSLError, ssl.SSLError):
            raise OpaError("tls", "no TLS with OPA", "check its address and files", where) from None
        except (aiohttp.ConnectionTimeoutError, asyncio.TimeoutError):
            raise OpaError("timeout", "OPA gave no answer in time", log, where) from None
        except aiohttp.ClientConnectorError as error:
            reason = (error.os_error.strerror or "no connection").lower()
            what = f"OPA can't be reached: {reason}"
            raise OpaError("unreachable", what, "start it, or correct its address", where) from None
        except (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError, aiohttp.ClientPayloadError):
            what = "OPA closed the connection before its answer was whole"
            raise OpaError("closed", what, log, where) from None
        except (aiohttp.ClientError, ValueError):
            raise OpaError("malformed", "OPA's answer is no HTTP", address, where) from None
        yield answer

    async def _send(self, method: str, url: str, **kwargs: Any) -> Response:
        server = self._server
        limit = server.max_answer
        too_large = OpaError(
            "too_large",
            f"OPA's answer has more than {limit} bytes",
            "judge fewer configurations",
            server.url,
        )
        headers = {"Authorization": f"Bearer {token}"} if (token := self._current_token()) else None
        assert self._session is not None
        async with self._session.request(
            method, url, allow_redirects=False, headers=headers, **kwargs
        ) as response:
            if 300 <= response.status < 400:
                raise OpaError(
                    "redirect",
                    f"OPA answered with a redirect ({response.status})",
                    "give OPA's own address",
                    server.url,
                )
            if response.headers.get("Content-Encoding", "identity") != "identity":
                what = "OPA's answer is compressed, unasked"
                raise OpaError("malformed", what, "check that this address is OPA's", server.url)
            if (response.content_length or 0) > limit:
                raise too_large
            body = bytearray()
            async for chunk in response.content.iter_any():
                body += chunk
                if len(body) > limit:
                    raise too_large
            return Response(server.url, response.status, response.content_type, bytes(body))

    def _current_token(self) -> str:
        path = self._server.token_file
        if not path:
            return self._server.token
        try:
            status = os.stat(path)
            stamp = (status.st_mtime_ns, status.st_ino)
            if stamp != self._token_stamp:
                with open(path, encoding="ascii") as file:
                    self._token = file.read().strip()
                self._token_stamp = stamp
        except (OSError, ValueError):
            raise Refused("can't read OPA's token", "check the file", path) from None
        return self._token


def _trust(server: OpaServer) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=server.ca_file)
    except (OSError, ssl.SSLError):
        raise Refused("no CA certificates", "name a PEM file", server.ca_file or "") from None
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if server.certificate is not None:
        try:
            context.load_cert_chain(*server.certificate)
        except (OSError, ssl.SSLError):
            raise Refused(
                "no certificate with its key", "name PEM files", server.certificate[0]
            ) from None
    return context


def _serialize(value: Any) -> str:
    encoded = value.get("input") if isinstance(value, dict) else None
    if isinstance(encoded, Encoded):
        return f'{{"input":{encoded.text}}}'
    return json.dumps(value, separators=(",", ":"), allow_nan=False)
