"""The order in which people read findings."""

from __future__ import annotations

from collections.abc import Iterable

from nginx_grpc import catalogue
from nginx_grpc.findings import CheckResult, Finding

__all__ = ["ORDERS", "by_cause", "ordered"]

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
    harms = {rule.id: _HARMS.index(rule.harm) for rule in catalogue.rules()}
    return sorted(shown, key=lambda f: (_LEVELS.index(f.level), harms.get(f.id, 0)))


def by_cause(findings: Iterable[Finding]) -> list[list[Finding]]:
    """Findings that one line would mend together, in the order of the first of each."""
    groups: dict[tuple[str, ...], list[Finding]] = {}
    for number, finding in enumerate(findings):
        cause = finding.cause or str(number)
        key = (finding.id, finding.level, finding.entry, finding.file, finding.key, cause)
        groups.setdefault(key, []).append(finding)
    return list(groups.values())
