"""What docs/article.md says of the article's configurations and no other live test shows."""

import pytest

from tests.live.bench import (
    CURRENT,
    certificate,
    dead_address,
    each,
    every,
    grpc_server,
    nginx,
    nginx_test,
    raw_server,
)
from tests.live.bench.clients import CLIENTS, call, go_call
from tests.live.bench.misbehaving import resets_second_use

# The upstream and location of its production configuration, plaintext and without its addresses.
PRODUCTION = """
upstream grpc_backend {
    zone grpc_backend 64k;
    server ONE;
    server TWO;
    keepalive 64;
    keepalive_requests 10000;
    keepalive_timeout 20s;
}
server {
    listen LISTEN http2;
    grpc_intercept_errors on;
    location / {
        grpc_pass grpc://grpc_backend;
        grpc_connect_timeout 5s;
        grpc_read_timeout 300s;
        grpc_send_timeout 300s;
        grpc_next_upstream error timeout invalid_header;
        grpc_next_upstream_tries 3;
        grpc_next_upstream_timeout 10s;
    }
    error_page 502 = /grpc_error_502;
    location = /grpc_error_502 {
        internal;
        default_type application/grpc;
        add_header grpc-status 14;
        add_header grpc-message "upstream unavailable";
        return 204;
    }
}
"""


def test_nothing_retries_a_stale_connection(version):
    """Two servers, three tries: each server's reset reaches the client, and for Go as UNKNOWN.
    By then both servers are taken out for ten seconds, and so the rest fails, too."""
    with (
        raw_server(resets_second_use) as one,
        raw_server(resets_second_use) as two,
        nginx(PRODUCTION, version, ONE=one, TWO=two) as running,
    ):
        assert go_call(running.address, calls=12).codes == {"OK": 2, "UNKNOWN": 10}
        tried = [r.upstream_addr for r in running.requests(12)]
    assert set(tried) == {one.address, two.address, "grpc_backend"}


def test_its_page_hides_the_502(version):
    """$status, by which its alert counts, is 204; $upstream_status still says 502."""
    with dead_address() as dead:
        conf = PRODUCTION.replace("server TWO;", "")
        with nginx(conf, version, ONE=dead) as running:
            seen = {name: client(running.address).code for name, client in CLIENTS.items()}
            access = running.requests(3)
    assert seen == each("UNAVAILABLE", "UNKNOWN", "UNKNOWN")
    assert {(line.status, line.upstream_status) for line in access} == {("204", "502")}


def test_504_has_no_page(version):
    """Its error_page is for 502 alone."""
    with raw_server(lambda connection: connection.over.wait()) as silent:
        conf = PRODUCTION.replace("server TWO;", "").replace("read_timeout 300s", "read_timeout 1s")
        with nginx(conf, version, ONE=silent) as running:
            seen = call(running.address)
    assert (seen.code, seen.message) == (
        "UNAVAILABLE",
        "Received http2 header with status: 504",
    )


@pytest.mark.parametrize("directive", ["http2;", "http2 on;"])
def test_an_upstream_has_no_http2_directive(version, directive):
    conf = PRODUCTION.replace("server TWO;", directive).replace("ONE", "127.0.0.1:50051")
    said = nginx_test(conf, version)
    assert not said.ok
    expected = {
        ("http2 on;", CURRENT): '"http2" directive is not allowed here',
        ("http2;", CURRENT): '"http2" directive is not allowed here',
    }
    assert expected.get((directive, version), 'unknown directive "http2"') in said.said


def test_its_log_line_is_not_that_of_proxy_pass(version):
    """`upstream: "grpc://` in the log is a grpc_pass, so HTTP/2 was spoken already; a proxy_pass
    logs `upstream: "http://`."""
    conf = PRODUCTION.replace("server TWO;", "")
    with raw_server(resets_second_use) as stale, nginx(conf, version, ONE=stale) as running:
        call(running.address, calls=2)
        running.logged("recv() failed (104", "prematurely closed", "writev() failed (104")
        assert f'upstream: "grpc://{stale.address}"' in running.log
        assert "http://" not in running.log
    conf = conf.replace("grpc_pass grpc://", "proxy_pass http://")
    with grpc_server() as greeter, nginx(conf, version, ONE=greeter) as running:
        assert call(running.address, deadline=1).code != "OK"
        running.logged("upstream", "recv() failed")
        assert f'upstream: "http://{greeter.address}' in running.log
        assert "grpc://" not in running.log


def test_grpcs_to_addresses_is_not_verified(version):
    """Its grpcs:// asks nobody for a certificate that it trusts."""
    conf = PRODUCTION.replace("grpc://", "grpcs://").replace("server TWO;", "")
    with (
        grpc_server(tls=certificate("greeter.example.com", "nobody")) as impostor,
        nginx(conf, version, ONE=impostor) as running,
    ):
        seen = {name: client(running.address).code for name, client in CLIENTS.items()}
    assert seen == every("OK")
