"""A DNS server that knows one answer."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True)
class NameServer:
    """A running DNS server."""

    address: str


@contextmanager
def name_server(answer: str) -> Iterator[NameServer]:
    """A DNS server (UDP) that answers each question for an IPv4 address with `answer`."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as held:
        held.bind(("127.0.0.1", 0))
        host, port = held.getsockname()
        thread = threading.Thread(target=_serve, args=(held, answer), daemon=True)
        thread.start()
        try:
            yield NameServer(f"{host}:{port}")
        finally:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
                last.sendto(b"", (host, port))
            thread.join(5)


def _serve(held: socket.socket, answer: str) -> None:
    while True:
        question, client = held.recvfrom(512)
        if not question:
            return
        # RFC 1035, 4.1: the question with one answer, whose name points at the question's.
        header = question[:2] + b"\x81\x80" + b"\0\1" + b"\0\1" + b"\0\0\0\0"
        asked = question[12 : question.index(b"\0", 12) + 5]
        record = b"\xc0\x0c" + b"\0\1\0\1" + (60).to_bytes(4, "big") + b"\0\4"
        held.sendto(header + asked + record + socket.inet_aton(answer), client)
