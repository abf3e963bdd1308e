"""NG214 hop-header: headers of one hop, set for the gRPC server, make it refuse every call."""

from pathlib import Path

import pytest

from tests.live.bench import CURRENT, c_core_server, call, every, grpc_server, one_server_each
from tests.live.bench.objects import INGRESS, nginx_text
from tests.live.bench.verdict import findings

RENDERED = Path(__file__).resolve().parents[3] / "shared/controllers/ingress-nginx/8-connclose.conf"

CONF = """
upstream greeter { server GREETER; keepalive 32; }
server {
    listen LISTEN http2;
    location / {
        grpc_pass grpc://greeter;
        grpc_set_header HEADER;
    }
}
"""


def test_connection(story):
    """RFC 9113 forbids Connection in HTTP/2, and grpc-go refuses a call with it."""
    with grpc_server() as greeter:
        with story.denied(CONF, GREETER=greeter, HEADER='Connection "upgrade"') as nginx:
            assert nginx.codes() == every("UNAVAILABLE")
            nginx.logged("upstream rejected request with error 1")
        with story.accepted(CONF, GREETER=greeter, HEADER='Connection ""') as nginx:
            assert nginx.codes() == every("OK")


def test_te(story):
    """Without `TE: trailers` a C-core server takes the call for none of gRPC."""
    with c_core_server() as greeter:
        with story.denied(CONF, GREETER=greeter, HEADER='TE ""') as nginx:
            assert nginx.codes() == every("UNAVAILABLE")
            nginx.logged("upstream rejected request with error 2")
        with story.accepted(CONF, GREETER=greeter, HEADER="TE trailers") as nginx:
            assert nginx.codes() == every("OK")


def test_map_over_upgrade(story):
    """A gRPC client sends no Upgrade, so the map gives what it has for the empty text."""
    mapped = "map $http_upgrade $c { default upgrade; '' SENT; }" + CONF
    with grpc_server() as greeter:
        for sent in ("close", "keep-alive"):
            denied = mapped.replace("SENT", sent)
            with story.denied(denied, GREETER=greeter, HEADER="Connection $c") as nginx:
                assert nginx.codes() == every("UNAVAILABLE")
                nginx.logged("upstream rejected request with error")
        accepted = mapped.replace("SENT", "''")
        with story.accepted(accepted, GREETER=greeter, HEADER="Connection $c") as nginx:
            assert nginx.codes() == every("OK")
        for variable in ("$http_upgrade", "$http_connection"):
            with story.accepted(CONF, GREETER=greeter, HEADER=f"Connection {variable}") as nginx:
                assert nginx.codes() == every("OK")


# What grpc_set_header says, the code of grpcio's call to grpc-go, and to C-core.
HEADERS = [
    (":path /x", "UNAVAILABLE", "UNIMPLEMENTED"),
    (":authority a", "UNAVAILABLE", "INTERNAL"),
    ('"x y" b', "UNAVAILABLE", "INTERNAL"),
    ('"x!y" b', "OK", "INTERNAL"),
    ('x-a "a\nb"', "UNAVAILABLE", "OK"),
    ('Host ""', "INTERNAL", "UNAVAILABLE"),
    ("TE gzip", "OK", "INTERNAL"),
    ('Content-Type ""', "INVALID_ARGUMENT", "OK"),
    ("Content-Type application/json", "INVALID_ARGUMENT", "OK"),
    ("grpc-timeout 5s", "INTERNAL", "INTERNAL"),
    ("grpc-timeout 0S", "DEADLINE_EXCEEDED", "DEADLINE_EXCEEDED"),
    ("grpc-encoding gzip", "UNIMPLEMENTED", "OK"),
    ("grpc-previous-rpc-attempts x", "OK", "INTERNAL"),
    ("x-a-bin hello", "INTERNAL", "INTERNAL"),
    ("x-a-bin YR==", "OK", "INTERNAL"),
    ("Host a; grpc_set_header Host b", "INTERNAL", "INTERNAL"),
]
HARMLESS = [
    ':path ""',
    "x.y_z b",
    "Host $http_host",
    'TE ""; grpc_set_header TE trailers',
    "Content-Type application/grpc+proto",
    "Content-Type $content_type",
    'grpc-timeout ""',
    "grpc-timeout $http_grpc_timeout",
    "grpc-accept-encoding gzip",
    "x-a-bin YQ",
    'User-Agent ""',
    "grpc-status 13",
]


