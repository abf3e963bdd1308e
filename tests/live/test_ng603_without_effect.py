"""NG603 without-effect: an annotation without effect on gRPC."""

from tests.live.bench import every, grpc_server
from tests.live.bench.objects import INGRESS, nginx_text

DEAD = "127.0.0.1:1"


def test_next_upstream(story):
    """proxy-next-upstream: "off" keeps no call from the next server."""
    accepted = INGRESS.replace("PROTOCOL", "GRPC")
    denied = INGRESS.replace(
        "PROTOCOL", 'GRPC\n    nginx.ingress.kubernetes.io/proxy-next-upstream: "off"'
    )
    with grpc_server() as greeter:
        text = nginx_text(denied, DEAD, "GREETER")
        with story.denied(text, manifest=denied, GREETER=greeter) as nginx:
            assert nginx.codes() == every("OK")
            nginx.logged("Connection refused) while connecting to upstream")
        text = nginx_text(accepted, DEAD, "GREETER")
        with story.accepted(text, manifest=accepted, GREETER=greeter) as nginx:
            assert nginx.codes() == every("OK")
