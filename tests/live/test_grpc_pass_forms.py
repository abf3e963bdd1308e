"""What grpc_pass may say (rules NG102 and NG208)."""

import pytest

from tests.live.bench import CURRENT, c_core_server, grpc_server, nginx, nginx_test
from tests.live.bench.clients import call

CONF = """
upstream greeter { server GREETER; keepalive 8; }
map "" $upstream { default greeter; }
map "" $address { default GREETER; }
map "" $whole { default grpc://greeter; }
server { listen LISTEN http2; location / { grpc_pass TARGET; } }
"""
GOOD = ["GREETER", "greeter", "grpc://greeter", "$upstream", "$address", "$whole"]
GOOD += ["grpc://$upstream", "grpc://$address"]
REFUSED = {
    "http://127.0.0.1:50051": "invalid host in upstream",
    "grpc://127.0.0.1:50051/path": "invalid host in upstream",
    "127.0.0.1": "no port in upstream",
    "nobody": "no port in upstream",
    "grpc://greeter:50051": 'upstream "greeter" may not have port 50051',
    "grpc://no-such-host.invalid:50051": "host not found in upstream",
}


@pytest.mark.parametrize("target", GOOD)
def test_good(version, target):
    with grpc_server() as greeter:
        conf = CONF.replace("TARGET", target)
        with nginx(conf, version, GREETER=greeter) as running:
            assert call(running.address).code == "OK"


@pytest.mark.parametrize("scheme", ["", "grpc://"])
def test_unix_socket(version, scheme, tmp_path):
    target = f"unix:{tmp_path}/s"
    with (
        c_core_server(target),
        nginx(CONF.replace("TARGET", scheme + target), version, GREETER=target) as running,
    ):
        assert call(running.address).code == "OK"


@pytest.mark.parametrize("target", REFUSED)
def test_refused(version, target):
    said = nginx_test(CONF.replace("TARGET", target), version, GREETER="127.0.0.1:1")
    assert not said.ok
    assert REFUSED[target] in said.said


@pytest.mark.parametrize(("target", "authority"), [("greeter", "greeter"), ("GREETER", "GREETER")])
def test_authority(version, target, authority):
    """The server sees the text of grpc_pass as :authority, not the client's."""
    with grpc_server() as greeter:
        conf = CONF.replace("TARGET", target)
        with nginx(conf, version, GREETER=greeter) as running:
            seen = call(running.address, "echo=:authority", name="api.example.com")
            assert seen.reply == running.names.get(authority, authority)


RESOLVED = "resolving names at run time requires upstream"
UPSTREAMS = {
    # The block: what 1.22.1 and 1.31.3 say; "" where it is fine.
    "server 127.0.0.1:1 backup;": ("no servers in upstream", "no servers in upstream"),
    "zone u 64k; server localhost:1;": ("", ""),
    "server localhost:1 resolve; resolver 127.0.0.1;": ('invalid parameter "resolve"', RESOLVED),
    "zone u 64k; server localhost:1 resolve;": (
        'invalid parameter "resolve"',
        "no resolver defined to resolve names at run time",
    ),
    "server no-such-host.invalid:1;": ("host not found in upstream", "host not found in upstream"),
    "server 127.0.0.1:1 slow_start=1s;": ("invalid parameter", "invalid parameter"),
    "server 127.0.0.1:1; health_check;": ("unknown directive", "unknown directive"),
}


@pytest.mark.parametrize("block", UPSTREAMS)
def test_upstream_block(version, block):
    said = nginx_test(f"upstream u {{ {block} }}", version)
    expected = UPSTREAMS[block][version == CURRENT]
    assert said.ok == (not expected)
    assert expected in said.said
