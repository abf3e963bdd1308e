"""gRPC-like calls, each on a connection of its own: a POST with one empty message."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from hpack import Decoder, HPACKError

from tests.oracle.served import frames

AT_ONCE = 32
SECONDS = 10
# Linux's; the socket module has no name for it before Python 3.12.
IP_BIND_ADDRESS_NO_PORT = 24


@dataclass(frozen=True)
class Call:
    """What is asked.

    Args:
        address: host and port of the listener.
        path: with the query.
        headers: further ones, beside those of every gRPC client.
        authority: the `:authority`, by default the address.
        method: POST, as gRPC has it.
        source: the client's address; by default the machine's choice.
    """

    address: str
    path: str = "/pkg.Service/Method"
    headers: tuple[tuple[str, str], ...] = ()
    authority: str = ""
    method: str = "POST"
    source: str = ""


@dataclass
class Answer:
    """What came back.

    Args:
        call: what was asked.
        status: HTTP's; 0 where none came.
        headers: of the response, also its trailers, each name's last value.
        body: what came as DATA.
        failure: why the stream has no proper end: `RST_STREAM 2`, `GOAWAY 1`, `closed`, `silent`,
            `refused`, `not HTTP/2`; empty where it has.
        log: nginx's error log of this call.
    """

    call: Call
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    failure: str = ""
    log: list[str] = field(default_factory=list)

    @property
    def reached(self) -> str:
        """Address of the backend that answered; empty where none did."""
        return self.headers.get("x-backend", "")


def ask(calls: Sequence[Call], number: int = 0) -> list[Answer]:
    """The answers, in the order of the calls.

    Args:
        calls: what to ask.
        number: the first one's; each call's stands in its `referer`, which nginx's log repeats.
    """
    answers: list[Answer] = []
    for start in range(0, len(calls), AT_ONCE):
        some = calls[start : start + AT_ONCE]
        opened = [_open(call, number + start + at) for at, call in enumerate(some)]
        answers.extend(_answer(call, end) for call, end in zip(some, opened, strict=True))
    return answers


def _open(call: Call, number: int) -> socket.socket | None:
    host, _, port = call.address.rpartition(":")
    host = host.strip("[]")
    end = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    end.settimeout(SECONDS)
    if call.source:
        # Without it each port of the source is taken for all addresses, and they run out.
        end.setsockopt(socket.IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1)
        end.bind((call.source, 0))
    try:
        end.connect((host, int(port)))
    except ConnectionRefusedError:
        end.close()
        return None
    end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    fields = [
        (":method", call.method),
        (":scheme", "http"),
        (":path", call.path),
        (":authority", call.authority or call.address),
        ("content-type", "application/grpc"),
        ("te", "trailers"),
        ("referer", f"call-{number}-"),
        *call.headers,
    ]
    end.sendall(
        frames.PREFACE
        + frames.frame(frames.SETTINGS, 0, 0)
        + frames.headers(1, fields)
        + frames.frame(frames.DATA, frames.END_STREAM, 1, frames.EMPTY_MESSAGE)
    )
    return end


def _answer(call: Call, end: socket.socket | None) -> Answer:
    if end is None:
        return Answer(call, failure="refused")
    answer = Answer(call)
    decoder = Decoder()
    with end:
        try:
            for kind, flags, stream, payload in _frames(end):
                if kind == frames.GOAWAY:
                    answer.failure = f"GOAWAY {int.from_bytes(payload[4:8], 'big')}"
                elif kind == frames.RST_STREAM and stream == 1:
                    code = int.from_bytes(payload[:4], "big")
                    # After a complete response it only asks for no more of the request.
                    answer.failure = f"RST_STREAM {code}"
                    return answer
                elif kind == frames.HEADERS and stream == 1:
                    fields = decoder.decode(payload)
                    answer.headers.update((str(name), str(value)) for name, value in fields)
                    answer.status = int(answer.headers.get(":status", 0))
                elif kind == frames.DATA and stream == 1:
                    answer.body += payload
                if kind in (frames.HEADERS, frames.DATA) and flags & frames.END_STREAM:
                    answer.failure = ""
                    return answer
            answer.failure = answer.failure or "closed"
        except TimeoutError:
            answer.failure = "silent"
        except ConnectionError:
            answer.failure = answer.failure or "closed"
        except (HPACKError, ValueError):
            answer.failure = "not HTTP/2"
    return answer


def _frames(end: socket.socket) -> Iterator[tuple[int, int, int, bytes]]:
    buffer = bytearray()
    first = True
    while received := end.recv(65536):
        buffer += received
        if first and buffer.startswith(b"HTTP/"):
            raise ValueError("HTTP/1")
        first = False
        yield from frames.frames_in(buffer)
