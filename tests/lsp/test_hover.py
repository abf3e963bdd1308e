"""What a directive comes to, and where calls go."""

import pytest
import pytest_asyncio

pytestmark = pytest.mark.asyncio

TEXT = """\
events {}
http {
    grpc_read_timeout 60s;
    upstream orders {
        server 127.0.0.1:50051;
        server 127.0.0.1:50052 backup;
        keepalive 16;
    }
    server {
        listen 80 http2;
        server_name api.internal;
        grpc_set_header X-Way out;
        location /shop.Orders/ {
            grpc_pass grpc://orders;
            grpc_read_timeout 300s;
            grpc_set_header X-Who me;
        }
        location /shop.Gone/ {
            return 403;
            grpc_pass grpc://orders;
        }
        location /shop.Vague/ {
            grpc_read_timeout $arg_t;
            grpc_pass grpc://orders;
        }
    }
}
"""


@pytest_asyncio.fixture
async def path(editor, tmp_path):
    path = tmp_path / "nginx.conf"
    path.write_text(TEXT)
    await editor.open(path)
    return path


async def test_a_value_and_what_it_takes_the_place_of(editor, path):
    told = await editor.hover(path, "grpc_read_timeout 300s")
    assert "in effect here: grpc_read_timeout is 300s (nginx.conf:15)" in told
    assert "takes the place of `grpc_read_timeout 60s` (nginx.conf:3)" in told


async def test_a_value_and_where_it_is_not_in_effect(editor, path):
    told = await editor.hover(path, "grpc_read_timeout 60s")
    assert "nginx's default is 60s" in told
    assert "not in `location /shop.Orders/`, which says `grpc_read_timeout 300s`" in told


async def test_a_value_that_is_not_known(editor, path):
    told = await editor.hover(path, "grpc_read_timeout $arg_t")
    assert "grpc_read_timeout is not known (variable, nginx.conf:23)" in told


async def test_a_list_is_inherited_whole_or_not_at_all(editor, path):
    told = await editor.hover(path, "grpc_set_header X-Who")
    assert "takes the place of `grpc_set_header X-Way out` (nginx.conf:12)" in told


async def test_a_list_that_adds_up(editor, path):
    text = editor.texts[path].replace("grpc_set_header", "add_header")
    await editor.type(
        path, text.replace("    server {\n", "    server {\n add_header_inherit merge;\n")
    )
    told = await editor.hover(path, "add_header X-Who")
    assert "beside `add_header X-Way out` (nginx.conf:13)" in told


async def test_what_stands_twice_is_refused(editor, path):
    twice = "grpc_read_timeout 300s;\n            grpc_read_timeout 301s;"
    await editor.type(path, editor.texts[path].replace("grpc_read_timeout 300s;", twice))
    assert "nginx refuses it" in await editor.hover(path, "grpc_read_timeout 301s")


async def test_a_location_says_where_calls_go_and_that_they_arrive(editor, path):
    told = await editor.hover(path, "location /shop.Orders/")
    assert "the location has grpc_pass grpc://orders (nginx.conf:14)" in told
    assert "`orders`: 127.0.0.1:50051, 127.0.0.1:50052" in told
    assert "calls arrive" in told
    assert "grpc_read_timeout is 300s (nginx.conf:15)" in told
    assert "grpc_send_timeout is 60s (nginx's default)" in told


async def test_a_location_says_what_keeps_calls_away(editor, path):
    told = await editor.hover(path, "location /shop.Gone/")
    assert "no call arrives: return 403 (nginx.conf:19)" in told


async def test_a_listener_says_whether_it_speaks_http_2(editor, path):
    assert "80 speaks HTTP/2" in await editor.hover(path, "listen 80")


async def test_an_upstream_says_who_uses_it(editor, path):
    told = await editor.hover(path, "upstream orders")
    assert "a pool of 16 connections (nginx.conf:7)" in told
    assert "used by /shop.Orders/ of api.internal, /shop.Gone/ of api.internal" in told


async def test_nothing_is_said_beside_directives(editor, path):
    await editor.type(path, editor.texts[path].replace("events {}", "events {}\n# a comment\n"))
    assert await editor.hover(path, "a comment") == ""


async def test_in_a_config_map(editor, path, tmp_path):
    manifest = tmp_path / "web.yaml"
    text = "".join(f"    {line}\n" for line in TEXT.rstrip().split("\n"))
    manifest.write_text(
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: web\ndata:\n  nginx.conf: |\n" + text
    )
    await editor.open(manifest)
    told = await editor.hover(manifest, "grpc_read_timeout 300s")
    assert "in effect here: grpc_read_timeout is 300s (web.yaml:21)" in told


async def test_where_names_lead(editor, tmp_path):
    main = tmp_path / "nginx.conf"
    main.write_text(
        "events {}\nhttp {\n    map $host $to { default orders; a stock; }\n"
        "    include upstreams/*.conf;\n    include api.conf;\n}\n"
    )
    (tmp_path / "upstreams").mkdir()
    for name in ("orders", "stock"):
        block = f"\nupstream {name} {{ server 127.0.0.1:50051; }}\n"
        (tmp_path / "upstreams" / f"{name}.conf").write_text(block)
    api = tmp_path / "api.conf"
    api.write_text(
        "server {\n    listen 80 http2;\n    error_page 502 = /e502;\n"
        "    error_page 503 = @e503;\n    location = /e502 { return 204; }\n"
        "    location @e503 { return 204; }\n"
        "    location /a.B/ { grpc_pass grpcs://stock; }\n"
        "    location /c.D/ { grpc_pass $to; }\n}\n"
    )
    await editor.open(main)
    await editor.open(api)
    assert await editor.definition(api, "grpcs://stock", 10) == [("stock.conf", 2)]
    both = [("orders.conf", 2), ("stock.conf", 2)]
    assert sorted(await editor.definition(api, "$to")) == both
    assert await editor.definition(api, "= /e502", 2) == [("api.conf", 5)]
    assert await editor.definition(api, "@e503", 2) == [("api.conf", 6)]
    assert await editor.definition(main, "include api.conf", 10) == [("api.conf", 1)]
    pattern = await editor.definition(main, "include upstreams", 10)
    assert pattern == [("orders.conf", 1), ("stock.conf", 1)]
    assert await editor.definition(api, "listen 80", 8) == []
