"""The parser: the same reading as byte by byte, for any text, in linear time."""

import gc
import re
import time
from random import Random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from nginx_grpc import parsers
from nginx_grpc.errors import Refused
from nginx_grpc.parsers.interface import MAX_DEPTH
from nginx_grpc.parsers.reading import Reading
from tests.oracle.plain_tree import Unchecked, natively, nodes, slowly
from tests.oracle.texts import LINES, hostile, mutated, planted, valid

PIECES = [
    *(b"a", b"b", b"if", b"include", b"server", b"location", b"map", b"grpc_pass", b"x" * 4_090),
    *(b" ", b"\t", b"\n", b"\r", b"\r\n", b";", b"{", b"}", b'"', b"'", b"\\", b"#", b"$", b"${"),
    *(b"${A}", b"(", b")", b"\x00", b"\x0b", b"\x85", b"\xa0", b"\xc3\xa9", b"\xff", b"\\n", b"<%"),
    *(b"a b;\n", b"a {\n", b"}\n", b"# c\n", b'a "b" c;\n', b"# nginx-grpc: x\n", b"%%A%%", b"@A@"),
    *(b"content_by_lua_block {", b"--", b"[[", b"]]", b"\xef\xbb\xbf", b"xx", b"\\\n"),
]
soups = st.lists(st.sampled_from(PIECES), max_size=40).map(b"".join)
scripts = st.lists(st.sampled_from(LINES), max_size=30).map(lambda lines: "\n".join(lines).encode())
grammar = st.builds(
    lambda seed, change: change(Random(seed)),
    st.integers(0, 2**32),
    st.sampled_from(
        [
            valid,
            hostile,
            lambda rng: mutated(rng, valid(rng)),
            lambda rng: planted(rng, mutated(rng, valid(rng))),
        ]
    ),
)


def parse(data, **options):
    return parsers.parse(data, "nginx.conf", **options)


def outcome(data, **options):
    try:
        return parse(data, **options)
    except Refused as refused:
        return refused


@settings(max_examples=400, deadline=None)
@given(st.one_of(soups, scripts, scripts, st.binary(max_size=60), grammar))
@example(b"location / { a;\n}\nlocation / { a;\n}\n")
@example(b"map {\n'a' b;}\n'a' b;}\n")
@example(b"#" + b"x" * 4_095 + b"\n")
@example(b"#" + b"x" * 4_095)
def test_any_text_reads_as_it_does_byte_by_byte(data):
    if b"_by_lua_block" in data:
        data = data.replace(b"_by_lua_block", b"_by_lua_bloc")
    fast, slow = natively(data, Unchecked), slowly(data)
    if fast.why.startswith(("an if without", "a byte that is no", "more than")):
        return
    assert bool(fast.stopped) == bool(slow.stopped)
    assert fast.nodes == slow.nodes
    if slow.why in ("unexpected", "too long"):
        assert fast.stopped == slow.stopped


@settings(max_examples=300, deadline=None)
@given(st.one_of(soups, st.binary(max_size=200), grammar), st.booleans(), st.booleans())
def test_a_refusal_says_where_and_nothing_of_the_text(data, free_names, one_line):
    data = data.replace(b"x", b"s3cr3t")
    found = outcome(data, free_names=free_names, one_line=one_line, line_offset=7)
    if isinstance(found, Refused):
        assert found.file == "nginx.conf"
        assert 8 <= found.line <= (8 if one_line else 8 + data.count(b"\n"))
        assert found.hint
        # The name of a variable to be given is said, so that it can be.
        assert "s3cr3t" not in re.sub(r"(?:\$|--define )\w+", "", str(found))
        assert "\n" not in str(found)


@pytest.mark.parametrize(
    "text",
    [
        "upstream u {\nserver a:1;\n}\nhttp {\nserver a:1;\n}\n",
        'map $a $b {\n"2" 1;\n}\nserver {\n"2" 1;\n}\n',
        "types {\na b c;\n}\nmap $a $b {\na b c;\n}\n",
        "x {\na b c;\n}\nmap $a $b {\na b c;\n}\n",
        'types {\n"a" b c;\n}\nmap $a $b {\n"a" b c;\n}\n',
        "map $a $b {\n2 1;\n}\nserver {\n2 1;\n}\n",
        "types {\nserver a;\n}\nserver {\nserver a;\n}\n",
    ],
)
def test_a_line_met_before_is_judged_by_the_block_it_is_in(text):
    """Each text's last but one line is fine further up."""
    last = text.splitlines(keepends=True)[-2:]
    assert parse(text.removesuffix("".join(last)).encode() + b"}\n").directives
    with pytest.raises(Refused) as refused:
        parse(text.encode())
    assert refused.value.line == len(text.splitlines()) - 1


@pytest.mark.parametrize("code", ["-}[=[", " --[==[ ] ]] }]==]", " a = [[ -- ]]", "-[[}]]", "[=}"])
def test_lua_reads_as_it_does_byte_by_byte(code):
    text = f"location / {{ content_by_lua_block {{{code}}} }}\nenv a;\n".encode()
    assert natively(text).nodes == slowly(text).nodes
    assert bool(natively(text).stopped) == bool(slowly(text).stopped)


