"""NG307 client-connection-age: calls on their way as keepalive_requests ends the connection.

2,000 calls, 100 at once over one channel of C-core with its retries off.
"""

import pytest

from tests.live.bench import every, grpc_server, grpc_settings

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


def fails(nginx, rounds=1):
    """The code of the calls, and a note of how many fail; in so many rounds until some do."""
    for _ in range(rounds):
        seen = nginx.call(**BUSY)
        nginx.note("of 2,000 calls, 100 at once, fail", seen.failed)
        if seen.failed:
            break
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
            # Two connections end in a round: now and then no call is on its way.
            assert fails(nginx, rounds=20) == "OK, UNAVAILABLE"
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


@pytest.mark.parametrize("said", ["keepalive_requests 1", "keepalive_timeout 0"])
def test_first_call(story, said):
    """The connection ends with its first call, and ten calls come at once."""
    ask = {"word": "delay=300ms", "calls": 10, "at_once": 10}
    conf = DENIED.replace("keepalive_requests 100", "SAID")
    with grpc_server() as greeter:
        with story.denied(conf.replace("SAID", said), GREETER=greeter) as nginx:
            assert nginx.call(**ask).failed
        said = said.replace(" 1", " 1000").replace(" 0", " 75s")
        with story.accepted(conf.replace("SAID", said), GREETER=greeter) as nginx:
            assert nginx.call(**ask).code == "OK"


def test_calls_at_a_time(story):
    """0 lets none in; with 1 a call waits behind a stream, and with more it does not."""
    conf = DENIED.replace("keepalive_requests 100", "http2_max_concurrent_streams MOST")
    with grpc_server() as greeter:
        with story.denied(conf, GREETER=greeter, MOST="0") as nginx:
            assert nginx.noted("calls", deadline=1) == every("DEADLINE_EXCEEDED")
        with story.denied(conf, GREETER=greeter, MOST="1") as nginx:
            seen = nginx.call("delay=800ms", calls=2, at_once=2)
            assert seen.seconds > 1.5
        with story.accepted(conf, GREETER=greeter, MOST="128") as nginx:
            seen = nginx.call("delay=800ms", calls=2, at_once=2)
            nginx.note("two calls of 0.8 s at once", seen.code)
            assert seen.code == "OK"
