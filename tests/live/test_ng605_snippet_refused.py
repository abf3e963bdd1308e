"""NG605 snippet-refused: a snippet that the controller lets nobody write."""

from tests.live.bench import every, grpc_server
from tests.live.bench.objects import INGRESS, nginx_text

NAME = "nginx.ingress.kubernetes.io/configuration-snippet"
SNIPPET = f"GRPC\n    {NAME}: grpc_next_upstream_tries 2;"


def test_dropped(story):
    """Of critical risk it costs the whole Ingress: the default server answers 404."""
    denied = INGRESS.replace("PROTOCOL", SNIPPET)
    accepted = denied.replace("data:\n", "data:\n  annotations-risk-level: Critical\n")
    with grpc_server() as greeter:
        text = nginx_text(denied, "GREETER")
        with story.denied(text, manifest=denied, GREETER=greeter) as nginx:
            assert nginx.codes() == every("UNIMPLEMENTED")
        text = nginx_text(accepted, "GREETER")
        with story.accepted(text, manifest=accepted, GREETER=greeter) as nginx:
            assert nginx.codes() == every("OK")
