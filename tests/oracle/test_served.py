"""The oracle at run time: the parts that every question uses, and a sample of each question."""

import re
from contextlib import ExitStack

import pytest

from tests.live.bench import ports
from tests.oracle.nginx import binaries
from tests.oracle.served.backends import Backends
from tests.oracle.served.calls import Call, ask
from tests.oracle.served.questions import Case
from tests.oracle.served.run import QUESTIONS, question, run
from tests.oracle.served.server import Server

NEWER_OR_OLDER = re.compile('unknown directive "(add_header_inherit|http2|ssl)"')
pytestmark = pytest.mark.skipif(not binaries(), reason="no nginx on this machine")


@pytest.fixture
def stack():
    with ExitStack() as opened:
        yield opened


@pytest.fixture(params=sorted(binaries()))
def serve(request, stack):
    """Serves texts of http level, each with ADDRESS for its listener; yields the server."""

    def served(*texts):
        port = stack.enter_context(ports.listening()).getsockname()[1]
        addresses = [f"127.20.1.{at + 1}:{port}" for at in range(len(texts))]
        cases = [
            Case(f"k{at}", text.replace("ADDRESS", addresses[at]), (), frozenset(), {})
            for at, text in enumerate(texts)
        ]
        return stack.enter_context(Server(binaries()[request.param], cases)), addresses

    return served


def test_a_call_says_whom_it_reached(serve, stack, tmp_path):
    backends = stack.enter_context(Backends())
    ends = [backends.listen("127.9.0.1:0"), backends.listen(f"unix:{tmp_path}/s")]
    server, addresses = serve(
        *(
            f"server {{ listen ADDRESS http2; location / {{ grpc_pass grpc://{end}; }} }}"
            for end in ends
        )
    )
    answers = server.ask([Call(address, "/a.B/C") for address in addresses])
    assert [answer.reached for answer in answers] == ends
    assert [answer.status for answer in answers] == [200, 200]
    assert {answer.headers["grpc-status"] for answer in answers} == {"0"}
    assert [answer.headers["x-path"] for answer in answers] == ["/a.B/C"] * 2


def test_what_goes_wrong_is_said_of_its_call(serve, stack):
    with ports.dead_address() as dead:
        server, [first, second] = serve(
            f"server {{ listen ADDRESS http2; location / {{ grpc_pass {dead}; }} }}",
            "server { listen ADDRESS http2; location / { set $k1_x localhost; grpc_pass $k1_x; } }",
        )
        answers = server.ask([Call(first), Call(second), Call(first)])
    assert [answer.status for answer in answers] == [502, 500, 502]
    assert ["Connection refused" in answer.log[0] for answer in answers] == [True, False, True]
    assert "no port in upstream" in answers[1].log[0]


def test_a_listener_without_http2_and_none(serve, stack):
    server, [address] = serve("server { listen ADDRESS; }")
    [answer] = server.ask([Call(address)])
    assert (answer.status, answer.failure) in [(0, "not HTTP/2"), (0, "closed")]
    with ports.dead_address() as dead:
        assert ask([Call(dead)])[0].failure == "refused"


def test_what_nginx_refuses_is_left_out(serve):
    right = "server { listen ADDRESS http2; location / { return 204; } }"
    server, addresses = serve(
        right,
        right.replace("return", "retrun"),
        "server { listen ADDRESS http2; location / { grpc_pass $k2_nothing; } }",
        right,
    )
    assert sorted(server.refused) == ["k1", "k2"]
    assert 'unknown directive "retrun"' in server.refused["k1"]
    answers = server.ask([Call(addresses[0]), Call(addresses[3])])
    assert [answer.status for answer in answers] == [204, 204]


@pytest.mark.parametrize("name", sorted(QUESTIONS))
def test_a_sample_of(name):
    """The recorded runs are in docs/development/oracle.md."""
    figures = run(question(name), 7, range(40), binaries())
    assert figures.wrong == []
    for version in binaries():
        assert figures.counts[version, "known"] > 0
        refused = [said for (by, _), said in figures.refused.items() if by == version]
        # Beside those that only the other version knows.
        assert len([said for said in refused if not NEWER_OR_OLDER.search(said)]) < 6
