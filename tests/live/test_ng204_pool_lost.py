"""NG204 pool-lost: `keepalive` before the balancing method. Connections are counted, no call fails.

nginx before 1.29.7 warns and drops the pool; later versions keep it, so there the rule is silent.
"""

import pytest

from tests.live.bench import DEBIAN, grpc_server

DENIED = """
upstream greeter {
    keepalive 32;
    METHOD;
    server GREETER;
}
server {
    listen LISTEN http2;
    location / { grpc_pass grpc://greeter; }
}
"""
ACCEPTED = DENIED.replace("    keepalive 32;\n    METHOD;\n", "    METHOD;\n    keepalive 32;\n")


@pytest.mark.parametrize("method", ["least_conn", "ip_hash", "random"])
def test_order(story, method):
    """20 calls, one after another: 20 connections without a pool, one with it."""
    loses = story.version == DEBIAN
    for stage, conf, lost in (
        (story.denied if loses else story.accepted, DENIED, loses),
        (story.accepted, ACCEPTED, False),
    ):
        with grpc_server() as greeter, stage(conf, GREETER=greeter, METHOD=method) as nginx:
            assert nginx.call(calls=20).code == "OK"
            nginx.note("upstream connections", greeter.settled_connections())
            assert greeter.connections == (20 if lost else 1)
            assert ("load balancing method redefined" in nginx.log) == lost
