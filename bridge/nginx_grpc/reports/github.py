"""Workflow commands: GitHub shows each finding on its line of the pull request."""

from __future__ import annotations

from collections.abc import Iterator

from nginx_grpc import printable, summary
from nginx_grpc.findings import CheckResult, Finding
from nginx_grpc.reports.interface import Report

__all__ = ["GithubReport"]

_NOTES = 10
_COMMANDS = {"deny": "error", "warn": "warning"}


class GithubReport(Report):
    """`nginx-grpc check --format github`.

    GitHub shows the first ten errors and the first ten warnings of a step: so one finding of each
    cause comes first, and those that the same line would mend come after.
    """

    name = "github"

    def render(self, result: CheckResult) -> str:
        """See Report."""
        first: list[Finding] = []
        others: list[Finding] = []
        seen: set[tuple[str, str, str, str]] = set()
        for finding in result.findings:
            if not finding.counts:
                continue
            cause = (finding.id, finding.entry, finding.file, finding.cause)
            (others if finding.cause and cause in seen else first).append(finding)
            seen.add(cause)
        ordered = [
            finding
            for level in _COMMANDS
            for part in (first, others)
            for finding in part
            if finding.level == level
        ]
        commands = [*map(_command, ordered), *_verdict(result)]
        return "".join(f"{line}\n" for line in dict.fromkeys(commands))


def _verdict(result: CheckResult) -> Iterator[str]:
    """The verdict where it is not about judged locations alone."""
    word = summary.verdict(result)
    if word in (summary.CLEAN, summary.PASSED):
        return
    if word == summary.FAILED and not result.fails_apart and result.grpc_locations:
        return
    told = "\n".join([*summary.reasons(result)[:_NOTES], *summary.remarks(result)])
    command = "error" if result.failed else "notice"
    yield f"::{command} title=gRPC behind nginx::{_data(summary.headline(result))}" + (
        f"%0A{_data(told)}" if told else ""
    )


def _command(finding: Finding) -> str:
    verb = finding.verb.capitalize()
    remedy = f"\n{verb}: {finding.remedy.strip()}" if finding.remedy else ""
    properties = {
        "file": finding.file.removeprefix("./"),
        "line": str(max(1, finding.line)),
        "title": f"{finding.id} {finding.title}",
    }
    told = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    return f"::{_COMMANDS[finding.level]} {told}::{_data(finding.message + remedy)}"


def _data(text: str) -> str:
    return printable.block(text).replace("%", "%25").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(printable.line(text)).replace(":", "%3A").replace(",", "%2C")
