"""NG105 next-upstream: with `grpc_next_upstream off` a dead server's share of the calls fails."""

from tests.live.bench import dead_address, grpc_server

DENIED = """
upstream greeter { server DEAD max_fails=0; server GREETER max_fails=0; keepalive 32; }
server {
    listen LISTEN http2;
    grpc_next_upstream off;
    location / { grpc_pass grpc://greeter; }
}
"""
ACCEPTED = DENIED.replace("off", "error timeout")


def test_one_server_of_two_is_dead(story):
    """A refused connection could go to the next server: no byte of the call has been sent."""
    with dead_address() as dead, grpc_server() as greeter:
        with story.denied(DENIED, DEAD=dead, GREETER=greeter) as nginx:
            assert nginx.call(calls=10).codes == {"OK": 5, "UNAVAILABLE": 5}
            assert nginx.go_call(calls=10).codes == {"OK": 5, "UNAVAILABLE": 5}
            assert nginx.grpcurl().code == "UNAVAILABLE"
            nginx.logged("connect() failed (111: Connection refused)")
        with story.accepted(ACCEPTED, DEAD=dead, GREETER=greeter) as nginx:
            assert nginx.call(calls=10).code == "OK"
            assert nginx.go_call(calls=10).code == "OK"
            assert nginx.grpcurl().code == "OK"
