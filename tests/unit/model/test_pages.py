"""What becomes of an error page."""

import pytest

from nginx_grpc.model.regex import compiled
from tests.unit.model.reading import http, location, read, read_file, server

GRPC = "location /pkg.Service/ { grpc_pass a:1; }"
STATUS = "default_type application/grpc; add_header grpc-status 14;"


def followed(text, uri="/e", response="=", around=""):
    """The page that this error_page leads to, and the name of the location where it ends."""
    document = server(f"error_page 502 {response} {uri}; {GRPC} {text}", around)
    [page] = document["servers"][0]["pages"]
    assert (page["uri"], page["response"]) == (uri, response)
    names = {place["id"]: place["name"] for place in document["servers"][0]["locations"]}
    return page, names.get(page["location"], "")


@pytest.mark.parametrize(
    ("text", "uri", "expected"),
    [
        ("location = /e { return 200; }", "/e", "= /e"),
        ("location =/e { return 200; }", "/e", "= /e"),
        ("location = /e { return 200; } location /e { } location ~ e { }", "/e", "= /e"),
        ("location /e { return 200; }", "/e502", "/e"),
        ("location /e { } location /e5 { return 200; } location / { }", "/e502", "/e5"),
        ("location /e { return 200; } location /e9 { } location /e50 { }", "/e52", "/e"),
        ("location = /e { return 200; }", "/e?code=502.html", "= /e"),
        ("location /e { } location ~ ^/e { return 200; }", "/e", "~ ^/e"),
        ("location /e { return 200; } location ~ ^/zzz { }", "/e", "/e"),
        ("location ~* ^/E$ { return 200; } location ~ ^/E { }", "/e", "~* ^/E$"),
        (r"location ~ \.php$ { } location = /e.html { return 200; }", "/e.html", "= /e.html"),
        (r"location ~ \.php$ { } location / { return 200; }", "/e.html", "/"),
        ("location ^~ /e { return 200; } location ~ ^/e { }", "/e502", "^~ /e"),
        ("location ^~ /e { } location /e5 { } location ~ 502 { return 200; }", "/e502", "~ 502"),
        ("location @e { return 200; }", "@e", "@e"),
        # Nested locations are searched in the one that was found.
        ("location /e { location = /e/f { return 200; } location /e/f { } }", "/e/f", "= /e/f"),
        ("location /e { location /e/f { return 200; } }", "/e/f5", "/e/f"),
        ("location /e { return 200; location /e/f { } }", "/e/g", "/e"),
        ("location /e { location ~ g { return 200; } }", "/e/g", "~ g"),
        ("location ^~ /e { location ~ g { return 200; } }", "/e/g", "~ g"),
        ("location /e { location ^~ /e/f { } } location ~ f { return 200; }", "/e/f", "~ f"),
    ],
)
def test_the_location_that_nginx_chooses(text, uri, expected):
    page, name = followed(text, uri)
    assert (page["answer"], name) == ("page", expected)


