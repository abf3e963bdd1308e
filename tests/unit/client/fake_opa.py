"""A server that answers as an OPA should not: raw bytes on a socket, one kind of fault each."""

from __future__ import annotations

import copy
import json
import socket
import struct
import threading
import time
from collections.abc import Callable
from typing import Any

FINDING = {
    "id": "NG103",
    "slug": "keepalive-timeout",
    "title": "Idle upstream connections outlive the server's",
    "level": "deny",
    "outcome": "fault",
    "msg": "[NG103] nginx.conf:3 upstream greeter: kept too long",
    "message": "upstream greeter keeps idle connections 60s",
    "variant": "",
    "directive": "keepalive_timeout",
    "setting": "",
    "owner": {"kind": "", "namespace": "", "name": ""},
    "fix": {
        "applicability": "safe",
        "why": "",
        "edits": [
            {
                "op": "set",
                "in": {"file": "nginx.conf", "line": 3, "column": 1, "key": ""},
                "name": "keepalive_timeout",
                "args": ["20s"],
            }
        ],
    },
    "remedy": "keepalive_timeout 25s;",
    "_loc": {"file": "nginx.conf", "line": 3},
    "key": "nginx.conf",
    "block": {"file": "nginx.conf", "line": 2, "key": "nginx.conf"},
    "server": "",
    "location": "",
    "upstream": "greeter",
    "cause": "keepalive_timeout",
    "evidence": "docs/rules/NG103.md",
}
RULE = {"id": "NG103", "slug": "keepalive-timeout", "level": "deny", "outcome": "judged"}
ALLOWED: dict[str, Any] = {
    "allow": True,
    "deny": [],
    "warn": [],
    "waived": [],
    "not_judged": [],
    "rules": [RULE],
    "schema_version": 2,
}
DENIED: dict[str, Any] = {**ALLOWED, "allow": False, "deny": [FINDING]}
PROVENANCE = {"version": "1.22.2", "bundles": {"nginx-grpc": {"revision": "r1"}}}


def envelope(result: Any = None, **more: Any) -> bytes:
    """OPA's answer around a result; by default one that allows."""
    value = {"result": ALLOWED if result is None else result, "provenance": PROVENANCE, **more}
    return json.dumps(value).encode()


