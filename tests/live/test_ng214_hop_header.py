"""NG214 hop-header: headers of one hop, set for the gRPC server, make it refuse every call."""

from tests.live.bench import c_core_server, every, grpc_server

CONF = """
upstream greeter { server GREETER; keepalive 32; }
server {
    listen LISTEN http2;
    location / {
        grpc_pass grpc://greeter;
        grpc_set_header HEADER;
    }
}
"""


def test_connection(story):
    """RFC 9113 forbids Connection in HTTP/2, and grpc-go refuses a call with it."""
    with grpc_server() as greeter:
        with story.denied(CONF, GREETER=greeter, HEADER='Connection "upgrade"') as nginx:
            assert nginx.codes() == every("UNAVAILABLE")
            nginx.logged("upstream rejected request with error 1")
        with story.accepted(CONF, GREETER=greeter, HEADER='Connection ""') as nginx:
            assert nginx.codes() == every("OK")


def test_te(story):
    """Without `TE: trailers` a C-core server takes the call for none of gRPC."""
    with c_core_server() as greeter:
        with story.denied(CONF, GREETER=greeter, HEADER='TE ""') as nginx:
            assert nginx.codes() == every("UNAVAILABLE")
            nginx.logged("upstream rejected request with error 2")
        with story.accepted(CONF, GREETER=greeter, HEADER="TE trailers") as nginx:
            assert nginx.codes() == every("OK")
