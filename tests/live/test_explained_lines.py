"""Lines that a real nginx logs, explained: each class of the table that can be made to happen."""

import contextlib
import json
import socket
import ssl
import struct
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from nginx_grpc import cli
from nginx_grpc.explain.recognition import Recogniser
from tests.live.bench import (
    black_hole,
    certificate,
    dead_address,
    grpc_server,
    nginx,
    ports,
    raw_server,
)
from tests.live.bench.clients import call, go_call, grpcurl
from tests.live.bench.misbehaving import (
    Connection,
    answers_with_header,
    cancels_slow,
    good,
    refuses,
    resets_every_call,
    resets_second_use,
    silent,
)

GRPC = """
upstream greeter { server GREETER; keepalive 8; }
server {
    listen LISTEN http2;
    location /greeter.v1.Greeter/ { grpc_pass grpc://greeter; MORE }
}
"""
HEADERS, RST_STREAM, SETTINGS, PUSH_PROMISE, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION = (
    1,
    3,
    4,
    5,
    6,
    7,
    8,
    9,
)
END_HEADERS = 4
STATUS_200 = b"\x88"  # of HPACK's static table


def frame(kind: int, payload: bytes = b"", flags: int = 0, stream: int = 1) -> bytes:
    """A frame of HTTP/2, right or wrong."""
    return struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, stream) + payload


def headers(block: bytes) -> bytes:
    return frame(HEADERS, block, END_HEADERS)


def literal(name: bytes, value: bytes) -> bytes:
    """A header line as HPACK writes it without a table."""
    return b"\x00" + bytes([len(name)]) + name + bytes([len(value)]) + value


DATA_END = b"\x00\x00\x01\x00\x01\x00\x00\x00\x01x"
FRAMES = {
    "unexpected": ("server-http2-broken", frame(CONTINUATION, flags=END_HEADERS)),
    "push_promise": ("server-http2-broken", frame(PUSH_PROMISE, bytes(4), END_HEADERS)),
    "settings_of_a_stream": ("server-http2-broken", frame(SETTINGS, stream=1)),
    "short_ping": ("server-http2-broken", frame(PING, b"123", stream=0)),
    "large_window": ("server-http2-broken", frame(WINDOW_UPDATE, b"\x7f" + b"\xff" * 3)),
    "short_reset": ("server-http2-broken", frame(RST_STREAM, b"12")),
    "short_goaway": ("server-http2-broken", frame(GOAWAY, b"12", stream=0)),
    "too_large": ("server-http2-broken", b"\x00\x40\x01" + frame(0)[3:]),
    "other_stream": ("wrong-stream", frame(HEADERS, STATUS_200, END_HEADERS, stream=3)),
    "dynamic_table": ("server-hpack", headers(b"\xbe")),
    "capitals": ("server-bad-header", headers(STATUS_200 + literal(b"X-Up", b"a"))),
    "no_status": ("server-bad-header", headers(literal(b"a", b"b"))),
    "too_short": (
        "server-closed-stream",
        headers(STATUS_200 + literal(b"content-length", b"9")) + DATA_END,
    ),
    "refused": ("server-refused-stream", frame(RST_STREAM, struct.pack(">I", 7))),
    "flow_control": ("server-rejected-otherwise", frame(RST_STREAM, struct.pack(">I", 3))),
    "malformed": ("server-rejected", frame(RST_STREAM, struct.pack(">I", 1))),
    "goaway": ("server-goaway", frame(GOAWAY, struct.pack(">II", 0, 0), stream=0)),
    "goaway_error": ("server-goaway-error", frame(GOAWAY, struct.pack(">II", 0, 2), stream=0)),
    "http1": ("server-speaks-http1", b"HTTP/1.1 400 Bad Request\r\n\r\n"),
    "tls_alert": ("plaintext-to-tls", b"\x15\x03\x01\x00\x02\x02\x46"),
}