def servers_of(headers):
    """A server for each header."""
    return one_server_each([f"grpc_set_header {header}" for header in headers])


@pytest.mark.parametrize("serve", [grpc_server, c_core_server])
def test_values(story, serve):
    """nginx sends what is said, and servers refuse what they do not take for a call of gRPC."""
    told = [header for header, *_ in HEADERS]
    code = {header: codes[serve is c_core_server] for header, *codes in HEADERS}
    with serve() as greeter:
        with story.denied(servers_of(told), GREETER=greeter) as nginx:
            spoken = [
                finding["level"]
                for finding in findings(nginx.folder.conf, story.version, profile="evidence")
                if finding["id"] == "NG214"
            ]
            assert spoken == ["deny"] * len(told)
            for number, header in enumerate(told):
                seen = call(nginx.names[f"LISTEN{number}"])
                nginx.note(f"grpc_set_header {header}", seen.code)
                nginx.record["failed"] |= bool(seen.failed)
                assert (header, seen.code) == (header, code[header])
        with story.accepted(servers_of(HARMLESS), GREETER=greeter) as nginx:
            for number, header in enumerate(HARMLESS):
                seen = call(nginx.names[f"LISTEN{number}"])
                assert (header, seen.code) == (header, "OK")


def test_compressed(story):
    """Without grpc-encoding a compressed message can't be read; the client's own is passed on."""
    conf = servers_of(["grpc-encoding HOW"]).replace("LISTEN0", "LISTEN")
    with c_core_server() as greeter:
        with story.denied(conf.replace("HOW", "identity"), GREETER=greeter) as nginx:
            seen = call(nginx.address, gzip=True, pad=500)
            nginx.record["failed"] |= bool(seen.failed)
            nginx.note("a compressed call", seen.code)
            assert seen.code == "INTERNAL"
        with story.accepted(conf.replace("HOW", "$http_grpc_encoding"), GREETER=greeter) as nginx:
            assert nginx.call(gzip=True, pad=500).code == "OK"


def test_another_nginx(story):
    """A header of HTTP/1.1 that grpc-go and C-core pass over: the next nginx refuses the call."""
    behind = "server { listen LISTENB http2; location / { grpc_pass grpc://GREETER; } }\n"
    conf = behind + servers_of(["NAME"]).replace("LISTEN0", "LISTEN").replace("GREETER;", "NEXT;")
    conf = conf.replace("NEXT", "LISTENB")
    with grpc_server() as greeter:
        with story.denied(conf.replace("NAME", "Content-Length 5"), GREETER=greeter) as nginx:
            assert nginx.noted("calls by another nginx") == every("INTERNAL")
        with story.denied(conf.replace("NAME", "Keep-Alive 5"), GREETER=greeter) as nginx:
            code = "INTERNAL" if story.version == CURRENT else "OK"
            assert nginx.noted("calls by another nginx") == every(code)
        with story.accepted(conf.replace("NAME", 'Upgrade ""'), GREETER=greeter) as nginx:
            assert nginx.codes() == every("OK")


def test_ingress_nginx_without_a_pool(story):
    """upstream-keepalive-connections: "0" closes the pool, and with it every call of gRPC."""
    accepted = INGRESS.replace("PROTOCOL", "GRPC")
    denied = accepted.replace("data:\n", 'data:\n  upstream-keepalive-connections: "0"\n')
    with grpc_server() as greeter:
        text = nginx_text(denied, "GREETER")
        with story.denied(text, manifest=denied, GREETER=greeter) as nginx:
            assert nginx.codes() == every("UNAVAILABLE")
            nginx.logged("upstream rejected request with error")
        text = nginx_text(accepted, "GREETER")
        with story.accepted(text, manifest=accepted, GREETER=greeter) as nginx:
            assert nginx.codes() == every("OK")


@pytest.mark.skipif(not RENDERED.exists(), reason="../shared/controllers is not here")
def test_what_the_controller_itself_writes_without_a_pool(version):
    """The same of the rendering by the controller's own code."""
    from tests.live.bench.nginx import folder, running
    from tests.live.bench.story import Stage

    with grpc_server() as greeter:
        text = nginx_text(RENDERED.read_text(), "GREETER")
        with folder(text, version, {"GREETER": greeter}) as here, running(here, Stage) as nginx:
            nginx.record = {"clients": [], "failed": False, "log": [], "notes": {}}
            assert nginx.codes() == every("UNAVAILABLE")
