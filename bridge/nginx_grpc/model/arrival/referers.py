"""What valid_referers makes of a call, which names no page that it comes from."""

from __future__ import annotations

from nginx_grpc.model.arrival.request import ANYTHING, Request, exactly
from nginx_grpc.model.patterns import Language
from nginx_grpc.model.scopes import Scope
from nginx_grpc.tree import Directive

__all__ = ["referred"]

_VARIABLE = "invalid_referer"
_NO_NAMES = frozenset(("blocked", "none", "server_names"))


def referred(request: Request, scope: Scope) -> Request:
    """The request in a context, with $invalid_referer where valid_referers decides on it.

    nginx keeps the value that it found first, so one that two contexts differ in may be either.
    """
    said, sure = _in_effect(scope)
    if not said:
        return request
    value = _value(said) if sure else ANYTHING
    held = dict(request.held).get(_VARIABLE, value)
    return request.holding(_VARIABLE, value if held == value else ANYTHING)


def _in_effect(scope: Scope) -> tuple[list[Directive], bool]:
    at: Scope | None = scope
    sure = True
    while at is not None:
        sure = sure and not at.gaps
        if "valid_referers" in at.own:
            return at.own["valid_referers"], sure
        at = at.outer
    return [], sure


def _value(said: list[Directive]) -> Language:
    words = {word for directive in said for word in directive.args}
    if "none" in words:
        return exactly("")
    # Without a name all are valid, and a server may have none.
    return exactly("1") if words - _NO_NAMES else ANYTHING
