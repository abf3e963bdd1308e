"""NG203 keepalive-time: a busy upstream connection reaches the server's MaxConnectionAge.

The server ends connections after 2 s (grpc-go: give or take 10 %) with 50 ms of grace, which cuts
the call of 0.4 s that is under way then. `keepalive_time` retires the connection before, between
two calls.
"""

from tests.live.bench import grpc_server, grpc_settings

DENIED = """
upstream greeter { server GREETER; keepalive 32; }
server {
    listen LISTEN http2;
    location / { grpc_pass grpc://greeter; }
}
"""
ACCEPTED = DENIED.replace("keepalive 32;", "keepalive 32; keepalive_time 1s;")
SETTINGS = grpc_settings(max_connection_age="2s")
# An end of connection falls into the last 50 ms of a call, and harms nobody, one time in eight;
# eight connections end twice each: a run without harm is one in 10^14.
STEADY_LOAD = {"word": "delay=400ms", "clients": 8, "calls": 12}


def test_max_connection_age(story):
    """Connections that are never idle live until the server cuts them, and a call with them."""
    age = {"max_connection_age": "2s", "max_connection_age_grace": "50ms"}
    with grpc_server(**age) as greeter:
        with story.denied(DENIED, SETTINGS, GREETER=greeter) as nginx:
            assert nginx.call(**STEADY_LOAD).code == "OK, UNAVAILABLE"
            nginx.logged("upstream prematurely closed connection while reading response header")
        with story.accepted(ACCEPTED, SETTINGS, GREETER=greeter) as nginx:
            assert nginx.call(**STEADY_LOAD).code == "OK"
