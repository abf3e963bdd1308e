"""NG110 error-page-harm: an error page that is worse than none."""

import pytest

from tests.live.bench import dead_address, each, every, grpc_server, raw_server
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
    "grpc_status_before_a_body": (
        page('return 502 "\\n";', "/down").replace("14;", "14 always;"),
        "UNKNOWN",
        "INTERNAL",
    ),
    "page_404": (page("return 404;"), "UNIMPLEMENTED", "UNIMPLEMENTED"),
}  # fmt: skip
RIGHT = {
    "return_200": page("return 200;"),
    "return_200_empty": page('return 200 "";'),
    "named_200": page("return 200;", "= @down", "location @down"),
    "status_200_given": page("return 204;", "=200 /down"),
    "two_types": page("return 200;").replace(
        "return", "add_header content-type application/grpc; return"
    ),
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


ROUTED = """
upstream greeter { server GREETER; keepalive 32; }
server {
    listen LISTEN http2;
    location / {
        error_page 418 EQUALS @grpc;
        if ($content_type ~ ^application/grpc) { return 418; }
        return 404;
    }
    location @grpc { grpc_pass grpc://greeter; }
}
"""


def test_routed_by_a_page(story):
    """A page that sends calls on: without `=` what the server answers is sent with its 418, and
    C-core goes by that."""
    with grpc_server() as greeter:
        with story.denied(ROUTED, GREETER=greeter, EQUALS="") as nginx:
            assert nginx.codes() == each("UNKNOWN", "OK", "OK")
            assert nginx.call("count=3", method="Watch").code == "UNKNOWN"
        with story.accepted(ROUTED, GREETER=greeter, EQUALS="=") as nginx:
            assert nginx.codes() == every("OK")
            assert nginx.call("count=3", method="Watch").code == "OK"


@pytest.mark.parametrize("what", RIGHT)
def test_right_page(story, what):
    """Status 200, application/grpc, no body: every client sees UNAVAILABLE and the words."""
    with dead_address() as greeter, story.accepted(RIGHT[what], GREETER=greeter) as nginx:
        assert nginx.codes() == every("UNAVAILABLE")
        assert nginx.messages() == every("greeter is down")


def test_204_with_a_type(story):
    """nginx leaves a content-type that add_header gives a 204: all clients here see UNAVAILABLE,
    grpc-go 1.42 to 1.76 saw UNKNOWN (204 is not 200)."""
    text = page("add_header content-type application/grpc; return 204;")
    with dead_address() as dead, story.denied(text, GREETER=dead) as nginx:
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


OTHERS = """
server {{
    listen LISTEN http2;
    {around}
    location / {{ {errors} grpc_pass grpc://GREETER; }}
    {page}
}}
"""
GRPC = "default_type application/grpc;"
GOOD = f"location = /down {{ {GRPC} add_header grpc-status 14; return 200; }}"
# A page of 502 that loses the code, and what each client makes of it.
FOLLOWED = {
    "no_number": (
        "error_page 502 = /down;",
        f"location = /down {{ {GRPC} add_header grpc-status UNAVAILABLE; return 200; }}",
        each("INTERNAL", "UNKNOWN", "UNKNOWN"),
    ),
    "rewritten_elsewhere": (
        "error_page 502 = /down;",
        f"location = /down {{ {GRPC} add_header grpc-status 14; rewrite ^ /no last; return 200; }}"
        f" location = /no {{ {GRPC} return 200; }}",
        every("UNKNOWN"),
    ),
    "an_if_with_headers": (
        "error_page 502 = /down;",
        f"location = /down {{ {GRPC} add_header grpc-status 14;"
        " if ($request_method = GET) { add_header x-a b; } return 200; }",
        every("UNKNOWN"),
    ),
    "limit_except": (
        "error_page 502 = @down;",
        f"location @down {{ {GRPC} add_header grpc-status 14; limit_except GET {{ deny all; }}"
        " return 200; }",
        every("PERMISSION_DENIED"),
    ),
    "another_location_by_regex": (
        "error_page 502 = /down;",
        f"location /down {{ {GRPC} add_header grpc-status 14; return 200; }}"
        f" location ~ ^/d.wn$ {{ {GRPC} return 204; }}",
        each("UNKNOWN", "UNKNOWN", "UNKNOWN"),
    ),
    "unknown_to_clients": (
        "error_page 502 = /down;",
        f"location = /down {{ {GRPC} add_header grpc-status 13; return 200; }}",
        every("INTERNAL"),
    ),
    "trailers_without_it": (
        "error_page 502 = /down;",
        f"location = /down {{ {GRPC} add_header grpc-status 14; add_trailer x-a b; return 200; }}",
        every("UNKNOWN"),
    ),
    "html_with_the_status": (
        "error_page 502 /down;",
        "location = /down { add_header grpc-status 14 always; return 502; }",
        each("UNKNOWN", "UNAVAILABLE", "UNAVAILABLE"),
    ),
    "a_file_by_post": (
        "error_page 502 /down.html;",
        "error_page 404 @down; location = /down.html { return 404; } location @down { root html; }",
        every("UNIMPLEMENTED"),
    ),
}


@pytest.mark.parametrize("what", FOLLOWED)
def test_followed(story, what):
    """The page's location alone does not tell what the client gets."""
    errors, page_text, codes = FOLLOWED[what]
    with dead_address() as greeter:
        conf = OTHERS.format(around="", errors=errors, page=page_text)
        with story.denied(conf, GREETER=greeter) as nginx:
            assert nginx.codes() == codes
        conf = OTHERS.format(around="", errors="error_page 502 = /down;", page=GOOD)
        with story.accepted(conf, GREETER=greeter) as nginx:
            assert nginx.codes() == every("UNAVAILABLE")


def test_permission_denied(story):
    """A page for 403 takes PERMISSION_DENIED from grpc-go; without it there is nothing to mend."""
    page_text = "location @d { add_header grpc-status 7; return 204; }"
    errors = "deny all; error_page 403 = @d;"
    with dead_address() as greeter:
        conf = OTHERS.format(around="", errors=errors, page=page_text)
        with story.denied(conf, GREETER=greeter) as nginx:
            assert nginx.codes() == each("PERMISSION_DENIED", "UNKNOWN", "UNKNOWN")
        page_text = f"location @d {{ {GRPC} add_header grpc-status 7; return 200; }}"
        conf = OTHERS.format(around="", errors=errors, page=page_text)
        with story.accepted(conf, GREETER=greeter) as nginx:
            assert nginx.codes() == every("PERMISSION_DENIED")


def test_a_page_that_passes(story):
    """The request has been read: another server gets none. A backup server gets it."""
    with dead_address() as dead, grpc_server() as alive:
        conf = OTHERS.format(
            around="", errors="error_page 502 = @fb;",
            page="location @fb { grpc_pass grpc://ALIVE; }",
        )  # fmt: skip
        with story.denied(conf, GREETER=dead, ALIVE=alive) as nginx:
            assert nginx.codes() == every("INTERNAL")
        conf = "upstream both { server GREETER; server ALIVE backup; }" + OTHERS.format(
            around="", errors="", page=""
        ).replace("grpc://GREETER", "grpc://both")
        with story.accepted(conf, GREETER=dead, ALIVE=alive) as nginx:
            assert nginx.codes() == every("OK")


def test_a_page_that_passes_in_time(story):
    """Where nginx itself refuses, nothing has been read: the call goes through the page."""
    conf = OTHERS.format(
        around="",
        errors="if ($http_te) { return 418; } error_page 418 403 = @go;",
        page="location @go { grpc_pass grpc://ALIVE; }",
    )
    with (
        dead_address() as dead,
        grpc_server() as alive,
        story.accepted(conf, GREETER=dead, ALIVE=alive) as nginx,
    ):
        assert nginx.codes() == every("OK")


NO_HARM = {
    "query": ("error_page 502 503 504 = /down?a.html;", GOOD),
    "of_the_web_site": ("error_page 404 =200 /index.html; error_page 502 = /down;", GOOD),
    "a_regex_for_others": (
        "error_page 502 = /down;", GOOD + " location ~ \\.php$ { return 204; }"
    ),
    "an_if_for_others": (
        "error_page 502 = /down;",
        f"location = /down {{ {GRPC} add_header grpc-status 14;"
        " if ($request_method = POST) { add_header x-a b; } return 200; }",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", NO_HARM)
def test_no_harm(story, what):
    """What looks like harm, and is none."""
    errors, page_text = NO_HARM[what]
    conf = OTHERS.format(around="", errors=errors, page=page_text)
    with dead_address() as greeter, story.accepted(conf, GREETER=greeter) as nginx:
        assert nginx.codes() == every("UNAVAILABLE")
