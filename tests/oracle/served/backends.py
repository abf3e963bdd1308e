"""Backends that say which one was reached: gRPC over HTTP/2 in the clear, one thread for all."""

from __future__ import annotations

import selectors
import socket
import threading
from collections.abc import Callable

from tests.oracle.served import frames

# Answers a call: the fields of a response that ends with them, None for a reset connection.
Behaviour = Callable[[dict[str, str]], list[tuple[str, str]] | None]


def ok(request: dict[str, str]) -> list[tuple[str, str]]:
    """gRPC's OK without a message; a path with REDIRECT is sent on to what `x-redirect` says.

    What is no call (a GET: an auth_request) gets 403 where it has `x-refuse`.
    """
    if request.get(":method") == "GET" and "x-refuse" in request:
        return [(":status", "403")]
    said = [(":status", "200"), ("content-type", "application/grpc"), ("grpc-status", "0")]
    if "REDIRECT" in request.get(":path", "") and "x-redirect" in request:
        said.append(("x-accel-redirect", request["x-redirect"]))
    return said


class Backends:
    """Listeners on loopback addresses, and on Unix sockets; `x-backend` names the one reached.

    `x-authority`, `x-method` and `x-path` repeat what it was asked.
    """

    def __init__(self) -> None:
        self._selector = selectors.DefaultSelector()
        self._wake, self._woken = socket.socketpair()
        self._selector.register(self._woken, selectors.EVENT_READ)
        self._listeners: dict[str, tuple[socket.socket, Behaviour]] = {}
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def listen(self, address: str, behaviour: Behaviour = ok) -> str:
        """Listen on `127.9.0.1:PORT` (0: any) or `unix:/path`; the address in full."""
        if address.startswith("unix:"):
            listener = socket.socket(socket.AF_UNIX)
            listener.bind(address[5:])
        else:
            host, _, port = address.rpartition(":")
            listener = socket.socket()
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((host, int(port)))
            address = f"{host}:{listener.getsockname()[1]}"
        listener.listen(1024)
        listener.setblocking(False)
        self._listeners[address] = (listener, behaviour)
        self._selector.register(listener, selectors.EVENT_READ, (address, behaviour))
        return address

    def __enter__(self) -> Backends:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._wake.send(b"x")
        self._thread.join()
        for key in list(self._selector.get_map().values()):
            key.fileobj.close()  # type: ignore[union-attr]
        self._selector.close()
        self._wake.close()

    def _serve(self) -> None:
        while True:
            for key, _ in self._selector.select():
                if key.fileobj is self._woken:
                    return
                if isinstance(key.data, _Connection):
                    self._read(key.data)
                else:
                    self._accept(key.fileobj, *key.data)  # type: ignore[arg-type]

    def _accept(self, listener: socket.socket, address: str, behaviour: Behaviour) -> None:
        try:
            end, _ = listener.accept()
        except OSError:
            return
        end.setblocking(False)
        if end.family == socket.AF_INET:
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._selector.register(end, selectors.EVENT_READ, _Connection(end, address, behaviour))

    def _read(self, connection: _Connection) -> None:
        try:
            received = connection.end.recv(65536)
            going_on = bool(received) and connection.take(received)
        except OSError:
            going_on = False
        if not going_on:
            self._selector.unregister(connection.end)
            connection.end.close()


class _Connection:
    """One connection of nginx's."""

    def __init__(self, end: socket.socket, address: str, behaviour: Behaviour) -> None:
        self.end = end
        self._address, self._behaviour = address, behaviour
        self._buffer = bytearray()
        self._asked: dict[int, dict[str, str]] = {}
        self._greeted = False

    def take(self, received: bytes) -> bool:
        """Answers what is asked; whether the connection goes on."""
        self._buffer += received
        out = b""
        if not self._greeted:
            if len(self._buffer) < len(frames.PREFACE):
                return True
            if not self._buffer.startswith(frames.PREFACE):
                # HTTP/1 of a proxy_pass.
                refused = self._buffer.startswith(b"GET") and b"x-refuse:" in self._buffer.lower()
                self.end.sendall(
                    (b"HTTP/1.1 403 No" if refused else b"HTTP/1.1 200 OK")
                    + b"\r\nConnection: close\r\nContent-Length: 0\r\n"
                    + f"X-Backend: {self._address}\r\nX-Protocol: 1\r\n\r\n".encode()
                )
                return False
            del self._buffer[: len(frames.PREFACE)]
            self._greeted = True
            out = frames.frame(frames.SETTINGS, 0, 0)
        for kind, flags, stream, payload in frames.frames_in(self._buffer):
            if kind == frames.SETTINGS and not flags & frames.ACK:
                out += frames.frame(frames.SETTINGS, frames.ACK, 0)
            elif kind == frames.PING and not flags & frames.ACK:
                out += frames.frame(frames.PING, frames.ACK, 0, payload)
            elif kind == frames.HEADERS:
                self._asked[stream] = dict(frames.fields(payload))
            if kind in (frames.HEADERS, frames.DATA) and flags & frames.END_STREAM:
                asked = self._asked.pop(stream, {})
                fields = self._behaviour(asked)
                if fields is None:
                    return False
                said = [
                    *fields,
                    ("x-backend", self._address),
                    ("x-authority", asked.get(":authority", "")),
                    ("x-method", asked.get(":method", "")),
                    ("x-path", asked.get(":path", "")),
                ]
                out += frames.headers(stream, said, frames.END_STREAM)
        if out:
            self.end.sendall(out)
        return True
