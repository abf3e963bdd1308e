"""What nginx sends to the next server, and what it never does (rules NG105 and NG206)."""

import pytest

from tests.live.bench import black_hole, dead_address, grpc_server, nginx, raw_server
from tests.live.bench.clients import call
from tests.live.bench.misbehaving import answers_http, refuses, resets_every_call, silent

CONF = """
upstream greeter { server BAD max_fails=0; server GOOD max_fails=0; keepalive 8; }
server {
    listen LISTEN http2;
    grpc_connect_timeout 300ms;
    grpc_read_timeout 300ms;
    location / { grpc_pass grpc://greeter; NEXT_UPSTREAM }
}
"""
EVERYTHING = "error timeout invalid_header http_500 http_502 http_503 http_504 http_403 http_404"
SETTINGS = {
    "default": "",
    "off": "grpc_next_upstream off;",
    "error_timeout": "grpc_next_upstream error timeout;",
    "everything": f"grpc_next_upstream {EVERYTHING} http_429 non_idempotent;",
    "with_tries": f"grpc_next_upstream {EVERYTHING}; grpc_next_upstream_tries 3;",
}
NOT_SENT = {"refused_connection": dead_address, "lost_connection": black_hole}
SENT = {
    "reset": resets_every_call,
    "http_502": answers_http(502),
    "http_503": answers_http(503),
    "refused_stream": refuses,
    "silence": silent,
}


@pytest.mark.parametrize("setting", SETTINGS)
@pytest.mark.parametrize("event", NOT_SENT)
def test_before_the_call_is_sent(version, event, setting):
    """A server that cannot be connected to: the next one gets the call, unless off."""
    with NOT_SENT[event]() as bad, grpc_server() as good:
        names = {"BAD": bad, "GOOD": good, "NEXT_UPSTREAM": SETTINGS[setting]}
        with nginx(CONF, version, **names) as running:
            expected = "UNAVAILABLE" if setting == "off" else "OK"
            assert call(running.address).code == expected


@pytest.mark.parametrize("setting", SETTINGS)
@pytest.mark.parametrize("event", SENT)
def test_after_the_call_is_sent(version, event, setting):
    """Whatever the first server does with the call: no setting makes nginx repeat it."""
    with raw_server(SENT[event]) as bad, grpc_server() as good:
        names = {"BAD": bad, "GOOD": good, "NEXT_UPSTREAM": SETTINGS[setting]}
        with nginx(CONF, version, **names) as running:
            assert call(running.address).code == "UNAVAILABLE"
            assert [r.upstream_addr for r in running.requests()] == [bad.address]


@pytest.mark.parametrize("tries", ["", "grpc_next_upstream_tries 3;"])
def test_one_server(version, tries):
    """One server is tried once, however many tries are allowed."""
    conf = CONF.replace("server GOOD max_fails=0;", "").replace("NEXT_UPSTREAM", tries)
    with dead_address() as bad, nginx(conf, version, BAD=bad) as running:
        assert call(running.address).code == "UNAVAILABLE"
        assert [r.upstream_addr for r in running.requests()] == [bad]


def test_status_of_grpc(version):
    """grpc-status 14 of the server is HTTP 200, and that is success for nginx."""
    conf = CONF.replace("NEXT_UPSTREAM", SETTINGS["everything"])
    with (
        grpc_server() as bad,
        grpc_server() as good,
        nginx(conf, version, BAD=bad, GOOD=good) as running,
    ):
        assert call(running.address, "code=14").message == "as ordered"
        assert [r.upstream_addr for r in running.requests()] == [bad.address]
