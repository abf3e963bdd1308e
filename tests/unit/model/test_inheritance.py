"""Settings in effect: from the innermost level that has them, and marked where something unread
may set another value."""

import pytest

from tests.unit.model.reading import http, location, read, read_file, server


def timeout(document, name="/"):
    return location(document, name)["directives"].get("grpc_read_timeout")


@pytest.mark.parametrize(
    ("levels", "ms", "level"),
    [
        (("1s", "2s", "3s"), 3000, "location"),
        (("1s", "2s", ""), 2000, "server"),
        (("1s", "", ""), 1000, "http"),
    ],
)
def test_the_innermost_level_wins(levels, ms, level):
    of_http, of_server, of_location = [
        f"grpc_read_timeout {value};" if value else "" for value in levels
    ]
    document = server(
        f"{of_server} location / {{ {of_location} grpc_pass 127.0.0.1:50051; }}", around=of_http
    )
    assert timeout(document)["ms"] == ms
    assert timeout(document)["context"] == level


@pytest.mark.parametrize(
    ("levels", "outer"),
    [
        (("1h", "2s", "3s"), ("2s", "server")),
        (("1h", "", "60s"), ("1h", "http")),
        (("1h", "1h", "60m"), None),
        (("1h", "$t", "60s"), None),
        (("1h", "2s", ""), ("1h", "http")),
        (("", "", "60s"), None),
    ],
)
def test_a_value_that_is_overridden_is_told(levels, outer):
    of_http, of_server, of_location = [
        f"grpc_read_timeout {value};" if value else "" for value in levels
    ]
    document = server(
        f"{of_server} location / {{ {of_location} grpc_pass 127.0.0.1:50051; }}", around=of_http
    )
    said = timeout(document)
    assert (said.get("outer_value"), said.get("outer_context")) == (outer or (None, None))


def test_a_setting_says_where_it_stands():
    document = read(
        "events {}\nhttp {\n  server {\n    location / {\n      grpc_pass a:1;\n"
        "      grpc_read_timeout 1h 30m;\n      client_body_timeout 5m;\n} } }\n"
    )
    settings = location(document)["directives"]
    assert settings["client_body_timeout"] == {
        "value": "5m",
        "ms": 300_000,
        "context": "location",
        "file": "-",
        "line": 7,
    }
    # Two arguments: nginx refuses them, `"1h 30m"` would be one.
    assert settings["grpc_read_timeout"] == {
        "value": "1h 30m",
        "unresolved": True,
        "why": "rejected",
        "context": "location",
        "file": "-",
        "line": 6,
    }


def test_what_is_not_said_is_absent():
    document = server("location / { grpc_pass 127.0.0.1:50051; }")
    assert location(document)["directives"] == {"fields": 1}
    assert "gap" not in location(document)


def test_the_order_of_the_text_does_not_matter():
    document = server("location / { grpc_pass a:1; } grpc_read_timeout 7s;")
    assert timeout(document)["ms"] == 7000


def test_a_nested_location_inherits_settings_but_no_handler():
    document = server("""
        location /a/ {
            grpc_pass a:1;
            grpc_read_timeout 5m;
            location /a/b/ { grpc_pass b:1; }
            location /a/c/ { }
        }
    """)
    assert timeout(document, "/a/b/")["ms"] == 300_000
    lost = location(document, "/a/c/")
    assert lost["handler"] == "static"
    assert lost["grpc_pass"] == ""
    assert lost["grpc"] == {"carries": "no", "reasons": []}
    assert lost["parent"] == location(document, "/a/")["id"]


@pytest.mark.parametrize(
    ("text", "own"),
    [("root /srv/web;", True), ("alias /srv/web/;", True), ("expires 1h;", False)],
)
def test_a_location_inside_one_with_grpc_pass_may_serve_files(text, own):
    document = server(f"location / {{ grpc_pass a:1; location /web/ {{ {text} }} }}")
    web = location(document, "/web/")
    assert (web["handler"], web["own_handler"]) == ("static", own)


def test_an_if_inherits_everything_of_its_location():
    document = server("""
        error_page 502 = /e;
        location / {
            grpc_pass grpc://a:1;
            grpc_read_timeout 5m;
            grpc_set_header X-A a;
            if ($request_method = POST) { set $b c; }
        }
    """)
    inner, outer = location(document, "if ($request_method = POST)"), location(document)
    for name in ("handler", "grpc_pass", "directives", "target", "grpc_set_header", "error_page"):
        assert inner[name] == outer[name], name
    assert (outer["own_handler"], inner["own_handler"]) == (True, False)
    assert inner["grpc"] == {
        "carries": "pass",
        "reasons": ["it inherits the grpc_pass of its location"],
    }
    assert inner["path"] == "/"
    assert inner["condition"] == {
        "text": "$request_method = POST",
        "variable": "$request_method",
        "operator": "=",
        "value": "POST",
    }


def test_an_if_takes_no_settings():
    document = server("location / { grpc_pass a:1; if ($a) { grpc_read_timeout 9s; } }")
    assert "grpc_read_timeout" not in location(document, "if ($a)")["directives"]


def test_an_if_with_a_return_ends_there():
    document = server("location / { grpc_pass a:1; if ($a) { return 403; } }")
    inner = location(document, "if ($a)")
    assert (inner["handler"], inner["grpc"]["carries"]) == ("return", "no")
    assert location(document)["grpc"]["carries"] == "pass"
    assert "return" not in location(document)


