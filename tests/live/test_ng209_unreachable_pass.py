"""NG209 unreachable-pass: something in the location keeps calls from grpc_pass."""

import tempfile
from pathlib import Path

import pytest

from tests.live.bench import CURRENT, c_core_server, certificate, each, every, grpc_server

CONF = """
upstream greeter { server GREETER; keepalive 32; }
server {
    listen LISTEN http2;
    SERVER
    location / {
        BEFORE
        grpc_pass grpc://greeter;
    }
    location = /auth { return 403; }
    location @grpc { grpc_pass grpc://greeter; }
}
"""
CONNECTS = """
server {
    listen LISTEN http2;
    location / {
        BOUND
        grpc_pass grpc://SOCKET;
    }
}
"""
CIPHERS = """
upstream greeter { server GREETER; keepalive 32; }
server {
    listen LISTEN ssl http2;
    server_name api.example.com;
    ssl_certificate CERTIFICATE;
    ssl_certificate_key KEY;
    ssl_protocols TLSv1.2;
    ssl_ciphers CIPHER;
    location / { grpc_pass grpc://greeter; }
}
"""
OTHER = "location = /other.Service/Call"
# What stops every call, what the client sees, and what looks like it and lets calls through.
STOPS = {
    "return": ("return 404;", "UNIMPLEMENTED", "if ($request_method = GET) { return 404; }"),
    "method": (
        "if ($request_method !~ ^(GET|HEAD)$) { return 405; }",
        "UNKNOWN",
        "if ($request_method !~ ^(POST)$) { return 405; }",
    ),
    "redirect": (
        "rewrite ^ https://elsewhere.example/ permanent;",
        "UNKNOWN",
        "if ($http_te = '') { rewrite ^ https://elsewhere.example/ permanent; }",
    ),
    "scheme": (
        "if ($scheme = http) { return 301 https://$host$request_uri; }",
        "UNKNOWN",
        "if ($scheme = https) { return 301 https://$host$request_uri; }",
    ),
    "referer": (
        "valid_referers blocked example.com; if ($invalid_referer) { return 403; }",
        "PERMISSION_DENIED",
        "valid_referers none example.com; if ($invalid_referer) { return 403; }",
    ),
    "secure_link": (
        'secure_link $arg_md5; secure_link_md5 x; if ($secure_link = "") { return 403; }',
        "PERMISSION_DENIED",
        'secure_link $arg_md5; secure_link_md5 x; if ($secure_link = "0") { return 410; }',
    ),
    "deny all": ("deny all;", "PERMISSION_DENIED", "allow all; deny all;"),
    "auth_request": (
        "auth_request /auth;",
        "PERMISSION_DENIED",
        "satisfy any; allow 127.0.0.0/8; deny all; auth_request /auth;",
    ),
    "try_files": ("try_files $uri =404;", "UNIMPLEMENTED", "try_files $uri @grpc;"),
    "internal": ("internal;", "UNIMPLEMENTED", ""),
}


@pytest.mark.parametrize("name", STOPS)
def test_stops(story, name):
    """Each of them comes before the content handler, or instead of it."""
    denied, code, accepted = STOPS[name]
    more = {"SERVER": "", "BEFORE": denied}
    with grpc_server() as greeter:
        # Nothing leads to @grpc but try_files, and that is no fault of the others.
        conf = CONF if "@grpc" in accepted else CONF.replace("location @grpc", OTHER)
        with story.denied(conf, GREETER=greeter, **more) as nginx:
            assert nginx.codes() == every(code)
            assert greeter.connections == 0
        more["BEFORE"] = accepted
        with story.accepted(conf, GREETER=greeter, **more) as nginx:
            assert nginx.codes() == every("OK")


def test_an_if_behind_that_of_grpc_pass(story):
    """The last `if` that a call meets is in effect, and the handler of another one knows no server
    there."""
    conf = CONF.replace("location @grpc", OTHER).replace("BEFORE\n        grpc_pass", "IFS # was")
    passes, sets = "if ($http_te) { grpc_pass grpc://greeter; }", "if ($content_type) { set $a 1; }"
    with grpc_server() as greeter:
        with story.denied(conf, GREETER=greeter, SERVER="", IFS=passes + sets) as nginx:
            assert nginx.codes() == every("UNKNOWN")
            nginx.logged("no upstream configuration")
        with story.accepted(conf, GREETER=greeter, SERVER="", IFS=sets + passes) as nginx:
            assert nginx.codes() == every("OK")


