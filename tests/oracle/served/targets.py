"""Where a call really goes, against the target that the document gives.

A case is one server: its part of the rewrite phase, a location with the grpc_pass under test, and
others that a request can come from. Every condition is a header of its own; all are asked.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from random import Random

from tests.oracle.served.calls import Answer, Call
from tests.oracle.served.planted_targets import BUGS
from tests.oracle.served.questions import Case, Json, Outcome, Place
from tests.oracle.served.target_lines import CHOSEN, CONSTRUCTS, Lines, upstreams

# What nginx answers to each of a target's `failures`.
_STATUS = {"empty": "500", "no-port": "500", "invalid": "500", "name": "502"}


class Targets:
    """The target of a `grpc_pass` with variables."""

    name = "targets"
    constructs = frozenset(CONSTRUCTS)
    bugs = BUGS

    def case(self, rng: Random, place: Place) -> Case:
        """A server with one to four constructs, and mostly a plain set."""
        lines = Lines(rng, place)
        lines.fill(rng.choices((1, 2, 3, 4), (1, 3, 4, 4))[0])
        name = lines.location.replace('"', "")
        facts = {
            "name": name if name.startswith(("/", "@")) else f"~ {name[1:].lstrip()}",
            "chosen": place.backends[CHOSEN],
            "upstreams": upstreams(place),
        }
        text = lines.text()
        for letter in "BN":
            facts["name"] = facts["name"].replace(f"<{letter}>", f"<{place.tag}_{letter.lower()}>")
        return Case(place.tag, text, tuple(_calls(lines, place)), frozenset(lines.used), facts)

    def judge(self, case: Case, document: Json, answers: Sequence[Answer]) -> Sequence[Outcome]:
        """The claims on the location under test."""
        [target] = [
            location["target"]
            for server in document["servers"]
            for location in server["locations"]
            if location["name"] == case.facts["name"]
        ]
        # Only answers that the location under test has given.
        came = [answer for answer in answers if answer.headers.get("x-place") == "under"]
        # What an `if ... return` or `internal` answers is no target's.
        went = {answer.reached or str(answer.status) for answer in came} - {"403", "404"}
        return [_outcome(target, went, case)] if went else []


def _calls(lines: Lines, place: Place) -> list[Call]:
    chosen = [place.backends[CHOSEN]] if lines.chosen else []
    names = {place.backends[CHOSEN]: f"{place.tag}_up3"}
    calls = []
    # A backend's redirect is a GET, which is no gRPC call any more.
    paths = [path for path in lines.paths if not (lines.of_method and "REDIRECT" in path)]
    for path, authority in itertools.product(paths, lines.authorities):
        for values in itertools.product(("", "1"), repeat=len(lines.switches)):
            headers = [
                (name.replace("_", "-"), value)
                for name, value in zip(lines.switches, values, strict=True)
                if value
            ]
            for word in (*chosen, ""):
                more = [(f"{place.tag}-to", word)] if word else []
                if "REDIRECT" in path:
                    more.append(("x-redirect", f"/t/{word or 'x'}/M?to={word}"))
                query = f"?to={word}" if word else ""
                calls.append(
                    Call(
                        place.listen,
                        path.replace("CHOSEN", word or "x") + query,
                        (*headers, *more),
                        authority and (names.get(word) or "none.example"),
                    )
                )
    return calls


def _outcome(target: Json, went: set[str], case: Case) -> Outcome:
    chosen = {case.facts["chosen"]}
    fails = {_STATUS[failure["problem"]] for failure in target["failures"]}
    constant = all(item["origin"] == "constant" for item in target["variables"])
    problem = ""
    claimed = ""
    if target["kind"] == "address":
        claimed = f"{target['host']}:{target['port']}"
        claimed = "502" if target["host_is_name"] else claimed
    elif target["kind"] == "upstream":
        claimed = case.facts["upstreams"][target["upstreams"][0]]
    says = "one" if claimed else target["client_chooses"]
    if claimed and went != {claimed}:
        problem = f"{claimed} is claimed, {sorted(went)} happened"
    elif (
        not claimed
        and target["client_chooses"] == "whole"
        and not went & chosen
        # There a client that does not speak gRPC may choose.
        and not case.constructs & {"if of calls", "map of calls"}
    ):
        problem = f"the client's choice is claimed, {sorted(went)} happened"
    elif constant and went & chosen:
        problem = f"constants are claimed, {sorted(went)} happened"
    elif (constant and (went & {"500", "502"}) - fails) or fails - went:
        problem = f"failures {sorted(fails)} are claimed, {sorted(went)} happened"
    # Other addresses and other hashes than those of the calls would give other values.
    only = len(went) == 1 and not case.constructs & {"geo", "split_clients"}
    known = bool(claimed) or (
        bool(fails) and target["client_chooses"] == "no" and not target["upstreams"]
    )
    return Outcome(problem, only, known, says)


QUESTION = Targets()
