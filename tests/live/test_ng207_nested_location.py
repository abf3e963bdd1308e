"""NG207 nested-location: a location inside a gRPC location does not inherit grpc_pass."""

from tests.live.bench import every, grpc_server

DENIED = """
upstream greeter { server GREETER; keepalive 32; }
server {
    listen LISTEN http2;
    location / {
        grpc_pass grpc://greeter;
        location /greeter.v1.Greeter/Hello {
            grpc_read_timeout 10s;
        }
    }
}
"""
ACCEPTED = DENIED.replace("10s;", "10s; grpc_pass grpc://greeter;")


def test_nested(story):
    """The call meets the handler for static files, which knows no such file."""
    with grpc_server() as greeter:
        with story.denied(DENIED, GREETER=greeter) as nginx:
            assert nginx.codes() == every("UNIMPLEMENTED")
            assert nginx.requests(3)[0].status in ("404", "405")
        with story.accepted(ACCEPTED, GREETER=greeter) as nginx:
            assert nginx.codes() == every("OK")
