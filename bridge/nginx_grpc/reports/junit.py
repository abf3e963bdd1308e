"""JUnit XML, for servers that show test results."""

from __future__ import annotations

from collections.abc import Iterator
from xml.sax.saxutils import escape, quoteattr

from nginx_grpc import printable, summary
from nginx_grpc.findings import CheckResult, Finding
from nginx_grpc.reports.interface import Report

__all__ = ["JunitReport"]


class JunitReport(Report):
    """`nginx-grpc check --format junit`.

    A suite for each input. A finding that fails the check is a test that failed, any other that
    counts is a skipped test with its message, and a rule without a finding is a test that passed.
    """

    name = "junit"

    def render(self, result: CheckResult) -> str:
        """See Report."""
        suites: dict[str, list[Finding]] = {given.entry: [] for given in result.inputs}
        for finding in result.findings:
            if finding.counts:
                suites[finding.entry].append(finding)
        quiet = {entry: _quiet(result.rules, suites[entry]) for entry in suites}
        verdict = list(_verdict(result))
        tests = sum(len(suites[entry]) + len(quiet[entry]) for entry in suites) + bool(verdict)
        failures = sum(map(result.fails, result.findings)) + result.fails_apart
        lines = [
            '<?xml version="1.0" encoding="UTF-8"?>',
            f'<testsuites name="nginx-grpc" tests="{tests}" failures="{failures}" errors="0">',
        ]
        for entry, findings in suites.items():
            lines += _suite(entry, findings, quiet[entry], result)
        lines += verdict
        return printable.without_commands("\n".join([*lines, "</testsuites>", ""]))


def _verdict(result: CheckResult) -> Iterator[str]:
    """A suite with one test, which is skipped where it can't be said that all was judged."""
    word = summary.verdict(result)
    if word in (summary.CLEAN, summary.PASSED):
        return
    if word == summary.FAILED and not result.fails_apart and result.grpc_locations:
        return
    element = "failure" if result.fails_apart else "skipped"
    told = "\n".join([*summary.reasons(result), *summary.remarks(result)])
    yield (
        f'  <testsuite name="nginx-grpc" tests="1" failures="{int(result.fails_apart)}"'
        f' errors="0" skipped="{int(not result.fails_apart)}">'
    )
    yield '    <testcase classname="nginx-grpc" name="gRPC locations are judged">'
    yield (
        f'      <{element} type="verdict" message={_attribute(summary.headline(result))}>'
        f"{_text(told)}</{element}>"
    )
    yield "    </testcase>"
    yield "  </testsuite>"


def _quiet(rules: list[str], findings: list[Finding]) -> list[str]:
    spoken = {finding.id for finding in findings}
    return [rule for rule in rules if rule not in spoken]


def _suite(
    entry: str, findings: list[Finding], quiet: list[str], result: CheckResult
) -> Iterator[str]:
    failed = sum(map(result.fails, findings))
    yield (
        f'  <testsuite name={_attribute(entry)} tests="{len(findings) + len(quiet)}"'
        f' failures="{failed}" errors="0" skipped="{len(findings) - failed}">'
    )
    for finding in findings:
        element = "failure" if result.fails(finding) else "skipped"
        name = f"{finding.id} {finding.slug} {finding.file}:{finding.line}"
        text = f"{finding.msg}\n{finding.remedy}".strip()
        yield f"    <testcase classname={_attribute(finding.id)} name={_attribute(name)}>"
        yield (
            f'      <{element} type="{finding.level}" message={_attribute(finding.message)}>'
            f"{_text(text)}</{element}>"
        )
        yield "    </testcase>"
    for rule in quiet:
        yield f"    <testcase classname={_attribute(rule)} name={_attribute(rule)}/>"
    yield "  </testsuite>"


def _text(text: str) -> str:
    return escape(printable.block(text))


def _attribute(text: str) -> str:
    return quoteattr(printable.block(text))
