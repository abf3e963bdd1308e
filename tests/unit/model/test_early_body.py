"""What makes nginx read the whole request before it passes any of it on."""

import pytest

from tests.unit.model.reading import http

LUA = "access_by_lua_block { return }"


def reader(location, server=""):
    """The directive by which nginx reads the request of a grpc_pass first."""
    document = http(
        f"server {{ {server} location / {{ {location} grpc_pass grpc://127.0.0.1:1; }} }}"
    )
    [found] = document["servers"][0]["locations"][:1]
    early = found.get("reads_body_first")
    return early and (early["name"], early["value"])


@pytest.mark.parametrize(
    ("location", "server", "found"),
    [
        ("", "", None),
        ("mirror /m;", "", ("mirror", "/m")),
        ("", "mirror /m;", ("mirror", "/m")),
        ("mirror off;", "mirror /m;", None),
        ("mirror /m; mirror /n;", "", ("mirror", "/m")),
        ("mirror /m; mirror_request_body off;", "", None),
        ("mirror /m; mirror_request_body OFF;", "", None),
        ("mirror /m; mirror_request_body on;", "mirror_request_body off;", ("mirror", "/m")),
        ("mirror /m;", "mirror_request_body off;", None),
        ("modsecurity on;", "", ("modsecurity", "on")),
        ("modsecurity off;", "modsecurity on;", None),
        ("mirror /m; mirror_request_body off; modsecurity on;", "", ("modsecurity", "on")),
        ("lua_need_request_body on;", "", None),
        (f"lua_need_request_body on; {LUA}", "", ("lua_need_request_body", "on")),
        (LUA, "lua_need_request_body on;", ("lua_need_request_body", "on")),
        ("lua_need_request_body on;", "rewrite_by_lua 'x()';", ("lua_need_request_body", "on")),
        ("lua_need_request_body on; log_by_lua_block { x() }", "", None),
        ("access_by_lua_block { ngx.req.read_body() }", "", ("access_by_lua_block", "")),
        ("access_by_lua_block { return }", "access_by_lua 'ngx.req.read_body()';", None),
        ("rewrite_by_lua_file /etc/x.lua;", "", None),
    ],
)
def test_reader(location, server, found):
    assert reader(location, server) == found


@pytest.mark.parametrize(
    ("text", "rewrites"),
    [
        ("", None),
        ("rewrite ^/api(/.*)$ $1 break;", True),
        ("if ($http_x) { rewrite ^/api(/.*)$ $1 break; }", True),
        ("access_by_lua_block { ngx.req.set_uri('/') }", True),
        ("location /api/v1/ { rewrite ^ / break; }", None),
    ],
)
def test_rewrites(text, rewrites):
    document = http(f"server {{ location /api/ {{ {text} grpc_pass grpc://127.0.0.1:1; }} }}")
    assert document["servers"][0]["locations"][0].get("rewrites") is rewrites


def test_pass_in_an_if():
    """The rewrite of its location holds for it too."""
    document = http("""server { location /api/ {
        rewrite ^/api(/.*)$ $1 break;
        if ($http_x) { grpc_pass grpc://127.0.0.1:1; }
    } }""")
    inner = document["servers"][0]["locations"][1]
    assert (inner["modifier"], inner["rewrites"]) == ("if", True)


def test_returns_of_a_server():
    document = http(
        "server { return 404; if ($http_te) { return 12 x; } location / { return 1; } }"
    )
    assert [(each["code"], each["body"]) for each in document["servers"][0]["returns"]] == [
        (404, "none"),
        (12, "text"),
    ]