def test_return_in_the_server(story):
    """A `return` in the server runs before any location is looked for."""
    conf = CONF.replace("location @grpc", OTHER)
    with grpc_server() as greeter:
        with story.denied(conf, GREETER=greeter, SERVER="return 403;", BEFORE="") as nginx:
            assert nginx.codes() == every("PERMISSION_DENIED")
        with story.accepted(conf, GREETER=greeter, SERVER="", BEFORE="") as nginx:
            assert nginx.codes() == every("OK")


def test_no_method(story):
    """A query, or a path without its slash: the call arrives, and no server has such a method."""
    conf = CONF.replace("location @grpc", OTHER)
    with grpc_server() as greeter:
        for rewrite in ("rewrite ^(.*)$ $1?via=edge break;", "rewrite ^/(.*)$ $1 break;"):
            with story.denied(conf, GREETER=greeter, SERVER="", BEFORE=rewrite) as nginx:
                assert nginx.codes() == every("UNIMPLEMENTED")
        rewrite = "rewrite ^/(.*)$ /$1?$args break;"
        with story.accepted(conf, GREETER=greeter, SERVER="", BEFORE=rewrite) as nginx:
            assert nginx.codes() == every("OK")


def test_no_connection(story):
    """An address that nginx can't connect from, and a socket's path with what proxy_pass wants."""
    with tempfile.TemporaryDirectory() as folder, c_core_server(f"unix:{folder}/s") as greeter:
        Path(folder).chmod(0o755)
        bound = "grpc_bind 127.0.0.1;"
        with story.denied(CONNECTS, SOCKET=greeter, BOUND=bound) as nginx:
            assert nginx.codes() == every("UNKNOWN")
        conf = CONNECTS.replace("SOCKET", "SOCKET:/")
        with story.denied(conf, SOCKET=greeter, BOUND="") as nginx:
            assert nginx.codes() == every("UNAVAILABLE")
        with story.accepted(CONNECTS, SOCKET=greeter, BOUND="grpc_bind off;") as nginx:
            assert nginx.codes() == every("OK")


def test_ciphers(story):
    """HTTP/2 forbids what has no AEAD, and clients of gRPC offer none of it."""
    ours = certificate("api.example.com")
    names = {"CERTIFICATE": ours.certificate, "KEY": ours.key}
    with grpc_server() as greeter:
        refusal = each("UNAVAILABLE", "UNAVAILABLE", "NOT_CONNECTED")
        for refused in (
            "ECDHE-ECDSA-AES128-SHA:ECDHE-RSA-AES128-SHA:AES128-GCM-SHA256",
            "HIGH:!AESGCM:!CHACHA20",
        ):
            with story.denied(CIPHERS, GREETER=greeter, CIPHER=refused, **names) as nginx:
                assert nginx.codes(tls=ours, name="api.example.com") == refusal
        taken = "AES128-SHA:ECDHE-ECDSA-AES128-GCM-SHA256"
        with story.accepted(CIPHERS, GREETER=greeter, CIPHER=taken, **names) as nginx:
            assert nginx.codes(tls=ours, name="api.example.com") == every("OK")


def test_groups(story):
    """X448 is a group of OpenSSL's, and of neither C-core's nor Go's."""
    ours = certificate("api.example.com")
    names = {"CERTIFICATE": ours.certificate, "KEY": ours.key}
    conf = CIPHERS.replace("ssl_protocols TLSv1.2;", "").replace("ssl_ciphers", "ssl_ecdh_curve")
    with grpc_server() as greeter:
        with story.denied(conf, GREETER=greeter, CIPHER="X448", **names) as nginx:
            refusal = each("UNAVAILABLE", "UNAVAILABLE", "NOT_CONNECTED")
            assert nginx.codes(tls=ours, name="api.example.com") == refusal
        with story.accepted(conf, GREETER=greeter, CIPHER="X448:prime256v1", **names) as nginx:
            assert nginx.codes(tls=ours, name="api.example.com") == every("OK")


