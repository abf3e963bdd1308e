"""NG303 metadata-names: nginx drops metadata with an underscore or a dot in its name."""

import pytest

from tests.live.bench import grpc_server, grpc_settings

CONF = """
upstream greeter { server GREETER; keepalive 32; }
server {
    listen LISTEN http2;
    location / { grpc_pass grpc://greeter; }
}
"""
CURES = {"tenant_id": "underscores_in_headers on;", "tenant.id": "ignore_invalid_headers off;"}


@pytest.mark.parametrize("key", CURES)
def test_dropped(story, key):
    """The call is fine, but the server never sees the key; the log says so at info alone."""
    settings = grpc_settings(metadata=[key, "tenant"])
    ask = {"word": f"echo={key}", "metadata": {key: "acme"}}
    with grpc_server() as greeter:
        with story.denied(CONF, settings, GREETER=greeter) as nginx:
            got = [client(**ask).reply for client in (nginx.call, nginx.go_call, nginx.grpcurl)]
            assert got == ["", "", ""]
            nginx.logged(f'client sent invalid header: "{key}"')
            nginx.note(f"{key} that the server got", got[0])
        with story.accepted(CURES[key] + CONF, settings, GREETER=greeter) as nginx:
            got = [client(**ask).reply for client in (nginx.call, nginx.go_call, nginx.grpcurl)]
            assert got == ["acme", "acme", "acme"]
            nginx.note(f"{key} that the server got", got[0])


def test_other_names(story):
    """Letters, digits and hyphens pass, and so does -bin."""
    settings = grpc_settings(metadata=["tenant-id", "trace-bin"])
    with grpc_server() as greeter, story.accepted(CONF, settings, GREETER=greeter) as nginx:
        assert nginx.call("echo=tenant-id", metadata={"tenant-id": "acme"}).reply == "acme"
