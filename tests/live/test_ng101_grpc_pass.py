"""NG101 grpc-pass: gRPC sent by proxy_pass."""

import pytest

from tests.live.bench import CURRENT, every, grpc_server, is_proxied

DENIED = """
upstream greeter { server GREETER; }
server {
    listen LISTEN http2;
    location /greeter.v1.Greeter/ { proxy_pass http://greeter; }
}
"""
HTTP_1_1 = """proxy_http_version 1.1; proxy_set_header Connection ""; proxy_pass"""
HTTP_2 = "proxy_http_version 2; proxy_pass"
HTTP_2_TRAILERS = "proxy_http_version 2; proxy_pass_trailers on; proxy_pass"
ACCEPTED = DENIED.replace("proxy_pass http://", "grpc_pass grpc://")


@pytest.mark.parametrize("spelling", ["proxy_pass", HTTP_1_1], ids=["plain", "http_1_1"])
def test_http_1_to_a_grpc_server(story, spelling):
    """nginx speaks HTTP/1 to the gRPC server and takes its HTTP/2 frames for a page."""
    with grpc_server() as greeter:
        with story.denied(DENIED.replace("proxy_pass", spelling), GREETER=greeter) as nginx:
            # Which code it is depends on what comes first, the server's frames or its reset;
            # some calls hang until their deadline.
            assert "OK" not in nginx.codes(deadline=1).values()
            nginx.logged(
                "upstream sent no valid HTTP/1.0 header",
                "upstream prematurely closed connection",
                "recv() failed (104: Connection reset by peer)",
            )
        with story.accepted(ACCEPTED, GREETER=greeter) as nginx:
            assert nginx.codes() == every("OK")


def test_http_2_without_trailers(story):
    """From 1.29.4 proxy_pass can speak HTTP/2, but it drops the trailers, where the status is."""
    without = DENIED.replace("proxy_pass", HTTP_2)
    with_trailers = DENIED.replace("proxy_pass", HTTP_2_TRAILERS)
    with grpc_server() as greeter:
        if story.version != CURRENT:
            assert 'invalid value "2"' in story.denied_text(without, GREETER=greeter).said
            return
        with story.denied(without, GREETER=greeter) as nginx:
            assert is_proxied(nginx.codes())
        with story.accepted(with_trailers, GREETER=greeter) as nginx:
            for method in ("Hello", "Watch", "Upload", "Chat"):
                assert nginx.codes(method=method) == every("OK")


@pytest.mark.parametrize("scheme", ["grpc", "grpcs", "GRPC"])
def test_scheme(story, scheme):
    """proxy_pass grpc://...: nginx does not start."""
    conf = DENIED.replace("http://", f"{scheme}://")
    assert "invalid URL prefix" in story.denied_text(conf, GREETER="127.0.0.1:1").said
    assert story.accepted_text(ACCEPTED, GREETER="127.0.0.1:1").ok


def test_scheme_in_a_variable(story):
    """Where a variable holds it, nginx starts and answers 500."""
    conf = DENIED.replace("proxy_pass http://greeter", "set $to grpc://greeter; proxy_pass $to")
    with grpc_server() as greeter:
        with story.denied(conf, GREETER=greeter) as nginx:
            assert nginx.codes() == every("UNKNOWN")
            nginx.logged("invalid URL prefix")
        with story.accepted(ACCEPTED, GREETER=greeter) as nginx:
            assert nginx.codes() == every("OK")
