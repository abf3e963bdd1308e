"""NG210 ignored-directives: proxy_* beside grpc_pass has no effect."""

from tests.live.bench import every, grpc_server

DENIED = """
upstream greeter { server GREETER; keepalive 32; }
grpc_read_timeout 1s;
server {
    listen LISTEN http2;
    location / {
        grpc_pass grpc://greeter;
        proxy_read_timeout 1h;
    }
}
"""
ACCEPTED = DENIED.replace("proxy_read", "grpc_read")


def test_proxy_read_timeout(story):
    """The location says one hour, and the call ends after the second of grpc_read_timeout, which
    would be 60 if the test did not say otherwise."""
    with grpc_server() as greeter:
        with story.denied(DENIED, GREETER=greeter) as nginx:
            assert nginx.codes("delay=1500ms") == every("UNAVAILABLE")
            nginx.logged("timed out) while reading response header from upstream")
        with story.accepted(ACCEPTED, GREETER=greeter) as nginx:
            assert nginx.codes("delay=1500ms") == every("OK")
