"""Every handler is in a location, in other_handlers, or the text is refused."""

import pytest

from nginx_grpc import model
from nginx_grpc.errors import Refused
from nginx_grpc.tree import Configuration, Directive
from tests.oracle.nginx import Judge, binaries
from tests.unit.model.reading import http, location, read, server

UP = "upstream up { server 127.0.0.1:50051; server 127.0.0.1:50052; }"
T = "grpc_read_timeout 400s; grpc_connect_timeout 5s; client_body_timeout 400s;"


def others(document):
    return [
        (each["name"], each["why"], each["passes"], each["line"])
        for each in document["other_handlers"]
    ]


# What nginx never serves a call by is said.


def test_nothing_beside():
    assert server("location / { grpc_pass grpc://up; }", UP)["other_handlers"] == []


def test_stream_and_mail():
    document = read(
        "events {}\nstream { upstream u { server a:1; }\n"
        " server { listen 1; proxy_pass u; } server { listen 2; proxy_pass u; } }\n"
        "mail { server { listen 25; } }\nrtmp { server { application a { live on; } } }\n"
        "http { server { location / { grpc_pass grpc://a:1; } } }"
    )
    assert others(document) == [("stream", "protocol", 2, 2)]
    assert document["servers"][0]["locations"][0]["handler"] == "grpc_pass"


def test_a_file_of_stream():
    document = read("upstream u { server a:1; }\nserver { listen 53 udp; proxy_pass u; }\n")
    assert document["source"]["context"] == "stream"
    assert others(document) == [("server", "protocol", 1, 2)]
    assert document["servers"] == []


def test_two_handlers_in_a_location():
    """The last of them is in effect."""
    document = server("location / {\n grpc_pass grpc://a:1;\n proxy_pass http://b;\n}")
    assert location(document)["handler"] == "proxy_pass"
    assert others(document) == [("grpc_pass", "replaced", 1, 6)]


def test_a_handler_that_is_no_pass_is_in_effect():
    document = server("location / {\n grpc_pass grpc://a:1;\n empty_gif;\n}")
    assert location(document)["handler"] == "empty_gif"
    assert others(document) == [("grpc_pass", "replaced", 1, 6)]


@pytest.mark.parametrize(
    ("handlers", "limit", "expected"),
    [
        ("proxy_pass http://b; grpc_pass a:1;", "GET { allow all; }", "proxy_pass"),
        ("proxy_pass http://b; grpc_pass a:1;", "GET POST { allow all; }", "grpc_pass"),
        ("grpc_pass a:1; empty_gif;", "GET { deny all; }", "grpc_pass"),
        ("grpc_pass a:1; proxy_pass http://b;", "GET { allow all; }", "proxy_pass"),
    ],
)
def test_two_handlers_and_limit_except(handlers, limit, expected):
    """What a POST gets, run with both versions: not always the last one."""
    document = server(f"location / {{ {handlers} limit_except {limit} }}")
    assert location(document)["handler"] == expected
    found = {each["name"] for each in document["other_handlers"]} | {expected}
    assert {"grpc_pass"} <= found <= {"grpc_pass", "proxy_pass"}


def test_limit_except_beside_a_handler():
    document = server(
        "location / {\n grpc_pass grpc://a:1;\n limit_except POST {\n proxy_pass http://b; } }"
    )
    assert location(document)["handler"] == "grpc_pass"
    assert others(document) == [("proxy_pass", "methods", 1, 8)]


def test_limit_except_is_the_only_handler():
    """A call is a POST."""
    text = "location /x.X/ {{\n limit_except {} {{ proxy_pass http://b:50051; }} }}"
    document = server(text.format("GET"))
    assert location(document, "/x.X/")["handler"] == "proxy_pass"
    assert location(document, "/x.X/")["grpc"]["carries"] == "strong"
    assert document["other_handlers"] == []
    document = server(text.format("post"))
    assert location(document, "/x.X/")["handler"] == "static"
    assert others(document) == [("proxy_pass", "methods", 1, 6)]


