"""A line a finding, for grep and for editors that read compilers' output."""

from __future__ import annotations

from nginx_grpc import printable, summary
from nginx_grpc.findings import CheckResult
from nginx_grpc.reports.interface import Report
from nginx_grpc.reports.order import ordered

__all__ = ["ConciseReport"]


class ConciseReport(Report):
    """`nginx-grpc check --format concise`.

    Args:
        order: as for TextReport.
    """

    name = "concise"

    def __init__(self, *, order: str = "gravity") -> None:
        self._order = order

    def render(self, result: CheckResult) -> str:
        """See Report."""
        lines = [
            f"{finding.file}:{finding.line}: {finding.level}[{finding.id}] "
            + " ".join(finding.message.split())
            for finding in ordered(result, self._order)
        ]
        lines += [f"not seen: {reason}" for reason in summary.reasons(result)]
        lines += [f"note: {remark}" for remark in summary.remarks(result)]
        return "".join(printable.line(line) + "\n" for line in [*lines, summary.closing(result)])
