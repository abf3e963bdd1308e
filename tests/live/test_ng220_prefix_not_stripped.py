"""NG220 prefix-not-stripped: grpc_pass sends the prefix of its location along."""

import grpc
import pytest

from tests.live.bench import every, grpc_server, grpc_settings

DENIED = """
upstream greeter { server GREETER; keepalive 32; }
server {
    listen LISTEN http2;
    location PREFIX {
        grpc_pass grpc://greeter;
    }
}
"""
ACCEPTED = DENIED.replace("grpc_pass", "rewrite ^PREFIX(/.*)$ $1 break;\n        grpc_pass")


def call_under(nginx, prefix):
    """The code of a call of C-core to PREFIX/greeter.v1.Greeter/Hello."""
    with grpc.insecure_channel(nginx.address, [("grpc.enable_http_proxy", 0)]) as channel:
        try:
            channel.unary_unary(f"{prefix}/greeter.v1.Greeter/Hello")(b"", timeout=5)
        except grpc.RpcError as error:
            return error.code().name
        return "OK"


@pytest.mark.parametrize("prefix", ["/api", "/api/v1"])
def test_prefix(story, prefix):
    """The server knows no /api/greeter.v1.Greeter/Hello."""
    with grpc_server() as greeter:
        with story.denied(DENIED.replace("PREFIX", prefix + "/"), GREETER=greeter) as nginx:
            code = call_under(nginx, prefix)
            nginx.note(f"a call to {prefix}/greeter.v1.Greeter/Hello gets", code)
            assert code == "UNIMPLEMENTED"
        conf = ACCEPTED.replace("PREFIX(", prefix + "(").replace("PREFIX", prefix + "/")
        with story.accepted(conf, GREETER=greeter) as nginx:
            code = call_under(nginx, prefix)
            nginx.note(f"a call to {prefix}/greeter.v1.Greeter/Hello gets", code)
            assert code == "OK"


@pytest.mark.parametrize("path", ["/", "/greeter", "/greeter.v1.", "/greeter.v1.Greeter/"])
def test_paths_of_methods(story, path):
    """A prefix that a method's path has."""
    conf = DENIED.replace("PREFIX", path)
    with grpc_server() as greeter, story.accepted(conf, GREETER=greeter) as nginx:
        assert nginx.codes() == every("OK")


def test_server_with_a_prefix(story):
    """A server that has its services there: here, another nginx's place is taken by a location."""
    conf = """
    upstream greeter { server GREETER; keepalive 32; }
    server {
        listen LISTENBEHIND http2;
        location / { rewrite ^/api(/.*)$ $1 break; grpc_pass grpc://greeter; }
    }
    upstream mounted { server LISTENBEHIND; keepalive 32; }
    server { listen LISTEN http2; location /api/ { grpc_pass grpc://mounted; } }
    """
    settings = grpc_settings(path_prefixes=["/api/"])
    with grpc_server() as greeter, story.accepted(conf, settings, GREETER=greeter) as nginx:
        assert call_under(nginx, "/api") == "OK"
