"""NG216 content-type-exact: `= "application/grpc"` misses application/grpc+proto."""

from tests.live.bench import grpc_server

DENIED = """
upstream greeter { server GREETER; keepalive 32; }
server {
    listen LISTEN http2;
    location / {
        if ($http_content_type = "application/grpc") { grpc_pass grpc://greeter; }
        proxy_pass http://LISTEN_WEB;
    }
}
server { listen LISTEN_WEB; return 200 "a page"; }
"""
ACCEPTED = DENIED.replace('= "application/grpc"', '~ "^application/grpc"')


def test_subtype(story):
    """A client that names its codec (application/grpc+proto) ends up at the web server."""
    with grpc_server() as greeter:
        with story.denied(DENIED, GREETER=greeter) as nginx:
            assert nginx.go_call().code == "OK"
            assert nginx.go_call(subtype="proto").code == "UNKNOWN"
        with story.accepted(ACCEPTED, GREETER=greeter) as nginx:
            assert nginx.go_call().code == "OK"
            assert nginx.go_call(subtype="proto").code == "OK"
