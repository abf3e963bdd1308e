"""Which metadata passes nginx, and how much (rules NG303 and NG402)."""

import pytest

from tests.live.bench import CURRENT, grpc_server, nginx, raw_server
from tests.live.bench.clients import CLIENTS, call
from tests.live.bench.misbehaving import answers_with_header

CONF = """
HTTP
upstream greeter { server GREETER; keepalive 8; }
server { listen LISTEN http2; location / { grpc_pass grpc://greeter; } }
"""


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize(
    ("http", "size", "code"),
    [
        ("", 7000, "OK"),
        ("", 9000, "UNAVAILABLE"),
        ("large_client_header_buffers 4 16k;", 9000, "OK"),
    ],
)
def test_size_of_a_request_field(version, client, http, size, code):
    """A field that is too large for the buffers closes the connection with all calls on it."""
    # HPACK packs an ampersand into eight bits, a letter into less.
    field = {"large": "&" * size}
    with grpc_server() as greeter, nginx(CONF, version, GREETER=greeter, HTTP=http) as running:
        assert CLIENTS[client](running.address, metadata=field).code == code
        if code != "OK":
            running.logged("client sent too large header field")


@pytest.mark.parametrize(
    ("http", "size", "debian", "current"),
    [
        ("", 2000, "OK", "OK"),
        ("", 3500, "OK", "UNAVAILABLE"),
        ("", 6000, "UNAVAILABLE", "UNAVAILABLE"),
        ("grpc_buffer_size 16k;", 6000, "OK", "OK"),
    ],
)
def test_size_of_an_answer_field(version, http, size, debian, current):
    """A response header too large for grpc_buffer_size (4k) is 502. 1.31.3 reckons with 8/5 of the
    packed length, the most that HPACK's packing can hold, so it refuses earlier.

    Beyond 8 kB C-core has a limit of its own, by chance up to 16 kB.
    """
    code = current if version == CURRENT else debian
    with (
        raw_server(answers_with_header(size)) as greeter,
        nginx(CONF, version, GREETER=greeter, HTTP=http) as running,
    ):
        assert call(running.address).code == code
        if code != "OK":
            old, new = "sent too big header", "sent too large http2 header value length"
            running.logged(new if version == CURRENT else old)
