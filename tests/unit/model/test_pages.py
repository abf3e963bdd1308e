"""Which location serves an error page."""

import pytest

from tests.unit.model.reading import http, location, read, read_file, server

GRPC = "location /pkg.Service/ { grpc_pass a:1; }"


def found(text, uri):
    document = server(f"error_page 502 = {uri}; {GRPC} {text}")
    [page] = document["servers"][0]["pages"]
    assert page["uri"] == uri
    names = {place["id"]: place["name"] for place in document["servers"][0]["locations"]}
    return page["found"], names.get(page["location"], "")


@pytest.mark.parametrize(
    ("text", "uri", "expected"),
    [
        ("location = /e { return 200; }", "/e", ("yes", "= /e")),
        ("location =/e { return 200; }", "/e", ("yes", "= /e")),
        ("location = /e { } location /e { } location ~ e { }", "/e", ("yes", "= /e")),
        ("location /e { return 200; }", "/e502", ("yes", "/e")),
        ("location /e { } location /e5 { } location / { }", "/e502", ("yes", "/e5")),
        ("location /e { } location /e9 { } location /e50 { }", "/e52", ("yes", "/e")),
        ("location /e { } location /ea { } location /eb { }", "/ec", ("yes", "/e")),
        ("location /a { }", "/e", ("no", "")),
        ("location = /e { }", "/e?code=502", ("yes", "= /e")),
        # A regex location may take it: none is run.
        ("location /e { } location ~ ^/e { }", "/e", ("unknown", "")),
        ("location ~ ^/zzz { }", "/e", ("unknown", "")),
        ("location ^~ /e { } location ~ ^/e { }", "/e502", ("yes", "^~ /e")),
        ("location ^~ /e { } location /e5 { } location ~ x { }", "/e502", ("unknown", "")),
        ("location @e { return 200; }", "@e", ("yes", "@e")),
        ("location @f { return 200; }", "@e", ("no", "")),
        ("location = /e { }", "/$code", ("unknown", "")),
        ("location = /e { }", "https://a.example/e", ("no", "")),
        # Nested locations are searched in the one that was found.
        ("location /e { location /e/f { } location = /e/f { } }", "/e/f", ("yes", "= /e/f")),
        ("location /e { location /e/f { } }", "/e/f5", ("yes", "/e/f")),
        ("location /e { location /e/f { } }", "/e/g", ("yes", "/e")),
        ("location /e { location ~ f { } }", "/e/g", ("unknown", "")),
        ("location ^~ /e { location ~ f { } }", "/e/g", ("unknown", "")),
        ("location /e { location ^~ /e/f { } } location ~ x { }", "/e/f", ("unknown", "")),
        ("location /e/x { location = /e/x/e { } }", "/e", ("no", "")),
    ],
)
def test_search(text, uri, expected):
    assert found(text, uri) == expected


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
    assert [server["pages"][0]["found"] for server in document["servers"]] == ["yes", "no"]


def test_what_a_page_says():
    document = server(f"""
        error_page 502 = /e;
        {GRPC}
        location = /e {{
            internal;
            default_type application/grpc;
            add_header grpc-status 14;
            return 204;
        }}
    """)
    page = location(document, "= /e")
    assert page["internal"] is True
    assert page["directives"]["default_type"]["value"] == "application/grpc"
    assert page["return"]["code"] == 204
    assert document["header_lists"][page["add_header"]]["headers"][0]["name"] == "grpc-status"


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
    ("around", "inside", "types", "declared"),
    [
        ("", "", [], False),
        ("types { text/html html htm; text/css css; }", "", ["html text/html"], True),
        ("types { text/html HTML; }", "", ["html text/html"], True),
        ("types { text/html html; }", "types { }", [], True),
        ("", "types { application/grpc html; }", ["html application/grpc"], True),
        # Beside mime.types, whose include may have been left out: the usual types apply.
        ("types { application/wasm wasm; }", "", [], False),
        ("types { text/html html; } types { text/css css; }", "", ["html text/html"], True),
        ("types { text/html html; a/b html; }", "", ["html a/b"], True),
    ],
)
def test_the_type_by_extension(around, inside, types, declared):
    document = server(
        f"error_page 502 = /e502.html; {GRPC} location = /e502.html {{ {inside} return 200; }}",
        around=around,
    )
    page = location(document, "= /e502.html")
    assert page["types"] == types
    assert page.get("types_declared", False) is declared


def test_a_page_without_extension_has_no_types():
    document = server(
        f"error_page 502 = /e; {GRPC} location = /e {{ return 200; }}",
        around="types { text/html html; }",
    )
    assert location(document, "= /e")["types"] == []


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
                location = /exact {{ return 200; }}
                location /prefix/ {{ return 200; }}
                include missing.conf;
            }}
        }}
    """)
    pages = read_file(path)["servers"][0]["pages"]
    assert [page["found"] for page in pages] == ["yes", "unknown", "unknown", "unknown"]


def test_what_stands_around_a_fragment_may_hold_the_page():
    document = read(f"error_page 502 = /e; {GRPC}")
    assert document["servers"][0]["pages"][0]["found"] == "unknown"
    # An http-level fragment holds the whole server.
    document = read(f"server {{ error_page 502 = /e; {GRPC} }}")
    assert document["servers"][0]["pages"][0]["found"] == "no"
