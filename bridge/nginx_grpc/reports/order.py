"""The order in which people read findings."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from nginx_grpc import catalogue
from nginx_grpc.findings import CheckResult, Finding

__all__ = ["ORDERS", "by_cause", "gravity", "ordered"]

ORDERS = ("gravity", "file")
_LEVELS = ("deny", "warn")
_HARMS = ("verdict", "every", "some", "latent")


def ordered(result: CheckResult, order: str) -> list[Finding]:
    """The findings that count: by file and line, or the gravest first.

    Gravest are denials, and of one level what casts doubt on the verdict, what fails every call,
    what fails some, then what fails none yet.
    """
    shown = [finding for finding in result.findings if finding.counts]
    if order == "file":
        return shown
    return sorted(shown, key=gravity)


def gravity(finding: Finding) -> tuple[int, int]:
    """How grave a finding is, to sort by: the gravest first."""
    return _LEVELS.index(finding.level), _harms().get(finding.id, 0)


@cache
def _harms() -> dict[str, int]:
    return {rule.id: _HARMS.index(rule.harm) for rule in catalogue.rules()}


def by_cause(findings: Iterable[Finding]) -> list[list[Finding]]:
    """Findings that one line would mend together, in the order of the first of each.

    A location that several servers include is one text.
    """
    groups: dict[tuple[str, ...], list[Finding]] = {}
    texts: dict[tuple[object, ...], list[Finding]] = {}
    for number, finding in enumerate(findings):
        kind = (finding.id, finding.level, finding.entry, finding.key)
        text = (*kind, finding.file, finding.line, finding.location, finding.message)
        group = texts.get(text) or groups.setdefault((*kind, finding.cause or str(number)), [])
        group.append(finding)
        texts[text] = group
    return list(groups.values())
