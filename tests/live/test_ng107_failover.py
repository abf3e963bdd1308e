"""NG107 failover: one try, or one server: nothing takes over when a server is dead."""

from tests.live.bench import dead_address, every, grpc_server

TWO = """
upstream greeter { server DEAD max_fails=0; server GREETER max_fails=0; keepalive 32; }
server {
    listen LISTEN http2;
    location / { grpc_pass grpc://greeter; }
}
"""
ONE_TRY = TWO.replace("location", "grpc_next_upstream_tries 1;\n    location")
ALONE = TWO.replace("server GREETER max_fails=0;", "")


def test_one_try(story):
    """`grpc_next_upstream_tries 1` is none: the first server's failure is the call's."""
    with dead_address() as dead, grpc_server() as greeter:
        with story.denied(ONE_TRY, DEAD=dead, GREETER=greeter) as nginx:
            assert nginx.call(calls=10).codes == {"OK": 5, "UNAVAILABLE": 5}
            assert nginx.go_call(calls=10).codes == {"OK": 5, "UNAVAILABLE": 5}
        with story.accepted(TWO, DEAD=dead, GREETER=greeter) as nginx:
            assert nginx.call(calls=10).code == "OK"
            assert nginx.go_call(calls=10).code == "OK"


def test_one_server(story):
    """The only server is dead; more tries would not help, nginx makes one."""
    with dead_address() as dead, grpc_server() as greeter:
        with story.denied(ALONE, DEAD=dead) as nginx:
            assert nginx.codes() == every("UNAVAILABLE")
            assert [r.upstream_addr for r in nginx.requests(3)] == [dead] * 3
        with story.accepted(TWO, DEAD=dead, GREETER=greeter) as nginx:
            assert nginx.codes() == every("OK")
