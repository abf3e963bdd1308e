"""NG604 protocol-case: the protocol is not in upper case."""

from tests.live.bench import every, grpc_server
from tests.live.bench.objects import INGRESS, nginx_text


def test_timeouts_of_the_ingress(story):
    """In lower case proxy-read-timeout does nothing: a stream that is silent for longer goes on,
    until nginx's own 60 s cut it; in upper case it holds."""
    denied, accepted = (
        INGRESS.replace(
            "PROTOCOL", f'{name}\n    nginx.ingress.kubernetes.io/proxy-read-timeout: "1"'
        )
        for name in ("grpc", "GRPC")
    )
    ask = {"word": "count=2 gap=1500ms", "method": "Watch"}
    with grpc_server() as greeter:
        text = nginx_text(denied, "GREETER")
        with story.denied(text, manifest=denied, GREETER=greeter) as nginx:
            assert nginx.codes(**ask) == every("OK")
        text = nginx_text(accepted, "GREETER")
        with story.accepted(text, manifest=accepted, GREETER=greeter) as nginx:
            assert nginx.codes(**ask) == every("INTERNAL")
