"""The webhook as a process: uvicorn with TLS for the API server, plain HTTP for probes."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import socket
from collections.abc import Iterator
from typing import Any

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from nginx_grpc.admission.app import create_app, create_probes
from nginx_grpc.admission.options import Options
from nginx_grpc.admission.reviewer import Reviewer
from nginx_grpc.admission.tls import Files, ReloadingContext, client_is
from nginx_grpc.errors import Refused
from nginx_grpc.records import dataclass

__all__ = ["Listening", "listen", "serve"]

_LOG = logging.getLogger("nginx_grpc.admission")
_HANDSHAKE_SECONDS = 5.0
_HEAD_SECONDS = 5.0
# The API server drops a connection that was idle for 90 s; who closes first must be the client, or
# its next request meets a closed connection.
_IDLE_SECONDS = 120
_HEAD_BYTES = 32 * 1024


@dataclass(frozen=True)
class Listening:
    """Where the webhook listens.

    Args:
        address: host and port for the API server.
        probes: host and port for kubelet and Prometheus.
        files: its certificates.
        clients: common names or DNS names that may call; empty for any that the CA signed.
        drain_seconds: how long it still answers, no longer ready, after SIGTERM.
        reload_seconds: how often it looks for new certificates.
    """

    address: tuple[str, int]
    probes: tuple[str, int]
    files: Files
    clients: frozenset[str] = frozenset()
    drain_seconds: float = 5.0
    reload_seconds: float = 5.0


def serve(options: Options, listening: Listening) -> int:
    """Run until SIGTERM or SIGINT. Returns the exit status. Raises Refused for a bad start."""
    trust = ReloadingContext.of(listening.files)
    sockets = [listen(listening.address), listen(listening.probes)]
    loop = _Loop()
    try:
        asyncio.set_event_loop(loop)
        loop.run_until_complete(_serve(options, listening, trust, sockets))
    finally:
        asyncio.set_event_loop(None)
        loop.close()
    return 0


async def _serve(
    options: Options,
    listening: Listening,
    trust: ReloadingContext,
    sockets: list[socket.socket],
) -> None:
    reviewer = Reviewer(options)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await reviewer.start()
    public = _server(create_app(reviewer), lifespan="off", http=_protocol(listening.clients))
    public.config.load()
    public.config.ssl = trust
    probes = _server(create_probes(reviewer), lifespan="off", http=_protocol(None))
    running = [
        loop.create_task(public.serve(sockets=sockets[:1])),
        loop.create_task(probes.serve(sockets=sockets[1:])),
    ]
    watch = loop.create_task(trust.watch(reviewer.metrics, listening.reload_seconds))
    places = [f"{one.getsockname()[0]}:{one.getsockname()[1]}" for one in sockets]
    _LOG.info("serving", extra={"fields": {"address": places[0], "probes": places[1]}})
    ended = loop.create_task(stop.wait())
    await asyncio.wait([ended, *running], return_when=asyncio.FIRST_COMPLETED)
    _LOG.info("stopping", extra={"fields": {"in_flight": reviewer.in_flight}})
    # Endpoints take a while to forget a pod: until then it still answers.
    reviewer.draining = True
    await asyncio.sleep(listening.drain_seconds)
    public.should_exit = True
    await running[0]
    await reviewer.stop()
    probes.should_exit = True
    await running[1]
    watch.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await watch
    _LOG.info("stopped")


class _Loop(asyncio.SelectorEventLoop):
    """An event loop whose TLS servers wait for a handshake for seconds, not for a minute."""

    async def create_server(self, *args: Any, **kwargs: Any) -> asyncio.Server:
        if kwargs.get("ssl"):
            kwargs.setdefault("ssl_handshake_timeout", _HANDSHAKE_SECONDS)
        return await super().create_server(*args, **kwargs)


class _Server(uvicorn.Server):
    """Without signal handlers: two servers share one process."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _server(app: Any, **more: Any) -> _Server:
    return _Server(
        uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=False,
            proxy_headers=False,
            timeout_keep_alive=_IDLE_SECONDS,
            timeout_graceful_shutdown=10,
            h11_max_incomplete_event_size=_HEAD_BYTES,
            ws="none",
            **more,
        )
    )


def _protocol(clients: frozenset[str] | None) -> type[H11Protocol]:
    """HTTP for known clients (None: for all), that ends a connection whose head trickles in."""

    class Protocol(H11Protocol):
        _head: asyncio.TimerHandle | None = None

        def connection_made(self, transport: Any) -> None:
            super().connection_made(transport)
            if clients is not None:
                tls = transport.get_extra_info("ssl_object")
                if tls is None or not client_is(tls.getpeercert(), clients):
                    _LOG.warning("client refused", extra={"fields": {"client": self.client}})
                    transport.abort()
                    return
            self._await_head()

        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            if self.conn.their_state is h11.IDLE:
                self._await_head()
            elif self._head is not None:
                self._head.cancel()
                self._head = None

        def connection_lost(self, exc: Exception | None) -> None:
            if self._head is not None:
                self._head.cancel()
            super().connection_lost(exc)

        def _await_head(self) -> None:
            if self._head is None:
                self._head = self.loop.call_later(_HEAD_SECONDS, self._late)

        def _late(self) -> None:
            self._head = None
            if self.conn.their_state is h11.IDLE and not self.transport.is_closing():
                self.transport.abort()

    return Protocol


def listen(address: tuple[str, int]) -> socket.socket:
    """A socket that listens on host and port. Raises Refused."""
    host, port = address
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listener = socket.create_server((host, port), family=family, backlog=512)
        # Accepted sockets have it from here: asyncio sets it only where a socket says that it is
        # TCP, and without it the second part of an answer waits 40 ms for the first one's ACK.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return listener
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise Refused(
            f"can't listen: {reason.lower()}", "name another address", f"{host}:{port}"
        ) from None
