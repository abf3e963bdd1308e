"""What `nginx-grpc fix` makes of a file, and whether it keeps its word."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from nginx_grpc import engines, sources
from nginx_grpc.engines import Engine
from nginx_grpc.findings import Finding
from nginx_grpc.fixing import rounds, trying
from nginx_grpc.fixing.invariants import differences
from nginx_grpc.fixing.judging import Judge, Judged
from nginx_grpc.fixing.rounds import Fixed
from nginx_grpc.parsers.words import comment_end
from nginx_grpc.settings_search import SettingsSearch

PROFILES = ("checklist", "evidence")


@cache
def engine() -> Engine:
    return engines.by_name("embedded")


def judge(path: Path | str, profile: str, stdin: bytes = b"") -> Judge:
    """What reads and judges a file again and again."""
    search = SettingsSearch(wanted=False, profile=profile)
    return Judge([str(path)], sources.ReadOptions(), engine(), search.of, stdin=stdin)


def mended(path: Path | str, profile: str, *, unsafe: bool) -> Fixed:
    """A file with every denial mended that an edit mends."""
    return rounds.fix(judge(path, profile), denied, unsafe=unsafe)


def denied(finding: Finding) -> bool:
    return finding.counts and finding.level == "deny" and finding.outcome == "fault"


def problems(fixed: Fixed, profile: str, *, unsafe: bool) -> Iterator[str]:
    """What a fix does that it must not, by the numbers of docs/fix.md."""
    before, after = fixed.before, fixed.after
    # 1: what is fixed is gone.
    left = Counter(map(_name, after.result.findings))
    for outcome in fixed.outcomes:
        if outcome.state == "fixed" and not outcome.why:
            was = Counter(map(_name, before.result.findings))[_name(outcome.finding)]
            if not outcome.brought and left[_name(outcome.finding)] >= was:
                yield f"1: {_name(outcome.finding)} is still found"
    # 2: nothing is found that was not, but where gRPC was not carried before.
    carrying = set(_carrying(before))
    news = left - Counter(map(_name, before.result.findings))
    for rule, server, location, upstream in news:
        if (server, location, upstream) in carrying or not (location or upstream):
            yield f"2: {rule} is found in {server} {location} {upstream}"
    # 3: the documents differ in what the edits name.
    edits = [edit for each in fixed.outcomes for edit in each.finding.fix.get("edits", ())]
    named = {word for edit in edits for word in (edit.get("name"), edit.get("was")) if word}
    for old, new in zip(before.documents, after.documents, strict=True):
        for difference in differences(old, new):
            if difference.kind == "document":
                yield f"3: {difference.parts} of the document"
            first = difference.state == "changed" and "grpc_pass" in difference.parts
            for part in difference.parts:
                directive = part.removeprefix("directives.")
                if part != directive and directive not in named and not first:
                    yield f"3: {directive} of {difference}"
    # 4: comments and line ends stay, and a second run finds nothing to do.
    for path, data in before.contents.items():
        new_data = after.contents[path]
        if data == new_data:
            continue
        yield from (f"4: {path}: {what}" for what in _disturbed(data, new_data))
    if before.contents != after.contents:
        again = rounds.fix(_again(fixed, profile), denied, unsafe=unsafe)
        if again.after.contents != after.contents:
            yield "4: a second run finds more to do"


def accepted(fixed: Fixed, nginx: str) -> list[str]:
    """What nginx -t says; Refused where it takes no more what it took (5)."""
    return trying.held_against(nginx, fixed)


def _again(fixed: Fixed, profile: str) -> Judge:
    paths = [each.given for each in fixed.before.configurations]
    search = SettingsSearch(wanted=False, profile=profile)
    options = sources.ReadOptions(overlay=fixed.after.contents)
    return Judge(paths[:1], options, engine(), search.of)


def _name(finding: Finding) -> tuple[str, str, str, str]:
    waived = "" if finding.counts else " waived"
    return (finding.id + waived, finding.server, finding.location, finding.upstream)


def _carrying(judged: Judged) -> Iterator[tuple[str, str, str]]:
    for document in judged.documents:
        for server in document["servers"]:
            for location in server["locations"]:
                if location["grpc_pass"]:
                    yield server["name"], location["name"], ""
                    for upstream in location.get("target", {}).get("upstreams", ()):
                        yield "", "", upstream
                        yield server["name"], location["name"], upstream


def _disturbed(data: bytes, new_data: bytes) -> Iterator[str]:
    if list(_comments(data)) != list(_comments(new_data)):
        yield "its comments are not what they were"
    bare = len(re.findall(rb"(?<!\r)\n", data))
    if b"\r\n" in data and not bare and re.search(rb"(?<!\r)\n", new_data):
        yield "a line end that is no CRLF"
    if data.endswith(b"\n") != new_data.endswith(b"\n"):
        yield "another end"
    removed = Counter(data.split(b"\n")) - Counter(new_data.split(b"\n"))
    if any(not line.strip() for line in removed):
        yield "a blank line is gone"


def _comments(data: bytes) -> Iterator[str]:
    """The comments of a text, by a look at its lines alone: those that stand by themselves."""
    text = data.decode("latin-1") + "\n"
    for found in re.finditer(r"^[ \t]*#", text, re.MULTILINE):
        yield text[found.end() : comment_end(text, found.end() - 1)].strip()
