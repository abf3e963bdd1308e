"""NG212 connect-timeout: a server that does not answer holds calls for 60 s before the next one."""

from tests.live.bench import black_hole, grpc_server

DENIED = """
upstream greeter { server LOST; server GREETER; keepalive 32; }
server {
    listen LISTEN http2;
    location / { grpc_pass grpc://greeter; }
}
"""
ACCEPTED = DENIED.replace("location", "grpc_connect_timeout 1s;\n    location")


def test_server_that_drops_syn(story):
    """With the default of 60 s the client gives up; with 1s the call reaches the second server."""
    with black_hole() as lost, grpc_server() as greeter:
        with story.denied(DENIED, LOST=lost, GREETER=greeter) as nginx:
            assert nginx.call(deadline=2.5).code == "DEADLINE_EXCEEDED"
        with story.accepted(ACCEPTED, LOST=lost, GREETER=greeter) as nginx:
            seen = nginx.call(deadline=2.5)
            assert seen.code == "OK"
            assert seen.seconds > 0.9
            nginx.logged("timed out) while connecting to upstream")