def http(body: bytes, status: str = "200 OK", *headers: str, length: int | None = None) -> bytes:
    """An HTTP/1.1 answer."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body) if length is None else length}"]
    if not any(header.lower().startswith("content-type") for header in headers):
        lines.append("Content-Type: application/json")
    return "\r\n".join([*lines, *headers, "", ""]).encode() + body


def without(field: str, value: dict[str, Any] = ALLOWED) -> dict[str, Any]:
    return {key: item for key, item in value.items() if key != field}


def finding(**changed: Any) -> dict[str, Any]:
    """A decision that denies, its one finding changed."""
    decision = copy.deepcopy(DENIED)
    decision["deny"][0].update(changed)
    return decision


Behaviour = Callable[[socket.socket, "FakeOpa"], None]


def read_request(connection: socket.socket) -> bytes:
    """One request, headers and body."""
    data = b""
    while b"\r\n\r\n" not in data:
        chunk = connection.recv(65536)
        if not chunk:
            return data
        data += chunk
    head, _, body = data.partition(b"\r\n\r\n")
    length = 0
    for line in head.split(b"\r\n"):
        if line.lower().startswith(b"content-length:"):
            length = int(line.split(b":")[1])
    while len(body) < length:
        chunk = connection.recv(65536)
        if not chunk:
            break
        body += chunk
    return head + b"\r\n\r\n" + body


def answer(data: bytes) -> Behaviour:
    """Answer every request with these bytes and keep the connection."""

    def behave(connection: socket.socket, fake: FakeOpa) -> None:
        while fake.running and read_request(connection):
            connection.sendall(data)

    return behave


def result(value: Any) -> Behaviour:
    return answer(http(envelope(value)))


def answer_and_close(data: bytes) -> Behaviour:
    def behave(connection: socket.socket, _: FakeOpa) -> None:
        read_request(connection)
        connection.sendall(data)

    return behave


def reset(after_request: bool) -> Behaviour:
    def behave(connection: socket.socket, _: FakeOpa) -> None:
        if after_request:
            read_request(connection)
        # Closed with a time of 0 to linger, a socket sends RST.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    return behave


def close(after_request: bool) -> Behaviour:
    def behave(connection: socket.socket, _: FakeOpa) -> None:
        if after_request:
            read_request(connection)

    return behave


def hang(after_request: bool) -> Behaviour:
    def behave(connection: socket.socket, fake: FakeOpa) -> None:
        if after_request:
            read_request(connection)
        fake.pause(30)

    return behave


def drip(data: bytes, start: int = 0) -> Behaviour:
    """Each byte after 50 ms, from `start` on."""

    def behave(connection: socket.socket, fake: FakeOpa) -> None:
        read_request(connection)
        connection.sendall(data[:start])
        for position in range(start, len(data)):
            if fake.pause(0.05):
                return
            connection.sendall(data[position : position + 1])

    return behave


def endless(head: bytes, chunk: bytes) -> Behaviour:
    """A head, then the same chunk until the client hangs up (64 MiB at most)."""

    def behave(connection: socket.socket, fake: FakeOpa) -> None:
        read_request(connection)
        connection.sendall(head)
        for _ in range(64 * 1024 * 1024 // len(chunk)):
            if not fake.running:
                return
            connection.sendall(chunk)

    return behave


def slow(seconds: float) -> Behaviour:
    """A right answer, late."""

    def behave(connection: socket.socket, fake: FakeOpa) -> None:
        while fake.running and read_request(connection):
            if fake.pause(seconds):
                return
            connection.sendall(http(envelope()))

    return behave


EVIL = http(envelope())  # what a redirect leads to, or what is smuggled in: it allows

#: Every kind: its name, the behaviour, the kind of error that the client must make of it.
FAULTS: dict[str, tuple[Behaviour, str]] = {
    "reset at once": (reset(False), "closed"),
    "reset after the request": (reset(True), "closed"),
    "closed at once": (close(False), "closed"),
    "closed after the request": (close(True), "closed"),
    "hangs before reading": (hang(False), "timeout"),
    "hangs after reading": (hang(True), "timeout"),
    "headers drip": (drip(EVIL), "timeout"),
    "body drips": (drip(EVIL, EVIL.index(b"\r\n\r\n") + 4), "timeout"),
    "right, but too late": (slow(30), "timeout"),
    "half of the headers": (answer_and_close(EVIL[:30]), "closed"),
    "half of the body": (answer_and_close(EVIL[:-40]), "closed"),
    "length of 2 GB": (
        answer_and_close(http(envelope(), length=2_000_000_000)),
        "too_large",
    ),
    "length below zero": (answer(http(envelope(), length=-1)), "malformed"),
    "body without end": (
        endless(
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
            b"Transfer-Encoding: chunked\r\n\r\n",
            b"10000\r\n" + b" " * 65536 + b"\r\n",
        ),
        "too_large",
    ),
    "header without end": (endless(b"HTTP/1.1 200 OK\r\nX-A: ", b"a" * 65536), "malformed"),
    "headers without end": (endless(b"HTTP/1.1 200 OK\r\n", b"X-A: a\r\n" * 8192), "malformed"),
    "chunks of no size": (
        answer_and_close(
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
            b"Transfer-Encoding: chunked\r\n\r\nzz\r\n"
        ),
        "malformed",
    ),
    "another protocol": (answer_and_close(b"SSH-2.0-OpenSSH_9.2\r\n"), "malformed"),
    "body without headers": (answer_and_close(envelope()), "malformed"),
    **{
        f"redirect {status}": (
            answer_and_close(http(b"", f"{status} Elsewhere", "Location: /v1/data/evil")),
            "redirect",
        )
        for status in (301, 302, 303, 307, 308)
    },
    "answers {}": (answer(http(b"{}")), "undefined"),
    "answers null": (answer(http(b"null")), "malformed"),
    'answers "true"': (answer(http(b'"true"')), "malformed"),
    "answers true": (answer(http(b"true")), "malformed"),
    "answers 1": (answer(http(b"1")), "malformed"),
    "answers []": (answer(http(b"[]")), "malformed"),
    "answers nothing": (answer(http(b"")), "malformed"),
    "answers a page": (answer(http(b"<html>", "200 OK", "Content-Type: text/html")), "malformed"),
    "right, said to be text": (
        answer(http(envelope(), "200 OK", "Content-Type: text/plain")),
        "malformed",
    ),
    "JSON cut short": (answer(http(envelope()[:-9])), "malformed"),
    "JSON and more": (answer(http(envelope() + b"{}")), "malformed"),
    "JSON 100,000 deep": (answer(http(b'{"result":' + b"[" * 100_000)), "malformed"),
    "not UTF-8": (answer(http(envelope().replace(b"NG103", b"NG\xff03"))), "malformed"),
    "a key twice": (
        answer(http(b'{"result":' + json.dumps(DENIED).encode() + b"," + envelope()[1:])),
        "malformed",
    ),
    "NaN": (answer(http(b'{"result":NaN}')), "malformed"),
    "compressed": (answer(http(envelope(), "200 OK", "Content-Encoding: gzip")), "malformed"),
    "result null": (answer(http(b'{"result":null}')), "malformed"),
    "result true": (result(True), "malformed"),
    'result "allow"': (result("allow"), "malformed"),
    "result {}": (result({}), "malformed"),
    "result []": (result([]), "malformed"),
    "result {allow: true}": (result({"allow": True}), "malformed"),
    **{f"no {field}": (result(without(field)), "malformed") for field in ALLOWED},
    "allow as text": (result({**ALLOWED, "allow": "true"}), "malformed"),
    "allow as 1": (result({**ALLOWED, "allow": 1}), "malformed"),
    "allow with a denial": (result({**DENIED, "allow": True}), "malformed"),
    "deny as object": (result({**ALLOWED, "deny": {}}), "malformed"),
    "deny as null": (result({**ALLOWED, "deny": None}), "malformed"),
    "deny of texts": (result({**DENIED, "deny": ["no"]}), "malformed"),
    "no rule ran": (result({**ALLOWED, "rules": []}), "malformed"),
    "finding without a line": (result(finding(_loc={"file": "nginx.conf"})), "malformed"),
    "finding of no place": (result(finding(_loc=None)), "malformed"),
    "finding of another level": (result(finding(level="warn")), "malformed"),
    "finding without a remedy": (result(finding(remedy=None)), "malformed"),
    "version as text": (result({**ALLOWED, "schema_version": "1"}), "malformed"),
    "version as true": (result({**ALLOWED, "schema_version": True}), "malformed"),
    "version 3": (result({**ALLOWED, "schema_version": 3}), "other_version"),
    "version 0": (result({**ALLOWED, "schema_version": 0}), "other_version"),
    "no revision": (answer(http(json.dumps({"result": ALLOWED}).encode())), "unrevisioned"),
    "revision of no text": (
        answer(
            http(
                json.dumps(
                    {"result": ALLOWED, "provenance": {"bundles": {"a": {"revision": 7}}}}
                ).encode()
            )
        ),
        "unrevisioned",
    ),
    **{
        f"status {status}": (
            answer(http(b"" if status == 204 else envelope(), f"{status} Some")),
            "status",
        )
        for status in (201, 204, 206, 400, 401, 403, 404, 409, 429, 500, 502, 503, 504, 599)
    },
}


class FakeOpa:
    """Listens on loopback and behaves; `behaviour` may change while it runs."""

    def __init__(self, behaviour: Behaviour, port: int = 0) -> None:
        self.behaviour = behaviour
        self.running = True
        self.requests = 0
        self.listener = socket.create_server(("127.0.0.1", port))
        self.port: int = self.listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._stopped = threading.Event()
        self._connections: set[socket.socket] = set()
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def __enter__(self) -> FakeOpa:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def pause(self, seconds: float) -> bool:
        """Wait. True when the server is to stop."""
        return self._stopped.wait(seconds)

    def drop_connections(self) -> None:
        for connection in list(self._connections):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue

    def stop(self) -> None:
        self.running = False
        self._stopped.set()
        try:
            self.listener.shutdown(socket.SHUT_RDWR)
        except OSError:
            time.sleep(0)
        self.listener.close()
        self.drop_connections()
        self._thread.join(5)

    def _accept(self) -> None:
        while self.running:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self._connections.add(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        self.requests += 1
        try:
            with connection:
                self.behaviour(connection, self)
        except OSError:
            return
        finally:
            self._connections.discard(connection)
