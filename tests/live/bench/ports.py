"""Addresses on loopback that nobody else can take: the kernel chooses, the socket stays open."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager


def listening(backlog: int = 511) -> socket.socket:
    held = socket.socket()
    held.bind(("127.0.0.1", 0))
    held.listen(backlog)
    return held


def address_of(held: socket.socket) -> str:
    host, port = held.getsockname()[:2]
    return f"{host}:{port}"


@contextmanager
def dead_address() -> Iterator[str]:
    """An address that refuses connections: bound, so nobody else gets it, but not listening."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield address_of(held)


@contextmanager
def black_hole() -> Iterator[str]:
    """An address that never answers a SYN: its accept queue is full and nobody empties it."""
    with listening(backlog=0) as held:
        fillers = [socket.socket() for _ in range(4)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(held.getsockname())
        try:
            yield address_of(held)
        finally:
            for filler in fillers:
                filler.close()
