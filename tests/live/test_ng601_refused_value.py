"""NG601 refused-value: a value that ingress-nginx refuses."""

from tests.live.bench import every, grpc_server, is_proxied
from tests.live.bench.objects import INGRESS, nginx_text


def test_protocol(story):
    """For a protocol that the controller does not know it speaks HTTP/1.1 to the gRPC server."""
    denied, accepted = (INGRESS.replace("PROTOCOL", name) for name in ("H2C", "GRPC"))
    with grpc_server() as greeter:
        text = nginx_text(denied, "GREETER")
        with story.denied(text, manifest=denied, GREETER=greeter) as nginx:
            assert is_proxied(nginx.codes())
        text = nginx_text(accepted, "GREETER")
        with story.accepted(text, manifest=accepted, GREETER=greeter) as nginx:
            assert nginx.codes() == every("OK")


def test_dropped(story):
    """For an annotation that it does not take it leaves the whole Ingress out."""
    denied = INGRESS.replace(
        "PROTOCOL", 'GRPC\n    nginx.ingress.kubernetes.io/connection-proxy-header: "upgrade"'
    )
    accepted = INGRESS.replace("PROTOCOL", "GRPC")
    with grpc_server() as greeter:
        text = nginx_text(denied, "GREETER")
        with story.denied(text, manifest=denied, GREETER=greeter) as nginx:
            assert nginx.codes() == every("UNIMPLEMENTED")
        text = nginx_text(accepted, "GREETER")
        with story.accepted(text, manifest=accepted, GREETER=greeter) as nginx:
            assert nginx.codes() == every("OK")