def test_an_if_in_a_server_is_no_location():
    document = server("if ($a) { return 403; } location / { grpc_pass a:1; }")
    assert [item["name"] for item in document["servers"][0]["locations"]] == ["/"]


def test_next_upstream_adds_up_on_one_level():
    document = server("""
        grpc_next_upstream error;
        grpc_next_upstream TIMEOUT error;
        location / { grpc_pass a:1; }
        location /off { grpc_pass a:1; grpc_next_upstream off; }
    """)
    said = location(document)["directives"]["grpc_next_upstream"]
    assert (said["value"], said["context"], said["line"]) == ("error timeout", "server", 6)
    assert location(document, "/off")["directives"]["grpc_next_upstream"]["value"] == "off"


@pytest.mark.parametrize(
    ("directive", "why"),
    [
        ("grpc_read_timeout 1.5s;", "rejected"),
        ("grpc_read_timeout off;", "rejected"),
        ("grpc_read_timeout -1;", "rejected"),
        ("grpc_read_timeout 30 s;", "rejected"),
        ("grpc_read_timeout 1s; grpc_read_timeout 1s;", "duplicate"),
        ("grpc_read_timeout $timeout;", "variable"),
        ("grpc_read_timeout ;", "empty"),
        ("grpc_buffer_size 1g;", "rejected"),
        ("client_max_body_size 10MB;", "rejected"),
        ("grpc_intercept_errors yes;", "rejected"),
        ("grpc_next_upstream_tries many;", "rejected"),
        ("grpc_next_upstream error http_400;", "rejected"),
        ("grpc_next_upstream ;", "empty"),
        ("grpc_ssl_name $host;", "variable"),
        ("default_type a/b c/d;", "rejected"),
    ],
)
def test_what_can_not_be_read_is_neither_right_nor_wrong(directive, why):
    name = directive.partition(" ")[0]
    setting = location(server(f"location / {{ grpc_pass a:1; {directive} }}"))["directives"][name]
    assert setting["unresolved"] is True
    assert setting["why"] == why
    assert not {"ms", "bytes", "number", "on"} & setting.keys()


@pytest.mark.parametrize(
    ("directive", "field", "value"),
    [
        ('grpc_read_timeout "1h 30m";', "ms", 5_400_000),
        ("grpc_read_timeout 0;", "ms", 0),
        ("client_max_body_size 0;", "bytes", 0),
        ("client_max_body_size 1g;", "bytes", 1 << 30),
        ("grpc_next_upstream_tries 3;", "number", 3),
        ("grpc_intercept_errors ON;", "on", True),
        ("grpc_ssl_verify off;", "on", False),
    ],
)
def test_readings(directive, field, value):
    name = directive.partition(" ")[0]
    setting = location(server(f"location / {{ grpc_pass a:1; {directive} }}"))["directives"][name]
    assert setting[field] == value
    assert "unresolved" not in setting


def test_server_settings_are_those_of_http_and_server():
    document = server(
        """
        keepalive_timeout 75s 60s;
        http2 on;
        location / { grpc_pass a:1; keepalive_timeout 1s; underscores_in_headers on; }
        """,
        around="underscores_in_headers off; keepalive_requests 100;",
    )
    settings = document["servers"][0]["directives"]
    assert settings["keepalive_timeout"]["ms"] == 75_000
    assert settings["keepalive_timeout"]["value"] == "75s 60s"
    assert settings["underscores_in_headers"]["on"] is False
    assert settings["keepalive_requests"]["context"] == "http"
    assert settings["http2"]["on"] is True


def test_a_location_without_grpc_holds_only_its_default_type():
    document = server("grpc_read_timeout 5m; default_type a/b; location / { root /srv; }")
    assert location(document)["directives"].keys() == {"default_type", "fields"}


def test_an_unread_include_may_set_what_is_inherited(tmp_path):
    path = tmp_path / "nginx.conf"
    path.write_text("""events {}
        http {
            grpc_read_timeout 5m;
            grpc_send_timeout 5m;
            server {
                location /a { grpc_pass a:1; include missing.conf; grpc_read_timeout 1s; }
                location /b { grpc_pass a:1; }
            }
        }
    """)
    document = read_file(path)
    doubtful = location(document, "/a")
    assert doubtful["gap"] == 0
    assert doubtful["directives"]["grpc_send_timeout"] | {"line": 0} == {
        "value": "5m",
        "unresolved": True,
        "why": "gap",
        "context": "http",
        "file": str(path),
        "line": 0,
    }
    # Said in the block itself: another one there would be a duplicate, which nginx refuses.
    assert doubtful["directives"]["grpc_read_timeout"]["ms"] == 1000
    assert "gap" not in location(document, "/b")
    assert location(document, "/b")["directives"]["grpc_send_timeout"]["ms"] == 300_000


def test_an_unread_include_may_add_to_grpc_next_upstream(tmp_path):
    path = tmp_path / "nginx.conf"
    path.write_text(
        "events {} http { server { location / { grpc_pass a:1; include missing.conf; "
        "grpc_next_upstream error; } } }"
    )
    assert location(read_file(path))["directives"]["grpc_next_upstream"]["why"] == "gap"


def test_nesting_as_deep_as_nginx_allows():
    depth = 400
    text = "".join(f"location /{'a/' * level} {{" for level in range(1, depth + 1))
    document = http("server { grpc_read_timeout 5m;" + text + "grpc_pass a:1;" + "}" * depth + "}")
    deepest = document["servers"][0]["locations"][-1]
    assert deepest["directives"]["grpc_read_timeout"]["ms"] == 300_000
