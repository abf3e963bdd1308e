"""NG403 target-from-request: the client chooses the server. No call fails: that is the fault."""

from tests.live.bench import every, grpc_server

DENIED = """
server {
    listen LISTEN http2;
    location / { grpc_pass grpc://$http_x_backend; }
}
"""
ACCEPTED = """
map $http_x_backend $backend {
    GREETER GREETER;
    default GREETER;
}
server {
    listen LISTEN http2;
    location / { grpc_pass grpc://$backend; }
}
"""


def test_a_server_that_is_not_offered(story):
    """A client names the address of an internal server in its metadata and is served by it."""
    with grpc_server() as internal, grpc_server() as greeter:
        ask = {"metadata": {"x-backend": internal.address}}
        with story.denied(DENIED, GREETER=greeter) as nginx:
            assert nginx.codes(**ask) == every("OK")
            nginx.note("reached", "the internal server")
            assert (internal.settled_connections(), greeter.connections) == (3, 0)
        with story.accepted(ACCEPTED, GREETER=greeter) as nginx:
            assert nginx.codes(**ask) == every("OK")
            nginx.note("reached", "the server that is offered")
            assert (internal.settled_connections(), greeter.connections) == (3, 3)
