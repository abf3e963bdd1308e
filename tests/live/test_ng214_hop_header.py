"""NG214 hop-header: headers of one hop, set for the gRPC server, make it refuse every call."""

from pathlib import Path

import pytest

from tests.live.bench import c_core_server, every, grpc_server
from tests.live.bench.objects import INGRESS, nginx_text

RENDERED = Path(__file__).resolve().parents[3] / "shared/controllers/ingress-nginx/8-connclose.conf"

CONF = """
upstream greeter { server GREETER; keepalive 32; }
server {
    listen LISTEN http2;
    location / {
        grpc_pass grpc://greeter;
        grpc_set_header HEADER;
    }
}
"""


def test_connection(story):
    """RFC 9113 forbids Connection in HTTP/2, and grpc-go refuses a call with it."""
    with grpc_server() as greeter:
        with story.denied(CONF, GREETER=greeter, HEADER='Connection "upgrade"') as nginx:
            assert nginx.codes() == every("UNAVAILABLE")
            nginx.logged("upstream rejected request with error 1")
        with story.accepted(CONF, GREETER=greeter, HEADER='Connection ""') as nginx:
            assert nginx.codes() == every("OK")


def test_te(story):
    """Without `TE: trailers` a C-core server takes the call for none of gRPC."""
    with c_core_server() as greeter:
        with story.denied(CONF, GREETER=greeter, HEADER='TE ""') as nginx:
            assert nginx.codes() == every("UNAVAILABLE")
            nginx.logged("upstream rejected request with error 2")
        with story.accepted(CONF, GREETER=greeter, HEADER="TE trailers") as nginx:
            assert nginx.codes() == every("OK")


def test_map_over_upgrade(story):
    """A gRPC client sends no Upgrade, so the map gives what it has for the empty text."""
    mapped = "map $http_upgrade $c { default upgrade; '' SENT; }" + CONF
    with grpc_server() as greeter:
        for sent in ("close", "keep-alive"):
            denied = mapped.replace("SENT", sent)
            with story.denied(denied, GREETER=greeter, HEADER="Connection $c") as nginx:
                assert nginx.codes() == every("UNAVAILABLE")
                nginx.logged("upstream rejected request with error")
        accepted = mapped.replace("SENT", "''")
        with story.accepted(accepted, GREETER=greeter, HEADER="Connection $c") as nginx:
            assert nginx.codes() == every("OK")
        for variable in ("$http_upgrade", "$http_connection"):
            with story.accepted(CONF, GREETER=greeter, HEADER=f"Connection {variable}") as nginx:
                assert nginx.codes() == every("OK")


def test_ingress_nginx_without_a_pool(story):
    """upstream-keepalive-connections: "0" closes the pool, and with it every call of gRPC."""
    accepted = INGRESS.replace("PROTOCOL", "GRPC")
    denied = accepted.replace("data:\n", 'data:\n  upstream-keepalive-connections: "0"\n')
    with grpc_server() as greeter:
        text = nginx_text(denied, "GREETER")
        with story.denied(text, manifest=denied, GREETER=greeter) as nginx:
            assert nginx.codes() == every("UNAVAILABLE")
            nginx.logged("upstream rejected request with error")
        text = nginx_text(accepted, "GREETER")
        with story.accepted(text, manifest=accepted, GREETER=greeter) as nginx:
            assert nginx.codes() == every("OK")


@pytest.mark.skipif(not RENDERED.exists(), reason="../shared/controllers is not here")
def test_what_the_controller_itself_writes_without_a_pool(version):
    """The same of the rendering by the controller's own code."""
    from tests.live.bench.nginx import folder, running
    from tests.live.bench.story import Stage

    with grpc_server() as greeter:
        text = nginx_text(RENDERED.read_text(), "GREETER")
        with folder(text, version, {"GREETER": greeter}) as here, running(here, Stage) as nginx:
            nginx.record = {"clients": [], "failed": False, "log": [], "notes": {}}
            assert nginx.codes() == every("UNAVAILABLE")