def test_lines_met_before():
    text = b"""
location / { deny all;
}
location / { deny all;
}
add_header A "b c" always;
add_header A "b c" always; # twice
if ($a = "(b)") {
}
if ($a = "(b)") {
}
if ((a)) {
}
if ((a)) {
}
location ~ \\.a$ {
}
location ~ \\.a$ {
}
"""
    found = nodes(parse(text).directives)
    assert [node.words for node in found] == [
        *[["location", "/"]] * 2,
        *[["add_header", "A", "b c", "always"]] * 2,
        *[["if", "$a", "=", "(b)"]] * 2,
        *[["if", "(a)"]] * 2,
        *[["location", "~", "\\.a$"]] * 2,
    ]
    assert [node.line for node in found] == [2, 4, 6, 7, 8, 10, 12, 14, 16, 18]
    # In a large configuration most of what it takes.
    first, second = parse(b"a b;\na b;\n").directives
    assert first.args is second.args


@pytest.mark.parametrize("line", ['if ($a = "b") {\n}\n', 'a "b c";\n', "location ~ \\.a$ {\n}\n"])
def test_a_line_is_read_word_by_word_once(monkeypatch, line):
    read = []
    words = Reading.words
    monkeypatch.setattr(Reading, "words", lambda *args: read.append(args) or words(*args))
    assert len(parse(line.encode() * 100).directives) == 100
    assert len(read) == 1


def test_bytes_and_what_they_are_written_as():
    assert nodes(parse(b"a \xff\\x41 \\x42;").directives)[0].words == ["a", "\\xff\\x41", "\\x42"]
    for text in (b"a \xff;\nb \\xff;", b"a \\x00;\nb \0;", b"a \xff\\xff;"):
        with pytest.raises(Refused, match="a byte that is no UTF-8 in one name and its escape"):
            parse(text)


def test_depth():
    fine = b"a {" * MAX_DEPTH + b"}" * MAX_DEPTH
    assert parse(fine).depth == MAX_DEPTH
    assert parse(fine).statements == MAX_DEPTH
    with pytest.raises(Refused, match="more than 1,000 blocks"):
        parse(b"\na {" * 1_000_000)


@pytest.mark.parametrize("text", [b"a b;\n", b"a"])
@pytest.mark.parametrize("on", [True, False])
def test_the_collector_is_left_as_it_was(text, on):
    was = gc.isenabled()
    try:
        gc.enable() if on else gc.disable()
        outcome(text)
        assert gc.isenabled() == on
    finally:
        gc.enable() if was else gc.disable()


BULK = [
    b'a "' + b"{{" * 2_000 + b'";',
    b'a "' + b"{%" * 2_000 + b'";',
    b"\n;",
    b" \n#\n \t\n;",
    b"a b c;",
    b"a b c;\n",
    b"a {}",
    b"a { b ",
    b'a "b";',
    b'a "b" ',
    b"a\\",
    b"a\n",
    b"a #c\n",
    b"a #nginx-grpc: c\n",
    b"#nginx-grpc: c\n",
    b"a; #nginx-grpc: c\n",
    b"a ${HOST};",
    b"a ${HOST} ",
    b"a ${HOST};\n",
    b"a %%HOST%% ",
    b"a @HOST\n",
    b"log_format x;\n",
    b"a listen_x\n",
    b"{",
    b"}",
    b";",
    b'"',
    b"'",
    b"\\",
    b"$",
    b"${",
    b"#",
    b"\n",
    b"\r",
    b" ",
    b"\xff",
    b"a \xff;",
    b"a \x00;\n",
    b"include \xff;",
    b"a_by_lua_block {}",
    b"a_by_lua_block {\n",
    b"a_by_lua_block { b }\n",
    b"a_by_lua_block {'\\'",
    b"a_by_lua_block {[[",
    b"a_by_lua_block {]]--",
    b"a_by_lua_block {[=",
]
LUA = [
    b"\\'",
    b"\\\"'",
    b"[=",
    b"[=[",
    b"--",
    b"{",
    b"{}",
    b"'\n",
    b"''",
    b"\"'",
    b"-- ' \n",
    b"[[]]",
]


@pytest.mark.parametrize("start", [b"\n" * 4_000, b" \n#\n \t\n" * 600, b" " * 4_000, b"---" * 99])
def test_what_a_text_is_instead_is_told_at_once(start):
    started = time.process_time()
    assert isinstance(outcome(start + b"; b c;"), Refused)
    assert time.process_time() - started < 1


@pytest.mark.parametrize("text", [*BULK, *(b"a_by_lua_block {" + code for code in LUA)], ids=repr)
def test_the_time_is_linear(text):
    """Sixteen times the text may take some sixteen times as long; a quadratic step takes 256."""
    head, text = (text[:16], text[16:]) if text[16:] in LUA else (b"", text)
    times = []
    for size in (50_000, 800_000):
        data = head + text * (size // len(text))
        start = time.process_time()
        outcome(data)
        times.append(time.process_time() - start)
    assert times[1] < 64 * max(times[0], 0.001), times