@pytest.fixture
def explained(version, capsys):
    """Explain nginx's logs with its configuration, once the class is there: its group."""

    def run(
        server, name: str, log: str = "error.log", within: float = 5.0, elsewhere: bool = False
    ) -> dict:
        here: Path = server.folder.path
        until = time.monotonic() + within
        command = ["explain", str(here / log), "--config", str(server.folder.conf)]
        if elsewhere:
            # As if the servers were on another machine: rules on TLS leave loopback alone.
            there = here / "elsewhere"
            there.mkdir()
            command = [
                "explain",
                str(there / log),
                "--config",
                str(there / server.folder.conf.name),
            ]
        while True:
            for given in (here / log, *here.glob("*.conf"), *here.glob("conf.d/*.conf")):
                if elsewhere:
                    made = there / given.relative_to(here)
                    made.parent.mkdir(exist_ok=True)
                    made.write_text(given.read_text().replace("127.0.0.1:", "10.0.0.1:"))
            capsys.readouterr()
            cli.main([*command, "--nginx-version", version, "--format", "json"])
            report = json.loads(capsys.readouterr().out)
            for group in report["groups"]:
                if group["class"] == name:
                    return group
            assert time.monotonic() < until, [
                *(group["class"] for group in report["groups"]),
                *report["unknown"]["examples"],
                (here / log).read_text()[-2000:],
            ]
            time.sleep(0.1)

    return run


def sends(what: bytes) -> Callable[[Connection], None]:
    """A server that answers every call's headers so."""

    def behaviour(connection: Connection) -> None:
        connection.headers_of_request()
        connection.socket.sendall(what)
        connection.over.wait()

    return behaviour


def conf(more: str = "", text: str = GRPC) -> str:
    return text.replace("MORE", more)


def causes(group: dict, state: str) -> list[str]:
    return [each["id"] or each["cause"] for each in group["candidates"] if each["state"] == state]


@pytest.mark.parametrize("name", FRAMES)
def test_what_a_server_sends(version, explained, name) -> None:
    wanted, sent = FRAMES[name]
    with raw_server(sends(sent)) as greeter, nginx(conf(), version, GREETER=greeter) as server:
        call(server.address)
        group = explained(server, wanted)
        assert group["location"]["name"] == "/greeter.v1.Greeter/"
        assert group["services"] == [{"name": "greeter.v1.Greeter", "count": group["count"]}]


def cuts_stream(connection: Connection) -> None:
    """Begins to answer, then resets the connection."""
    connection.request()
    connection.socket.sendall(headers(STATUS_200))
    time.sleep(0.2)
    connection.reset()


def holds_stream(connection: Connection) -> None:
    """Begins to answer, then says nothing."""
    connection.request()
    connection.socket.sendall(headers(STATUS_200))
    connection.over.wait()


BEHAVIOURS = {
    "reset": ("upstream-reset", resets_every_call, "", "NG103"),
    "closed": ("upstream-closed", lambda c: (c.request(), c.finish()), "", "NG103"),
    "cut": ("stream-cut", cuts_stream, "", ""),
    "silent": ("read-timeout", silent, "grpc_read_timeout 500ms;", "NG106"),
    "held": ("stream-timeout", holds_stream, "grpc_read_timeout 500ms;", "NG106"),
    "zero": ("read-timeout", silent, "grpc_read_timeout 0;", "NG211"),
    "refused_stream": ("server-refused-stream", refuses, "", ""),
    "large": ("response-headers-too-large", answers_with_header(16000), "", ""),
}


@pytest.mark.parametrize("name", BEHAVIOURS)
def test_how_a_server_behaves(version, explained, name) -> None:
    wanted, behaviour, more, rule = BEHAVIOURS[name]
    with raw_server(behaviour) as greeter, nginx(conf(more), version, GREETER=greeter) as server:
        call(server.address)
        group = explained(server, wanted)
        assert not rule or causes(group, "confirmed")[0] == rule


def test_a_deadline(version, explained) -> None:
    with raw_server(cancels_slow) as greeter, nginx(conf(), version, GREETER=greeter) as server:
        call(server.address, metadata={"slow": "yes"})
        assert "client" in causes(explained(server, "deadline-at-server"), "possible")


TWO = GRPC.replace("server GREETER;", "server GREETER; server OTHER;")


def test_servers_taken_out(version, explained) -> None:
    with (
        raw_server(resets_second_use) as one,
        raw_server(resets_second_use) as two,
        nginx(conf(text=TWO), version, GREETER=one, OTHER=two) as server,
    ):
        call(server.address, calls=8)
        assert causes(explained(server, "upstream-disabled"), "confirmed") == ["NG205"]
        assert causes(explained(server, "no-live-upstreams"), "confirmed") == ["NG205"]


def test_nobody_listens(version, explained) -> None:
    with dead_address() as greeter, nginx(conf(), version, GREETER=greeter) as server:
        call(server.address)
        group = explained(server, "upstream-refused")
        assert causes(group, "confirmed") == ["NG107"]
        assert "NG105" in causes(group, "ruled_out")


