"""What an oracle at run time asks: cases, and how a document's claims are held against answers.

A question is a module with a class of this shape, registered in run.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, Protocol

from tests.bugs import Bug
from tests.oracle.served.calls import Answer, Call

Json = dict[str, Any]


@dataclass(frozen=True)
class Place:
    """Where a case lives.

    Args:
        tag: `k17`. What a case names at http level (upstreams, variables, zones) begins with
            `k17_`, for all cases share one nginx.
        listen: an address and port that no other case has; `listen2` is a second one.
        backends: addresses that answer, in order.
        dead: an address where nobody listens.
        ports: three in a row that no other case has, on any address.
    """

    tag: str
    listen: str
    listen2: str
    backends: Sequence[str]
    dead: str
    ports: Sequence[int] = (1, 2, 3)


@dataclass(frozen=True)
class Case:
    """A configuration and what to ask it.

    Args:
        tag: of its place.
        text: directives of http level.
        calls: all that could make a difference.
        constructs: what the case is made of, for the count.
        facts: what the question wants to know again when it judges.
        http: further directives of http level, served with the cases that have the same.
    """

    tag: str
    text: str
    calls: tuple[Call, ...]
    constructs: frozenset[str]
    facts: Mapping[str, Any]
    http: str = ""


@dataclass(frozen=True)
class Outcome:
    """How a claim stands.

    Args:
        problem: what was claimed and did not happen; empty if none.
        only: whether all calls of the case met with the same, so that nginx can give only that.
        known: whether the document says it.
        says: the claim in a word, for the count.
    """

    problem: str
    only: bool
    known: bool
    says: str


class Question(Protocol):
    """One kind of claim."""

    name: str
    # What each case can be made of; each has to be in one case of twenty.
    constructs: frozenset[str]
    # What is planted to see that the question bites.
    bugs: Sequence[Bug]

    def case(self, rng: Random, place: Place) -> Case:
        """A case."""

    def judge(self, case: Case, document: Json, answers: Sequence[Answer]) -> Sequence[Outcome]:
        """The claims of the case's document against the answers to its calls."""
