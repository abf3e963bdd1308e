"""HTTP/2 servers that do what a good gRPC server does not, a few lines of behaviour each.

A behaviour is a function that gets one accepted connection and decides what happens on it.
"""

import contextlib
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import h2.config
import h2.connection
import h2.errors
import h2.events
import h2.exceptions

from . import ports, text


class Connection:
    """The server's end of one HTTP/2 connection."""

    def __init__(self, raw: socket.socket, over: threading.Event) -> None:
        self.socket, self.over = raw, over
        self.uses = 0  # requests whose HEADERS came
        config = h2.config.H2Configuration(client_side=False, header_encoding="utf-8")
        self.h2 = h2.connection.H2Connection(config)
        self.h2.initiate_connection()
        self.send()
        self._events: list[h2.events.Event] = []

    def send(self) -> None:
        self.socket.sendall(self.h2.data_to_send())

    def _next(self, kind: type, within: float | None) -> int | None:
        """The stream of the next event of that kind; None when time is up or nginx has closed."""
        until = None if within is None else time.monotonic() + within
        while True:
            while self._events:
                event = self._events.pop(0)
                if isinstance(event, h2.events.DataReceived):
                    length = event.flow_controlled_length
                    self.h2.acknowledge_received_data(length, event.stream_id)
                    self.send()
                if isinstance(event, h2.events.RequestReceived):
                    self.uses += 1
                    self.headers = dict(event.headers)
                if isinstance(event, kind):
                    return event.stream_id
            left = None if until is None else until - time.monotonic()
            if left is not None and left <= 0:
                return None
            self.socket.settimeout(left)
            try:
                data = self.socket.recv(65536)
            except TimeoutError:
                return None
            if not data:
                raise ConnectionResetError("closed by nginx")
            self._events += self.h2.receive_data(data)
            self.send()

    def headers_of_request(self, within: float | None = None) -> int | None:
        """Wait for a request's HEADERS; its stream, or None when `within` seconds are over."""
        return self._next(h2.events.RequestReceived, within)

    def request(self, within: float | None = None) -> int | None:
        """Wait for a whole request; its stream, or None when `within` seconds are over."""
        return self._next(h2.events.StreamEnded, within)

    def answer(self, stream: int, reply: str = "hello", **headers: str) -> None:
        """A good unary answer, with more response headers where they are given."""
        more = [(name.replace("_", "-"), value) for name, value in headers.items()]
        first = [(":status", "200"), ("content-type", "application/grpc"), *more]
        self.h2.send_headers(stream, first)
        self.h2.send_data(stream, text.framed(reply))
        self.h2.send_headers(stream, [("grpc-status", "0")], end_stream=True)
        self.send()

    def answer_http(self, stream: int, status: int, page: str) -> None:
        """What an HTTP proxy says of itself: a status and a page."""
        headers = [(":status", str(status)), ("content-type", "text/html")]
        self.h2.send_headers(stream, headers)
        self.h2.send_data(stream, page.encode(), end_stream=True)
        self.send()

    def reset(self) -> None:
        """Close with a TCP RST."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    def close(self) -> None:
        """Close with a TCP FIN."""
        self.socket.close()

    def finish(self) -> None:
        """Send a TCP FIN and read on until nginx closes too: Linux makes a RST of unread data."""
        self.socket.shutdown(socket.SHUT_WR)
        self.socket.settimeout(5)
        while self.socket.recv(65536):
            pass
        self.socket.close()

    def go_away(self) -> None:
        """Close with GOAWAY and FIN at once, not in grpc-go's two steps."""
        self.h2.close_connection()
        self.send()
        self.socket.close()


Behaviour = Callable[[Connection], None]


def good(connection: Connection) -> None:
    """Answers every call."""
    while True:
        connection.answer(connection.request())


def resets_second_use(connection: Connection) -> None:
    """Answers one call of a connection, resets it when the next one's HEADERS come."""
    connection.answer(connection.request())
    connection.headers_of_request()
    connection.reset()


def resets_every_call(connection: Connection) -> None:
    connection.headers_of_request()
    connection.reset()


def closes_idle(after: float, by: str = "close") -> Behaviour:
    """Closes a connection that is idle for `after` seconds; `by` is close, reset or go_away."""

    def behaviour(connection: Connection) -> None:
        while stream := connection.request(within=after if connection.uses else None):
            connection.answer(stream)
        getattr(connection, by)()

    return behaviour


def silent(connection: Connection) -> None:
    """Takes calls and never answers."""
    while True:
        connection.request()


def answers_http(status: int, page: str = "<html>busy</html>") -> Behaviour:
    """An HTTP proxy that has its own answer to every call."""

    def behaviour(connection: Connection) -> None:
        while True:
            connection.answer_http(connection.request(), status, page)

    return behaviour


def answers_with_header(length: int) -> Behaviour:
    """Answers with one response header of `length` bytes."""

    def behaviour(connection: Connection) -> None:
        while True:
            connection.answer(connection.request(), x_large="x" * length)

    return behaviour


def refuses(connection: Connection) -> None:
    """Refuses every call with RST_STREAM(REFUSED_STREAM), which promises that it did nothing."""
    while True:
        stream = connection.headers_of_request()
        connection.h2.reset_stream(stream, h2.errors.ErrorCodes.REFUSED_STREAM)
        connection.send()


def never_reads(connection: Connection) -> None:
    """Lets what comes pile up until the test is over."""
    connection.over.wait()


def cancels_slow(connection: Connection) -> None:
    """Answers, but ends a call that has the metadata `slow` with RST_STREAM(CANCEL): what a grpc-go
    server does when it notices an expired deadline before the client does."""
    while True:
        stream = connection.request()
        if "slow" in connection.headers:
            connection.h2.reset_stream(stream, h2.errors.ErrorCodes.CANCEL)
            connection.send()
        else:
            connection.answer(stream)


class Misbehaving:
    """A server with one behaviour; a thread a connection."""

    def __init__(self, behaviour: Behaviour, held: socket.socket) -> None:
        self.behaviour, self.address, self._held = behaviour, ports.address_of(held), held
        self.connections = 0
        self._over = threading.Event()
        self._open: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def _accept(self) -> None:
        while True:
            try:
                raw, _ = self._held.accept()
            except OSError:
                return
            raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.connections += 1
            self._open.append(raw)
            thread = threading.Thread(target=self._serve, args=[raw], daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, raw: socket.socket) -> None:
        # nginx has closed, or speaks no HTTP/2, or the test is over
        with raw, contextlib.suppress(OSError, h2.exceptions.ProtocolError):
            self.behaviour(Connection(raw, self._over))

    def stop(self) -> None:
        self._over.set()
        for held in [self._held, *self._open]:
            with contextlib.suppress(OSError):  # closed already
                held.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(5)


@contextmanager
def raw_server(behaviour: Behaviour) -> Iterator[Misbehaving]:
    """An HTTP/2 server of that behaviour, e.g. `raw_server(resets_second_use)`."""
    with ports.listening() as held:
        server = Misbehaving(behaviour, held)
        try:
            yield server
        finally:
            server.stop()
