"""A TCP proxy that makes a server as far away as another machine: each way takes time."""

import contextlib
import queue
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from . import ports


class Distance:
    """Forwards connections to `target`; bytes and closes arrive `seconds` later."""

    def __init__(self, held: socket.socket, target: str, seconds: float) -> None:
        self.address, self._held, self._seconds = ports.address_of(held), held, seconds
        host, port = target.split(":")
        self._target = (host, int(port))
        self._open: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._start(self._accept)

    def _start(self, work, *args) -> None:
        thread = threading.Thread(target=work, args=args, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._held.accept()
                far = socket.create_connection(self._target)
            except OSError:
                return
            for end in (near, far):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._open += [near, far]
            for source, sink in ((near, far), (far, near)):
                road: queue.Queue[tuple[float, bytes]] = queue.Queue()
                self._start(self._depart, source, road)
                self._start(self._arrive, sink, road)

    def _depart(self, source: socket.socket, road: queue.Queue) -> None:
        data = b"?"
        while data:
            try:
                data = source.recv(65536)
            except OSError:
                data = b""
            road.put((time.monotonic() + self._seconds, data))

    def _arrive(self, sink: socket.socket, road: queue.Queue) -> None:
        data = b"?"
        while data:
            due, data = road.get()
            time.sleep(max(0, due - time.monotonic()))
            try:
                if data:
                    sink.sendall(data)
                else:
                    sink.shutdown(socket.SHUT_WR)
            except OSError:
                return  # the other side has gone; what was under way is lost

    def stop(self) -> None:
        for end in [self._held, *self._open]:
            with contextlib.suppress(OSError):  # closed already
                end.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(5)
        for end in self._open:
            end.close()


@contextmanager
def far_away(server: object, seconds: float) -> Iterator[Distance]:
    """`server`, `seconds` away in each direction."""
    with ports.listening() as held:
        proxy = Distance(held, server.address, seconds)
        try:
            yield proxy
        finally:
            proxy.stop()
