"""NG201 http2-listener: no socket of the server speaks HTTP/2."""

from tests.live.bench import CURRENT, certificate, each, every, grpc_server, nginx_test

PLAIN = """
upstream greeter { server GREETER; keepalive 32; }
server {
    listen LISTEN;
    location / { grpc_pass grpc://greeter; }
}
"""
TLS = """
upstream greeter { server GREETER; keepalive 32; }
server {
    listen LISTEN ssl;
    ssl_certificate CERTIFICATE;
    ssl_certificate_key KEY;
    location / { grpc_pass grpc://greeter; }
}
"""
UNREACHED = each("UNAVAILABLE", "UNAVAILABLE", "NOT_CONNECTED")


def test_plaintext(story):
    """nginx waits for HTTP/1 and does not know the client's preface."""
    with grpc_server() as greeter:
        with story.denied(PLAIN, GREETER=greeter) as nginx:
            assert nginx.codes() == UNREACHED
            nginx.logged("client sent invalid request while reading client request line")
        with story.accepted(PLAIN.replace("LISTEN", "LISTEN http2"), GREETER=greeter) as nginx:
            assert nginx.codes() == every("OK")


def test_tls(story):
    """In the TLS handshake client and server find no common protocol."""
    ours = certificate("greeter.example.com")
    names = {"CERTIFICATE": ours.certificate, "KEY": ours.key}
    ask = {"tls": ours, "name": "greeter.example.com"}
    with grpc_server() as greeter:
        with story.denied(TLS, GREETER=greeter, **names) as nginx:
            assert nginx.codes(**ask) == UNREACHED
            nginx.logged("no application protocol")
        accepted = TLS.replace("ssl;", "ssl http2;", 1)
        with story.accepted(accepted, GREETER=greeter, **names) as nginx:
            assert nginx.codes(**ask) == every("OK")


SHARED_PORT = """
upstream greeter { server GREETER; keepalive 32; }
server { listen LISTEN; server_name other.example.com; return 404; }
server {
    listen LISTEN;
    server_name greeter.example.com;
    location / { grpc_pass grpc://greeter; }
}
"""


def test_flag_of_the_socket(story):
    """`listen ... http2` in one server makes the whole port speak HTTP/2."""
    ask = {"name": "greeter.example.com"}
    with grpc_server() as greeter:
        with story.denied(SHARED_PORT, GREETER=greeter) as nginx:
            assert nginx.codes(**ask) == UNREACHED
        elsewhere = SHARED_PORT.replace("listen LISTEN;", "listen LISTEN http2;", 1)
        with story.accepted(elsewhere, GREETER=greeter) as nginx:
            assert nginx.codes(**ask) == every("OK")


def test_default_server_decides(story):
    """`http2 on` (1.25.1) is a server's own, but on a plaintext port the default server decides."""
    in_named = SHARED_PORT.replace("server_name greeter", "http2 on; server_name greeter")
    in_both = SHARED_PORT.replace("server_name", "http2 on; server_name")
    ask = {"name": "greeter.example.com"}
    with grpc_server() as greeter:
        if story.version != CURRENT:
            said = nginx_test(in_both, story.version, GREETER=greeter).said
            assert 'unknown directive "http2"' in said
            return
        with story.denied(in_named, GREETER=greeter) as nginx:
            assert nginx.codes(**ask) == UNREACHED
        with story.accepted(in_both, GREETER=greeter) as nginx:
            assert nginx.codes(**ask) == every("OK")


def test_named_server_without_http2(story):
    """The port speaks HTTP/2 by its default server, the named server does not: HTTP 421."""
    in_default = SHARED_PORT.replace("server_name other", "http2 on; server_name other")
    in_both = SHARED_PORT.replace("server_name", "http2 on; server_name")
    ask = {"name": "greeter.example.com"}
    if story.version != CURRENT:  # `http2 on` came with 1.25.1
        assert not nginx_test(in_both, story.version, GREETER="127.0.0.1:1").ok
        return
    with grpc_server() as greeter:
        with story.denied(in_default, GREETER=greeter) as nginx:
            assert nginx.codes(**ask) == every("UNKNOWN")
            nginx.logged("for which the negotiated protocol is disabled")
        with story.accepted(in_both, GREETER=greeter) as nginx:
            assert nginx.codes(**ask) == every("OK")


def test_tls_http2_on(story):
    """Over TLS each server decides for itself, by `http2 on`."""
    ours = certificate("greeter.example.com")
    names = {"CERTIFICATE": ours.certificate, "KEY": ours.key}
    accepted = TLS.replace("ssl;", "ssl; http2 on;", 1)
    if story.version != CURRENT:
        assert not nginx_test(accepted, story.version, GREETER="127.0.0.1:1", **names).ok
        return
    with grpc_server() as greeter, story.accepted(accepted, GREETER=greeter, **names) as nginx:
        assert nginx.codes(tls=ours, name="greeter.example.com") == every("OK")
