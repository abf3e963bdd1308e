"""How many calls limit_conn lets through at once: on HTTP/2 it counts each as a connection."""

from __future__ import annotations

from nginx_grpc.model.nodes import Json, placed
from nginx_grpc.model.scopes import Scope
from nginx_grpc.model.units import count_of, switch_of

__all__ = ["call_limit"]

_may_limit = "limit_conn".__eq__


def call_limit(scope: Scope) -> Json | None:
    """`limit_conn` of a location: the smallest that is in effect."""
    if not scope.says(_may_limit):
        return None
    dry = scope.in_effect("limit_conn_dry_run")
    if dry and dry[0].args and switch_of(dry[0].args[0]):
        return None
    found = [
        (number, directive)
        for directive in scope.in_effect("limit_conn")
        if len(directive.args) == 2 and (number := count_of(directive.args[1])) is not None
    ]
    if not found:
        return None
    number, directive = min(found, key=lambda pair: pair[0])
    return placed({"value": " ".join(directive.args), "number": number}, directive)
