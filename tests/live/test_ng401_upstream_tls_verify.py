"""NG401 upstream-tls-verify: grpcs:// without grpc_ssl_verify gives calls to anybody.

No call fails: that is the fault. An impostor with a certificate of its own answers.
"""

from tests.live.bench import certificate, every, grpc_server

DENIED = """
upstream greeter { server GREETER; keepalive 32; }
server {
    listen LISTEN http2;
    location / {
        grpc_pass grpcs://greeter;
        grpc_ssl_server_name on;
        grpc_ssl_name greeter.example.com;
    }
}
"""
ACCEPTED = DENIED.replace(
    "grpc_ssl_name",
    "grpc_ssl_verify on;\n        grpc_ssl_trusted_certificate AUTHORITY;\n        grpc_ssl_name",
)


def test_impostor(story):
    """A certificate for the right name, signed by nobody that we trust."""
    authority = certificate("greeter.example.com").authority
    with grpc_server(tls=certificate("greeter.example.com", "nobody")) as impostor:
        with story.denied(DENIED, GREETER=impostor) as nginx:
            assert nginx.codes() == every("OK")
            assert impostor.settled_connections() > 0
        with story.accepted(ACCEPTED, GREETER=impostor, AUTHORITY=authority) as nginx:
            assert nginx.codes() == every("UNAVAILABLE")
            nginx.logged("upstream SSL certificate verify error")


def test_the_right_server(story):
    """Verified, the server with the right certificate gets its calls."""
    ours = certificate("greeter.example.com")
    with (
        grpc_server(tls=ours) as greeter,
        story.accepted(ACCEPTED, GREETER=greeter, AUTHORITY=ours.authority) as nginx,
    ):
        assert nginx.codes() == every("OK")
