"""NG209 unreachable-pass: something in the location keeps calls from grpc_pass."""

from tests.live.bench import every, grpc_server

CONF = """
upstream greeter { server GREETER; keepalive 32; }
server {
    listen LISTEN http2;
    location / {
        BEFORE
        grpc_pass grpc://greeter;
    }
}
"""


def test_return(story):
    """An unconditional `return` wins over grpc_pass."""
    with grpc_server() as greeter:
        denied, accepted = "return 404;", "if ($request_method = GET) { return 404; }"
        with story.denied(CONF, GREETER=greeter, BEFORE=denied) as nginx:
            assert nginx.codes() == every("UNIMPLEMENTED")
            assert greeter.connections == 0
        with story.accepted(CONF, GREETER=greeter, BEFORE=accepted) as nginx:
            assert nginx.codes() == every("OK")


def test_limit_except(story):
    """A gRPC call is a POST: what allows GET alone refuses it."""
    with grpc_server() as greeter:
        denied = "limit_except GET { deny all; }"
        accepted = "limit_except GET POST { deny all; }"
        with story.denied(CONF, GREETER=greeter, BEFORE=denied) as nginx:
            assert nginx.codes() == every("PERMISSION_DENIED")
            nginx.logged("access forbidden by rule")
        with story.accepted(CONF, GREETER=greeter, BEFORE=accepted) as nginx:
            assert nginx.codes() == every("OK")
