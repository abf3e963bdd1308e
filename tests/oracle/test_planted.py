"""Bugs planted in a copy of the model: the oracle at run time has to find each of them."""

from pathlib import Path

import pytest

import nginx_grpc
from tests.oracle.nginx import binaries
from tests.oracle.served.planting import found
from tests.oracle.served.run import QUESTIONS, question

pytestmark = [
    pytest.mark.skipif(len(binaries()) < 2, reason="two versions of nginx are needed"),
    pytest.mark.timeout(600),
]
PACKAGE = Path(nginx_grpc.__file__).parent
# One of each question, which soon shows; the others are for `make full`.
QUICK = {
    "arrival": "an error page at a path keeps the method",
    "listeners": "the http2 parameter is the server's own",
    "pages": "the query belongs to the path",
    "targets": "a map without default has no empty value",
}


@pytest.mark.parametrize("name", sorted(QUESTIONS))
def test_a_planted_bug_is_found(name):
    [bug] = [bug for bug in question(name).bugs if bug.name == QUICK[name]]
    assert "unexplained" in found(name, bug, 100)


@pytest.mark.parametrize("name", sorted(QUESTIONS))
def test_each_bug_has_its_place(name):
    for bug in question(name).bugs:
        bug.planted(PACKAGE)


@pytest.mark.full
@pytest.mark.parametrize(
    ("name", "bug"), [(name, bug) for name in sorted(QUESTIONS) for bug in question(name).bugs]
)
def test_each_planted_bug_is_found(name, bug):
    assert "unexplained" in found(name, bug)


@pytest.mark.parametrize("name", sorted(QUESTIONS))
def test_there_are_ten_bugs(name):
    assert len({bug.name for bug in question(name).bugs}) >= 10