def test_nobody_answers(version, explained) -> None:
    more = "grpc_connect_timeout 300ms;"
    with black_hole() as greeter, nginx(conf(more), version, GREETER=greeter) as server:
        call(server.address)
        group = explained(server, "connect-timeout")
        assert {"NG211", "NG212"} <= set(causes(group, "ruled_out"))


TLS = conf(text=GRPC.replace("grpc://greeter", "grpcs://greeter"))
VERIFY = "grpc_ssl_verify on; grpc_ssl_trusted_certificate AUTHORITY; grpc_ssl_name NAME;"


def test_tls_to_plaintext(version, explained) -> None:
    with grpc_server() as greeter, nginx(TLS, version, GREETER=greeter) as server:
        call(server.address)
        group = explained(server, "tls-to-plaintext")
        assert "grpcs://" in group["candidates"][0]["why"]


@pytest.mark.parametrize("authority", ["ours", "other"])
def test_a_certificate_that_does_not_fit(version, explained, authority) -> None:
    ours, trusted = certificate("greeter.example.com"), certificate("a.example.com", authority)
    text = TLS.replace("grpc_pass", VERIFY.replace("NAME", "other.example.com") + " grpc_pass")
    with (
        grpc_server(tls=ours) as greeter,
        nginx(text, version, GREETER=greeter, AUTHORITY=trusted.authority) as server,
    ):
        call(server.address)
        assert explained(server, "tls-not-trusted")["count"] == 1


def test_a_name_that_is_not_said(version, explained) -> None:
    ours = certificate("greeter.example.com")
    text = TLS.replace("upstream greeter", "upstream greeter.example.com")
    text = text.replace("//greeter;", "//greeter.example.com;")
    with (
        grpc_server(tls=ours, need_server_name=True) as greeter,
        nginx(text, version, GREETER=greeter) as server,
    ):
        call(server.address)
        group = explained(server, "tls-name-missing", elsewhere=True)
        assert causes(group, "confirmed") == ["NG405"], (group["candidates"], group["location"])


@contextlib.contextmanager
def tls_server(mutual: bool) -> Iterator[str]:
    """A server that does no more than its handshake."""
    ours = certificate("greeter.example.com")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(ours.certificate, ours.key)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    if mutual:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(ours.authority)

    def serve() -> None:
        while True:
            try:
                raw, _ = held.accept()
            except OSError:
                return
            with contextlib.suppress(OSError), raw:
                context.wrap_socket(raw, server_side=True)

    with ports.listening() as held:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield ports.address_of(held)
        finally:
            with contextlib.suppress(OSError):
                held.shutdown(2)
            thread.join(5)


def test_a_server_that_wants_a_certificate(version, explained) -> None:
    with tls_server(mutual=True) as greeter, nginx(TLS, version, GREETER=greeter) as server:
        call(server.address)
        explained(server, "tls-handshake-failed")


def test_plaintext_to_a_tls_server(version, explained) -> None:
    with tls_server(mutual=False) as greeter, nginx(conf(), version, GREETER=greeter) as server:
        call(server.address)
        group = explained(server, "upstream-reset")
        assert group["note"] == ""
        assert "grpc_pass says grpc://greeter" in json.dumps(group["candidates"])


def test_a_web_server_where_grpc_is_meant(version, explained) -> None:
    text = conf().replace("GREETER", "LISTENWEB") + "server { listen LISTENWEB; }"
    with nginx(text, version) as server:
        call(server.address)
        explained(server, "server-speaks-http1")


PROXIED = """
upstream greeter { server GREETER; }
server {
    listen LISTEN http2;
    location /greeter.v1.Greeter/ { proxy_pass http://greeter; proxy_read_timeout 1s; }
}
"""  # now and then the server leaves the connection open, and nginx waits out its time


def test_proxy_pass(version, explained) -> None:
    with grpc_server() as greeter, nginx(PROXIED, version, GREETER=greeter) as server:
        call(server.address, calls=5)
        assert causes(explained(server, "answer-not-http"), "confirmed") == ["NG101"]
        assert causes(explained(server, "status-none", "access.log"), "confirmed") == ["NG101"]


VARIABLE = """
server {
    listen LISTEN http2;
    RESOLVER
    set $backend TARGET;
    location / { grpc_pass grpc://$backend; }
}
"""


