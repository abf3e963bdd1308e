"""Waivers in comments: `# nginx-grpc: ignore NG205 until=2027-03-01 owner=payments reason=...`."""

from __future__ import annotations

import re

from nginx_grpc.expressions import expression
from nginx_grpc.model.nodes import Json
from nginx_grpc.tree import Comment

__all__ = ["waiver"]

_RULE = expression(r"NG[0-9]{3}")
_DATE = expression(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_REASON = expression(r"(?:^|\s)reason=(.*)", re.DOTALL)
_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def waiver(comment: Comment) -> Json:
    """One comment as a waiver; what does not fit the form is in `problem`, and the rest is kept.

    Args:
        comment: a comment that starts with `nginx-grpc:`.
    """
    text = comment.text.strip().removeprefix("nginx-grpc:").strip()
    values = {"until": "", "owner": "", "reason": ""}
    reason = _REASON.search(text)
    if reason is not None:
        values["reason"] = reason[1].strip()
        text = text[: reason.start()]
    words = text.split()
    action, rule, pairs = words[:1], "".join(words[1:2]), words[2:]
    problem = ""
    if action != ["ignore"]:
        problem = f"'{''.join(action)}' is not known here: write 'ignore'"
        rule, pairs = "", []
    elif not _RULE.fullmatch(rule):
        problem = f"'{rule}' is no rule's id, as NG205" if rule else "the rule's id is missing"
    for word in pairs:
        name, equals, value = word.partition("=")
        if not equals:
            wrong = f"'{word}' is not name=value; only the reason, written last, has spaces"
        elif name not in ("until", "owner"):
            wrong = f"'{name}' is not known: until, owner and reason are"
        elif values[name]:
            wrong = f"'{name}' is said twice"
        elif name == "until" and not _is_date(value):
            wrong = f"'{value}' is no date, as 2027-03-01"
            values[name] = value
        else:
            wrong = ""
            values[name] = value
        problem = problem or wrong
    place: Json = {"file": comment.file, "line": max(comment.line, 1)}
    if comment.key:
        place["key"] = comment.key
    return {"id": rule, **values, "problem": problem, "covers": max(comment.covers, 0), **place}


def _is_date(text: str) -> bool:
    match = _DATE.fullmatch(text)
    if match is None:
        return False
    year, month, day = (int(part) for part in match.groups())
    if not 1 <= month <= 12:
        return False
    leap = month == 2 and (year % 4 == 0 and (year % 100 != 0 or year % 400 == 0))
    return 1 <= day <= _DAYS[month - 1] + leap
