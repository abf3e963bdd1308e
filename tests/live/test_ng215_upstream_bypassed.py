"""NG215 upstream-bypassed: the address is written in grpc_pass, beside an upstream block for it.

No call fails; connections are counted. The block's pool stays unused.
"""

from tests.live.bench import grpc_server

DENIED = """
upstream greeter { server GREETER; keepalive 32; }
server {
    listen LISTEN http2;
    location / { grpc_pass grpc://GREETER; }
}
"""
ACCEPTED = DENIED.replace("grpc://GREETER", "grpc://greeter")


def test_pool_unused(story):
    """20 calls, one after another: 20 connections past the block, one through it."""
    for stage, conf, connections in ((story.denied, DENIED, 20), (story.accepted, ACCEPTED, 1)):
        with grpc_server() as greeter, stage(conf, GREETER=greeter) as nginx:
            assert nginx.call(calls=20).code == "OK"
            nginx.note("upstream connections", greeter.settled_connections())
            assert greeter.connections == connections