@pytest.mark.parametrize(
    ("target", "wanted"),
    [("localhost", "target-without-port"), ("localhost:50051", "no-resolver")],
)
def test_a_variable(version, explained, target, wanted) -> None:
    text = VARIABLE.replace("RESOLVER", "").replace("TARGET", target)
    with nginx(text, version) as server:
        call(server.address)
        assert causes(explained(server, wanted), "confirmed") == ["NG208"]


@contextlib.contextmanager
def no_names() -> Iterator[str]:
    """A name server that knows no name."""

    def serve() -> None:
        while True:
            question, asked_by = held.recvfrom(512)
            if not question:
                return
            end = question.index(b"\0", 12) + 5
            header = question[:2] + b"\x81\x83" + b"\0\1" + bytes(6)  # NXDOMAIN
            held.sendto(header + question[12:end], asked_by)

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as held:
        held.bind(("127.0.0.1", 0))
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield ports.address_of(held)
        finally:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
                last.sendto(b"", held.getsockname())
            thread.join(5)


def test_a_name_that_is_not_there(version, explained) -> None:
    with no_names() as names:
        text = VARIABLE.replace("RESOLVER", f"resolver {names} ipv6=off;")
        with nginx(text.replace("TARGET", "no.example.com:50051"), version) as server:
            call(server.address)
            assert "network" in causes(explained(server, "name-not-resolved"), "possible")


def test_what_clients_send(version, explained) -> None:
    with raw_server(good) as greeter, nginx(conf(), version, GREETER=greeter) as server:
        call(server.address, metadata={"tenant_id": "7"})
        call(server.address, metadata={"x-large": "x" * 20000})
        call(server.address, "hello", pad=2_000_000)
        explained(server, "metadata-dropped")
        explained(server, "request-headers-too-large")
        group = explained(server, "request-too-large")
        assert group["location"]["name"] == "/greeter.v1.Greeter/"
        explained(server, "request-too-large", "access.log")
        assert explained(server, "call-answered", "access.log")["count"] == 1


def test_a_stream_that_is_silent(version, explained) -> None:
    text = conf("grpc_read_timeout 1h;").replace(" http2;", " http2; client_body_timeout 1s;")
    with grpc_server() as greeter, nginx(text, version, GREETER=greeter) as server:
        call(server.address, method="Upload", send=2, gap=1.5)
        group = explained(server, "client-body-timeout", "access.log")
        assert causes(group, "confirmed") == ["NG301"]


def test_a_port_without_http2(version, explained) -> None:
    text = conf().replace(" http2;", ";")
    with raw_server(good) as greeter, nginx(text, version, GREETER=greeter) as server:
        call(server.address)
        assert causes(explained(server, "http2-to-http1-port"), "confirmed") == ["NG201"]


def test_tls_without_http2(version, explained) -> None:
    ours = certificate("greeter.example.com")
    text = conf().replace(" http2;", " ssl; ssl_certificate CERT; ssl_certificate_key KEY;")
    with raw_server(good) as greeter:
        names = {"GREETER": greeter, "CERT": ours.certificate, "KEY": ours.key}
        with nginx(text, version, **names) as server:
            call(server.address, tls=ours, name="greeter.example.com")
            assert causes(explained(server, "no-http2-in-tls"), "confirmed") == ["NG201"]
            url = f"http://{server.address}/greeter.v1.Greeter/Hello"
            curl = ["curl", "-s", url, "-d", ""]
            subprocess.run(curl, check=False, timeout=10, stdout=subprocess.DEVNULL)
            explained(server, "plaintext-to-tls-port")


def test_no_proxy_line(version, explained) -> None:
    text = conf().replace(" http2;", " http2 proxy_protocol;")
    with raw_server(good) as greeter, nginx(text, version, GREETER=greeter) as server:
        call(server.address, deadline=1)
        explained(server, "no-proxy-line")


def test_http1_to_an_http2_port(version, explained) -> None:
    if version != "1.22.1":
        pytest.skip("later versions serve both on one port")
    with raw_server(good) as greeter, nginx(conf(), version, GREETER=greeter) as server:
        subprocess.run(["curl", "-s", f"http://{server.address}/"], check=False, timeout=10)
        explained(server, "http1-to-http2-port")


ACCESS = {
    "denied": ("deny all;", "access-denied", "status-403"),
    "circle": ("rewrite ^ /greeter.v1.Greeter/a last;", "redirect-cycle", "status-500"),
}


