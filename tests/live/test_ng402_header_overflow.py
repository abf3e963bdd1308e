"""NG402 header-overflow: CVE-2026-42055 in nginx 1.13.10 to 1.31.1 (fixed in 1.30.3 and 1.31.2).

The overflow itself is not shown. What is: under the denied configuration, header fields of the
client's choice and far over the default limit come as far as the gRPC module, where the fault is;
under the accepted one nginx closes the connection before.
"""

from tests.live.bench import CURRENT, raw_server
from tests.live.bench.misbehaving import good

ACCEPTED = """
upstream greeter { server GREETER; keepalive 32; }
server {
    listen LISTEN http2;
    location / { grpc_pass grpc://greeter; }
}
"""
DENIED = "ignore_invalid_headers off;\nlarge_client_header_buffers 4 4m;\n" + ACCEPTED


def test_large_header(story):
    """A field of 60 kB reaches the gRPC server, or nginx refuses it."""
    fixed = story.version == CURRENT
    ask = {"metadata": {"large": "x" * 60_000}}
    with raw_server(good) as greeter:
        with (story.accepted if fixed else story.denied)(DENIED, GREETER=greeter) as nginx:
            assert nginx.call(**ask).code == "OK"
            nginx.note("a header field of 60 kB", "reaches the server")
        with story.accepted(ACCEPTED, GREETER=greeter) as nginx:
            assert nginx.call(**ask).code == "UNAVAILABLE"
            nginx.logged("client sent too large header field")
            nginx.note("a header field of 60 kB", "is refused")
