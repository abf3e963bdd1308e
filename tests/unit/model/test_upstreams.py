"""Upstream blocks."""

import pytest

from tests.unit.model.reading import http, read_file


def upstream(text, name="u"):
    document = http(f"upstream {name} {{ {text} }}")
    assert len(document["upstreams"]) == 1
    return document["upstreams"][0]


def peer(text):
    return upstream(f"server {text};")["servers"][0]


@pytest.mark.parametrize(
    ("text", "host", "port", "is_name"),
    [
        ("10.0.0.1:50051", "10.0.0.1", 50051, False),
        ("10.0.0.1", "10.0.0.1", 80, False),
        ("greeter:50051", "greeter", 50051, True),
        ("greeter.default.svc", "greeter.default.svc", 80, True),
        ("[::1]:50051", "[::1]", 50051, False),
        ("[::1]", "[::1]", 80, False),
        ("unix:/run/greeter.sock", "", 0, False),
        ("UNIX:/run/greeter.sock", "", 0, False),
        ("<IP:PORT>", "<IP", 0, True),
    ],
)
def test_addresses(text, host, port, is_name):
    server = peer(text)
    assert (server["address"], server["host"], server["port"], server["host_is_name"]) == (
        text,
        host,
        port,
        is_name,
    )


def test_parameters():
    server = peer("a:1 max_fails=3 backup resolve")
    assert server["max_fails"] == 3
    assert server["args"] == ["a:1", "max_fails=3", "backup", "resolve"]
    server = peer("a:1 backup resolve down weight=5")
    assert (server["backup"], server["down"], server["resolve"]) == (True, True, True)
    assert "max_fails" not in server
    assert server["unresolved"] is False


@pytest.mark.parametrize("text", ["a:1 max_fails=many", "a:1 max_fails=$n", "$peer", ""])
def test_parameters_that_can_not_be_read(text):
    assert peer(text)["unresolved"] is True


def test_the_pool():
    block = upstream(
        "server a:1; keepalive 32; keepalive_timeout 20s; keepalive_requests 1000;"
        "keepalive_time 25s; zone u 64k;"
    )
    settings = block["directives"]
    assert settings["keepalive"]["number"] == 32
    assert settings["keepalive_timeout"]["ms"] == 20_000
    assert settings["keepalive_requests"]["number"] == 1000
    assert settings["keepalive_time"]["ms"] == 25_000
    assert settings["zone"]["value"] == "u 64k"
    assert {setting["context"] for name, setting in settings.items() if name != "fields"} == {
        "upstream"
    }
    assert block["keepalive_timeout"] == "20s"
    assert block["keepalive_local"] is False


def test_the_text_of_the_timeout_is_empty_where_it_is_not_said():
    assert upstream("server a:1;")["keepalive_timeout"] == ""
    assert upstream("server a:1; keepalive_timeout $t;")["keepalive_timeout"] == "$t"


def test_the_settings_of_the_server_are_not_those_of_the_pool():
    document = http("keepalive_timeout 75s; keepalive_requests 5; upstream u { server a:1; }")
    assert document["upstreams"][0]["directives"] == {"fields": 1}


def test_keepalive_local_and_none():
    block = upstream("server a:1; keepalive 8 local;")
    assert block["keepalive_local"] is True
    assert block["directives"]["keepalive"]["number"] == 8
    assert upstream("server a:1; keepalive 0;")["directives"]["keepalive"]["number"] == 0


@pytest.mark.parametrize(
    "text", ["keepalive many;", "keepalive;", "keepalive 1; keepalive 2;", "keepalive 1 local 3;"]
)
def test_a_pool_that_can_not_be_read(text):
    assert upstream("server a:1;" + text)["directives"]["keepalive"]["unresolved"] is True


@pytest.mark.parametrize(
    ("text", "name", "after"),
    [
        ("least_conn; keepalive 8;", "least_conn", False),
        ("keepalive 8; least_conn;", "least_conn", True),
        ("keepalive 8; server b:1; hash $remote_addr consistent;", "hash", True),
        ("balancer_by_lua_block { return } keepalive 8;", "balancer_by_lua_block", False),
    ],
)
def test_the_balancing_method_and_the_pool(text, name, after):
    balancer = upstream("server a:1;" + text)["balancer"]
    assert (balancer["name"], balancer["after_keepalive"]) == (name, after)


def test_no_balancing_method():
    assert "balancer" not in upstream("server a:1; keepalive 8;")


def test_servers_that_stand_elsewhere():
    assert upstream("server a:1;")["servers_known"] is True
    assert upstream("zone u 1m; state /var/lib/u.state;")["servers_known"] is False
    assert upstream("server 0.0.0.1; balancer_by_lua_file /l.lua;")["servers_known"] is False


def test_the_check_module():
    assert upstream("server a:1; check interval=3000 type=http;")["active_check"] is True
    assert upstream("server a:1;")["active_check"] is False


def test_two_blocks_of_one_name():
    document = http(
        "upstream Greeter { server a:1; } upstream greeter { server b:1; } "
        "upstream other { server c:1; }"
    )
    assert [block["duplicate"] for block in document["upstreams"]] == [True, True, False]


def test_an_include_that_was_not_read(tmp_path):
    path = tmp_path / "nginx.conf"
    path.write_text(
        "events {} http { upstream u { server a:1; include missing.conf; }\n"
        "server { location / { grpc_pass grpc://u; } } }"
    )
    document = read_file(path)
    [block] = document["upstreams"]
    assert block["servers_known"] is False
    assert document["gaps"][block["gap"]]["context"] == "upstream"
    assert document["gaps"][block["gap"]]["matters"] is True


def test_plain_http_to_the_same_upstream():
    document = http("""
        upstream both { server a:1; }
        upstream grpc_only { server a:2; }
        server {
            location /api { proxy_pass http://both; }
            location /pkg.Service/ { grpc_pass grpc://both; }
            location /pkg.Other/ { grpc_pass grpc://grpc_only; }
            location /pkg.Wrong/ { proxy_pass http://grpc_only; }
        }
    """)
    proxied = document["upstreams"][0]["proxied"]
    assert (proxied["text"], proxied["location"]) == ("http://both", "/api")
    assert "proxied" not in document["upstreams"][1]
