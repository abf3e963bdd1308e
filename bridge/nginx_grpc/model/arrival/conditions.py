"""Whether a call meets the condition of an `if`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nginx_grpc.expressions import expression
from nginx_grpc.model.arrival.request import Request, Variables, expand, parts
from nginx_grpc.model.locations import Condition
from nginx_grpc.model.patterns import Language, Patterns
from nginx_grpc.records import replace

__all__ = ["met"]

_OF_THE_PATH = expression(
    r"\$\{?(uri|document_uri|request_uri|request_filename)\b", re.ASCII | re.IGNORECASE
)


def met(request: Request, condition: Condition, variables: Variables) -> list[tuple[Request, bool]]:
    """Whether a request meets the condition of an `if`; both where it may go either way."""
    for assumed, went in request.assumed:
        if assumed == condition.text:
            return [(request, went)]
    operator, value = condition.operator, condition.value
    if not condition.variable:
        return _file(request, condition)
    found: dict[tuple[Request, bool], None] = {}
    for at, text in expand(request, condition.variable, variables):
        for then, answers in _compared(at, text, operator, value, variables):
            if operator in ("~", "~*") and True in answers:
                then = replace(then, captures=None)
            if len(answers) == 2 and condition.variable[1:].lower() in ("uri", "document_uri"):
                found.update((_knowing(then, condition, answer), None) for answer in answers)
                continue
            if len(answers) == 1:
                found[then, answers[0]] = None
                continue
            stays = not variables.set.intersection(parts(condition.text))
            for answer in answers:
                more = ((condition.text, answer),) if stays and not then.paged else ()
                found[replace(then, assumed=(*then.assumed, *more)), answer] = None
    return list(found)


def _knowing(request: Request, condition: Condition, answer: bool) -> tuple[Request, bool]:
    """The request whose path is known to meet a condition, or not to."""
    operator = condition.operator
    if "~" not in operator:
        return request, answer
    matches = answer != operator.startswith("!")
    path = request.path.knowing(condition.value, operator.endswith("*"), matches)
    return replace(request, path=path), answer


def _compared(
    request: Request, text: Language, operator: str, value: str, variables: Variables
) -> Iterator[tuple[Request, list[bool]]]:
    if operator in ("=", "!="):
        for then, other in expand(request, value, variables):
            same = _same(text, other, variables.patterns)
            yield then, [answer == (operator == "=") for answer in same]
    elif operator in ("~", "~*", "!~", "!~*"):
        how = variables.patterns.relation(value, operator.endswith("*"), text)
        answers = {"always": [True], "never": [False]}.get(how, [True, False])
        yield request, [answer != operator.startswith("!") for answer in answers]
    elif operator:
        yield request, [True, False]
    elif text.exact:
        yield request, [text.prefix not in ("", "0")]
    else:
        empty = text.prefix in ("", "0") and variables.patterns.relation("^0?$", False, text)
        yield request, [True, False] if empty and empty != "never" else [True]


def _same(text: Language, other: Language, patterns: Patterns) -> list[bool]:
    if text.exact and other.exact:
        return [text.prefix == other.prefix]
    for one, two in ((text, other), (other, text)):
        if one.exact and any(patterns.relation(*item, one) == "never" for item in two.within):
            return [False]
    short, long = sorted((text, other), key=lambda item: (len(item.prefix), not item.exact))
    if not long.prefix.startswith(short.prefix) or (short.exact and long.prefix != short.prefix):
        return [False]
    return _BOTH


_BOTH = [True, False]


def _file(request: Request, condition: Condition) -> list[tuple[Request, bool]]:
    # No file has the name of a method.
    called = not request.path.exact or request.path == request.entry
    if called and _OF_THE_PATH.search(condition.value):
        return [(request, condition.operator.startswith("!"))]
    return [(request, True), (request, False)]
