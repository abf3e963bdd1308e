"""When nginx keeps connections to gRPC servers (rules NG103 and NG104). Connections are counted."""

import time

import pytest

from tests.live.bench import CURRENT, DEBIAN, grpc_server, nginx, nginx_test, raw_server
from tests.live.bench.clients import call
from tests.live.bench.misbehaving import resets_second_use

CONF = """
upstream greeter { UPSTREAM }
server {
    listen LISTEN http2;
    location / { grpc_pass grpc://greeter; }
    location /greeter.v1.Greeter/Watch { grpc_pass grpc://greeter; }
}
"""
# What the upstream block says: connections for 20 calls, one after another, in each version.
COUNTED = {
    "server GREETER;": {DEBIAN: 20, CURRENT: 1},
    "server GREETER; keepalive 8;": {DEBIAN: 1, CURRENT: 1},
    "keepalive 8; server GREETER;": {DEBIAN: 1, CURRENT: 1},
    "server GREETER; keepalive 0;": {CURRENT: 20},
    "server GREETER; keepalive 8; keepalive_requests 5;": {DEBIAN: 4, CURRENT: 4},
    "least_conn; server GREETER; keepalive 8;": {DEBIAN: 1, CURRENT: 1},
    "server GREETER; keepalive_timeout 60s;": {DEBIAN: 20, CURRENT: 1},
}


@pytest.mark.parametrize("upstream", COUNTED)
def test_connections(version, upstream):
    conf = CONF.replace("UPSTREAM", upstream)
    if version not in COUNTED[upstream]:  # NG502
        assert not nginx_test(conf, version, GREETER="127.0.0.1:1").ok
        return
    with grpc_server() as greeter, nginx(conf, version, GREETER=greeter) as running:
        assert call(running.address, calls=20).code == "OK"
        assert greeter.settled_connections() == COUNTED[upstream][version]


@pytest.mark.parametrize(
    ("pool", "connections"),
    [("", {DEBIAN: 6, CURRENT: 2}), ("keepalive 8;", {DEBIAN: 1, CURRENT: 1})],
)
def test_default_pool_is_a_locations_own(version, pool, connections):
    """1.29.7 and later: two locations share no connection, unless `keepalive` is said."""
    with grpc_server() as greeter:
        conf = CONF.replace("UPSTREAM", f"server GREETER; {pool}")
        with nginx(conf, version, GREETER=greeter) as running:
            for _ in range(3):
                call(running.address)
                call(running.address, method="Watch")
            assert greeter.settled_connections() == connections[version]


def test_no_multiplexing(version):
    """Twenty calls at once are twenty connections: the pool has to be as large as the load."""
    with grpc_server() as greeter:
        conf = CONF.replace("UPSTREAM", "server GREETER; keepalive 32;")
        with nginx(conf, version, GREETER=greeter) as running:
            assert call(running.address, "delay=1s", clients=20).code == "OK"
            assert greeter.settled_connections() == 20


@pytest.mark.parametrize(
    ("upstream", "failed"),
    [
        ("server GREETER;", {DEBIAN: 0, CURRENT: 5}),
        ("server GREETER; keepalive 8;", {DEBIAN: 5, CURRENT: 5}),
        ("server GREETER; keepalive 8; keepalive_requests 1;", {DEBIAN: 0, CURRENT: 0}),
    ],
    ids=["no_directive", "keepalive_8", "one_request"],
)
def test_stale_connections(version, upstream, failed):
    """A server that resets a connection's second use fails half the calls where there is a pool."""
    with raw_server(resets_second_use) as greeter:
        conf = CONF.replace("UPSTREAM", upstream)
        with nginx(conf, version, GREETER=greeter) as running:
            assert call(running.address, calls=10).failed == failed[version]


def test_idle_close_of_grpc_go(version):
    """grpc-go closes idle connections in two steps (GOAWAY, ping, GOAWAY): nobody is harmed."""
    with grpc_server(max_connection_idle="1s") as greeter:
        conf = CONF.replace("UPSTREAM", "server GREETER; keepalive 32;")
        with nginx(conf, version, GREETER=greeter) as running:
            assert call(running.address, calls=3, every=1.001, clients=20).code == "OK"


def test_pings_empty_the_pool(version):
    """A pooled connection on which the server pings is closed: a connection for each late call."""
    with grpc_server(keepalive_time="1s") as greeter:
        conf = CONF.replace("UPSTREAM", "server GREETER; keepalive 32;")
        with nginx(conf, version, GREETER=greeter) as running:
            for _ in range(3):
                assert call(running.address).code == "OK"
                time.sleep(1.8)
            assert greeter.settled_connections() == 3
