"""NG502 needs-newer-nginx: a directive or parameter that this version does not have.

nginx does not start, so no call can be made: shown by `nginx -t`.
"""

import pytest

from tests.live.bench import CURRENT

GREETER = """
upstream greeter {{ {upstream} server 127.0.0.1:50051{server}; {pool} }}
server {{
    listen LISTEN{listen};
    {directive}
    location / {{ grpc_pass grpc://greeter; {inner} }}
}}
"""


def conf(**parts):
    empty = dict.fromkeys(("upstream", "server", "directive", "inner"), "")
    usual = {"listen": " http2", "pool": "keepalive 32;"}
    return GREETER.format(**{**empty, **usual, **parts})


NEWER = {
    "http2_on": conf(listen="", directive="http2 on;"),  # 1.25.1
    "keepalive_local": conf(pool="keepalive 32 local;"),  # 1.29.7
    "keepalive_0": conf(pool="keepalive 0;"),  # 1.29.7
    "resolve": conf(upstream="zone greeter 64k; resolver 127.0.0.1;", server=" resolve"),  # 1.27.3
    "add_header_inherit": conf(inner="add_header_inherit merge;"),  # 1.29.3
    "proxy_pass_trailers": conf(inner="proxy_pass_trailers on;"),  # 1.27.2
    "proxy_http_version_2": conf(inner="proxy_http_version 2;"),  # 1.29.4
}


@pytest.mark.parametrize("what", NEWER)
def test_start(story, what):
    """1.22.1 refuses the whole configuration, 1.31.3 takes it."""
    if story.version == CURRENT:
        assert story.accepted_text(NEWER[what]).ok
        return
    refused = story.denied_text(NEWER[what])
    assert not refused.ok
    assert "[emerg]" in refused.said
    assert story.accepted_text(conf()).ok


@pytest.mark.parametrize("name", ["grpc_request_buffering", "grpc_timeout", "http2_keepalive"])
def test_no_such_directive(story, name):
    """A name that sounds right, and that no version has."""
    refused = story.denied_text(conf(directive=f"{name} on;"))
    assert f'unknown directive "{name}"' in refused.said
    assert story.accepted_text(conf()).ok


def test_socket_buffers(story):
    """grpc_socket_rcvbuf came with 1.31.3."""
    text = conf(inner="grpc_socket_rcvbuf 64k;")
    if story.version == CURRENT:
        assert story.accepted_text(text).ok
    else:
        assert "unknown directive" in story.denied_text(text).said
