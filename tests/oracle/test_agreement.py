"""nginx and the parser read random texts alike: where they stop, what is a directive, what a word.

docs/development/nginx-differences.md has the counts of a long run; a short one is here.
"""

import re
from contextlib import closing
from random import Random

import pytest

from nginx_grpc.parsers.interface import MAX_DEPTH
from nginx_grpc.parsers.words import Fault, statement
from tests.oracle.agreement import disagreement, reading
from tests.oracle.nginx import Judge, binaries, lua_judge
from tests.oracle.plain_tree import natively
from tests.oracle.run import run
from tests.oracle.texts import lua, word
from tests.sampling import FULL

pytestmark = pytest.mark.skipif(not binaries(), reason="no nginx on this machine")
CASES = 2_000 if FULL else 200


@pytest.fixture(scope="module", params=sorted(binaries()))
def judge(request):
    found = Judge(binaries()[request.param])
    yield found
    found.close()


def test_random_texts(judge):
    counts, differ = run(20_261_124, CASES, {"nginx": judge})
    assert differ == []
    # The texts reach what they are for.
    for kind in ("accepted", "syntax", "unknown"):
        assert sum(count for (_, _, said), count in counts.items() if said == kind) > CASES / 20


def test_words(judge):
    """`daemon` names the word that it does not take, as nginx stores it."""
    rng = Random(4)
    for _ in range(CASES):
        written = word(rng)
        found = judge.verdict(b"events {} daemon " + written + b" ;")
        said = re.fullmatch(
            rb'invalid value "(.*)" in "daemon" directive, it must be "on" or "off"',
            found.message.encode("latin-1"),
            re.DOTALL,
        )
        assert said, (written, found)
        ours = statement((b"daemon " + written + b" ;\n").decode("latin-1"), 0).words[1]
        # A NUL ends what nginx prints.
        assert said[1] == ours.encode("latin-1").split(b"\0")[0], written


def letters(count):
    return b"x" * count


@pytest.mark.parametrize("after", [b";", b" ;", b"\n;", b" a;", b"{}", b" {}", b"#c\n;", b")", b""])
@pytest.mark.parametrize("quote", [b"", b'"', b"'"])
def test_longest_words(judge, quote, after):
    for length in (4_092, 4_093, 4_094, 4_095, 4_096):
        text = b"events {}\nenv\n  " + quote + letters(length) + quote + after
        assert disagreement(reading(text), judge.verdict(text)) == ""
        text = b"events {}\nsentinel_x " + quote + b"\\n" + letters(length - 2) + quote + after
        assert disagreement(reading(text), judge.verdict(text)) == ""


@pytest.mark.parametrize("end", [b"\n", b"\nsentinel_x;", b"", b"\r\n", b"\r"])
@pytest.mark.parametrize("before", [b"", b"events {} ", b"events { ", b"env a ", b'env "a" '])
def test_longest_comments(judge, before, end):
    for length in (4_094, 4_095, 4_096, 4_097):
        text = before + b"#" + letters(length - 1) + end
        text += b"}" if before == b"events { " and end else b""
        assert disagreement(reading(text), judge.verdict(text)) == ""


def test_depth(judge):
    """nginx takes what we take."""
    text = b"location / {" * (MAX_DEPTH - 2) + b"}" * (MAX_DEPTH - 2)
    text = b"events {} http { server {" + text + b"} }"
    assert judge.verdict(text).kind == "accepted"
    assert natively(text).stopped == 0


def test_lua():
    judge = lua_judge()
    if judge is None:
        pytest.skip("nginx has no Lua here: apt-get install libnginx-mod-http-lua")
    rng = Random(5)
    with closing(judge):
        for _ in range(CASES):
            text = lua(rng)
            assert disagreement(reading(text), judge.verdict(text)) == "", text


def test_a_difference_is_told(judge):
    """The comparison sees it when a reader is wrong."""
    right, wrong = b"events {}\nsentinel_x;\n", b"events {}\n# sentinel_x;\n"
    verdict, other = judge.verdict(right), judge.verdict(wrong)
    assert disagreement(reading(right), verdict) == disagreement(reading(wrong), other) == ""
    assert disagreement(reading(wrong), verdict)
    assert disagreement(reading(right), other)
    with pytest.raises(Fault):
        statement("a\n", 0)
