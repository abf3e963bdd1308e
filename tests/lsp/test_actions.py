"""Fixes as an editor offers them: each is proven before it is made."""

import pytest
from pygls.exceptions import JsonRpcException

pytestmark = pytest.mark.asyncio

TEXT = """\
events {}
http {
    upstream orders {
        server 127.0.0.1:50051;
        server 127.0.0.1:50052;
        keepalive 16;
        # Told apart by hand.
        least_conn;
    }
    server {
        listen 80 http2;
        location /shop.Orders/ {
            grpc_pass grpc://orders;
            grpc_read_timeout 0s;
            grpc_set_header Connection "close";
        }
    }
}
"""
SETTINGS = 'nginx_grpc:\n  nginx_version: "1.26.0"\n'
EDITORS = ("visual-studio-code", "neovim@0.6.1", "neovim@0.11.0")


@pytest.mark.parametrize("client", EDITORS, indirect=True)
async def test_one_finding_is_fixed_and_nothing_else(editor, tmp_path):
    path = tmp_path / "nginx.conf"
    path.write_text(TEXT)
    await editor.open(path)
    (action,) = [
        each for each in await editor.actions(path, "grpc_set_header") if "NG214" in each.title
    ]
    await editor.take(action)
    assert editor.texts[path] == TEXT.replace('Connection "close"', 'Connection ""')
    assert "NG214" not in dict(await editor.codes(path))


async def test_what_changes_more_says_so(editor, tmp_path):
    path = tmp_path / "nginx.conf"
    path.write_text(TEXT)
    await editor.open(path)
    offered = await editor.actions(path, "grpc_read_timeout 0s")
    (action,) = [each for each in offered if "NG211" in each.title]
    assert "(unsafe: " in action.title
    assert not action.is_preferred
    await editor.take(action)
    assert "grpc_read_timeout 0s" not in editor.texts[path]


async def test_all_that_is_safe_at_once(editor, tmp_path):
    path = tmp_path / "nginx.conf"
    path.write_text(TEXT)
    (tmp_path / "nginx-grpc.yaml").write_text(SETTINGS)
    await editor.open(path)
    assert {"NG204", "NG211", "NG214"} <= dict(await editor.codes(path)).keys()
    (action,) = await editor.actions(path, "events", "source.fixAll")
    await editor.take(action)
    codes = dict(await editor.codes(path))
    assert {"NG204", "NG214"}.isdisjoint(codes)
    # An unsafe one is left.
    assert "NG211" in codes
    assert "# Told apart by hand." in editor.texts[path]


async def test_of_what_was_typed_not_of_what_was_saved(editor, tmp_path):
    path = tmp_path / "nginx.conf"
    path.write_text("# saved\n")
    await editor.open(path, TEXT)
    await editor.type(path, TEXT.replace("events {}", "# One line more.\nevents {}"))
    (action,) = [
        each for each in await editor.actions(path, "grpc_set_header") if "NG214" in each.title
    ]
    await editor.take(action)
    assert editor.texts[path].startswith("# One line more.\nevents {}\n")
    assert 'Connection "";' in editor.texts[path]


async def test_in_the_file_that_an_include_brought(editor, tmp_path):
    (tmp_path / "nginx-grpc.yaml").write_text(SETTINGS)
    main = tmp_path / "nginx.conf"
    main.write_text("events {}\nhttp {\n    include up.conf;\n    include api.conf;\n}\n")
    up = tmp_path / "up.conf"
    up.write_text(
        "upstream orders {\n    keepalive 16;\n    least_conn;\n    server 127.0.0.1:1;\n}\n"
    )
    api = tmp_path / "api.conf"
    api.write_text(
        "server {\n    listen 80 http2;\n"
        "    location /a.B/ { grpc_pass grpc://orders; grpc_set_header Connection x; }\n}\n"
    )
    await editor.open(api)
    await editor.open(up)
    (moved,) = [each for each in await editor.actions(up, "least_conn") if "NG204" in each.title]
    await editor.take(moved)
    assert editor.texts[up].index("least_conn") < editor.texts[up].index("keepalive")
    (taken,) = [
        each for each in await editor.actions(api, "grpc_set_header") if "NG214" in each.title
    ]
    await editor.take(taken)
    assert 'grpc_set_header Connection "";' in editor.texts[api]


async def test_in_a_config_map(editor, tmp_path):
    path = tmp_path / "web.yaml"
    text = "".join(f"    {line}\n" for line in TEXT.rstrip().split("\n"))
    head = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: web\ndata:\n  nginx.conf: |\n"
    path.write_text(head + text)
    await editor.open(path)
    (action,) = [
        each for each in await editor.actions(path, "grpc_set_header") if "NG214" in each.title
    ]
    await editor.take(action)
    assert editor.texts[path] == (head + text).replace('Connection "close"', 'Connection ""')


async def test_what_is_found_no_more_is_not_fixed(editor, tmp_path):
    path = tmp_path / "nginx.conf"
    path.write_text(TEXT)
    await editor.open(path)
    (action,) = [
        each for each in await editor.actions(path, "grpc_set_header") if "NG214" in each.title
    ]
    await editor.type(path, TEXT.replace('Connection "close"', "X-Fine yes"))
    with pytest.raises(JsonRpcException, match="not fixed: it is found no more"):
        await editor.take(action)


async def test_what_would_change_another_location_is_not_made(editor, tmp_path):
    # One file in two servers: what the fault of one needs is no other than what the other has.
    (tmp_path / "nginx.conf").write_text(
        "events {}\nhttp {\n    upstream orders { server 127.0.0.1:1; }\n"
        "    server { listen 80 http2; include api.inc; client_max_body_size 1m; }\n"
        "    server { listen 81 http2; include api.inc; proxy_set_header Upgrade x; }\n}\n"
    )
    path = tmp_path / "api.inc"
    path.write_text("location /a.B/ { grpc_pass grpc://orders; grpc_set_header Connection x; }\n")
    await editor.open(path)
    for action in await editor.actions(path, "location"):
        if "NG214" in action.title:
            await editor.take(action)
            break
    assert 'Connection "";' in editor.texts[path]


async def test_what_changes_another_location_too_says_who_makes_it(editor, tmp_path):
    text = (
        "events {}\nhttp {\n    upstream orders { server 127.0.0.1:1; }\n"
        "    server {\n        listen 80 http2;\n        location /shop.Orders/ {\n"
        "            grpc_pass grpc://orders;\n"
        "            location /shop.Orders/Watch { grpc_read_timeout 1h; }\n        }\n    }\n}\n"
    )
    path = tmp_path / "nginx.conf"
    path.write_text(text)
    await editor.open(path)
    (action,) = [each for each in await editor.actions(path, "Watch") if "NG207" in each.title]
    with pytest.raises(JsonRpcException, match=r"fix --unsafe --only NG207@nginx\.conf:8 makes"):
        await editor.take(action)
    assert editor.texts[path] == text


async def test_nothing_is_offered_where_nothing_is_found(editor, tmp_path):
    path = tmp_path / "nginx.conf"
    path.write_text(TEXT)
    await editor.open(path)
    assert await editor.actions(path, "events", "quickfix") == []
