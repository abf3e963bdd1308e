"""gRPC-like calls: a POST with one empty message, those of one listener on one connection.

What a connection that ends leaves without an answer is asked again on a connection of its own.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice

from tests.oracle.served import frames

# Connections, and streams of each: nginx takes 128.
AT_ONCE = 8
STREAMS = 100
SECONDS = 60
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
        tls: the name to ask for by TLS and ALPN h2; by default the call is in the clear.
        alone: whether it shares its connection with no other call.
    """

    address: str
    path: str = "/pkg.Service/Method"
    headers: tuple[tuple[str, str], ...] = ()
    authority: str = ""
    method: str = "POST"
    source: str = ""
    tls: str = ""
    alone: bool = False


@dataclass
class Answer:
    """What came back.

    Args:
        call: what was asked.
        status: HTTP's; 0 where none came.
        headers: of the response, also its trailers, each name's last value.
        body: what came as DATA.
        failure: why the stream has no proper end: `RST_STREAM 2`, `GOAWAY 1`, `closed`, `silent`,
            `refused`, `not HTTP/2`, `no TLS`, `no ALPN`; empty where it has.
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
    answers = [Answer(call) for call in calls]
    _together(_shared(calls), answers, number)
    lost = [
        at
        for at, answer in enumerate(answers)
        if answer.failure in ("closed", "silent") and not answer.call.alone
    ]
    for at in lost:
        answers[at] = Answer(calls[at])
    _together(([at] for at in lost), answers, number)
    return answers


def _shared(calls: Sequence[Call]) -> Iterator[list[int]]:
    """The places of calls that go over one connection."""
    ways: dict[tuple[object, ...], list[int]] = {}
    for at, call in enumerate(calls):
        alone = at if call.alone else None
        ways.setdefault((call.address, call.source, alone), []).append(at)
    for way in ways.values():
        for first in range(0, len(way), STREAMS):
            yield way[first : first + STREAMS]


def _together(groups: Iterator[list[int]], answers: list[Answer], number: int) -> None:
    while some := list(islice(groups, AT_ONCE)):
        opened = []
        for group in some:
            own = [answers[at] for at in group]
            opened.append((own, _open(own, [number + at for at in group])))
        for own, end in opened:
            if end is not None:
                with end:
                    _read(own, end)


def _open(answers: Sequence[Answer], numbers: Sequence[int]) -> socket.socket | None:
    """A connection with all the calls on it."""
    try:
        end = _connected(answers[0].call)
    except _Unconnected as why:
        for answer in answers:
            answer.failure = str(why)
        return None
    sent = [frames.PREFACE, frames.frame(frames.SETTINGS, 0, 0), _WINDOW]
    for at, (answer, number) in enumerate(zip(answers, numbers, strict=True)):
        sent.append(frames.headers(2 * at + 1, _fields(answer.call, number)))
        sent.append(frames.frame(frames.DATA, frames.END_STREAM, 2 * at + 1, frames.EMPTY_MESSAGE))
    with suppress(ConnectionError):  # why is told when it is read
        end.sendall(b"".join(sent))
    return end


class _Unconnected(Exception):
    """Why there is no connection, as an answer says it."""


def _connected(call: Call) -> socket.socket:
    host, _, port = call.address.rpartition(":")
    host = host.strip("[]")
    if host == "unix":
        end, address = socket.socket(socket.AF_UNIX), port
    elif ":" in host:
        end, address = socket.socket(socket.AF_INET6), (host, int(port))
    else:
        end, address = socket.socket(socket.AF_INET), (host, int(port))
    end.settimeout(SECONDS)
    if call.source:
        # Without it each port of the source is taken for all addresses, and they run out.
        end.setsockopt(socket.IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1)
        end.bind((call.source, 0))
    try:
        end.connect(address)
    except OSError:
        end.close()
        raise _Unconnected("refused") from None
    if host != "unix":
        end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if not call.tls:
        return end
    try:
        return _TLS.wrap_socket(end, server_hostname=call.tls)
    except OSError as error:
        end.close()
        alpn = "no application protocol" in str(error).replace("_", " ").lower()
        raise _Unconnected("no ALPN" if alpn else "no TLS") from None


def _client() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_alpn_protocols(["h2"])
    return context


_TLS = _client()
# Room for all the answers of a connection.
_WINDOW = frames.frame(frames.WINDOW_UPDATE, 0, 0, (1 << 30).to_bytes(4, "big"))


def _fields(call: Call, number: int) -> list[tuple[str, str]]:
    return [
        (":method", call.method),
        (":scheme", "http"),
        (":path", call.path),
        (":authority", call.authority or call.address),
        ("content-type", "application/grpc"),
        ("te", "trailers"),
        ("user-agent", "grpc-served/1.0"),
        ("referer", f"call-{number}-"),
        *call.headers,
    ]


def _read(answers: Sequence[Answer], end: socket.socket) -> None:
    """Fills in what comes back."""
    going = dict(zip(range(1, 2 * len(answers), 2), answers, strict=True))
    failure = ""
    try:
        for kind, flags, stream, payload in _frames(end):
            if kind == frames.GOAWAY:
                failure = f"GOAWAY {int.from_bytes(payload[4:8], 'big')}"
            answer = going.get(stream)
            if answer is None:
                continue
            if kind == frames.RST_STREAM:
                answer.failure = f"RST_STREAM {int.from_bytes(payload[:4], 'big')}"
                del going[stream]
            elif kind == frames.HEADERS:
                answer.headers.update(frames.fields(payload))
                answer.status = int(answer.headers.get(":status", 0))
            elif kind == frames.DATA:
                answer.body += payload
            if kind in (frames.HEADERS, frames.DATA) and flags & frames.END_STREAM:
                del going[stream]
            if not going:
                return
        failure = failure or "closed"
    except TimeoutError:
        failure = "silent"
    except ConnectionError:
        failure = failure or "closed"
    except ValueError:
        failure = "not HTTP/2"
    alone = len(answers) == 1
    for answer in going.values():
        # Of others on its connection nothing is known.
        answer.failure = failure if alone or failure == "not HTTP/2" else "closed"


def _frames(end: socket.socket) -> Iterator[tuple[int, int, int, bytes]]:
    buffer = bytearray()
    first = True
    while received := end.recv(65536):
        buffer += received
        if first and buffer.startswith(b"HTTP/"):
            raise ValueError("HTTP/1")
        first = False
        yield from frames.frames_in(buffer)
