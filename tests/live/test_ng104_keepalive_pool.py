"""NG104 keepalive-pool: no pool, or one too small: a new upstream connection for every call."""

from tests.live.bench import DEBIAN, grpc_server, grpc_settings

POOL = """
upstream greeter { server GREETER; keepalive 32; }
server {
    listen LISTEN http2;
    location / { grpc_pass grpc://greeter; }
}
"""
NO_DIRECTIVE = POOL.replace("keepalive 32;", "")
LITERAL = """
server {
    listen LISTEN http2;
    location / { grpc_pass grpc://GREETER; }
}
"""


def connections(stage, conf, settings=None, **ask):
    """The connections that nginx makes for 20 calls, or for what `ask` says."""
    with grpc_server() as greeter, stage(conf, settings, GREETER=greeter) as nginx:
        assert nginx.call(**{"calls": 20, **ask}).code == "OK"
        nginx.note("upstream connections", greeter.settled_connections())
        return greeter.connections


def test_literal_address(story):
    """An address written in grpc_pass has no upstream block, so it can have no pool."""
    assert connections(story.denied, LITERAL) == 20
    assert connections(story.accepted, POOL) == 1


def test_no_directive(story):
    """Before 1.29.7 there is no pool without `keepalive`."""
    if story.version == DEBIAN:
        assert connections(story.denied, NO_DIRECTIVE) == 20
    else:
        assert connections(story.accepted, NO_DIRECTIVE) == 1
    assert connections(story.accepted, POOL) == 1


def test_pool_too_small(story):
    """Four calls at once share a pool of one: after each round three connections are closed."""
    at_once = {"word": "delay=100ms", "clients": 4, "calls": 5, "every": 0.3}
    settings = grpc_settings(expected_concurrency=4)
    too_small = POOL.replace("keepalive 32", "keepalive 1")
    assert connections(story.denied, too_small, settings, **at_once) >= 10
    assert connections(story.accepted, POOL, settings, **at_once) <= 5
