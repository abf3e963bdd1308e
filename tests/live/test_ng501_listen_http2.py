"""NG501 listen-http2: spellings that a later nginx warns of. No call fails yet."""

import pytest

from tests.live.bench import CURRENT, every, grpc_server

DENIED = """
upstream greeter { server GREETER; keepalive 32; }
server {
    listen LISTEN http2;
    location / { grpc_pass grpc://greeter; }
}
"""
ACCEPTED = DENIED.replace("LISTEN http2;", "LISTEN;\n    http2 on;")


def test_listen_http2(story):
    """From 1.25.1 there is `http2 on`, and `listen ... http2` gets a warning, but still works."""
    warned = 'the "listen ... http2" directive is deprecated'
    with grpc_server() as greeter:
        if story.version != CURRENT:
            with story.accepted(DENIED, GREETER=greeter) as nginx:
                assert nginx.codes() == every("OK")
                assert warned not in nginx.log
            return
        with story.denied(DENIED, GREETER=greeter) as nginx:
            assert nginx.codes() == every("OK")
            nginx.logged(warned)
        with story.accepted(ACCEPTED, GREETER=greeter) as nginx:
            assert nginx.codes() == every("OK")
            assert "[warn]" not in nginx.log


OBSOLETE = {
    "http2_max_requests 1000;": "keepalive_requests 1000;",
    "http2_max_field_size 8k;": "large_client_header_buffers 4 8k;",
    "http2_max_header_size 8k;": "large_client_header_buffers 4 8k;",
    "http2_idle_timeout 3m;": "keepalive_timeout 3m;",
    "http2_recv_timeout 30s;": "client_header_timeout 30s;",
}


@pytest.mark.parametrize("directive", OBSOLETE)
def test_obsolete_directive(story, directive):
    """Ignored since 1.19.7, with a warning that names the successor."""
    new_spelling = ACCEPTED if story.version == CURRENT else DENIED
    with_it, without = (
        new_spelling.replace("location", f"{x}\n    location")
        for x in (directive, OBSOLETE[directive])
    )
    with grpc_server() as greeter:
        assert "directive is obsolete" in story.denied_text(with_it, GREETER=greeter).said
        assert "[warn]" not in story.accepted_text(without, GREETER=greeter).said


def test_ssl_on(story):
    """`listen ... ssl` in its place: from 1.15.0 on nginx says so, from 1.25.1 on it insists."""
    if story.version == CURRENT:
        return  # NG502's
    text = DENIED.replace("location", "ssl off;\n    location")
    said = story.denied_text(text, GREETER="127.0.0.1:1").said
    assert 'the "ssl" directive is deprecated, use the "listen ... ssl" directive instead' in said
