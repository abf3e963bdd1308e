"""NG307 client-connection-age: calls on their way as keepalive_requests ends the connection.

2,000 calls, 100 at once over one channel of C-core with its retries off.
"""

from tests.live.bench import grpc_server, grpc_settings

DENIED = """
upstream greeter { server GREETER; keepalive 100; }
server {
    listen LISTEN http2;
    keepalive_requests 100;
    location / { grpc_pass grpc://greeter; }
}
"""
ACCEPTED = DENIED.replace("keepalive_requests 100;", "keepalive_requests 1000000;")
DEFAULT = DENIED.replace("    keepalive_requests 100;\n", "")
BUSY = {"calls": 2000, "at_once": 100}


def fails(nginx):
    """The code of the calls, and a note of how many fail."""
    seen = nginx.call(**BUSY)
    nginx.note("of 2,000 calls, 100 at once, fail", seen.failed)
    return seen.code


def test_said(story):
    """keepalive_requests 100."""
    with grpc_server() as greeter:
        with story.denied(DENIED, GREETER=greeter) as nginx:
            assert fails(nginx) == "OK, UNAVAILABLE"
        with story.accepted(ACCEPTED, GREETER=greeter) as nginx:
            assert fails(nginx) == "OK"


def test_default(story):
    """1000, where settings say how many calls there are at once."""
    settings = grpc_settings(expected_concurrency=100)
    with grpc_server() as greeter:
        with story.denied(DEFAULT, settings, GREETER=greeter) as nginx:
            assert fails(nginx) == "OK, UNAVAILABLE"
        with story.accepted(ACCEPTED, settings, GREETER=greeter) as nginx:
            assert fails(nginx) == "OK"


def test_default_server(story):
    """On a plaintext port the default server's directive holds, whichever server the call names."""
    two = """
    upstream greeter { server GREETER; keepalive 100; }
    server { listen LISTEN http2 default_server; keepalive_requests FIRST; return 404; }
    server {
        listen LISTEN http2;
        server_name greeter.example;
        keepalive_requests SECOND;
        location / { grpc_pass grpc://greeter; }
    }
    """.replace("http2 default_server; keep", "default_server http2; keep")
    few_first = two.replace("FIRST", "100").replace("SECOND", "1000000")
    with grpc_server() as greeter:
        for stage, conf, code in (
            (story.denied, few_first, "OK, UNAVAILABLE"),
            (story.accepted, two.replace("FIRST", "1000000").replace("SECOND", "100"), "OK"),
        ):
            with stage(conf, GREETER=greeter) as nginx:
                seen = nginx.call(**BUSY, name="greeter.example")
                nginx.note("of 2,000 calls, 100 at once, fail", seen.failed)
                assert seen.code == code
