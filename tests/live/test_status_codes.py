"""The gRPC status that clients make of an HTTP status without a gRPC page."""

import pytest

from tests.live.bench import grpc_server, nginx
from tests.live.bench.clients import CLIENTS

CODES = {
    400: "INTERNAL",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "UNIMPLEMENTED",
    405: "UNKNOWN",
    408: "INTERNAL",
    413: "UNKNOWN",
    429: "UNAVAILABLE",
    500: "UNKNOWN",
    502: "UNAVAILABLE",
    503: "UNAVAILABLE",
    504: "UNAVAILABLE",
}


@pytest.mark.parametrize("client", CLIENTS)
def test_http_status(version, client):
    for status, code in CODES.items():
        conf = f"server {{ listen LISTEN http2; location / {{ return {status}; }} }}"
        with nginx(conf, version) as running:
            assert CLIENTS[client](running.address).code == code, status


@pytest.mark.parametrize("client", CLIENTS)
def test_page_for_413(version, client):
    """A page can also give the code that nginx's 413 means, RESOURCE_EXHAUSTED."""
    conf = """
server {
    listen LISTEN http2;
    error_page 413 = /too_large;
    location / { grpc_pass grpc://GREETER; }
    location = /too_large {
        internal;
        default_type application/grpc;
        add_header grpc-status 8;
        add_header grpc-message "1 MB at most";
        return 200;
    }
}
"""
    with grpc_server() as greeter, nginx(conf, version, GREETER=greeter) as running:
        seen = CLIENTS[client](running.address, pad=2_000_000)
        assert (seen.code, seen.message) == ("RESOURCE_EXHAUSTED", "1 MB at most")