def test_words_that_look_like_handlers():
    document = http(
        "map $uri $a { grpc_pass 1; proxy_pass 2; }\ntypes { grpc_pass a; }\n"
        "geo $b { default grpc_pass; }\nserver { location / { proxy_pass_request_body on; } }"
    )
    assert document["other_handlers"] == []


# What nginx takes nowhere, or what nobody knows, is refused.

MISPLACED = {
    "grpc_pass in http{}": "http { grpc_pass up; }",
    "grpc_pass in server{}": "http { server { grpc_pass up; location / { return 204; } } }",
    "grpc_pass in upstream{}": "http { upstream u { server a:1; grpc_pass up; } }",
    "proxy_pass in an if of server{}": "http { server { if ($arg_a) { proxy_pass http://up; } } }",
    "grpc_pass in limit_except{}": (
        "http { server { location / { limit_except GET { grpc_pass up; } } } }"
    ),
    "grpc_pass outside of all blocks": "grpc_pass up;",
    "grpc_pass in events{}": "events { grpc_pass up; }",
    "server in location{}": "http { server { location / { server { } } } }",
    "server in server{}": "http { server { server { } } }",
    "server in an if": "http { server { location / { if ($arg_a) { server { } } } } }",
    "server outside of all blocks": "server { }",
    "location in http{}": "http { location / { } }",
    "location in an if": "http { server { location / { if ($arg_a) { location /b { } } } } }",
    "location in an if of server{}": "http { server { if ($arg_a) { location /b { } } } }",
    "location in upstream{}": "http { upstream u { server a:1; location / { } } }",
    "if in an if": "http { server { location / { if ($arg_a) { if ($arg_b) { } } } } }",
    "upstream in server{}": "http { server { upstream u { server a:1; } } }",
    "http in http{}": "http { http { } }",
    "location in a server of stream{}": "stream { server { listen 1; location / { } } }",
    "grpc_pass in a server of stream{}": "stream { server { listen 1; grpc_pass up; } }",
    "http in stream{}": "stream { http { } }",
}


def misplaced(text):
    return text if text.startswith("events") else "events {}\n" + text


@pytest.mark.parametrize(("what", "text"), MISPLACED.items())
def test_what_nginx_takes_nowhere(what, text):
    with pytest.raises(Refused) as caught:
        read(misplaced(text))
    assert str(caught.value).startswith(f"-:{1 if text.startswith('events') else 2}: {what}: nginx")


@pytest.mark.parametrize("version", sorted(binaries()))
def test_nginx_refuses_these(version):
    judge = Judge(binaries()[version])
    try:
        for what, text in MISPLACED.items():
            verdict = judge.verdict(misplaced(text).encode())
            assert verdict.kind != "accepted", (what, verdict)
    finally:
        judge.close()


@pytest.mark.parametrize(
    "text",
    [
        "foo { location / { grpc_pass grpc://up; } }",
        "foo { grpc_pass grpc://up; }",
        "foo { bar { baz { proxy_pass up; } } }",
        "foo a { server { listen 1; postgres_pass up; } }",
    ],
)
@pytest.mark.parametrize("around", ["{}", "http {{ {} }}", "http {{ server {{ {} }} }}"])
def test_blocks_that_are_not_known(text, around):
    with pytest.raises(Refused, match="in a block that nginx itself does not have"):
        read(f"events {{}} {around.format(text)}")


def test_blocks_that_are_not_known_without_a_handler():
    document = http("otel_exporter { endpoint a:1; }\nfoo { location / { root /x; } }\nserver { }")
    assert document["complete"]
    assert document["other_handlers"] == []


def test_twice_the_same_handler():
    with pytest.raises(Refused, match="a second grpc_pass in one block, which nginx rejects"):
        server("location / { grpc_pass grpc://a:1; grpc_pass grpc://b:1; }")


