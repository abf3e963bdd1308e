"""Whether a call arrives at its grpc_pass, against the document's yes, no or unknown.

A twin of each server, with its locations and nothing else in them, says which location nginx
chooses for a path; the upstream's name, which is the `:authority`, says whose grpc_pass was used.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from random import Random

from tests.bugs import Bug
from tests.oracle.served.arrival_cases import Writer
from tests.oracle.served.calls import Answer
from tests.oracle.served.questions import Case, Json, Outcome, Place


class Arrivals:
    """yes: all calls for which nginx chooses the location are passed on; no: none is, nor by it."""

    name = "arrival"
    constructs = frozenset(
        (
            "all down",
            "allow and deny",
            "auth server",
            "auth_request",
            "break",
            "client's word",
            "error_page",
            "handler of an if",
            "if",
            "if of the path",
            "if of the request",
            "in the server",
            "internal",
            "limit_except",
            "map",
            "named location",
            "own listener",
            "nested location",
            "regex location",
            "return",
            "rewrite away",
            "rewrite in place",
            "rewrite last",
            "satisfy",
            "second handler",
            "set",
            "try_files",
            "unreachable server",
        )
    )
    bugs: Sequence[Bug] = (
        Bug(
            "nothing is in the way of a call where an access rule is",
            "model/arrival/plain.py",
            '        "deny",\n',
            "",
        ),
        Bug(
            "deny all counts although an allow stands before it",
            "model/arrival/access.py",
            "            if allowed:\n",
            "            if allowed and rule.args != ['all']:\n",
        ),
        Bug(
            "satisfy any is read as satisfy all",
            "model/arrival/access.py",
            'satisfy.args[:1] == ["any"]',
            'satisfy.args[:1] == ["none"]',
        ),
        Bug(
            "limit_except leaves the location's rewrites in effect",
            "model/arrival/walk.py",
            "limited = limit_of(location, way.request.method) is not None\n",
            "limited = False\n",
        ),
        Bug(
            "an error page at a path keeps the method",
            "model/arrival/walk.py",
            'method = "HEAD" if way.request.method == "HEAD" else "GET"',
            "method = way.request.method",
        ),
        Bug(
            "a rewrite without a flag ends the rewrites",
            "model/arrival/script.py",
            'if flag in ("break", "last"):',
            'if flag in ("", "break", "last"):',
        ),
        Bug(
            "a map tells the case of its keys apart",
            "model/arrival/request.py",
            "exact.setdefault(word.lower(), text)",
            "exact.setdefault(word, text)",
        ),
        Bug(
            "regexes are tried behind ^~",
            "model/arrival/routing.py",
            'if isinstance(item, Location) and item.modifier == "^~":',
            'if isinstance(item, Location) and item.modifier == "~~":',
        ),
        Bug(
            "internal is not inherited",
            "model/arrival/access.py",
            '        if "internal" in at.own:\n',
            '        if "internal" in at.own and at is location:\n',
        ),
        Bug(
            "try_files is in effect in an if",
            "model/arrival/walk.py",
            "way.limited or way.inside is not location or",
            "way.limited or",
        ),
        Bug(
            "servers that are down take calls",
            "model/arrival/walk.py",
            "all(not CLOSED.isdisjoint(server.args[1:]) for server in servers)",
            'all("backup" in server.args[1:] for server in servers)',
        ),
        Bug(
            "auth_request lets in whatever it is answered",
            "model/arrival/walk.py",
            "            if 200 <= end.code < 300:\n",
            "            if end.code:\n",
        ),
    )

    def case(self, rng: Random, place: Place) -> Case:
        """A server, its twin, and sometimes two more of one name."""
        return Writer(rng, place).write()

    def judge(self, case: Case, document: Json, answers: Sequence[Answer]) -> Sequence[Outcome]:
        """The claims of every location that has one."""
        paths, other = case.facts["paths"], case.facts["other"]
        chosen = {
            path: int(answer.headers.get("x-location", 0))
            for path, answer in zip(paths, answers, strict=False)
        }
        calls = answers[len(paths) : other]
        outcomes = []
        # Without these no call comes to a location but those for which nginx chooses it.
        sent = re.search("rewrite |error_page |try_files ", case.text) is not None
        numbered = {item.number: item for item in case.facts["locations"]}
        found = _claims(document, 0)
        for location, claim in zip(case.facts["locations"], found, strict=True):
            if claim is None:
                continue
            paged = re.search(rf"error_page [^;]*{re.escape(location.path)}", case.text) is not None
            own = [answer for answer in calls if chosen[answer.call.path] == location.number]
            if _kind(claim) == "taken":
                # Never chosen: the calls that it matches and that one has instead.
                own = [
                    answer
                    for answer in calls
                    if location.matches(answer.call.path.partition("?")[0])
                    and claim["stop"]["text"] in numbered[chosen[answer.call.path]].heads()
                ]
            if not sent and location.modifier != "@" and claim["answer"] == "yes":
                outcomes.append(_held(claim, location.number, False, paged, own, calls))
                continue
            outcomes.append(_held(claim, location.number, location.inner, paged, own, calls))
        for at, (name, number) in enumerate(case.facts["others"]):
            [claim] = _claims(document, at + 1)
            if claim is not None:
                first = at == 0 and not name.startswith("~") and "*" not in name
                outcomes.append(_of_server(claim, name, number, first, answers[other:]))
        return outcomes


def _claims(document: Json, server: int) -> list[Json | None]:
    locations = document["servers"][server]["locations"]
    return [item.get("arrival") for item in locations if item["modifier"] != "if"]


def _kind(claim: Json) -> str:
    """What stops the calls, by a claim; empty where nothing is said to."""
    return claim["stop"]["kind"] if "stop" in claim else ""


def _passed(answer: Answer) -> int:
    """The number of the location whose grpc_pass handed the call on; 0 for none."""
    if answer.headers.get("x-method") != "POST":
        return 0
    match = re.search(r"_l(\d+)$", answer.headers.get("x-authority", ""))
    return int(match[1]) if match else 0


def _arrived(answer: Answer) -> int:
    """The same; 0 where the backend was asked for no method."""
    path = answer.headers.get("x-path", "").partition("?")[0]
    return _passed(answer) if re.search(r"/[^/]+/[A-Za-z_]\w*$", path) else 0


def _of_server(
    claim: Json, name: str, number: int, first: bool, answers: Sequence[Answer]
) -> Outcome:
    """A claim of a server's only location: of the calls whose host its name is for."""
    own = [answer for answer in answers if _is_for(name, answer.call.authority)]
    here = [_arrived(answer) == number for answer in own]
    arrived = [bool(_arrived(answer)) for answer in own]
    says, problem = claim["answer"], ""
    if says == "no" and (any(arrived) if _kind(claim) == "server" else any(here)):
        problem = f"server {name}: no call arrives, it is said, and one did [{_kind(claim)}]"
    elif says == "yes" and first and not all(arrived):
        problem = f"server {name}: every call arrives, it is said, and one did not"
    return Outcome(problem, len(set(arrived)) == 1, says != "unknown", f"{says}, by name")


