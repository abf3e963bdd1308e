"""NG219 no-status: `return 12` sends HTTP status 012, not gRPC's UNIMPLEMENTED."""

import pytest

from tests.live.bench import dead_address, every, grpc_server

DENIED = """
upstream greeter { server GREETER; keepalive 32; }
server {
    listen LISTEN http2;
    location / { grpc_pass grpc://greeter; }
    location /greeter.v1.Greeter/ {
        return 12 "gone";
    }
}
"""
ACCEPTED = DENIED.replace(
    'return 12 "gone";', "default_type application/grpc; add_header grpc-status 12; return 200;"
)
SERVER = """
server {
    listen LISTEN http2;
    if ($http_te = trailers) { return CODE; }
}
"""
PAGE = """
upstream greeter { server GREETER; keepalive 32; }
server {
    listen LISTEN http2;
    error_page 502 = /down;
    location / { grpc_pass grpc://greeter; }
    location = /down {
        internal;
        default_type application/grpc;
        add_header grpc-status 14 always;
        return 14;
    }
}
"""


def test_location(story):
    """UNKNOWN; with grpc-status in a header the client gets what was meant."""
    with grpc_server() as greeter:
        with story.denied(DENIED, GREETER=greeter) as nginx:
            assert nginx.codes() == every("UNKNOWN")
            assert "status: 12" in nginx.messages()["C-core"]
            assert nginx.requests()[0].status == "012"
        with story.accepted(ACCEPTED, GREETER=greeter) as nginx:
            assert nginx.codes() == every("UNIMPLEMENTED")


@pytest.mark.parametrize("code", [0, 14, 99])
def test_server(story, code):
    """The same in a server, also with a code that gRPC does not have."""
    with story.denied(SERVER.replace("CODE", str(code))) as nginx:
        assert nginx.codes() == every("UNKNOWN")
        assert f"status: {code}" in nginx.messages()["C-core"]
    with story.accepted(SERVER.replace("CODE", "404")) as nginx:
        assert nginx.codes() == every("UNIMPLEMENTED")


def test_error_page(story):
    """The grpc-status of an error page is what counts."""
    with dead_address() as nobody, story.accepted(PAGE, GREETER=nobody) as nginx:
        assert nginx.codes() == every("UNAVAILABLE")
