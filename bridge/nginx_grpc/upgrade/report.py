"""What `nginx-grpc upgrade` prints."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from typing import Any

from nginx_grpc import indented, printable, summary
from nginx_grpc.findings import Finding
from nginx_grpc.reports.json import finding_json
from nginx_grpc.upgrade.comparison import Change
from nginx_grpc.upgrade.facts import Fact, Place
from nginx_grpc.upgrade.upgrade import Upgrade

__all__ = ["as_json", "as_text"]

SCHEMA_VERSION = 1
_SHOWN = 3


def as_text(upgrade: Upgrade, width: int) -> str:
    """For people; nothing for equal versions."""
    if upgrade.old == upgrade.new:
        return ""
    blocks = [
        *(_lines(_change(change), width) for change in upgrade.changes),
        *(_lines(_fact(fact, places, upgrade), width) for fact, places in upgrade.facts),
        _lines([("", _closing(upgrade))], width),
    ]
    return "\n\n".join(blocks) + "\n"


def as_json(upgrade: Upgrade) -> str:
    """For programs."""
    kinds = [change.kind for change in upgrade.changes]
    value: dict[str, Any] = {
        "schema_version": SCHEMA_VERSION,
        "from": str(upgrade.old),
        "to": str(upgrade.new),
        "changes": [
            {
                "kind": change.kind,
                "breaks": change.breaks,
                "finding": finding_json(change.finding),
                "was": finding_json(change.was) if change.was else None,
            }
            for change in upgrade.changes
        ],
        "facts": [
            {
                "name": fact.name,
                "title": fact.title,
                "since": str(fact.since),
                "before": fact.before,
                "after": fact.after,
                "do": fact.do,
                "evidence": fact.evidence,
                "places": [
                    {"file": at.file, "line": at.line, "key": at.key, "name": at.name}
                    for at in places
                ],
            }
            for fact, places in upgrade.facts
        ],
        "summary": {
            "breaks": upgrade.breaks,
            **{kind: kinds.count(kind) for kind in ("comes", "changes", "goes")},
            "facts": len(upgrade.facts),
            "grpc_locations": upgrade.after.grpc_locations,
            "not_judged": upgrade.not_judged,
            "not_seen": summary.reasons(upgrade.after),
        },
    }
    return indented.dumps(value)


def _change(change: Change) -> Iterator[tuple[str, str]]:
    finding = change.finding
    yield "", f"{change.kind}: {finding.level}[{finding.id}] {finding.title}"
    yield "-->", f"{finding.file}:{finding.line}{_of(finding)}"
    if change.kind == "goes":
        yield "was:", finding.message
        return
    if change.was is not None:
        yield "was:", f"{change.was.level}: {change.was.message}"
    yield "now:", finding.message
    if finding.remedy:
        yield "do:", finding.remedy.strip("\n")


def _of(finding: Finding) -> str:
    named = {
        "server": finding.server if not finding.location else "",
        "location": finding.location,
        "upstream": finding.upstream if not finding.location else "",
    }
    return "".join(f", {what} {name}" for what, name in named.items() if name)


def _fact(fact: Fact, places: Sequence[Place], upgrade: Upgrade) -> Iterator[tuple[str, str]]:
    back = upgrade.new < upgrade.old
    was, now = (fact.after, fact.before) if back else (fact.before, fact.after)
    yield "", f"{'before' if back else 'from'} {fact.since}: {fact.title}"
    more = f" and {len(places) - _SHOWN} more" if len(places) > _SHOWN else ""
    for place in places[:_SHOWN]:
        last = more if place is places[:_SHOWN][-1] else ""
        yield "-->", f"{place.file}:{place.line}, {place.name}{last}"
    yield "was:", was
    yield "now:", now
    if not back:
        yield "do:", fact.do
    yield "see:", fact.evidence


def _closing(upgrade: Upgrade) -> str:
    kinds = [change.kind for change in upgrade.changes]
    told = [
        f"{kinds.count(kind)} {verb}"
        for kind, verb in (("comes", "come"), ("changes", "change"), ("goes", "go"))
        if kind in kinds
    ]
    findings = f"findings: {', '.join(told)}" if told else "findings: the same"
    facts = (
        f"{summary.plural(len(upgrade.facts), 'fact')} to look at" if upgrade.facts else "no fact"
    )
    denials = sum(change.breaks for change in upgrade.changes)
    verdict = summary.plural(denials, "more denial") if denials else "no more denials"
    if not upgrade.after.grpc_locations:
        verdict = f"no gRPC found; {verdict}"
    notes = [f"nginx {upgrade.old} to {upgrade.new}: {verdict} ({findings}; {facts})"]
    if upgrade.not_judged:
        rules = ", ".join(upgrade.not_judged)
        notes.append(f"not judged in full: {rules} (nginx-grpc check says why)")
    return "; ".join([*notes, *summary.reasons(upgrade.after)])


def _lines(parts: Iterator[tuple[str, str]] | list[tuple[str, str]], width: int) -> str:
    lines: list[str] = []
    for word, text in parts:
        lead = f"  {word} " if word else ""
        for line in text.splitlines():
            body = line.lstrip(" ")
            indent = " " * (len(lead) + len(line) - len(body))
            lines += textwrap.wrap(
                printable.line(body),
                max(width, 40),
                initial_indent=lead + indent[len(lead) :],
                subsequent_indent=indent,
                break_on_hyphens=False,
                break_long_words=False,
            )
            lead = " " * len(lead)
    return "\n".join(lines)
