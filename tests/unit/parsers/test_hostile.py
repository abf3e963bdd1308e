"""Large and odd texts: an answer in a moment, never a traceback."""

import time

import pytest

from nginx_grpc import parsers
from nginx_grpc.errors import Refused
from nginx_grpc.parsers.interface import MAX_DEPTH

MIB = 1024 * 1024


def outcome(data, seconds):
    start = time.monotonic()
    try:
        result = parsers.parse(data, "x.conf")
    except Refused as refused:
        result = refused
    assert time.monotonic() - start < seconds
    return result


def nested(depth):
    return b"http {" + b"location / {" * (depth - 1) + b"env a;" + b"}" * depth


def test_the_deepest_text_that_is_read():
    parsed = outcome(nested(MAX_DEPTH), 5)
    assert parsed.depth == MAX_DEPTH


@pytest.mark.parametrize("depth", [MAX_DEPTH + 1, 10_000, 100_000])
def test_deeper_ones_are_refused(depth):
    assert str(outcome(nested(depth), 10)).startswith("x.conf:1: more than 1,000 blocks")


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"env " + b"a" * 10 * MIB + b";", "more than 4,095 bytes"),
        (b'env "' + b"a" * 10 * MIB + b'";', "not closed within 4,095 bytes"),
        (b'env "' + b"a" * 10 * MIB, "not closed within 4,095 bytes"),
        (b'env "' + b"\\a" * 5 * MIB + b'";', "not closed within 4,095 bytes"),
        (b"env " + b"\\a" * 5 * MIB + b";", "more than 4,095 bytes"),
        (b"env " + b"${" * 5 * MIB + b";", "more than 4,095 bytes"),
        (b"env " + b"$" * 10 * MIB + b";", "more than 4,095 bytes"),
        (b"#" * 10 * MIB, "more than 4,095 bytes"),
        (b"{ " * 5 * MIB, 'a "{" without a directive'),
        (b"}" * 10 * MIB, 'a "}" that closes no block'),
        (b" " * MIB + b"{", 'a "{" without a directive'),
        (b"\\" * 10 * MIB, "more than 4,095 bytes"),
        (b"content_by_lua_block {" + b"{" * 3 * MIB, "never closed"),
        (b"content_by_lua_block {" + b"[[" * 3 * MIB, "never closed"),
        (
            b"content_by_lua_block {'" + b"\\a" * 3 * MIB + b"'}",
            "more than 4,096 bytes in a Lua block",
        ),
        (b"\x00" * MIB, ""),
        (b"\xff" * 10 * MIB, "more than 4,095 bytes"),
        ("\u00a0".encode() * MIB, "more than 4,095 bytes"),
        (b"{{" * MIB, "Jinja"),
        (b"%" * 10 * MIB, "more than 4,095 bytes"),
        (b"a {" * MIB, "more than 1,000 blocks"),
    ],
)
def test_bulk_is_refused_in_time(data, what):
    assert what in str(outcome(data, 10))


def test_many_arguments():
    parsed = outcome(b"env" + b" a" * 300_000 + b";", 30)
    assert len(parsed.directives[0].args) == 300_000


def test_one_line_is_not_slower_than_many():
    statement = b"location / { grpc_pass grpc://u; grpc_read_timeout 300s; }"

    def seconds(separator):
        data = b"server {" + separator.join([statement] * 5_000) + b"}"
        start = time.process_time()
        parsers.parse(data, "x.conf")
        return time.process_time() - start

    assert seconds(b" ") < 5 * seconds(b"\n") + 0.5


def test_empty_lines_do_not_count_twice():
    parsed = outcome(b"\n" * 2 * MIB + b"env a;", 10)
    assert parsed.directives[0].line == 2 * MIB + 1