@pytest.mark.parametrize(
    ("text", "answer", "status"),
    [
        ("return 200;", "page", 200),
        ("return 204;", "page", 204),
        ("return 503;", "error", 503),
        ('return 503 "text";', "page", 503),
        ("return 302 /x;", "error", 302),
        ("return https://a.example/;", "error", 302),
        ("return 444;", "closed", 444),
        ("deny all; root /srv;", "error", 403),
        ("deny all; return 200;", "page", 200),
        ("allow all; deny all; root /srv;", "unknown", 0),
        ("auth_basic x; root /srv;", "unknown", 0),
        ("try_files /a =404;", "unknown", 0),
        ("root /srv;", "file", 200),
        ("grpc_pass b:1;", "pass", 0),
        ("proxy_pass http://b;", "pass", 0),
        ("stub_status;", "handler", 0),
        ("rewrite ^ /to last; return 204;", "page", 418),
        ("rewrite ^/e$ /to last; return 204;", "page", 418),
        ("rewrite ^/other$ /to last; return 204;", "page", 204),
        ("rewrite ^/(e)$ /t/../$1/to; return 204;", "page", 204),
        ("rewrite ^/(.)$ /$1/to last; return 204;", "page", 419),
        ("rewrite ^ /to; return 204;", "page", 204),
        ("rewrite ^ /to; break;", "file", 200),
        ("rewrite ^ /to permanent; return 204;", "error", 301),
        ("rewrite ^ https://a.example/ last;", "error", 302),
        ("rewrite ^ /e last;", "error", 500),
        ("rewrite ^ /$arg_to? last; return 204;", "file", 200),
        ("if ($request_method = GET) { return 204; } return 200;", "page", 204),
        ("if ($request_method = POST) { return 204; } return 200;", "page", 200),
        ("if ($http_te) { return 204; } return 200;", "page", 204),
        ("if ($http_upgrade) { return 204; } return 200;", "page", 200),
        ("if ($content_type ~ grpc) { return 204; } return 200;", "page", 204),
        ("if ($content_type = text/html) { return 204; } return 200;", "page", 200),
        ("if ($content_type = application/grpc) { return 204; } return 200;", "unknown", 0),
        ("if ($http_x) { return 204; } return 200;", "unknown", 0),
        ("if ($http_x) { return 200; } return 200;", "page", 200),
        ("if (-f /x) { return 204; } return 200;", "unknown", 0),
        ("set $a 1; if ($a) { return 204; } return 200;", "page", 204),
        ("set $a $http_x; if ($a) { return 204; } return 200;", "unknown", 0),
        ("if ($http_te) { break; } return 200;", "file", 200),
        ("limit_except GET { deny all; } return 200;", "page", 200),
        ("limit_except POST { deny all; } return 200;", "error", 403),
        ("limit_except POST { allow all; } return 200;", "file", 200),
        ("rewrite_by_lua_block { } return 200;", "unknown", 0),
    ],
)
def test_what_the_location_answers(text, answer, status):
    others = "location = /to { return 418 x; } location = /e/to { return 419 x; }"
    page, _ = followed(f"location = /e {{ {text} }} {others}")
    assert (page["answer"], page["status"]) == (answer, status)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("if ($request_method = POST) { return 204; } return 200;", "page"),
        ("root /srv;", "no_file"),
        ("rewrite ^ /to last;", "page"),
        ("rewrite html$ /to last; return 200;", "unknown"),
    ],
)
def test_a_named_location_keeps_method_and_uri(text, answer):
    page, _ = followed(f"location @e {{ {text} }} location = /to {{ return 418 x; }}", "@e")
    assert page["answer"] == answer
    assert page["method"] == "POST" or answer == "unknown"


@pytest.mark.parametrize(
    ("inside", "around", "answer"),
    [
        # Empty or one of the texts that it is set to, and none of them is true.
        ("if ($down) { return 503 x; }", "set $down '';", "page"),
        ("if ($down) { return 503 x; }", "if ($http_x) { set $down 0; }", "page"),
        ("if ($down = yes) { return 503 x; }", "location /o { set $down no; }", "page"),
        ("if ($down) { return 503 x; }", "if ($http_x) { set $down 1; }", "unknown"),
        ("if ($down) { return 503 x; }", "location /o { set $down $http_x; }", "unknown"),
        ("if ($down) { return 503 x; }", "location ~ /(?<down>.) { set $down 0; }", "unknown"),
    ],
)
def test_a_variable_that_the_configuration_sets(inside, around, answer):
    page, _ = followed(f"{around} location @e {{ {inside} return 200; }}", "@e")
    assert page["answer"] == answer


def test_a_client_says_the_same_each_time_it_is_asked():
    ifs = "if ($http_x) { set $a 1; } if ($http_y) { set $a 1; }" * 8
    page, _ = followed(f"location = /e {{ {ifs} return 200; }}")
    assert page["answer"] == "page"


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        ("@gone", ("missing", 500)),
        ("/gone", ("file", 200)),
        ("https://a.example/", ("redirect", 302)),
        ("/$code", ("unknown", 0)),
    ],
)
def test_pages_without_a_location(uri, expected):
    page, name = followed("", uri)
    assert (page["answer"], page["status"]) == expected
    assert name == ""


