"""NG208 dynamic-target: a host name in a variable, and no resolver."""

from tests.live.bench import every, grpc_server, name_server

DENIED = """
map $http_x_tenant $backend_host { default greeter.example.com; }
server {
    listen LISTEN http2;
    location / { grpc_pass grpc://$backend_host:PORT; }
}
"""
ACCEPTED = DENIED.replace("location", "resolver RESOLVER ipv6=off;\n    location")


def test_name_in_a_variable(story):
    """nginx resolves a variable's name when a call comes; `nginx -t` does not notice."""
    with grpc_server() as greeter, name_server("127.0.0.1") as resolver:
        names = {"PORT": greeter.address.split(":")[1], "RESOLVER": resolver}
        with story.denied(DENIED, **names) as nginx:
            assert nginx.codes() == every("UNAVAILABLE")
            nginx.logged("no resolver defined to resolve greeter.example.com")
        with story.accepted(ACCEPTED, **names) as nginx:
            assert nginx.codes() == every("OK")


def test_upstream_in_a_variable(story):
    """The name of an upstream block needs no resolver."""
    conf = """
upstream greeter { server GREETER; keepalive 32; }
map $http_x_tenant $backend { default greeter; }
server {
    listen LISTEN http2;
    location / { grpc_pass grpc://$backend; }
}
"""
    with grpc_server() as greeter, story.accepted(conf, GREETER=greeter) as nginx:
        assert nginx.codes() == every("OK")
