"""One port for several protocols, as servers of Go and Java have it: HTTP/1, gRPC, gRPC over TLS.

The first byte of a connection says which it is, and all of it goes to the server for that.
"""

import contextlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from . import ports

_TLS_HANDSHAKE = b"\x16"
_HTTP2_PREFACE = b"PRI"


class _Web(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def do_POST(self) -> None:
        self.do_GET()

    def log_message(self, *_: object) -> None:
        """Nothing on the console."""


class SharedPort:
    """Passes connections to `grpc`, `tls` or a web server of its own."""

    def __init__(self, held: socket.socket, grpc: object, tls: object, web: str) -> None:
        self.address, self._held = ports.address_of(held), held
        self._grpc, self._tls, self._web = grpc.address, getattr(tls, "address", ""), web
        self._open: list[socket.socket] = []
        self._start(self._accept)

    @staticmethod
    def _start(work, *args) -> None:
        threading.Thread(target=work, args=args, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._held.accept()
            except OSError:
                return
            self._open.append(near)
            self._start(self._serve, near)

    def _serve(self, near: socket.socket) -> None:
        with contextlib.suppress(OSError):
            host, port = self._server(near.recv(3, socket.MSG_PEEK)).split(":")
            far = socket.create_connection((host, int(port)))
            self._open.append(far)
            self._start(self._pass_on, far, near)
            self._pass_on(near, far)

    def _server(self, first: bytes) -> str:
        if first == _HTTP2_PREFACE:
            return self._grpc
        return self._tls if first.startswith(_TLS_HANDSHAKE) else self._web

    @staticmethod
    def _pass_on(source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)

    def stop(self) -> None:
        for end in [self._held, *self._open]:
            with contextlib.suppress(OSError):  # closed already
                end.shutdown(socket.SHUT_RDWR)
            end.close()


@contextmanager
def shared_port(grpc: object, tls: object = None) -> Iterator[SharedPort]:
    """A port that answers HTTP/1.1, gRPC by the server `grpc` and gRPC over TLS by `tls`."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Web) as web, ports.listening() as held:
        threading.Thread(target=web.serve_forever, daemon=True).start()
        port = SharedPort(held, grpc, tls, f"127.0.0.1:{web.server_port}")
        try:
            yield port
        finally:
            port.stop()
            web.shutdown()
