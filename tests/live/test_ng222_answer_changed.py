"""NG222 answer-changed: filters that are made for pages, on messages of gRPC.

PyPI's nginx is built without sub_filter and addition: those are tried on Debian's alone.
"""

import pytest

from tests.live.bench import DEBIAN, each, every, grpc_server

CONF = """
charset_map koi8-r utf-8 { 80 E282AC; }
upstream greeter { server GREETER; keepalive 32; }
server {
    listen LISTEN http2;
    OUTER
    location / {
        grpc_pass grpc://greeter;
        SAID
    }
    location = /footer { return 200 tail; }
}
"""
CHARSET = "charset utf-8; source_charset koi8-r;"
FOOTER = "add_after_body /footer;"
TEXT = "sub_filter hello goodbye;"


def saying(said, outer=""):
    return CONF.replace("SAID", said).replace("OUTER", outer)


def test_charset(story):
    """An error without a message is sent as one with a body, which has no trailers."""
    with grpc_server() as greeter:
        for types in ("*", "application/grpc"):
            said = saying("", f"{CHARSET} charset_types {types};")
            with story.denied(said, GREETER=greeter) as nginx:
                codes = nginx.noted("PERMISSION_DENIED becomes", "code=7")
                assert codes == each("UNKNOWN", "INTERNAL", "INTERNAL")
        for said, outer in [
            ("", CHARSET),
            ("charset off;", f"{CHARSET} charset_types *;"),
            ("charset utf-8; charset_types *;", ""),
            ("gzip on; gzip_types *; gzip_min_length 0; gzip_proxied any;", ""),
            ("ssi on; ssi_types *;", ""),
        ]:
            with story.accepted(saying(said, outer), GREETER=greeter) as nginx:
                assert nginx.codes() == every("OK")
                assert nginx.codes("code=7") == every("PERMISSION_DENIED")


def test_of_debian(story):
    """What is added, and what takes the place of a text."""
    if story.version != DEBIAN:
        pytest.skip("NOT TESTED: this nginx is built without sub_filter and addition")
    with grpc_server() as greeter:
        said = saying("", f"{FOOTER} addition_types *;")
        with story.denied(said, GREETER=greeter) as nginx:
            codes = nginx.noted("PERMISSION_DENIED becomes", "code=7")
            assert codes == each("UNKNOWN", "INTERNAL", "INTERNAL")
            assert nginx.go_call().code == "INTERNAL"
        with story.denied(saying(f"{TEXT} sub_filter_types *;"), GREETER=greeter) as nginx:
            assert nginx.go_call("hello").message == "unexpected EOF"
            assert nginx.go_call("another").code == "OK"
            assert nginx.go_call("code=7").code == "PERMISSION_DENIED"
        for said, outer in [
            (f"{FOOTER}{TEXT}", ""),
            ('add_after_body "";', f"{FOOTER} addition_types *;"),
            ("sub_filter_types text/html;", f"{TEXT} sub_filter_types *;"),
        ]:
            with story.accepted(saying(said, outer), GREETER=greeter) as nginx:
                assert nginx.codes("hello") == every("OK")