@pytest.mark.parametrize(
    ("response", "kept", "status"),
    [("", True, 0), ("=", False, 204), ("=0", False, 204), ("=200", False, 200)],
)
def test_the_status(response, kept, status):
    text = f"location = /e {{ {STATUS} return 204; }}"
    document = server(f"error_page 502 {response} /e; {GRPC} {text}")
    [page] = document["servers"][0]["pages"]
    assert (page["kept"], page["status"]) == (kept, status)
    assert page["type"] == ("" if status == 204 else "application/grpc")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("add_header grpc-status 14;", [("grpc-status", "14", False, False)]),
        ("add_header Grpc-Status 14 always;", [("grpc-status", "14", True, False)]),
        ("add_header grpc-status 14; if ($http_te) { add_header X-A a; }", []),
        ("add_header grpc-status 14; if ($http_upgrade) { add_header X-A a; }",
         [("grpc-status", "14", False, False)]),
        ('add_header grpc-status "";', []),
        ("add_trailer X-A a;", [("x-a", "a", False, True)]),
        ("add_header_inherit merge; add_header grpc-status 14; if ($http_te) { add_header X-A a; }",
         [("grpc-status", "14", False, False)]),
    ],
)  # fmt: skip
def test_the_headers_where_it_ends(text, expected):
    page, _ = followed(f"location = /e {{ default_type application/grpc; {text} return 200; }}")
    said = ("name", "value", "always", "trailer")
    assert [tuple(header[name] for name in said) for header in page["headers"]] == expected


def test_a_header_that_is_not_known():
    text = "default_type application/grpc; add_header grpc-status $code; return 200;"
    page, _ = followed(f"location = /e {{ {text} }}")
    assert (page["answer"], page["why"]) == ("unknown", "has headers that are not known")


def test_the_server_rewrites_again_for_a_uri_alone():
    rules = "if ($request_method = GET) { return 403; } location @e { return 200; }"
    assert followed(rules)[0]["answer"] == "error"
    assert followed(rules, "@e")[0]["answer"] == "page"


def test_pages_on_pages():
    text = "location = /e { return 403; error_page 403 = /f; } location = /f { return 200; }"
    assert followed(text)[0]["status"] == 403
    page, name = followed(f"recursive_error_pages on; {text}")
    assert (page["recursive"], page["status"], name) == (True, 200, "= /f")
    page, _ = followed("recursive_error_pages on; location = /e { return 502; }")
    assert (page["answer"], page["status"]) == ("error", 500)


def test_only_pages_of_locations_with_grpc():
    document = server("error_page 502 /a; location / { root /srv; error_page 404 /b; }")
    assert document["servers"][0]["pages"] == []
    document = server("error_page 502 /a; location / { grpc_pass a:1; error_page 404 /b; }")
    assert [page["uri"] for page in document["servers"][0]["pages"]] == ["/b"]


def test_a_page_that_no_status_uses_is_left_out():
    document = server(f"error_page 502 /a; error_page 502 /b; error_page 502 503 /c; {GRPC}")
    assert [page["uri"] for page in document["servers"][0]["pages"]] == ["/a", "/c"]


def test_each_server_finds_its_own():
    document = http(f"""
        error_page 502 = /e;
        server {{ {GRPC} location = /e {{ return 200; }} }}
        server {{ {GRPC} }}
    """)
    assert [server["pages"][0]["answer"] for server in document["servers"]] == ["page", "file"]


@pytest.mark.parametrize(
    ("text", "statuses"),
    [
        ("", None),
        ("deny 10.0.0.1;", [403]),
        ("allow all;", None),
        ("limit_except GET { deny all; }", [403]),
        ("limit_except POST { deny all; }", None),
        ("auth_basic x;", [401]),
        ("auth_basic off;", None),
        ("auth_request /auth;", [401, 403]),
        ("limit_req zone=a;", [503]),
        ("limit_req zone=a; limit_req_status 429;", [429]),
        ("limit_conn a 1;", [503]),
        ("internal;", [404]),
        ("try_files /a =410;", [410]),
        ("if ($http_x) { return 403; }", [403]),
        ("if ($http_x) { return 403 text; }", None),
        ("if ($http_x) { return 204; }", None),
    ],
)
def test_the_errors_that_may_come(text, statuses):
    document = server(f"location / {{ grpc_pass a:1; {text} }}")
    assert location(document).get("errors", {}).get("statuses") == statuses


def test_errors_of_a_module_and_of_an_if_with_pages_of_its_own():
    document = server("location / { grpc_pass a:1; access_by_lua_block { } }")
    assert location(document)["errors"] == {"statuses": [], "any": True}
    document = server(
        "location / { grpc_pass a:1; if ($http_x) { error_page 403 /own; return 403; } }"
    )
    assert "errors" not in location(document)
    assert location(document, "if ($http_x)")["errors"]["statuses"] == [403]
    assert [page["uri"] for page in document["servers"][0]["pages"]] == ["/own"]


