"""Which timeout ends a call, and which is blamed without reason (rules NG106, NG211, NG301)."""

import pytest

from tests.live.bench import grpc_server, nginx, raw_server
from tests.live.bench.clients import call, go_call
from tests.live.bench.misbehaving import never_reads

CONF = """
upstream greeter { server GREETER; keepalive 8; }
server {
    listen LISTEN http2;
    client_max_body_size 0;
    TIMEOUT 1s;
    location / { grpc_pass grpc://greeter; }
}
"""
SILENT_STREAM = {"word": "count=2 gap=1500ms", "method": "Watch"}


@pytest.mark.parametrize(
    "timeout",
    ["grpc_send_timeout", "send_timeout", "keepalive_timeout", "client_header_timeout",
     "client_body_timeout", "grpc_connect_timeout"],
)  # fmt: skip
def test_a_silent_server_stream_does_not_need(version, timeout):
    """A server stream that is silent for 1.5 s lives under 1s of each of these."""
    with (
        grpc_server() as greeter,
        nginx(CONF, version, GREETER=greeter, TIMEOUT=timeout) as running,
    ):
        assert call(running.address, **SILENT_STREAM).code == "OK"


@pytest.mark.parametrize("timeout", ["grpc_send_timeout", "grpc_read_timeout"])
def test_a_paused_upload_does_not_need(version, timeout):
    """An upload that pauses: reads are timed once the request is complete, writes while they are
    blocked."""
    with (
        grpc_server() as greeter,
        nginx(CONF, version, GREETER=greeter, TIMEOUT=timeout) as running,
    ):
        seen = call(running.address, method="Upload", send=2, gap=1.5)
        assert (seen.code, seen.reply) == ("OK", "2 messages, 10 bytes, 3s")


def test_what_the_server_says_counts_for_client_body_timeout(version):
    """A bidi stream whose client is silent for 2.5 s, but not its server."""
    conf = CONF.replace("TIMEOUT", "client_body_timeout")
    with grpc_server() as greeter, nginx(conf, version, GREETER=greeter) as running:
        seen = call(running.address, "count=5 gap=500ms", method="Chat", gap=2.5)
        assert (seen.code, seen.replies) == ("OK", 5)


def test_send_timeout_ends_a_blocked_write(version):
    """A server that does not read 20 MB."""
    names = {"TIMEOUT": "grpc_send_timeout"}
    with (
        raw_server(never_reads) as greeter,
        nginx(CONF, version, GREETER=greeter, **names) as running,
    ):
        assert call(running.address, pad=20_000_000).message.endswith("504")
        running.logged("timed out) while sending request to upstream")


@pytest.mark.parametrize(
    ("ask", "code"),
    [
        (SILENT_STREAM | {"word": "count=2 gap=2500ms"}, "OK"),
        (SILENT_STREAM | {"word": "delay=2500ms"}, "UNAVAILABLE"),
    ],
    ids=["within_a_stream", "before_the_answer"],
)
def test_pings_of_the_server(version, ask, code):
    """A server's HTTP/2 pings (every second) count as something read, once it has answered."""
    conf = CONF.replace("TIMEOUT 1s", "grpc_read_timeout 1500ms")
    with (
        grpc_server(keepalive_time="1s") as greeter,
        nginx(conf, version, GREETER=greeter) as running,
    ):
        assert call(running.address, **ask).code == code


def test_stream_longer_than_max_connection_age(version):
    """The server cuts it, whatever nginx says; through nginx the client sees another status."""
    conf = CONF.replace("TIMEOUT 1s", "grpc_read_timeout 1h")
    ask = {"word": "count=2 gap=3s", "method": "Watch"}
    with (
        grpc_server(max_connection_age="1s", max_connection_age_grace="100ms") as greeter,
        nginx(conf, version, GREETER=greeter) as running,
    ):
        assert go_call(greeter.address, **ask).code == "UNAVAILABLE"
        assert go_call(running.address, **ask).code == "INTERNAL"