@pytest.mark.parametrize(
    "text",
    [
        "location = / { location /x { } }",
        "location @a { location /x { } }",
        "location /a { location @b { } }",
        "location /a { location /b { } }",
        "location ~ ^/a { location /b { } }",
    ],
)
def test_locations_that_hold_no_other(text):
    with pytest.raises(Refused, match="a location inside another one that does not hold it"):
        server(text)


def test_the_same_file_in_two_places():
    """The very same objects stand in both; the second place counts for itself."""
    handler = Directive("grpc_pass", ["grpc://up"], "h.conf", 1)
    shared = [handler]
    fine = Directive("location", ["/"], "f", 1, shared)
    wrong = Directive("if", ["$a"], "f", 2, shared)
    for blocks, refused in (([fine], False), ([fine, wrong], True), ([wrong, fine], True)):
        top = [Directive("http", [], "f", 1, [Directive("server", [], "f", 1, list(blocks))])]
        configuration = Configuration("file", "f", "main", top)
        if refused:
            with pytest.raises(Refused, match=r"h\.conf:1: grpc_pass in an if of server"):
                model.build(configuration)
        else:
            assert model.build(configuration)["servers"][0]["locations"][0]["grpc_pass"]


# A part of a configuration.


@pytest.mark.parametrize(
    "text",
    [
        f"types {{ }} default_type application/grpc; grpc_pass grpc://up; grpc_read_timeout 0; {T}",
        "location /y { return 204; } grpc_pass grpc://up; grpc_read_timeout 0;",
        "error_log x; include y; grpc_pass grpc://up; grpc_read_timeout 0;",
        "if ($arg_a) { return 204; } types { a b; } grpc_pass grpc://up; grpc_read_timeout 0;",
    ],
)
def test_the_body_of_a_location(text):
    document = read(text)
    assert document["source"]["context"] == "location"
    assert document["servers"][0]["locations"][0]["grpc_pass"] == "grpc://up"


@pytest.mark.parametrize(
    "text",
    [
        "listen 80; grpc_pass grpc://up;",
        "upstream u { server a:1; } location / { grpc_pass grpc://u; }",
        "map $uri $a { } grpc_pass grpc://up;",
        "server { listen 1; proxy_pass u; location / { grpc_pass grpc://u; } }",
        "server { listen 1; proxy_pass u; } server { location / { grpc_pass grpc://u; } }",
    ],
)
def test_parts_that_stand_nowhere_together(text):
    with pytest.raises(Refused, match="nginx takes none there"):
        read(text)


def test_ports_of_grpc_in_a_stream():
    """It passes bytes, gRPC's too: said, for nothing of it is judged."""
    document = read("""
        stream {
            upstream g { server a:50051; server b:4318; }
            server { listen 4317 ssl; proxy_pass g; }
            server { listen 5432; proxy_pass db:5432; }
        }
        mail { server { listen 25; proxy_pass_error_message on; } }
    """)
    [stream] = document["other_handlers"]
    assert stream["grpc_ports"] == [4317, 50051]
    plain = read("stream { server { listen 5432; proxy_pass db:5432; } }")
    assert plain["other_handlers"][0]["grpc_ports"] == []


@pytest.mark.parametrize("words", ["/my Service", "", "= /a b", "^~ /a /b", "x /a"])
def test_words_of_a_location(words):
    """nginx takes one path, with a modifier before it at most."""
    with pytest.raises(Refused, match=r"which nginx rejects|a location of nothing"):
        server(f"location {words} {{ grpc_pass grpc://up; }}", UP)


def test_locations_as_nginx_takes_them():
    for words in ("/", "= /a", "=/a", "^~ /a", "~ ^/a", "~* ^/a", "@a", '"/my Service"'):
        assert server(f"location {words} {{ grpc_pass grpc://up; }}", UP)["servers"]
