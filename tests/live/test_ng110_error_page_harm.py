"""NG110 error-page-harm: an error page that is worse than none."""

import pytest

from tests.live.bench import dead_address, each, every, raw_server
from tests.live.bench.misbehaving import resets_second_use

CONF = """
upstream greeter {{ server GREETER; keepalive 32; }}
server {{
    listen LISTEN http2;
    location / {{ grpc_pass grpc://greeter; error_page 502 {how}; }}
    {page} {{
        {kind}
        add_header grpc-status 14;
        add_header grpc-message "greeter is down";
        {answer}
    }}
}}
"""


def page(answer, how="= /down", page="location = /down", kind="default_type application/grpc;"):
    return CONF.format(answer=answer, how=how, page=page, kind=kind)


HARMFUL = {
    # nginx takes the content-type off a 204, and grpc-go and grpc-java then see no gRPC.
    "return_204": (page("return 204;"), "UNAVAILABLE", "UNKNOWN"),
    "named_204": (page("return 204;", "= @down", "location @down"), "UNAVAILABLE", "UNKNOWN"),
    "a_body": (page('return 200 "greeter is down";'), "UNKNOWN", "RESOURCE_EXHAUSTED"),
    "text_plain": (page('return 200 "";', kind=""), "UNAVAILABLE", "UNKNOWN"),
    "html_extension": (page("return 200;", "= /down.html", "location = /down.html"),
                       "UNAVAILABLE", "UNKNOWN"),
    # Without `=` the status stays 502, and add_header without `always` is for good ones alone.
    "headers_lost": (page("return 200;", "/down"), "UNAVAILABLE", "UNKNOWN"),
    "grpc_type_on_502": (page('return 502 "\\n";', "/down"), "UNAVAILABLE", "INTERNAL"),
    "grpc_type_on_503": (page('return 503 "down";'), "UNAVAILABLE", "INTERNAL"),
    "page_404": (page("return 404;"), "UNIMPLEMENTED", "UNIMPLEMENTED"),
}  # fmt: skip
RIGHT = {
    "return_200": page("return 200;"),
    "return_200_empty": page('return 200 "";'),
    "named_200": page("return 200;", "= @down", "location @down"),
    "status_200_given": page("return 204;", "=200 /down"),
    "trailers": page("return 200;").replace("add_header", "add_trailer"),
}


@pytest.mark.parametrize("what", HARMFUL)
def test_dead_upstream(story, what):
    """The page turns UNAVAILABLE, or its words, into something else for a client."""
    conf, c_core, grpc_go = HARMFUL[what]
    with dead_address() as greeter:
        with story.denied(conf, GREETER=greeter) as nginx:
            assert nginx.codes() == each(c_core, grpc_go, grpc_go)
        with story.accepted(page("return 200;"), GREETER=greeter) as nginx:
            assert nginx.codes() == every("UNAVAILABLE")
            assert nginx.messages() == every("greeter is down")


@pytest.mark.parametrize("what", RIGHT)
def test_right_page(story, what):
    """Status 200, application/grpc, no body: every client sees UNAVAILABLE and the words."""
    with dead_address() as greeter, story.accepted(RIGHT[what], GREETER=greeter) as nginx:
        assert nginx.codes() == every("UNAVAILABLE")
        assert nginx.messages() == every("greeter is down")


def test_html_503(story):
    """`return 503;` without a text is nginx's own HTML, whatever default_type says: as no page."""
    with dead_address() as dead, story.accepted(page("return 503;"), GREETER=dead) as nginx:
        assert nginx.codes() == every("UNAVAILABLE")


def test_no_retry(story):
    """A client that retries UNAVAILABLE gets over stale connections, but not over a 204 page."""
    with raw_server(resets_second_use) as greeter:
        with story.denied(page("return 204;"), GREETER=greeter) as nginx:
            assert nginx.go_call(calls=20, retry=True).codes == {"OK": 10, "UNKNOWN": 10}
        with story.accepted(page("return 200;"), GREETER=greeter) as nginx:
            assert nginx.go_call(calls=20, retry=True).code == "OK"
            assert nginx.call(calls=20, retry=True).code == "OK"
