"""NG221 status-changed: what nginx adds to an answer, or hides of it, and the server's status."""

from pathlib import Path

import pytest

from tests.live.bench import DEBIAN, call, each, every, grpc_server, one_server_each
from tests.live.bench.verdict import findings

HEADERS_MORE = Path("/usr/lib/nginx/modules/ngx_http_headers_more_filter_module.so")
CONF = """
upstream greeter { server GREETER; keepalive 32; }
server {
    listen LISTEN http2;
    location / {
        grpc_pass grpc://greeter;
        SAID;
    }
}
"""


def saying(said):
    return CONF.replace("SAID;", said if said.endswith("}") else f"{said};")


def test_trailer(story):
    """Behind a trailer clients look for the status there alone."""
    with grpc_server() as greeter:
        for said in ("add_trailer x-served-by $hostname", 'add_trailer x-a ""'):
            with story.denied(saying(said), GREETER=greeter) as nginx:
                assert nginx.call().code == "OK"
                codes = nginx.noted("PERMISSION_DENIED of the server becomes", "code=7")
                assert "PERMISSION_DENIED" not in codes.values()
                assert codes["C-core"] == "UNKNOWN"
        with story.accepted(saying("add_header x-served-by $hostname"), GREETER=greeter) as nginx:
            assert nginx.codes("code=7") == every("PERMISSION_DENIED")


def test_status(story):
    """A status of nginx's in place of the server's own."""
    with grpc_server() as greeter:
        with story.denied(saying("add_header grpc-status 14"), GREETER=greeter) as nginx:
            assert nginx.noted("PERMISSION_DENIED becomes", "code=7") == every("UNAVAILABLE")
        with story.denied(saying("add_trailer grpc-status 13"), GREETER=greeter) as nginx:
            assert nginx.noted("a call that is answered") == every("INTERNAL")
        with story.accepted(saying('add_header grpc-status ""'), GREETER=greeter) as nginx:
            assert nginx.codes("code=7") == every("PERMISSION_DENIED")


def test_hidden(story):
    """Without grpc-status a call has not ended; grpc-go wants the type as well."""
    with grpc_server() as greeter:
        with story.denied(saying("grpc_hide_header grpc-status"), GREETER=greeter) as nginx:
            assert nginx.noted("a call that is answered") == every("UNKNOWN")
            assert nginx.call().message == "No status received"
            assert nginx.go_call().message == ""
        with story.denied(saying("grpc_hide_header Content-Type"), GREETER=greeter) as nginx:
            assert nginx.noted("a call that is answered") == each("OK", "UNKNOWN", "UNKNOWN")
            assert "missing HTTP content-type" in nginx.go_call().message
        passed = saying("grpc_hide_header grpc-status; grpc_pass_header Grpc-Status")
        with story.accepted(passed, GREETER=greeter) as nginx:
            assert nginx.codes() == every("OK")


# What add_header says, and the codes of grpcio's call and of grpc-go's.
REFUSED = [
    ("x-a-bin hello", "INTERNAL", "INTERNAL"),
    ('"x y" b', "INTERNAL", "INTERNAL"),
    (":status 200", "OK", "INTERNAL"),
    ('x-a "a\nb"', "OK", "INTERNAL"),
    ("te gzip", "INTERNAL", "OK"),
]
HARMLESS = ["Content-Type text/html", "Trailer x", "x-a-bin YQ", "Connection close", ':x ""']


def servers_of(headers):
    """A server for each header."""
    return one_server_each([f"add_header {header}" for header in headers])


def test_refused(story):
    """A header that clients refuse ends calls that were answered well."""
    with grpc_server() as greeter:
        told = [header for header, *_ in REFUSED]
        with story.denied(servers_of(told), GREETER=greeter) as nginx:
            said = findings(nginx.folder.conf, story.version, profile="evidence")
            levels = [each["level"] for each in said if each["id"] == "NG221"]
            assert levels == ["deny"] * len(told)
            for number, (header, c_core, grpc_go) in enumerate(REFUSED):
                nginx.address = nginx.names[f"LISTEN{number}"]
                codes = nginx.noted(f"add_header {header}")
                assert (header, *codes.values()) == (header, c_core, grpc_go, grpc_go)
                assert nginx.call().code == c_core  # with its words, for explain
                assert nginx.go_call().code == grpc_go
        with story.accepted(servers_of(HARMLESS), GREETER=greeter) as nginx:
            for number, header in enumerate(HARMLESS):
                seen = call(nginx.names[f"LISTEN{number}"])
                assert (header, seen.code) == (header, "OK")


def test_in_an_if(story):
    """What an `if` says holds for the calls that meet it, in place of what its location says."""
    with grpc_server() as greeter:
        for condition in ("$http_te", "$request_method = POST", "$uri ~ Greeter"):
            said = saying(f"if ({condition}) {{ add_header grpc-status 14; }}")
            with story.denied(said, GREETER=greeter) as nginx:
                assert nginx.noted("PERMISSION_DENIED becomes", "code=7") == every("UNAVAILABLE")
        with story.denied(saying("if ($http_te) { add_trailer x y; }"), GREETER=greeter) as nginx:
            codes = nginx.noted("PERMISSION_DENIED of the server becomes", "code=7")
            assert codes["C-core"] == "UNKNOWN"
        for harmless in (
            "if ($request_method = GET) { add_header grpc-status 14; }",
            "add_header grpc-status 14; if ($http_te) { add_header x y; }",
        ):
            with story.accepted(saying(harmless), GREETER=greeter) as nginx:
                assert nginx.codes("code=7") == every("PERMISSION_DENIED")


# What headers-more says, and the codes of a call that ends with PERMISSION_DENIED.
HARMFUL = {
    "more_set_headers 'x: y' 'grpc-status: 14'": every("UNAVAILABLE"),
    "more_clear_headers 'grpc-*'": every("UNKNOWN"),
    "more_clear_headers Content-Length": each("UNKNOWN", "INTERNAL", "INTERNAL"),
    "more_set_headers 'Content-Type: text/html'": each("PERMISSION_DENIED", "UNKNOWN", "UNKNOWN"),
}


def test_headers_more(story):
    """The headers-more module of Debian, where it is installed."""
    if story.version != DEBIAN or not HEADERS_MORE.exists():
        pytest.skip("NOT TESTED: libnginx-mod-http-headers-more-filter is not installed")
    load = f"load_module {HEADERS_MORE};\n"
    with grpc_server() as greeter:
        for said, codes in HARMFUL.items():
            with story.denied(saying(said), GREETER=greeter, load=load) as nginx:
                assert (said, nginx.noted(f"{said}: PERMISSION_DENIED", "code=7")) == (said, codes)
        for said in ("more_set_headers -s 404 'grpc-status: 14'", "more_clear_headers Server"):
            with story.accepted(saying(said), GREETER=greeter, load=load) as nginx:
                assert nginx.codes("code=7") == every("PERMISSION_DENIED")
