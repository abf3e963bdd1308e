"""Markdown, for the summary of a workflow run or a comment."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

from nginx_grpc import catalogue, printable, summary
from nginx_grpc.expressions import expression
from nginx_grpc.findings import CheckResult, Finding
from nginx_grpc.reports.interface import Report

__all__ = ["MarkdownReport"]

_LIMIT = 900_000  # characters; GitHub drops a summary of more than 1 MiB
_NOTES = 20
_SPECIAL = expression(r"([\\`*_{}\[\]()#+!|<>~@&-])")


class MarkdownReport(Report):
    """`nginx-grpc check --format markdown`: every finding, a table a file."""

    name = "markdown"

    def render(self, result: CheckResult) -> str:
        """See Report."""
        lines: list[str] = []
        size = 0
        for line in self._lines(result):
            size += len(line) + 1
            if size > _LIMIT:
                lines += ["", "The rest is left out here; the other reports have it."]
                break
            lines.append(line)
        return "\n".join(lines) + "\n"

    def _lines(self, result: CheckResult) -> Iterator[str]:
        denied, warned = result.count("deny"), result.count("warn")
        yield f"### gRPC behind nginx: {summary.verdict(result)}"
        yield ""
        yield (
            f"{denied} denied, {warned} warned, {result.waived} waived, "
            f"{result.baselined} in the baseline, "
            f"{summary.judged(result)}, {len(result.rules)} rules"
        )
        told = [f"not seen: {reason}" for reason in summary.reasons(result)]
        told += summary.remarks(result)
        if told:
            yield ""
        for note in told[:_NOTES]:
            yield f"- {_plain(note)}"
        if len(told) > _NOTES:
            yield f"- and {len(told) - _NOTES} more"
        files: dict[str, list[Finding]] = {}
        for finding in result.findings:
            if finding.counts:
                files.setdefault(finding.file, []).append(finding)
        for file, findings in files.items():
            yield ""
            yield f"#### {_plain(file)}"
            yield ""
            yield "| line | rule | where | what | write |"
            yield "| ---: | --- | --- | --- | --- |"
            for finding in findings:
                yield _row(finding)
        waived = [finding for finding in result.findings if finding.waived is not None]
        if waived:
            yield ""
            yield "#### Waived"
            yield ""
        for finding in waived:
            waiver = finding.waived or {}
            yield (
                f"- {_plain(finding.id)} {_plain(finding.file)}:{finding.line} by "
                f"{_plain(str(waiver.get('owner', '')))}: {_plain(str(waiver.get('reason', '')))}"
            )


def _row(finding: Finding) -> str:
    where = [
        f"{kind} {name}"
        for kind, name in (
            ("server", finding.server),
            ("location", finding.location),
            ("upstream", finding.upstream),
            ("key", finding.key),
        )
        if name
    ]
    rule = _plain(finding.id)
    if finding.evidence:
        page = quote(catalogue.page(finding.evidence), safe=":/#", errors="surrogatepass")
        rule = f"[{rule}]({page})"
    cells = [
        str(finding.line),
        f"{finding.level} {rule}",
        _plain(", ".join(where)),
        _plain(finding.message),
        _remedy(finding),
    ]
    return f"| {' | '.join(cells)} |"


def _remedy(finding: Finding) -> str:
    if finding.is_to_decide:
        return _plain(f"to decide: {finding.remedy}")
    return "<br>".join(_code(line) for line in finding.remedy.strip().splitlines())


def _plain(text: str) -> str:
    """Text in which nothing is Markdown or HTML: a configuration is somebody else's."""
    text = _SPECIAL.sub(r"\\\1", _one_line(text)).replace("\\<", "&lt;").replace("\\&", "&amp;")
    return _unlinked(text).replace("\\@", "@<!-- -->")


def _code(text: str) -> str:
    escaped = _one_line(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    for character in "|`*_[]\\":
        escaped = escaped.replace(character, f"&#{ord(character)};")
    return f"<code>{_unlinked(escaped).strip()}</code>"


def _unlinked(text: str) -> str:
    return text.replace("://", "&#58;//").replace("www.", "www&#46;")


def _one_line(text: str) -> str:
    return printable.line(" ".join(text.split()))
