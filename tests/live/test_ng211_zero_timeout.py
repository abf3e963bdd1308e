"""NG211 zero-timeout: grpc_*_timeout 0 does not switch the timeout off, it is over at once."""

import pytest

from tests.live.bench import every, grpc_server

DENIED = """
upstream greeter { server GREETER; keepalive 32; }
server {
    listen LISTEN http2;
    location / {
        grpc_pass grpc://greeter;
        TIMEOUT 0;
    }
}
"""


@pytest.mark.parametrize("timeout", ["grpc_read_timeout", "grpc_connect_timeout"])
def test_zero(story, timeout):
    """Every call ends with 504 before the server can do anything."""
    with grpc_server() as greeter:
        with story.denied(DENIED, GREETER=greeter, TIMEOUT=timeout) as nginx:
            assert nginx.codes("delay=50ms") == every("UNAVAILABLE")
            nginx.logged("upstream timed out")
            assert nginx.requests(3)[0].status == "504"
        accepted = DENIED.replace("TIMEOUT 0", "TIMEOUT 10s")
        with story.accepted(accepted, GREETER=greeter, TIMEOUT=timeout) as nginx:
            assert nginx.codes("delay=50ms") == every("OK")


@pytest.mark.parametrize(
    ("timeout", "code", "ask"),
    [
        ("client_body_timeout", "INTERNAL", {}),
        ("client_header_timeout", "UNAVAILABLE", {}),
        ("send_timeout", "INTERNAL", {"word": "size=3000000"}),
    ],
    ids=("client_body_timeout", "client_header_timeout", "send_timeout"),
)
def test_of_the_client(story, timeout, code, ask):
    """Nor do those of the client's side wait; an answer of 3 MB has to, for grpc-go's window."""
    denied = DENIED.replace("        TIMEOUT 0;\n", "").replace("location", "TIMEOUT 0; location")
    with grpc_server() as greeter:
        with story.denied(denied, GREETER=greeter, TIMEOUT=timeout) as nginx:
            assert nginx.noted("calls", **ask)["grpc-go"] == code
        accepted = denied.replace("TIMEOUT 0", "TIMEOUT 10s")
        with story.accepted(accepted, GREETER=greeter, TIMEOUT=timeout) as nginx:
            assert nginx.go_call(**ask).code == "OK"
