"""The explanation as text for people, and as JSON for programs."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import Any

from nginx_grpc import catalogue, indented, printable
from nginx_grpc.explain.explanation import Explanation

__all__ = ["render"]

_RESET = "\x1b[0m"
_STYLES = {
    "class": "\x1b[1m",
    "dim": "\x1b[2m",
    "confirmed": "\x1b[1;31m",
    "possible": "\x1b[1;33m",
    "ruled_out": "\x1b[2m",
    "fix": "\x1b[32m",
    "note": "\x1b[1;31m",
}
_WORDS = {"confirmed": "confirmed", "possible": "possible", "ruled_out": "ruled out"}
_INDENT = 13  # columns before what a candidate says
_ROWS = 12  # of the table at the top
_POSSIBLE = 6  # candidates of one group
_NAMED = 3  # services in a line
_PAGE = "docs/symptoms.md"


def render(explanation: Explanation, form: str, *, color: bool, width: int) -> str:
    """The explanation as `text` or `json`.

    Args:
        explanation: what to show.
        form: text or json.
        color: whether to use ANSI colours.
        width: columns to fill at most.
    """
    if form == "json":
        return indented.dumps(explanation.as_json())
    lines = _Text(color, max(60, min(width, 100))).lines(explanation)
    return printable.without_commands("\n".join(lines) + "\n")


class _Text:
    def __init__(self, color: bool, width: int) -> None:
        self._color = color
        self._width = width

    def lines(self, explanation: Explanation) -> Iterator[str]:
        concern = [group for group in explanation.groups if _matters(group)]
        yield from self._summary(explanation, concern)
        for group in concern:
            yield ""
            yield from self._group(group)
        yield from self._unknown(explanation)
        for note in explanation.notes:
            yield from self._paragraph("note: ", note)
        yield from self._next(explanation, concern)

    def _summary(self, explanation: Explanation, concern: list[dict[str, Any]]) -> Iterator[str]:
        if not explanation.lines:
            yield "no lines"
            return
        of_concern = sum(group["count"] for group in concern)
        others = explanation.lines - of_concern - explanation.unknown["count"]
        counts = [
            f"{of_concern:,} of concern",
            f"{others:,} of no concern",
            f"{explanation.unknown['count']:,} unknown",
        ]
        yield from self._wrapped(
            f"{explanation.lines:,} {'line' if explanation.lines == 1 else 'lines'}: "
            f"{', '.join(counts)}{_when(_span(explanation.groups), ', ')}"
        )
        if len(concern) > 1:
            yield ""
            yield from self._rows(concern)
        quiet = [group for group in explanation.groups if not _matters(group)]
        if quiet:
            told = ", ".join(f"{group['class']} {group['count']:,}" for group in quiet)
            yield from self._paragraph("no concern: ", told)

    def _rows(self, concern: list[dict[str, Any]]) -> Iterator[str]:
        digits = max(len(f"{group['count']:,}") for group in concern)
        shown = concern[:_ROWS]
        names = max(len(group["class"]) for group in shown)
        for group in shown:
            start = f"{group['count']:>{digits},}  {group['class']:{names}}"
            since = f"  since {_clock(group['first'])}" if group["first"] else ""
            line = f"{start}{since}  {_where(group)}".rstrip()
            yield line if len(line) <= self._width else line[: self._width - 3] + "..."
        if len(concern) > len(shown):
            rest = concern[_ROWS:]
            yield f"{sum(g['count'] for g in rest):>{digits},}  in {len(rest)} more groups"

    def _group(self, group: dict[str, Any]) -> Iterator[str]:
        count = "once" if group["count"] == 1 else f"{group['count']:,} times"
        yield self._style("class", group["class"]) + f"  {count}{_when(group, ', ')}"
        location = group["location"]
        if location is not None:
            place = f"{location['file']}:{location['line']}"
            named = f"location {location['name']}"
            if location["server"]:
                named += f" of server {location['server']}"
            yield self._style("dim", "  --> ") + printable.line(f"{place}  {named}")
        if group["services"]:
            yield from self._paragraph("  calls to: ", _services(group["services"]))
        yield from self._wrapped(group["meaning"], "  ")
        yield from self._quoted(group["example"])
        if group["note"]:
            yield from self._wrapped(group["note"], "  ", style="note")
        shown = 0
        for candidate in group["candidates"]:
            shown += candidate["state"] == "possible"
            if candidate["state"] != "possible" or shown <= _POSSIBLE:
                yield from self._candidate(candidate)
            elif shown == _POSSIBLE + 1:
                yield from self._wrapped(f"more are possible: {_PAGE}#{group['class']}", "  ")

    def _candidate(self, candidate: dict[str, Any]) -> Iterator[str]:
        state = candidate["state"]
        head = f"  {_WORDS[state]:{_INDENT - 3}} "
        text = f"{_subject(candidate)}: {candidate['why']}"
        rows = self._fill(text, self._width - _INDENT)
        for number, row in enumerate(rows):
            lead = self._style(state, head) if number == 0 else " " * _INDENT
            yield lead + (self._style("dim", row) if state == "ruled_out" else row)
        finding = candidate["finding"]
        if finding is not None:
            place = printable.line(f"{finding['file']}:{finding['line']}")
            yield " " * _INDENT + self._style("dim", "--> ") + place
            if finding["remedy"]:
                for number, row in enumerate(self._code(finding["remedy"])):
                    lead = self._style("dim", "fix: ") if number == 0 else " " * 5
                    yield " " * _INDENT + lead + self._style("fix", row)
        if candidate["ask"]:
            for number, row in enumerate(self._fill(candidate["ask"], self._width - _INDENT - 5)):
                lead = self._style("dim", "ask: ") if number == 0 else " " * 5
                yield " " * _INDENT + lead + row

    def _code(self, text: str) -> Iterator[str]:
        for line in text.strip("\n").splitlines():
            shown = printable.line(line.expandtabs(4))
            indent = " " * (len(shown) - len(shown.lstrip(" ")))
            yield from textwrap.wrap(
                shown,
                self._width - _INDENT - 5,
                subsequent_indent=f"{indent}  ",
                break_long_words=False,
                break_on_hyphens=False,
                replace_whitespace=False,
            )

    def _unknown(self, explanation: Explanation) -> Iterator[str]:
        unknown = explanation.unknown
        if not unknown["count"]:
            return
        yield ""
        count = "once" if unknown["count"] == 1 else f"{unknown['count']:,} times"
        yield self._style("class", "unknown") + f"  {count}"
        yield from self._wrapped("No entry of the table knows these lines, as:", "  ")
        for example in unknown["examples"]:
            yield from self._quoted(example)

    def _next(self, explanation: Explanation, concern: list[dict[str, Any]]) -> Iterator[str]:
        if concern and not explanation.configuration:
            yield ""
            yield from self._wrapped(
                "With --config PATH (nginx.conf, its folder, what nginx -T prints, a ConfigMap) "
                "each candidate is held against the configuration."
            )

    def _quoted(self, text: str) -> Iterator[str]:
        rows = self._fill(text, self._width - 4)
        for row in rows[:5]:
            yield self._style("dim", "  | ") + row
        if len(rows) > 5:
            yield self._style("dim", "  | ") + "..."

    def _paragraph(self, head: str, text: str) -> Iterator[str]:
        for number, row in enumerate(self._fill(text, self._width - len(head))):
            yield (self._style("dim", head) if number == 0 else " " * len(head)) + row

    def _wrapped(self, text: str, indent: str = "", style: str = "") -> Iterator[str]:
        for row in self._fill(text, self._width - len(indent)):
            yield indent + (self._style(style, row) if style else row)

    @staticmethod
    def _fill(text: str, width: int) -> list[str]:
        return textwrap.wrap(printable.line(" ".join(text.split())), width, break_on_hyphens=False)

    def _style(self, style: str, text: str) -> str:
        return f"{_STYLES[style]}{text}{_RESET}" if self._color else text


def _matters(group: dict[str, Any]) -> bool:
    return any(candidate["cause"] != "none" for candidate in group["candidates"])


def _subject(candidate: dict[str, Any]) -> str:
    if candidate["cause"] == "none":
        return "no concern"
    if candidate["cause"] != "rule":
        return str(candidate["cause"])
    if candidate["id"] is None:
        return "nginx"
    rule = catalogue.by_id(candidate["id"])
    return f"{candidate['id']} {rule.slug}" if rule is not None else str(candidate["id"])


def _services(services: list[dict[str, Any]]) -> str:
    named = [f"{each['name']} ({each['count']:,})" for each in services[:_NAMED]]
    rest = len(services) - len(named)
    return ", ".join(named) + (f" and {rest} more" if rest else "")


def _where(group: dict[str, Any]) -> str:
    if group["location"] is not None:
        return printable.line(str(group["location"]["name"]))
    names = [each["name"] for each in group["services"]]
    rest = f" and {len(names) - 1} more" if len(names) > 1 else ""
    return names[0] + rest if names else ""


def _clock(time: str) -> str:
    return time.replace("T", " ").removesuffix("Z")


def _span(groups: list[dict[str, Any]]) -> dict[str, str]:
    firsts = [group["first"] for group in groups if group["first"]]
    lasts = [group["last"] for group in groups if group["last"]]
    return {"first": min(firsts, default=""), "last": max(lasts, default="")}


def _when(span: dict[str, Any], before: str) -> str:
    first, last = span["first"], span["last"]
    if not first:
        return ""
    zone = " UTC" if last.endswith("Z") else ""
    if first == last:
        return f"{before}{_clock(first)}{zone}"
    until = _clock(last)
    if first[:10] == last[:10]:
        until = until[11:]
    return f"{before}{_clock(first)} to {until}{zone}"
