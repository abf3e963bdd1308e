"""The same tokens as nginx's own: a text is syntax to us exactly when it is to nginx -t."""

import random

import pytest

from nginx_grpc import parsers
from nginx_grpc.errors import Refused
from tests.oracle.nginx import Judge, binaries

pytestmark = pytest.mark.skipif(not binaries(), reason="no nginx on this machine")

CASES = 400
PARTS = [
    *"ab;;{}#$\\ ()",
    *"\n\n  \t",
    '"', "'", '"a b"', "'c'", '"a";', "'b' ", "a;", "b c;", "\r\n", "${", "${a}", "\\\"", "\\'",
    "\\\\", "\\n", "\\;", "\\ ", "é", "# c\n", "#c", "$a", "x}", ")", "=", "~",
]  # fmt: skip


@pytest.fixture(params=sorted(binaries()))
def judge(request):
    found = Judge(binaries()[request.param])
    yield found
    found.close()


def ours(text, free_names):
    try:
        return parsers.parse(text.encode(), "x.conf", free_names=free_names).directives
    except Refused as refused:
        return str(refused)


def test_random_text(judge):
    """In a block that takes any words at all, only syntax is left to reject."""
    generator = random.Random(CASES)
    agreed = {True: 0, False: 0}
    for _ in range(CASES):
        text = "".join(generator.choice(PARTS) for _ in range(generator.randint(1, 12)))
        if generator.random() < 0.7:
            text += ";"
        verdict = judge.verdict(b"events {} http { types {\n" + text.encode() + b"\n} }")
        if "include" in text or text.strip().startswith("}"):
            continue
        whole = ours("types {\n" + text + "\n}", False)
        lone = ("write the directive", "stands where a directive does")
        if isinstance(whole, str) and any(words in whole for words in lone):
            # `${a}` on a line of its own: what is put there may be whole directives.
            continue
        accepted = verdict.kind == "accepted"
        assert (not isinstance(whole, str)) == accepted, (text, verdict, whole)
        agreed[accepted] += 1
    assert min(agreed.values()) > CASES // 20


def test_names_and_escapes(judge):
    """nginx tells the name that it does not know, with its quotes and escapes taken off."""
    generator = random.Random(1)
    compared = 0
    for _ in range(CASES):
        word = "".join(generator.choice(PARTS) for _ in range(generator.randint(1, 6)))
        verdict = judge.verdict(word.encode() + b" x;")
        directives = ours(word + " x;", True)
        if verdict.kind == "unknown" and verdict.line == 1 and not isinstance(directives, str):
            assert directives[0].name.encode() == verdict.name, word
            compared += 1
    assert compared > CASES // 4


@pytest.mark.parametrize("size", [4_094, 4_095, 4_096])
@pytest.mark.parametrize("form", ["env {};", 'env "{}";', "#{}\nenv a;", "env \\{};"])
def test_how_long_a_token_may_be(judge, form, size):
    text = form.replace("{}", "a" * size)
    verdict = judge.verdict(b"events {}\n" + text.encode())
    assert isinstance(ours(text, False), str) == (verdict.kind != "accepted"), verdict


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("env a;\renv b;", ["env", "env"]),
        ("# a\renv b;", []),
        ("env a\u00a0b;", ["env"]),
        ("env a\x0bb;", ["env"]),
        ("env a\u2028b;", ["env"]),
    ],
)
def test_what_editors_take_for_the_end_of_a_line(judge, text, names):
    """A comment ends at a line feed alone; a false space is a letter."""
    assert judge.verdict(b"events {}\n" + text.encode()).kind == "accepted"
    assert [directive.name for directive in ours(text, False)] == names


def test_how_deep_nginx_goes(judge):
    """Our limit is below nginx's own."""
    depth = 1_000 - 2
    text = b"events {} http { server { " + b"location / { " * depth + b"}" * depth + b" } }"
    assert judge.verdict(text).kind == "accepted"
    assert not isinstance(ours(text.decode(), False), str)
