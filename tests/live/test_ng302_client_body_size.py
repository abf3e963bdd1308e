"""NG302 client-body-size: client_max_body_size (1m by default) counts a call's whole stream."""

import pytest

from tests.live.bench import every, grpc_server, grpc_settings

DENIED = """
upstream greeter { server GREETER; keepalive 32; }
server {
    listen LISTEN http2;
    location / { grpc_pass grpc://greeter; }
}
"""
ACCEPTED = DENIED.replace("location", "client_max_body_size SIZE;\n    location")


@pytest.mark.parametrize("size", ["0", "4m"])
def test_large_message(story, size):
    """A unary call of 3 MB gets HTTP 413, which is no gRPC status."""
    settings = {"largest_request": "3m"}
    with grpc_server() as greeter:
        with story.denied(DENIED, settings, GREETER=greeter) as nginx:
            assert nginx.codes(pad=3_000_000) == every("UNKNOWN")
            nginx.logged("client intended to send too large")
            assert nginx.requests(3)[0].status == "413"
        with story.accepted(ACCEPTED, settings, GREETER=greeter, SIZE=size) as nginx:
            assert nginx.codes(pad=3_000_000) == every("OK")


def test_long_upload(story):
    """Thirty messages of 100 kB: the stream dies at the eleventh."""
    ask = {"method": "Upload", "send": 30, "pad": 100_000}
    settings = grpc_settings(streaming="client")
    with grpc_server() as greeter:
        with story.denied(DENIED, settings, GREETER=greeter) as nginx:
            assert nginx.codes(**ask) == every("UNKNOWN")
        with story.accepted(ACCEPTED, settings, GREETER=greeter, SIZE="0") as nginx:
            assert nginx.codes(**ask) == every("OK")


def test_answers_have_no_limit(story):
    """A large answer passes under the default of 1m."""
    with grpc_server() as greeter, story.accepted(DENIED, GREETER=greeter) as nginx:
        assert nginx.codes("size=3000000") == every("OK")


@pytest.mark.parametrize("size", ["4", "10"])
def test_bytes(story, size):
    """A size without a unit is in bytes: no message passes 4, and none of ten letters 10."""
    with grpc_server() as greeter:
        with story.denied(ACCEPTED, GREETER=greeter, SIZE=size) as nginx:
            assert nginx.noted("calls") == every("UNKNOWN")
            nginx.logged("client intended to send too large")
        with story.accepted(ACCEPTED, GREETER=greeter, SIZE=f"{size}m") as nginx:
            assert nginx.codes() == every("OK")
