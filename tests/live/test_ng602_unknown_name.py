"""NG602 unknown-name: a name that ingress-nginx does not know."""

from tests.live.bench import every, grpc_server, is_proxied
from tests.live.bench.objects import INGRESS, nginx_text


def test_protocol(story):
    """A misspelt backend-protocol does nothing: calls are sent as HTTP/1.1."""
    accepted = INGRESS.replace("PROTOCOL", "GRPC")
    denied = accepted.replace("backend-protocol", "backend-protocl")
    with grpc_server() as greeter:
        text = nginx_text(denied, "GREETER")
        with story.denied(text, manifest=denied, GREETER=greeter) as nginx:
            assert is_proxied(nginx.codes())
        text = nginx_text(accepted, "GREETER")
        with story.accepted(text, manifest=accepted, GREETER=greeter) as nginx:
            assert nginx.codes() == every("OK")
