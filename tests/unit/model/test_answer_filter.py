"""What changes the bodies of answers on their way through nginx."""

import pytest

from tests.unit.model.reading import http

LUA = "body_filter_by_lua_block { x() }"
CHARSET = "charset utf-8; source_charset koi8-r;"


def changing(location, server="", outer=""):
    """The directive that changes the answers of a grpc_pass, and what it does."""
    document = http(
        f"{outer} server {{ {server} location / {{ {location} grpc_pass grpc://127.0.0.1:1; }} }}"
    )
    found = document["servers"][0]["locations"][0].get("answer_filter")
    return found and (found["name"], found["value"], found["effect"])


@pytest.mark.parametrize(
    ("location", "server", "found"),
    [
        ("", "", None),
        ("sub_filter a b;", "", None),
        ("sub_filter a b; sub_filter_types *;", "", ("sub_filter", "a b", "text")),
        ("sub_filter a b; sub_filter_types text/css *;", "", ("sub_filter", "a b", "text")),
        ("sub_filter a b; sub_filter_types text/css application/json;", "", None),
        ("sub_filter_types Application/Grpc;", "sub_filter a b;", ("sub_filter", "a b", "text")),
        ("sub_filter_types text/html;", "sub_filter a b; sub_filter_types *;", None),
        ("subs_filter a b; subs_filter_types *;", "", ("subs_filter", "a b", "text")),
        ("subs_filter a b; sub_filter_types *;", "", None),
        ("add_after_body /f;", "addition_types *;", ("add_after_body", "/f", "every")),
        ('add_after_body "";', "add_after_body /f; addition_types *;", None),
        ("", "add_before_body /f; addition_types *;", ("add_before_body", "/f", "every")),
        ("xslt_stylesheet /a.xsl;", "", None),
        (
            "xslt_stylesheet /a.xsl; xslt_types *;",
            "",
            ("xslt_stylesheet", "/a.xsl", "every"),
        ),
        ("image_filter resize 1 1;", "", ("image_filter", "resize 1 1", "every")),
        ("image_filter off;", "", None),
        ("echo_after_body x;", "", ("echo_after_body", "x", "every")),
        (CHARSET, "", None),
        (f"{CHARSET} charset_types *;", "", ("source_charset", "koi8-r", "every")),
        ("", f"{CHARSET} charset_types *;", ("source_charset", "koi8-r", "every")),
        ("charset off;", f"{CHARSET} charset_types *;", None),
        ("charset KOI8-R;", f"{CHARSET} charset_types *;", None),
        ("charset $c;", f"{CHARSET} charset_types *;", None),
        ("charset utf-8; charset_types *;", "", None),
        ("source_charset utf-8; charset_types *;", "", None),
        (LUA, "", ("body_filter_by_lua_block", "", "unknown")),
        ("", "js_body_filter a.b;", ("js_body_filter", "a.b", "unknown")),
        (f"{LUA} image_filter test;", "", ("image_filter", "test", "every")),
    ],
)
def test_changing(location, server, found):
    assert changing(location, server) == found


def test_of_the_http_block():
    assert changing("", outer="sub_filter a b; sub_filter_types *;") == (
        "sub_filter",
        "a b",
        "text",
    )


def test_what_stands_in_no_grpc_location():
    document = http("server { location / { sub_filter a b; sub_filter_types *; root /srv; } }")
    assert "answer_filter" not in document["servers"][0]["locations"][0]