@pytest.mark.parametrize("name", ACCESS)
def test_calls_that_do_not_arrive(version, explained, name) -> None:
    more, wanted, status = ACCESS[name]
    with raw_server(good) as greeter, nginx(conf(more), version, GREETER=greeter) as server:
        call(server.address)
        assert causes(explained(server, wanted), "confirmed") == ["NG209"]
        assert causes(explained(server, status, "access.log"), "confirmed") == ["NG209"]


def test_a_nested_location(version, explained) -> None:
    more = "location ~ Hello { }"
    with raw_server(good) as greeter, nginx(conf(more), version, GREETER=greeter) as server:
        call(server.address)
        group = explained(server, "status-404", "access.log")
        assert causes(group, "confirmed") == ["NG207"]


def curl(address: str, **_: object) -> str:
    """What curl says of a call."""
    url = f"http://{address}/greeter.v1.Greeter/Hello"
    command = ["curl", "-sSi", "--http2-prior-knowledge", "--max-time", "5", url]
    told = ["-H", "content-type: application/grpc", "-H", "te: trailers", "-d", ""]
    done = subprocess.run([*command, *told], capture_output=True, text=True, check=False)
    return (done.stdout + done.stderr).partition("\n")[0]


CLIENTS = {
    "C-core": lambda address, **ask: call(address, **ask).message,
    "grpc-go": lambda address, **ask: go_call(address, **ask).message,
    "grpcurl": lambda address, **ask: grpcurl(address, **ask).message,
    "curl": curl,
}
WITHOUT_HTTP2 = ("http2-to-http1-port", "http2-to-http1-port", "no-connection")
# By whether the answer's end came before the server's reset.
ENDED = ("stream-reset", "status-none")
SAID = {
    "dead": (conf(), False, ("status-502",) * 3, "status-502"),
    "http1": (conf().replace(" http2;", ";"), False, WITHOUT_HTTP2, "http2-to-http1-port"),
    "proxied": (PROXIED, False, ("status-none", ENDED, ENDED), ENDED),
    "tls": (conf(), True, ("tls-and-plaintext",) * 3, ""),
}


@pytest.mark.parametrize("name", SAID)
def test_what_clients_say(version, name) -> None:
    text, tls, wanted, of_curl = SAID[name]
    ours = {"tls": certificate("greeter.example.com"), "name": "greeter.example.com"} if tls else {}
    with contextlib.ExitStack() as held:
        greeter = held.enter_context(dead_address() if name == "dead" else grpc_server())
        server = held.enter_context(nginx(text, version, GREETER=greeter))
        for client, expected in zip(CLIENTS, (*wanted, of_curl), strict=True):
            if expected:
                said = CLIENTS[client](server.address, **ours).partition("\n")[0]
                seen = Recogniser().see(said)
                assert seen.entry is not None, (client, said)
                either = expected if isinstance(expected, tuple) else (expected,)
                assert seen.entry.name in either, (client, said)


def test_a_limit(version, explained) -> None:
    text = "limit_req_zone $binary_remote_addr zone=one:1m rate=1r/m;\n" + conf(
        "limit_req zone=one;"
    )
    with raw_server(good) as greeter, nginx(text, version, GREETER=greeter) as server:
        call(server.address, calls=3)
        explained(server, "limited")
        explained(server, "status-503", "access.log")


def test_too_many_streams(version, explained) -> None:
    text = "http2_max_concurrent_streams 1;\n" + conf()
    with (
        raw_server(silent) as greeter,
        nginx(text, version, GREETER=greeter) as server,
        h2_client(server.address) as send,
    ):
        send(1)
        send(3)
        explained(server, "too-many-streams")


@contextlib.contextmanager
def h2_client(address: str) -> Iterator[Callable[[int], None]]:
    """A client that opens streams without waiting for nginx's settings."""
    import h2.config
    import h2.connection

    host, _, port = address.partition(":")
    with socket.create_connection((host, int(port)), timeout=5) as raw:
        client = h2.connection.H2Connection(h2.config.H2Configuration(header_encoding="utf-8"))
        client.initiate_connection()
        raw.sendall(client.data_to_send())

        def send(stream: int) -> None:
            request = [
                (":method", "POST"),
                (":scheme", "http"),
                (":authority", "a"),
                (":path", "/greeter.v1.Greeter/Hello"),
                ("te", "trailers"),
                ("content-type", "application/grpc"),
            ]
            client.send_headers(stream, request)
            raw.sendall(client.data_to_send())

        yield send
