"""NG405 upstream-sni: grpcs:// to a name, and nginx does not say the name in the handshake."""

from tests.live.bench import certificate, every, grpc_server

DENIED = """
upstream greeter.example.com { server GREETER; keepalive 32; }
server {
    listen LISTEN http2;
    location / {
        grpc_pass grpcs://greeter.example.com;
    }
}
"""
ACCEPTED = DENIED.replace("grpc_pass", "grpc_ssl_server_name on;\n        grpc_pass")


def test_certificate_by_name(story):
    """The server picks its certificate by the name, and ends a handshake that has none."""
    ours = certificate("greeter.example.com")
    with grpc_server(tls=ours, need_server_name=True) as greeter:
        with story.denied(DENIED, GREETER=greeter) as nginx:
            assert nginx.codes() == every("UNAVAILABLE")
            nginx.logged("SSL_do_handshake() failed")
        with story.accepted(ACCEPTED, GREETER=greeter) as nginx:
            assert nginx.codes() == every("OK")
