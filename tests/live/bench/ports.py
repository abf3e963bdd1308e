"""Addresses on loopback that nobody else can take: the kernel chooses, the socket stays open."""

import random
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
def free(count: int) -> Iterator[range]:
    """Ports in a row that nobody has at the moment, below those that the kernel gives out."""
    starts = list(range(10_000, 32_000 - count, count))
    random.shuffle(starts)
    for first in starts:
        found = range(first, first + count)
        with socket.socket(socket.AF_UNIX) as lock:
            try:
                # An abstract name: nobody else who asks here gets the same.
                lock.bind(f"\0ports-{first}")
            except OSError:
                continue
            if all(map(_is_free, found)):
                yield found
                return
    raise RuntimeError(f"no {count} free ports in a row")


def _is_free(port: int) -> bool:
    with socket.socket() as asked:
        asked.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            asked.bind(("", port))
        except OSError:
            return False
    return True


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