def _is_for(name: str, host: str) -> bool:
    """Whether a server_name is for a host, were there no other one."""
    name = name.partition(":")[0]
    if name.startswith("~"):
        return re.search(name[1:], host) is not None
    if name.endswith(".*"):
        return host.startswith(name[:-1])
    under = host.endswith(name.lstrip("*"))
    return under if name.startswith("*") else host == name.lstrip(".") or (name[0] == "." and under)


def _held(
    claim: Json,
    number: int,
    inner: bool,
    paged: bool,
    own: Sequence[Answer],
    calls: Sequence[Answer],
) -> Outcome:
    says = claim["answer"]
    arrived = {bool(_arrived(answer)) for answer in own}
    here = any(_arrived(answer) == number for answer in calls)
    problem = ""
    if says == "no" and (here or (not inner and True in arrived)):
        problem = "no call arrives, it is said, and one did"
    elif says == "yes" and not inner and not all(map(_passed, own)):
        stopped = next(answer for answer in own if not _passed(answer))
        problem = (
            f"every call arrives, it is said; not {stopped.call}: {stopped.status} {stopped.log}"
        )
    # What an error page leads to is reached when something fails, which no call of a case does.
    only = (
        not here and not paged if inner else len(arrived) == 1 and not (arrived == {False} and here)
    )
    if problem:
        problem = (
            f"location {number}: {problem} [{_kind(claim)} {claim.get('stop', {}).get('text', '')}]"
        )
    return Outcome(problem, only, says != "unknown", f"{says}, inner" if inner else says)


QUESTION = Arrivals()
