"""NG108 intercept-errors: HTTP errors of an upstream that is a proxy go past the page."""

from tests.live.bench import each, every, raw_server
from tests.live.bench.misbehaving import answers_http

DENIED = """
upstream greeter { server PROXY; keepalive 32; }
server {
    listen LISTEN http2;
    error_page 502 503 504 = /unavailable;
    location / { grpc_pass grpc://greeter; }
    location = /unavailable {
        internal;
        default_type application/grpc;
        add_header grpc-status 14;
        add_header grpc-message "greeter is down";
        return 200;
    }
}
"""
ACCEPTED = DENIED.replace("grpc_pass", "grpc_intercept_errors on; grpc_pass")


def test_http_503_of_a_proxy(story):
    """The proxy behind nginx answers 503 with HTML: uncaught, that reaches the client."""
    with raw_server(answers_http(503)) as proxy:
        with story.denied(DENIED, PROXY=proxy) as nginx:
            assert nginx.codes() == each("UNAVAILABLE", "UNAVAILABLE", "INTERNAL")
            assert nginx.messages()["C-core"] == "Received http2 header with status: 503"
        with story.accepted(ACCEPTED, PROXY=proxy) as nginx:
            assert nginx.codes() == every("UNAVAILABLE")
            assert nginx.messages() == every("greeter is down")
