"""NG106 read-timeout: grpc_read_timeout is shorter than a stream may be silent."""

from tests.live.bench import every, grpc_server, grpc_settings

DENIED = """
upstream greeter { server GREETER; keepalive 32; }
server {
    listen LISTEN http2;
    location / { grpc_pass grpc://greeter; grpc_read_timeout 1s; }
}
"""
ACCEPTED = DENIED.replace("1s", "2s")
SETTINGS = grpc_settings(longest_silence="2s")


def test_silence_within_a_stream(story):
    """A stream that is silent for 1.5 s is cut; no error page can help, the headers are sent."""
    with grpc_server() as greeter:
        ask = {"word": "count=2 gap=1500ms", "method": "Watch"}
        with story.denied(DENIED, SETTINGS, GREETER=greeter) as nginx:
            assert nginx.codes(**ask) == every("INTERNAL")
            nginx.logged("timed out) while reading upstream")
        with story.accepted(ACCEPTED, SETTINGS, GREETER=greeter) as nginx:
            assert nginx.codes(**ask) == every("OK")


def test_silence_before_the_first_answer(story):
    """A call whose answer takes 1.5 s gets 504."""
    with grpc_server() as greeter:
        with story.denied(DENIED, SETTINGS, GREETER=greeter) as nginx:
            assert nginx.codes("delay=1500ms") == every("UNAVAILABLE")
            nginx.logged("timed out) while reading response header from upstream")
        with story.accepted(ACCEPTED, SETTINGS, GREETER=greeter) as nginx:
            assert nginx.codes("delay=1500ms") == every("OK")


def test_gap_not_total(story):
    """It is the gap between two messages that counts: six of 0.5 s under 1s are no fault."""
    with grpc_server() as greeter:
        short = grpc_settings(longest_silence="1s")
        with story.accepted(DENIED, short, GREETER=greeter) as nginx:
            assert nginx.call("count=6 gap=500ms", method="Watch").code == "OK"
