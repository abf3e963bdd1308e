"""NG109 error-page: nginx answers for a dead upstream with an HTML page."""

from tests.live.bench import dead_address, every, raw_server
from tests.live.bench.misbehaving import silent

DENIED = """
server {
    listen LISTEN http2;
    grpc_read_timeout 300ms;
    location / { grpc_pass grpc://GREETER; }
}
"""
ACCEPTED = """
server {
    listen LISTEN http2;
    grpc_read_timeout 300ms;
    error_page 502 503 504 = /unavailable;
    location / { grpc_pass grpc://GREETER; }
    location = /unavailable {
        internal;
        default_type application/grpc;
        add_header grpc-status 14;
        add_header grpc-message "greeter is down";
        return 200;
    }
}
"""


def test_dead_upstream(story):
    """The clients make UNAVAILABLE of the status 502 themselves; the page gives them the words."""
    with dead_address() as greeter:
        with story.denied(DENIED, GREETER=greeter) as nginx:
            assert nginx.codes() == every("UNAVAILABLE")
            assert nginx.call().message == "Received http2 header with status: 502"
            assert "unexpected HTTP status code" in nginx.go_call().message
        with story.accepted(ACCEPTED, GREETER=greeter) as nginx:
            assert nginx.codes() == every("UNAVAILABLE")
            assert nginx.messages() == every("greeter is down")


def test_silent_upstream(story):
    """The same for 504, when the upstream does not answer in time."""
    with raw_server(silent) as greeter:
        with story.denied(DENIED, GREETER=greeter) as nginx:
            assert nginx.call().message == "Received http2 header with status: 504"
        with story.accepted(ACCEPTED, GREETER=greeter) as nginx:
            assert nginx.codes() == every("UNAVAILABLE")
            assert nginx.messages() == every("greeter is down")