@pytest.mark.parametrize(
    ("text", "code", "body"),
    [
        ("204", 204, "none"),
        ("200", 200, "none"),
        ('200 ""', 200, "empty"),
        ("200 ''", 200, "empty"),
        ('200 "text"', 200, "text"),
        ("200 $request_id", 200, "variable"),
        ("https://a.example/", 302, "text"),
        ("https://$host/", 302, "variable"),
        ("$scheme://a.example/", 302, "variable"),
        ("301 https://a.example/", 301, "text"),
        ("nonsense", 0, "none"),
        ("$code", 0, "none"),
        ("2000", 0, "none"),
        ("", 0, "none"),
    ],
)
def test_return(text, code, body):
    found = location(server(f"location / {{ return {text}; }}"))["return"]
    assert (found["code"], found["body"]) == (code, body)


def test_the_first_return_counts_unless_a_break_stands_before_it():
    document = server("location / { return 403; return 401; } location /b { break; return 200; }")
    assert location(document)["return"]["code"] == 403
    assert "return" not in location(document, "/b")


@pytest.mark.parametrize(
    ("around", "inside", "expected"),
    [
        ("", "", "text/html"),
        ("types { text/x html htm; text/css css; }", "", "text/x"),
        ("types { text/x HTML; }", "", "text/x"),
        ("types { text/html html; }", "types { }", "application/grpc"),
        ("", "types { application/grpc html; }", "application/grpc"),
        # Beside mime.types, whose include may have been left out.
        ("types { application/wasm wasm; }", "", None),
        ("types { text/html html; } types { text/css css; }", "", "text/html"),
        ("types { text/html html; a/b html; }", "", "a/b"),
    ],
)
def test_the_type_by_extension(around, inside, expected):
    page, _ = followed(
        f"location = /e.html {{ default_type application/grpc; {inside} return 200; }}",
        "/e.html",
        around=around,
    )
    assert (page["type"] if page["answer"] == "page" else None) == expected


@pytest.mark.parametrize("uri", ["/e", "/e.d/e", "/e.unheard-of"])
def test_the_default_type(uri):
    page, _ = followed("location /e { return 200; default_type a/b; }", uri)
    assert page["type"] == "a/b"
    page, _ = followed("location /e { return 200; }", uri)
    assert page["type"] == "text/plain"


def test_what_was_not_read_may_hold_the_page(tmp_path):
    path = tmp_path / "nginx.conf"
    path.write_text(f"""events {{}}
        http {{
            server {{
                error_page 500 = /exact;
                error_page 502 = /prefix/x;
                error_page 503 = @named;
                error_page 504 = /absent;
                {GRPC}
                location = /exact {{ {STATUS} return 200; }}
                location /prefix/ {{ {STATUS} return 200; }}
                include missing.conf;
            }}
        }}
    """)
    pages = read_file(path)["servers"][0]["pages"]
    assert [page["answer"] for page in pages] == ["page", "unknown", "unknown", "unknown"]


def test_what_stands_around_a_fragment_may_hold_the_page():
    document = read(f"error_page 502 = /e; {GRPC}")
    assert document["servers"][0]["pages"][0]["answer"] == "unknown"
    # An http-level fragment holds the whole server.
    document = read(f"server {{ error_page 502 = /e.html; {GRPC} }}")
    assert document["servers"][0]["pages"][0]["answer"] == "file"


@pytest.mark.parametrize(
    "pattern", ["(a", "a++", "(?=a)b", r"\bx", "(a*)*", "x" * 2000, "é", "[[:alpha:]]"]
)
def test_a_regex_of_which_nothing_is_known(pattern):
    assert compiled(pattern) is None


@pytest.mark.parametrize(
    ("pattern", "text", "captures"),
    [
        ("^/(a|b)/(.*)$", "/b/c", ("/b/c", "b", "c")),
        ("(a*?)b", "aab", ("aab", "aa")),
        (r"\.(html|php)$", "/x.php", (".php", "php")),
        ("(x)?y", "y", ("y", None)),
        ("[^/]{2,3}", "/abcd", ("abc",)),
        ("(?i)/A(b|c)", "/aB", ("/aB", "B")),
    ],
)
def test_a_regex(pattern, text, captures):
    assert compiled(pattern).search(text).captures == captures


def test_a_regex_that_pcre_might_give_up():
    assert compiled(".*.*.*x").search("/" + "a" * 200) is False
