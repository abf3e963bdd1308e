"""NG103 keepalive-timeout: nginx keeps an idle upstream connection longer than the server does.

The server is 100 ms away and closes what is idle for a second: for the 200 ms of the way there and
back, nginx writes calls into a connection that is closed already. At the usual distances the same
happens to fewer calls.
"""

import pytest

from tests.live.bench import CURRENT, far_away, grpc_settings, raw_server
from tests.live.bench.misbehaving import closes_idle

DENIED = """
upstream greeter { server GREETER; keepalive 32; keepalive_timeout 60s; }
server {
    listen LISTEN http2;
    location / { grpc_pass grpc://greeter; }
}
"""
ACCEPTED = DENIED.replace("60s", "500ms")
NO_DIRECTIVE = DENIED.replace("keepalive 32; keepalive_timeout 60s;", "")
NO_POOL = DENIED.replace("keepalive 32; keepalive_timeout 60s;", "keepalive 0;")
SETTINGS = grpc_settings(max_connection_idle="1s")
# The server answers the first call at 0.1 s, closes at 1.1 s, and nginx learns of it at 1.2 s: a
# call that comes between 1.0 s and 1.2 s is lost. Twenty clients: some meet it on a busy machine.
AS_IT_CLOSES = {"clients": 20, "calls": 3, "every": 1.1}


@pytest.mark.parametrize("by", ["close", "reset", "go_away"])
def test_idle_connection(story, by):
    """The server closes an idle connection, while nginx sends it the next call."""
    with raw_server(closes_idle(1, by)) as server, far_away(server, 0.1) as greeter:
        with story.denied(DENIED, SETTINGS, GREETER=greeter) as nginx:
            assert nginx.call(**AS_IT_CLOSES).code == "OK, UNAVAILABLE"
            nginx.logged(
                "upstream prematurely closed connection while reading response header",
                "recv() failed (104: Connection reset by peer) while reading response header",
                "writev() failed (104: Connection reset by peer) while sending request",
                "upstream sent goaway with error 0 while reading response header",
            )
        with story.accepted(ACCEPTED, SETTINGS, GREETER=greeter) as nginx:
            assert nginx.call(**AS_IT_CLOSES).code == "OK"


def test_default_pool(story):
    """From 1.29.7 a named upstream has a pool with a timeout of 60s without a word about it."""
    stage = story.denied if story.version == CURRENT else story.accepted
    with raw_server(closes_idle(1)) as server, far_away(server, 0.1) as greeter:
        with stage(NO_DIRECTIVE, SETTINGS, GREETER=greeter) as nginx:
            code = "OK, UNAVAILABLE" if story.version == CURRENT else "OK"
            assert nginx.call(**AS_IT_CLOSES).code == code
        if story.version == CURRENT:
            with story.accepted(NO_POOL, SETTINGS, GREETER=greeter) as nginx:
                assert nginx.call(**AS_IT_CLOSES).code == "OK"
