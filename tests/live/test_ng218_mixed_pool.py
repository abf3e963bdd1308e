"""NG218 mixed-pool: a pool does not know what its connections speak.

The server speaks HTTP/1.1, gRPC and gRPC over TLS on one port.
"""

import re

import pytest

from tests.live.bench import CURRENT, DEBIAN, certificate, every, grpc_server
from tests.live.bench.shared_port import shared_port

DENIED = """
upstream app { server GREETER; keepalive 8; }
server {
    listen LISTEN http2;
    location / { grpc_pass grpc://app; }
}
server {
    listen LISTENWEB;
    location / {
        proxy_pass http://app;
        proxy_http_version 1.1;
        proxy_set_header Connection "";
    }
}
"""
TWO_BLOCKS = f"""
upstream web {{ server GREETER; keepalive 8; }}
{DENIED.replace("http://app", "http://web")}
"""
LOCAL = DENIED.replace("keepalive 8", "keepalive 8 local")
OFF = DENIED.replace("keepalive 8", "keepalive 0")
NOT_SAID = DENIED.replace("keepalive 8;", "")
HTTP_1_0 = re.sub(r"proxy_http_version[^}]*", "", DENIED)
HTTP_2 = re.sub(r"proxy_http_version[^}]*", "proxy_http_version 2;", DENIED)
TWO_SCHEMES = """
upstream app { server GREETER; keepalive 8; }
server { listen LISTEN http2; location / { grpc_pass grpc://app; } }
server { listen LISTENTLS http2; location / { grpc_pass grpcs://app; } }
"""
LOST = "no connection data found for keepalive http2 connection"


def test_http_first(story):
    """A request pools its connection, and the next call gets it."""
    with grpc_server() as grpc, shared_port(grpc) as app:
        with story.denied(DENIED, GREETER=app) as nginx:
            seen = {}
            for call in (nginx.call, nginx.go_call, nginx.grpcurl):
                assert nginx.web("LISTENWEB") == 200
                one = call()
                seen[one.client] = one.code
            assert seen == every("UNAVAILABLE")
            nginx.logged(LOST)
        with story.accepted(TWO_BLOCKS, GREETER=app) as nginx:
            assert nginx.web("LISTENWEB") == 200
            assert nginx.codes() == every("OK")


def test_grpc_first(story):
    """A call pools its connection: a POST gets it and a 502. A GET is repeated on a new one, which
    it pools for the next call."""
    with grpc_server() as grpc, shared_port(grpc) as app:
        with story.denied(DENIED, GREETER=app) as nginx:
            assert nginx.call().code == "OK"
            assert nginx.web("LISTENWEB", "POST") == 502
            nginx.logged("upstream prematurely closed connection while reading response header")
            assert nginx.call().code == "OK"
            assert nginx.web("LISTENWEB") == 200
            assert nginx.call().code == "UNAVAILABLE"
        with story.accepted(TWO_BLOCKS, GREETER=app) as nginx:
            for method in ("POST", "GET"):
                assert nginx.call().code == "OK"
                assert nginx.web("LISTENWEB", method) == 200


def test_http_1_0(story):
    """HTTP/1.0, proxy_pass's default before 1.29.7, pools nothing: requests alone fail."""
    with grpc_server() as grpc, shared_port(grpc) as app:
        with story.denied(HTTP_1_0, GREETER=app) as nginx:
            assert nginx.call().code == "OK"
            assert nginx.web("LISTENWEB", "POST") == 502
            assert nginx.web("LISTENWEB") == 200
            assert nginx.call().code == ("OK" if story.version == DEBIAN else "UNAVAILABLE")
        with story.accepted(HTTP_1_0.replace("keepalive 8;", ""), GREETER=app) as nginx:
            assert nginx.call().code == "OK"
            assert nginx.web("LISTENWEB", "POST") == 200


@pytest.mark.parametrize("conf", [NOT_SAID, OFF, LOCAL], ids=["none", "zero", "local"])
def test_no_pool_in_common(story, conf):
    """No keepalive; keepalive 0 and keepalive N local, which 1.29.7 brought."""
    if story.version != CURRENT and conf is not NOT_SAID:
        assert not story.accepted_text(conf, GREETER="127.0.0.1:1").ok
        return
    with (
        grpc_server() as grpc,
        shared_port(grpc) as app,
        story.accepted(conf, GREETER=app) as nginx,
    ):
        for _ in range(2):
            assert nginx.call().code == "OK"
            assert nginx.web("LISTENWEB") == 200


def test_proxy_in_http2(story):
    """proxy_http_version 2 pools HTTP/2 connections, and grpc_pass can't go on with them."""
    if story.version != CURRENT:
        assert not story.denied_text(HTTP_2, GREETER="127.0.0.1:1").ok
        return
    with (
        grpc_server() as grpc,
        shared_port(grpc) as app,
        story.denied(HTTP_2, GREETER=app) as nginx,
    ):
        # A frame that comes after the answer (RST_STREAM) ends the pooled connection: then the call
        # has a new one, and pools it for the next request.
        codes = []
        while "UNAVAILABLE" not in codes and len(codes) < 50:
            nginx.web("LISTENWEB")
            codes.append(nginx.call().code)
        assert codes[-1] == "UNAVAILABLE"
        nginx.logged(LOST)


def test_grpc_and_grpcs(story):
    """The two schemes on one pool: every call is answered."""
    secure = certificate("greeter.example")
    with grpc_server() as grpc, grpc_server(tls=secure) as tls, shared_port(grpc, tls) as app:
        for first, second in (("LISTEN", "LISTENTLS"), ("LISTENTLS", "LISTEN")):
            with story.accepted(TWO_SCHEMES, GREETER=app) as nginx:
                for name in (first, second, first, second):
                    nginx.address = nginx.names[name]
                    assert nginx.call().code == "OK"
