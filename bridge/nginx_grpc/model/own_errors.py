"""With which statuses nginx itself may answer a call, beside those that may come anywhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from nginx_grpc.model.locations import Location, OwnErrors
from nginx_grpc.model.names import beginning_with
from nginx_grpc.model.scopes import Scope
from nginx_grpc.tree import Directive

__all__ = ["find"]

# Modules that answer with any status.
_answers_any = beginning_with((
    "access_by_", "auth_jwt", "auth_oidc", "js_access", "modsecurity", "naxsi", "perl_",
    "precontent_by_", "rewrite_by_",
))  # fmt: skip
_LIMITS = ("limit_req", "limit_conn")
# What `_outer` looks at.
_DECIDING = frozenset(
    (
        *_LIMITS,
        *(f"{name}_status" for name in _LIMITS),
        "allow",
        "auth_basic",
        "auth_request",
        "deny",
    )
)


def find(locations: Iterable[Location]) -> None:
    """Fill in the errors of each location with grpc_pass, and of the `if`s in it."""
    # Most blocks decide nothing themselves: what holds around them is found once.
    around: dict[int, list[int]] = {}
    for location in locations:
        if location.carries != "pass" or location.condition is not None:
            continue
        scope: Scope = location.scope
        while scope.outer is not None and _DECIDING.isdisjoint(scope.own):
            scope = scope.outer
        if id(scope) not in around:
            around[id(scope)] = list(_outer(scope))
        location.errors = _errors(location.scope, [*around[id(scope)], *_own(location)])
        for inner in location.conditions:
            returned = list(_returned(inner))
            if inner.scope.lists.get("error_page") is location.scope.lists.get("error_page"):
                statuses = {*location.errors.statuses, *returned}
                location.errors = OwnErrors(tuple(sorted(statuses)), location.errors.any)
            else:
                inner.errors = _errors(inner.scope, returned)


def _errors(scope: Scope, statuses: Iterable[int]) -> OwnErrors:
    return OwnErrors(tuple(sorted(set(statuses))), scope.says(_answers_any))


def _blocks(scope: Scope) -> Iterator[dict[str, list[Directive]]]:
    at: Scope | None = scope
    while at is not None:
        yield at.own
        at = at.outer


def _outer(scope: Scope) -> Iterator[int]:
    """What may come of directives that are inherited."""
    blocks = list(_blocks(scope))
    for name in _LIMITS:
        if any(name in block for block in blocks):
            said = next(
                (block[f"{name}_status"] for block in blocks if f"{name}_status" in block), None
            )
            yield _status(said[0].args[0]) if said and said[0].args else 503
    for block in blocks:
        if "deny" in block:
            yield 403
        if "deny" in block or "allow" in block:
            break
    if _is_on(blocks, "auth_basic"):
        yield 401
    if _is_on(blocks, "auth_request"):
        yield 401
        yield 403


def _is_on(blocks: list[dict[str, list[Directive]]], name: str) -> bool:
    said = _nearest(blocks, name)
    return said is not None and said.args[:1] != ["off"]


def _nearest(blocks: list[dict[str, list[Directive]]], name: str) -> Directive | None:
    return next((block[name][0] for block in blocks if name in block), None)


def _own(location: Location) -> Iterator[int]:
    for limit in location.own.get("limit_except", ()):
        if "POST" not in map(str.upper, limit.args):
            yield 403
    if "internal" in location.own:
        yield 404
    for tried in location.own.get("try_files", ()):
        last = tried.args[-1] if tried.args else ""
        if last.startswith("="):
            yield _status(last[1:])
    yield from _returned(location)


def _returned(location: Location) -> Iterator[int]:
    """The statuses of a block's returns that are errors to nginx."""
    for directive in location.own.get("return", ()):
        if len(directive.args) == 1:
            status = _status(directive.args[0])
            if status >= 400:
                yield status


def _status(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) == 3 else 500