def test_words_of_openssl(story):
    """ssl_conf_command has the last word on versions and ciphers."""
    ours = certificate("api.example.com")
    names = {"CERTIFICATE": ours.certificate, "KEY": ours.key}
    conf = CIPHERS.replace("ssl_protocols TLSv1.2;", "ssl_conf_command SAID;")
    with grpc_server() as greeter:
        below = conf.replace("SAID", "MaxProtocol TLSv1.1")
        with story.denied(below, GREETER=greeter, CIPHER="HIGH", **names) as nginx:
            refusal = each("UNAVAILABLE", "UNAVAILABLE", "NOT_CONNECTED")
            assert nginx.codes(tls=ours, name="api.example.com") == refusal
        above = conf.replace("SAID", "CipherString HIGH")
        with story.accepted(above, GREETER=greeter, CIPHER="AES128-SHA", **names) as nginx:
            assert nginx.codes(tls=ours, name="api.example.com") == every("OK")


def test_no_name(story):
    """`_` is no name that a client asks for: the server before it has every call."""
    conf = CONF.replace("location @grpc", OTHER).replace("SERVER", "server_name NAME;")
    conf = conf.replace("server {", "server { listen LISTEN http2; return 404; }\nserver {", 1)
    with grpc_server() as greeter:
        with story.denied(conf, GREETER=greeter, NAME="_", BEFORE="") as nginx:
            assert nginx.codes() == every("UNIMPLEMENTED")
        with story.accepted(conf, GREETER=greeter, NAME="api", BEFORE="") as nginx:
            assert nginx.codes(name="api") == every("OK")


def test_a_name_of_two_servers(story):
    """nginx warns of a conflicting name, and ignores it in the second server."""
    conf = CONF.replace("location @grpc", OTHER).replace("SERVER", "server_name NAMES;")
    first = "server { listen LISTEN http2; server_name api; return 404; }\nserver {"
    conf = conf.replace("server {", first, 1)
    with grpc_server() as greeter:
        with story.denied(conf, GREETER=greeter, NAMES="greeter api", BEFORE="") as nginx:
            assert nginx.codes(name="api") == every("UNIMPLEMENTED")
            assert nginx.call(name="greeter").code == "OK"
            nginx.logged('conflicting server name "api"')
        with story.accepted(conf, GREETER=greeter, NAMES="greeter", BEFORE="") as nginx:
            assert nginx.codes(name="greeter") == every("OK")


def test_limit_except(story):
    """A gRPC call is a POST: what allows GET alone refuses it."""
    conf = CONF.replace("location @grpc", OTHER)
    with grpc_server() as greeter:
        denied = "limit_except GET { deny all; }"
        accepted = "limit_except GET POST { deny all; }"
        with story.denied(conf, GREETER=greeter, SERVER="", BEFORE=denied) as nginx:
            assert nginx.codes() == every("PERMISSION_DENIED")
            nginx.logged("access forbidden by rule")
        with story.accepted(conf, GREETER=greeter, SERVER="", BEFORE=accepted) as nginx:
            assert nginx.codes() == every("OK")


def test_down(story):
    """Every server of the upstream is down: 502 at once."""
    conf = CONF.replace("location @grpc", OTHER).replace("GREETER;", "GREETER STATE;")
    with grpc_server() as greeter:
        more = {"GREETER": greeter, "SERVER": "", "BEFORE": ""}
        with story.denied(conf, **more, STATE="down") as nginx:
            assert nginx.codes() == every("UNAVAILABLE")
            nginx.logged("no live upstreams")
        if story.version == CURRENT:
            with story.denied(conf, **more, STATE="drain") as nginx:
                assert nginx.codes() == every("UNAVAILABLE")
        with story.accepted(conf, **more, STATE="max_fails=0") as nginx:
            assert nginx.codes() == every("OK")
