"""NG404 old-tls: TLS below 1.2 is named. No call fails: the fault is that the handshake works.

Today's OpenSSL wants it twice: the protocol named and the ciphers lowered, as old guides do.
"""

import socket
import ssl

import pytest

from tests.live.bench import certificate, every, grpc_server

DENIED = """
upstream greeter { server GREETER; keepalive 32; }
server {
    listen LISTEN ssl http2;
    ssl_certificate CERTIFICATE;
    ssl_certificate_key KEY;
    ssl_protocols TLSv1 TLSv1.1 TLSv1.2;
    ssl_ciphers ALL:@SECLEVEL=0;
    location / { grpc_pass grpc://greeter; }
}
"""
ACCEPTED = DENIED.replace("TLSv1 TLSv1.1 TLSv1.2", "TLSv1.2 TLSv1.3")


def handshake(address, version):
    """The protocol that nginx and a client of that version agree on, or the alert."""
    client = ssl.create_default_context(cafile=certificate("greeter.example.com").authority)
    client.set_alpn_protocols(["h2"])
    client.set_ciphers("ALL:@SECLEVEL=0")
    client.minimum_version = client.maximum_version = version
    host, port = address.split(":")
    with socket.create_connection((host, int(port)), timeout=5) as raw:
        try:
            with client.wrap_socket(raw, server_hostname="greeter.example.com") as secure:
                return secure.version()
        except ssl.SSLError as refused:
            return refused.reason


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
def test_handshake(story):
    """A client that knows TLS 1.1 alone is let in, or not."""
    ours = certificate("greeter.example.com")
    names = {"CERTIFICATE": ours.certificate, "KEY": ours.key}
    old = "a client with TLS 1.1 alone"
    with grpc_server() as greeter:
        with story.denied(DENIED, GREETER=greeter, **names) as nginx:
            nginx.note(old, handshake(nginx.address, ssl.TLSVersion.TLSv1_1))
            assert nginx.record["notes"][old] == "TLSv1.1"
        with story.accepted(ACCEPTED, GREETER=greeter, **names) as nginx:
            nginx.note(old, handshake(nginx.address, ssl.TLSVersion.TLSv1_1))
            assert nginx.record["notes"][old] == "TLSV1_ALERT_PROTOCOL_VERSION"
            assert nginx.codes(tls=ours, name="greeter.example.com") == every("OK")
