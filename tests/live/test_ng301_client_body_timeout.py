"""NG301 client-body-timeout: ends a client or bidi stream that is silent on both sides.

60 s by default, here 1 s, so that the test need not wait for it. The error log says nothing.
"""

from tests.live.bench import every, grpc_server, grpc_settings

DENIED = """
upstream greeter { server GREETER; keepalive 32; }
server {
    listen LISTEN http2;
    client_body_timeout 1s;
    location / {
        grpc_pass grpc://greeter;
        grpc_read_timeout 1h;
        grpc_send_timeout 1h;
    }
}
"""
ACCEPTED = DENIED.replace("client_body_timeout 1s", "client_body_timeout 1h")
SETTINGS = grpc_settings(streaming="bidi", longest_silence="2s")
# The client has not ended its side of the stream, and nobody says anything for 1.5 s.
SILENT = {"send": 2, "gap": 1.5}


def test_silent_bidi_stream(story):
    """grpc_read_timeout says an hour, and the stream ends after client_body_timeout."""
    with grpc_server() as greeter:
        with story.denied(DENIED, SETTINGS, GREETER=greeter) as nginx:
            assert nginx.call(method="Chat", **SILENT).code == "INTERNAL"
            assert nginx.go_call(method="Chat", **SILENT).code == "INTERNAL"
            assert "[error]" not in nginx.log
        with story.accepted(ACCEPTED, SETTINGS, GREETER=greeter) as nginx:
            assert nginx.call(method="Chat", **SILENT).code == "OK"
            assert nginx.go_call(method="Chat", **SILENT).code == "OK"


def test_silent_client_stream(story):
    """The same for an upload that pauses."""
    with grpc_server() as greeter:
        with story.denied(DENIED, SETTINGS, GREETER=greeter) as nginx:
            assert nginx.call(method="Upload", **SILENT).code == "INTERNAL"
            assert nginx.requests()[0].status == "408"
        with story.accepted(ACCEPTED, SETTINGS, GREETER=greeter) as nginx:
            assert nginx.call(method="Upload", **SILENT).code == "OK"


def test_server_streams(story):
    """A client that has said all it has to say cannot be late."""
    settings = grpc_settings(streaming="server", longest_silence="2s")
    with grpc_server() as greeter, story.accepted(DENIED, settings, GREETER=greeter) as nginx:
        assert nginx.codes("count=2 gap=1500ms", method="Watch") == every("OK")
