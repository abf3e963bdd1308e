"""NG305 body-read-first: the server sees nothing of a request before all of it is there.

ModSecurity is tried where Debian's module for 1.22.1 is installed, Lua where its module is.
"""

from pathlib import Path

import pytest

from tests.live.bench import DEBIAN, grpc_server, grpc_settings

MODULES = Path("/usr/lib/nginx/modules")
SETTINGS = grpc_settings(streaming="bidi")
CONF = """
upstream greeter { server GREETER; keepalive 32; }
server {
    listen LISTEN http2;
    location / {
        DIRECTIVES
        grpc_pass grpc://greeter;
    }
    location = /copy { internal; return 204; }
}
"""
NOTHING = CONF.replace("        DIRECTIVES\n", "")
# Each message once the one before is answered: a conversation.
CONVERSATION = {"method": "Chat", "send": 3, "in_turn": True, "deadline": 2}
# The client has said all it has to say before it waits.
UPLOAD = {"method": "Upload", "send": 3}


def modules(*names):
    """load_module of Debian's modules; the test is skipped where one is not installed."""
    files = [MODULES / f"{name}.so" for name in names]
    if missing := [file.name for file in files if not file.exists()]:
        pytest.skip(f"NOT TESTED: {', '.join(missing)} is not installed")
    return "".join(f"load_module {file};\n" for file in files)


def test_mirror(story):
    """A conversation hangs; unary calls and what the client ends by itself do not."""
    denied = CONF.replace("DIRECTIVES", "mirror /copy;")
    accepted = CONF.replace("DIRECTIVES", "mirror /copy;\n        mirror_request_body off;")
    with grpc_server() as greeter:
        with story.denied(denied, SETTINGS, GREETER=greeter) as nginx:
            assert nginx.call(**CONVERSATION).code == "DEADLINE_EXCEEDED"
            assert "[error]" not in nginx.log
            assert nginx.call().code == "OK"
            assert nginx.call(**UPLOAD).code == "OK"
        with story.accepted(accepted, SETTINGS, GREETER=greeter) as nginx:
            assert nginx.call(**CONVERSATION).code == "OK"


def test_mirror_of_the_server(story):
    """It is inherited, and `mirror off` takes it away; unary calls are not judged."""
    around = NOTHING.replace("    location / {", "    mirror /copy;\n    location / {")
    off = around.replace("        grpc_pass", "        mirror off;\n        grpc_pass")
    with grpc_server() as greeter:
        with story.denied(around, SETTINGS, GREETER=greeter) as nginx:
            assert nginx.call(**CONVERSATION).code == "DEADLINE_EXCEEDED"
        with story.accepted(off, SETTINGS, GREETER=greeter) as nginx:
            assert nginx.call(**CONVERSATION).code == "OK"
        with story.accepted(around, grpc_settings(streaming="none"), GREETER=greeter) as nginx:
            assert nginx.call().code == "OK"


@pytest.mark.parametrize(
    "code",
    [
        "lua_need_request_body on; access_by_lua_block { return }",
        "lua_need_request_body on; rewrite_by_lua_block { return }",
        "access_by_lua_block { ngx.req.read_body() }",
    ],
    ids=["access", "rewrite", "read_body"],
)
def test_lua(story, code):
    """Lua code with lua_need_request_body, or that reads the body itself."""
    if story.version != DEBIAN:
        pytest.skip("the module is Debian's")
    load = modules("ndk_http_module", "ngx_http_lua_module")
    with grpc_server() as greeter:
        denied = CONF.replace("DIRECTIVES", code)
        with story.denied(denied, SETTINGS, load=load, GREETER=greeter) as nginx:
            assert nginx.call(**CONVERSATION).code == "DEADLINE_EXCEEDED"
            assert nginx.call().code == "OK"
        accepted = CONF.replace("DIRECTIVES", "access_by_lua_block { return }")
        with story.accepted(accepted, SETTINGS, load=load, GREETER=greeter) as nginx:
            assert nginx.call(**CONVERSATION).code == "OK"


def test_lua_that_does_not_run(story):
    """lua_need_request_body alone reads nothing."""
    if story.version != DEBIAN:
        pytest.skip("the module is Debian's")
    load = modules("ndk_http_module", "ngx_http_lua_module")
    conf = CONF.replace("DIRECTIVES", "lua_need_request_body on; log_by_lua_block { return }")
    with (
        grpc_server() as greeter,
        story.accepted(conf, SETTINGS, load=load, GREETER=greeter) as nginx,
    ):
        assert nginx.call(**CONVERSATION).code == "OK"


@pytest.mark.parametrize("rules", ["SecRuleEngine On", "SecRuleEngine Off"])
def test_modsecurity(story, rules):
    """Whatever its rules say: also with SecRequestBodyAccess off, its default."""
    if story.version != DEBIAN:
        pytest.skip("the module is Debian's")
    load = modules("ngx_http_modsecurity_module")
    denied = CONF.replace("DIRECTIVES", f'modsecurity on; modsecurity_rules "{rules}";')
    with grpc_server() as greeter:
        with story.denied(denied, SETTINGS, load=load, GREETER=greeter) as nginx:
            assert nginx.call(**CONVERSATION).code == "DEADLINE_EXCEEDED"
            assert nginx.call().code == "OK"
        off = denied.replace("modsecurity on", "modsecurity off")
        with story.accepted(off, SETTINGS, load=load, GREETER=greeter) as nginx:
            assert nginx.call(**CONVERSATION).code == "OK"
