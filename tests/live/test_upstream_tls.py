"""TLS between nginx and the gRPC server (rules NG102, NG401, NG405)."""

import pytest

from tests.live.bench import certificate, grpc_server, nginx
from tests.live.bench.clients import call

CONF = """
server {
    listen LISTEN http2;
    location / { grpc_pass SCHEME://GREETER; SSL }
}
"""
VERIFY = "grpc_ssl_verify on; grpc_ssl_trusted_certificate AUTHORITY; grpc_ssl_name"
NAME = "greeter.example.com"
MIXES = {
    # server has TLS, scheme, more directives: status, log
    # (1.31.3 also looks whether the server has spoken before the handshake.)
    "tls_to_plaintext": (False, "grpcs", "", "UNAVAILABLE",
                         ["SSL_do_handshake() failed", "upstream prematurely sent response"]),
    "plaintext_to_tls": (True, "grpc", "", "UNAVAILABLE",
                         ["upstream prematurely closed connection", "recv() failed (104"]),
    "unverified": (True, "grpcs", "", "OK", []),
    "right_name": (True, "grpcs", f"{VERIFY} {NAME};", "OK", []),
    "wrong_name": (True, "grpcs", f"{VERIFY} other.example.com;", "UNAVAILABLE",
                   ['upstream SSL certificate does not match "other.example.com"']),
}  # fmt: skip


@pytest.mark.parametrize("mix", MIXES)
def test_mix(version, mix):
    tls, scheme, more, code, log = MIXES[mix]
    ours = certificate(NAME)
    with grpc_server(tls=ours if tls else None) as greeter:
        conf = CONF.replace("SCHEME", scheme).replace("SSL", more)
        with nginx(conf, version, GREETER=greeter, AUTHORITY=ours.authority) as running:
            assert call(running.address).code == code
            if log:
                running.logged(*log)
