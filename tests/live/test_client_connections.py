"""Limits of the client's side that are said to break gRPC, and do not."""

import os
import signal
import threading
import time

import pytest

from tests.live.bench import grpc_server, nginx
from tests.live.bench.clients import call, go_call

CONF = """
HTTP
upstream greeter { server GREETER; keepalive 64; }
server { listen LISTEN http2; location / { grpc_pass grpc://greeter; } }
"""


@pytest.mark.parametrize("client", [call, go_call])
@pytest.mark.parametrize("limit", ["keepalive_requests 20;", "keepalive_time 300ms;"])
def test_connections_that_end(version, client, limit):
    """nginx ends the client's connection again and again, in two steps, and no call is lost.

    C-core needs its retries for that, which are on by default: with `grpc.enable_retries` 0 it lost
    about one call in a hundred such ends.
    """
    retry = client is call
    with grpc_server() as greeter, nginx(CONF, version, GREETER=greeter, HTTP=limit) as running:
        assert client(running.address, calls=400, clients=2, retry=retry).code == "OK"


def test_idle_channel(version):
    """A channel that is idle for longer than the client's keepalive_timeout connects again."""
    limit = "keepalive_timeout 500ms;"
    with grpc_server() as greeter, nginx(CONF, version, GREETER=greeter, HTTP=limit) as running:
        assert call(running.address, calls=3, every=1).code == "OK"


def test_concurrent_streams(version):
    """Calls beyond http2_max_concurrent_streams wait in the client: 40 in four waves of ten."""
    limit = "http2_max_concurrent_streams 10;"
    with grpc_server() as greeter, nginx(CONF, version, GREETER=greeter, HTTP=limit) as running:
        seen = go_call(running.address, "delay=300ms", clients=1, calls=40, at_once=True)
        assert seen.code == "OK"
        assert seen.seconds >= 1.2


def test_reload_under_load(version):
    """SIGHUP: the old workers finish their calls, the new ones take the next."""
    with grpc_server() as greeter, nginx(CONF, version, GREETER=greeter, HTTP="") as running:
        seen = []
        load = threading.Thread(
            target=lambda: seen.append(
                go_call(running.address, "delay=20ms", clients=4, calls=60, deadline=10)
            )
        )
        load.start()
        for _ in range(3):
            time.sleep(0.3)
            os.kill(running.process.pid, signal.SIGHUP)
        load.join(60)
        assert seen[0].code == "OK"
