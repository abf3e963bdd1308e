"""Comments: replaced whole, but for what speaks to this tool."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nginx_grpc.expressions import expression
from nginx_grpc.redaction.pseudonyms import Pseudonyms
from nginx_grpc.redaction.words import Edit

__all__ = ["comment_edits", "waiver_edits"]

_WAIVER = expression(r"#*\s*(?=nginx-grpc:)")
_FORM = expression(r"nginx-grpc:\s*(?:ignore\b\s*)?(?:NG[0-9]{3}(?![0-9A-Za-z])\s*)?")
_PAIR = expression(r"(?P<name>[^\s=]*)=(?P<value>\S*)")
_REASON = expression(r"(?:^|(?<=\s))reason=")
_DATE = expression(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_RUN = expression(r"[A-Za-z0-9\x80-\xff]+")
_OWN = frozenset(("until", "owner", "reason", "ignore"))


def comment_edits(text: str, start: int, end: int, names: Pseudonyms) -> Iterator[Edit]:
    """What is replaced in a comment.

    Args:
        text: the text.
        start, end: the comment with its #, without its line end.
        names: the pseudonyms.
    """
    waiver = _WAIVER.match(text, start, end)
    if waiver is not None:
        yield from waiver_edits(text, waiver.end(), end, names)
        return
    inner = text[start:end]
    first = start + len(inner) - len(inner.lstrip("# \t"))
    last = start + len(inner.rstrip(" \t\r"))
    if first >= last or not _RUN.search(text, first, last):
        # A line of dashes.
        return
    done = names.phrase(text[first:last], "comment")
    if done != text[first:last]:
        yield Edit(first, last, done)


def waiver_edits(text: str, start: int, end: int, names: Pseudonyms) -> Iterator[Edit]:
    """A waiver keeps its form: the rule and the date; who and why become pseudonyms."""
    form = _FORM.match(text, start, end)
    at = form.end() if form else start
    reason = _REASON.search(text, at, end)
    stop = reason.end() if reason else end
    for run in _RUN.finditer(text, at, stop):
        pair = run[0].lower() in _OWN and text[run.end() : run.end() + 1] == "="
        if not pair and not _is_of_date(text, run, at, stop):
            yield from _word(text, run, names)
    for run in _RUN.finditer(text, stop, end):
        yield from _word(text, run, names)


def _is_of_date(text: str, run: re.Match[str], start: int, end: int) -> bool:
    before = text.rfind("until=", start, run.start())
    if before < 0:
        return False
    value = before + len("until=")
    found = re.compile(r"\S*").match(text, value, end)
    assert found is not None
    return found.end() >= run.end() and _DATE.match(found[0]) is not None


def _word(text: str, run: re.Match[str], names: Pseudonyms) -> Iterator[Edit]:
    if len(run[0]) == 1:
        return
    done = names.word(run[0], "word")
    if done != run[0]:
        yield Edit(*run.span(), done)
