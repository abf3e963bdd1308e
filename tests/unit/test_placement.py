"""The table of places says what nginx says: each block and each handler in each context."""

import re
from contextlib import closing

import pytest

from nginx_grpc.parsers import parse
from nginx_grpc.placement import inside, is_handler, nests, takes
from tests.oracle.nginx import Judge, binaries

AROUND = {
    "main": "events {{}} {}",
    "events": "events {{ {} }}",
    "http": "events {{}} http {{ {} }}",
    "server": "events {{}} http {{ server {{ {} }} }}",
    "server_if": "events {{}} http {{ server {{ if ($arg_a) {{ {} }} }} }}",
    "location": "events {{}} http {{ server {{ location / {{ {} }} }} }}",
    "if": "events {{}} http {{ server {{ location / {{ if ($arg_a) {{ {} }} }} }} }}",
    "limit_except": (
        "events {{}} http {{ server {{ location / {{ limit_except GET {{ {} }} }} }} }}"
    ),
    "upstream": "events {{}} http {{ upstream u {{ server 127.0.0.1:1; {} }} }}",
    "stream": "events {{}} stream {{ {} }}",
    "stream_server": "events {{}} stream {{ server {{ {} }} }}",
    "stream_upstream": "events {{}} stream {{ upstream u {{ server 127.0.0.1:1; {} }} }}",
    "mail": "events {{}} mail {{ {} }}",
    "mail_server": "events {{}} mail {{ server {{ protocol smtp; {} }} }}",
}
SAMPLES = [
    "events { }",
    "http { }",
    "mail { }",
    "stream { }",
    "server { }",
    "upstream v { server 127.0.0.1:2; }",
    "location /x { }",
    "if ($arg_b) { }",
    "limit_except GET { deny all; }",
    "map $remote_addr $m { }",
    "geo $m { }",
    "split_clients $remote_addr $m { * a; }",
    "types { }",
    "charset_map a b { }",
    "fastcgi_pass 127.0.0.1:3;",
    "grpc_pass 127.0.0.1:3;",
    "memcached_pass 127.0.0.1:3;",
    "proxy_pass http://127.0.0.1:3;",
    "scgi_pass 127.0.0.1:3;",
    "uwsgi_pass 127.0.0.1:3;",
    "server 127.0.0.1:2;",
    "listen 127.0.0.1:8080;",
    "server_name a;",
]
REFUSED = re.compile(
    r'"\w+" directive is not allowed here'
    r'|directive "server" (?:is not terminated by ";"|has no opening "\{")'
)


@pytest.mark.parametrize("version", sorted(binaries()))
def test_each_block_and_handler_in_each_context(version):
    with closing(Judge(binaries()[version])) as nginx:
        assert _asked(nginx) > 150


def _asked(nginx):
    asked = 0
    for context, around in AROUND.items():
        if nginx.verdict(around.format("").encode()).kind == "unknown":
            continue  # built without it
        for sample in SAMPLES:
            # Of a stream server's names 1.22.1 does not know.
            if sample.startswith("server_name") and context == "stream_server":
                continue
            (directive,) = parsed(sample)
            verdict = nginx.verdict(around.format(sample).encode())
            if verdict.kind != "unknown":
                refused = REFUSED.match(verdict.message) is not None
                assert takes(context, directive) is not refused, (context, sample, verdict)
                asked += 1
    return asked


def parsed(text):
    if text.startswith("server 127"):
        text = f"upstream u {{ {text} }}"
        return parse(text.encode(), "x").directives[0].block
    return parse(text.encode(), "x").directives


def test_contexts_of_blocks():
    assert inside("http", "server") == "server"
    assert inside("stream", "server") == "stream_server"
    assert inside("server", "if") == "server_if"
    assert inside("location", "if") == "if"
    assert inside("server", "server") == "other"
    assert inside("main", "rtmp") == "other"


def test_what_is_not_known():
    (unknown,) = parsed("rtmp { server { listen 1935; } }")
    assert takes("main", unknown) is None
    assert takes("other", unknown.block[0]) is None
    (setting,) = parsed("gzip on;")
    assert takes("main", setting) is None


def test_handlers():
    assert is_handler("postgres_pass")
    assert not is_handler("proxy_pass_error_message")


@pytest.mark.parametrize("version", sorted(binaries()))
def test_locations_inside_each_other(version):
    paths = ["/a", "= /a", "^~ /a", "~ ^/a", "@a", "/", "/A", "~* b", "=/a", "/a/b"]
    with closing(Judge(binaries()[version])) as nginx:
        for outer in paths:
            for inner in paths:
                text = f"location {outer} {{ location {inner} {{ }} }}"
                verdict = nginx.verdict(f"events {{}} http {{ server {{ {text} }} }}".encode())
                (around,) = parsed(text)
                fits = nests(around, around.block[0])
                # On a system whose files have no case neither have locations.
                assert fits is (verdict.kind == "accepted") or "A" in outer + inner, (text, verdict)
