"""NG308 call-limit: more calls at once than nginx lets through."""

from tests.live.bench import grpc_server, grpc_settings

CONF = """
upstream greeter { zone greeter 64k; server GREETER max_conns=4; }
server {
    listen LISTEN http2;
    location / { grpc_pass grpc://greeter; }
}
"""
LIMITED = """
limit_conn_zone $binary_remote_addr zone=clients:1m;
upstream greeter { server GREETER; keepalive 32; }
server {
    listen LISTEN http2;
    location / {
        grpc_pass grpc://greeter;
        limit_conn clients 4;
    }
}
"""


def many(nginx):
    """How eight calls on one connection, at once, have ended."""
    return nginx.call("delay=1000ms", calls=8, at_once=8).codes


def test_servers(story):
    """max_conns is the most calls at once, for each has a connection to the server."""
    with grpc_server() as greeter:
        with story.denied(CONF, grpc_settings(expected_concurrency=8), GREETER=greeter) as nginx:
            assert many(nginx) == {"OK": 4, "UNAVAILABLE": 4}
            nginx.logged("no live upstreams")
        enough = CONF.replace("=4", "=8")
        with story.accepted(
            enough, grpc_settings(expected_concurrency=8), GREETER=greeter
        ) as nginx:
            assert many(nginx) == {"OK": 8}


def test_limit_conn(story):
    """limit_conn counts each call of a connection of HTTP/2."""
    settings = grpc_settings(expected_concurrency=8)
    with grpc_server() as greeter:
        with story.denied(LIMITED, settings, GREETER=greeter) as nginx:
            assert many(nginx) == {"OK": 4, "UNAVAILABLE": 4}
            nginx.logged('limiting connections by zone "clients"')
        for enough in (
            LIMITED.replace("clients 4", "clients 8"),
            LIMITED.replace("limit_conn clients", "limit_conn_dry_run on; limit_conn clients"),
        ):
            with story.accepted(enough, settings, GREETER=greeter) as nginx:
                assert many(nginx) == {"OK": 8}
