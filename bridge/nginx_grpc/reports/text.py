"""The report for people: each finding with the configuration's own lines around it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from nginx_grpc import printable, summary
from nginx_grpc.findings import CheckResult, Finding
from nginx_grpc.fingerprints import Lines
from nginx_grpc.reports.interface import Report
from nginx_grpc.reports.order import by_cause, ordered

__all__ = ["TextReport"]

_CONTEXT = 2  # lines shown before and after the one a finding points at
_SAME_CAUSE = 4  # further places named before "and N more"
_NOTES = 10  # of one kind, likewise
_TAB = "    "

_RESET = "\x1b[0m"
_STYLES = {
    "deny": "\x1b[1;31m",
    "warn": "\x1b[1;33m",
    "bold": "\x1b[1m",
    "mark": "\x1b[1;31m",
    "dim": "\x1b[2m",
    "fix": "\x1b[32m",
    "good": "\x1b[1;32m",
}


class TextReport(Report):
    """`nginx-grpc check`, as a terminal shows it.

    Args:
        color: whether to use ANSI colours.
        width: columns to fill at most.
        order: gravity (denials first, those first that fail every call) or file.
    """

    name = "text"

    def __init__(self, *, color: bool, width: int, order: str = "gravity") -> None:
        self._color = color
        self._order = order
        self._width = max(40, min(width, 100))

    def render(self, result: CheckResult) -> str:
        """See Report."""
        lines: list[str] = []
        source = _Source(result.texts)
        for group in by_cause(ordered(result, self._order)):
            lines += [*self._block(group, source), ""]
        waived = [finding for finding in result.findings if finding.waived is not None]
        if waived:
            lines += [*self._waived(waived), ""]
        if result.baseline:
            lines += [*self._baselined(result), ""]
        lines += self._summary(result)
        return printable.without_commands("\n".join(lines) + "\n")

    def _block(self, group: list[Finding], source: _Source) -> Iterator[str]:
        first = group[0]
        yield (
            self._style(first.level, printable.line(f"{first.level}[{first.id}]"))
            + " "
            + self._style("bold", printable.line(first.title))
        )
        yield self._style("dim", "  --> ") + printable.line(f"{first.file}:{first.line}")
        yield from self._paragraph("in", _nodes(first))
        gutter = len(str(first.line + _CONTEXT))
        for number, text in source.around(first.file, first.line):
            here = number == first.line
            mark = self._style("mark", ">") if here else " "
            room = self._width - gutter - 5
            shown = printable.line(text.replace("\t", _TAB))
            if len(shown) > room:
                shown = shown[: room - 3] + "..."
            yield f"{number:>{gutter}} {self._style('dim', '|')}{mark} {shown}".rstrip()
        yield from self._paragraph("why", first.message)
        if first.remedy:
            yield from self._remedy(first)
        if len(group) > 1:
            yield from self._paragraph("also", _others(group))

    def _paragraph(self, label: str, text: str) -> Iterator[str]:
        import textwrap

        head = f"  {label}: "
        wrapped = textwrap.wrap(
            printable.line(" ".join(text.split())),
            self._width - len(head),
            break_long_words=False,
            break_on_hyphens=False,
        )
        for number, line in enumerate(wrapped):
            yield (self._style("dim", head) if number == 0 else " " * len(head)) + line

    def _remedy(self, finding: Finding) -> Iterator[str]:
        import textwrap

        if finding.is_to_decide:
            yield from self._paragraph("to decide", finding.remedy)
            return
        head = "  fix: "
        shown = [
            piece
            for line in finding.remedy.strip("\n").splitlines()
            for piece in textwrap.wrap(
                printable.line(line.expandtabs(len(_TAB))),
                self._width - len(head),
                subsequent_indent=" " * _indent(line) + "  ",
                break_long_words=False,
                break_on_hyphens=False,
                replace_whitespace=False,
            )
        ]
        for number, line in enumerate(shown):
            yield (self._style("dim", head) if number == 0 else " " * len(head)) + self._style(
                "fix", line
            )

    def _waived(self, findings: list[Finding]) -> Iterator[str]:
        import textwrap

        yield self._style("bold", "waived")
        for finding in findings:
            waiver = finding.waived or {}
            until = waiver.get("expires") or waiver.get("until") or ""
            text = f"{finding.id} {finding.file}:{finding.line} by {waiver.get('owner', '')}"
            text += f" until {until}" if until else ""
            text += f": {waiver.get('reason', '')}"
            yield from textwrap.wrap(
                printable.line(text), self._width, initial_indent="  ", subsequent_indent="      "
            )

    def _baselined(self, result: CheckResult) -> Iterator[str]:
        known = Counter(finding.id for finding in result.findings if finding.baselined)
        told = ", ".join(f"{count} {rule}" for rule, count in sorted(known.items()))
        yield self._style("bold", f"in the baseline {printable.line(result.baseline)}")
        yield from self._paragraph("there", told or "nothing")
        if not result.gone:
            return
        gone = [
            " ".join(
                filter(
                    None,
                    [
                        str(entry.count),
                        entry.id,
                        entry.server and f"server {entry.server}",
                        entry.location and f"location {entry.location}",
                        entry.upstream and f"upstream {entry.upstream}",
                    ],
                )
            )
            for entry in result.gone
        ]
        yield from self._paragraph(
            "gone", f"{', '.join(gone)}: write the baseline anew, so that they stay away"
        )

    def _summary(self, result: CheckResult) -> Iterator[str]:
        yield from self._notes("not seen", summary.reasons(result))
        yield from self._notes("note", summary.remarks(result))
        files = result.settings
        for settings in files[:_NOTES]:
            yield self._style("dim", f"  settings: {printable.line(settings)}")
        if len(files) > _NOTES:
            yield self._style("dim", f"  settings: and {len(files) - _NOTES} more")
        yield summary.closing(result, self._style)
        if fixes := summary.fixes(result):
            yield self._style("dim", fixes)

    def _notes(self, label: str, notes: list[str]) -> Iterator[str]:
        for note in notes[:_NOTES]:
            yield from self._paragraph(label, note)
        if len(notes) > _NOTES:
            yield from self._paragraph(label, f"and {len(notes) - _NOTES} more")

    def _style(self, style: str, text: str) -> str:
        return f"{_STYLES[style]}{text}{_RESET}" if self._color else text


class _Source:
    """The lines of the files, those around a place once.

    Args:
        texts: the files by name.
    """

    def __init__(self, texts: dict[str, bytes]) -> None:
        self._lines = Lines(texts)
        self._shown: set[tuple[str, int]] = set()

    def around(self, file: str, line: int) -> Iterator[tuple[int, str]]:
        """The lines about a line, with their numbers; nothing where they are not there, or have
        been shown."""
        lines = self._lines.of(file)
        if not 1 <= line <= len(lines) or (file, line) in self._shown:
            return
        self._shown.add((file, line))
        start, end = max(1, line - _CONTEXT), min(len(lines), line + _CONTEXT)
        block = [
            (number, lines[number - 1].decode("utf-8", "replace").rstrip())
            for number in range(start, end + 1)
        ]
        while block and not block[-1][1] and block[-1][0] != line:
            block.pop()
        while block and not block[0][1] and block[0][0] != line:
            block.pop(0)
        indent = min((_indent(text) for _, text in block if text), default=0)
        for number, text in block:
            yield number, text.expandtabs(len(_TAB))[indent:]


def _indent(text: str) -> int:
    expanded = text.expandtabs(len(_TAB))
    return len(expanded) - len(expanded.lstrip(" "))


def _nodes(finding: Finding) -> str:
    named = ("key", "server", "location", "upstream")
    return ", ".join(f"{name} {value}" for name in named if (value := getattr(finding, name)))


def _others(group: list[Finding]) -> str:
    named = []
    for finding in group[1 : 1 + _SAME_CAUSE]:
        host = "" if finding.server == group[0].server else finding.server
        what = f"{host} {finding.location}".strip() or finding.upstream or finding.server
        elsewhere = "" if finding.file == group[0].file else f"{finding.file} "
        named.append(f"{elsewhere}line {finding.line}" + (f" ({what})" if what else ""))
    rest = len(group) - 1 - len(named)
    return ", ".join(named) + (f" and {rest} more" if rest else "")
