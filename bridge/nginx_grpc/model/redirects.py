"""Where a location sends a request on: by a page, try_files, an index, a backend or a rewrite."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from nginx_grpc.model.lists import page_codes
from nginx_grpc.model.locations import Location
from nginx_grpc.model.names import beginning_with
from nginx_grpc.model.scopes import Scope
from nginx_grpc.model.variables import SCRIPTS
from nginx_grpc.tree import Directive

__all__ = [
    "goes_on",
    "has_variable",
    "may_lead",
    "named",
    "named_from",
    "nearest",
    "scripted",
    "surely_leads",
    "surely_named",
    "uris_from",
]

_is_script = beginning_with(SCRIPTS)
_INDEX = "index.html"
_MANY = 32


def nearest(scope: Scope, name: str) -> list[Directive]:
    """The directives of a name on the innermost level that has one."""
    at: Scope | None = scope
    while at is not None:
        if name in at.own:
            return at.own[name]
        at = at.outer
    return []


def scripted(scope: Scope) -> bool:
    """Whether code runs there that may set any variable."""
    return scope.says(_is_script)


def named(scope: Scope, own: dict[str, list[Directive]]) -> Iterator[str]:
    """The named locations that error pages and try_files lead to."""
    inherited = scope.lists.get("error_page")
    for directive in inherited.directives if inherited else ():
        yield from (argument for argument in directive.args[-1:] if argument.startswith("@"))
    for directive in own.get("try_files", ()):
        yield from (argument for argument in directive.args[-1:] if argument.startswith("@"))


def named_from(location: Location) -> set[str]:
    """The named locations that a location can send a request to."""
    names = set(named(location.scope, location.own))
    for condition in location.conditions:
        names.update(named(condition.scope, condition.own))
    return names


def goes_on(place: Location, variable: list[Location]) -> bool:
    """Whether a request can start again from a location, and come to one with a variable target."""
    blocks = (place, *place.conditions)
    if any(item.handler.endswith("_pass") or item.handler == "unknown" for item in blocks):
        # X-Accel-Redirect
        return True
    if any(True for _ in uris_from(place)) or nearest(place.scope, "index"):
        return True
    if place.handler not in ("static", "return"):
        return True
    # `/x/` is looked for as /x/index.html.
    if place.regex or len(variable) > _MANY:
        return True
    return any(item.regex or may_be_index(place.path, item.path) for item in variable)


def may_be_index(path: str, other: str) -> bool:
    tail = other.rpartition("/")[2]
    return (path != other and path.startswith(other)) or (tail != "" and _INDEX.startswith(tail))


def has_variable(place: Location) -> bool:
    """Whether a location, or an `if` in it, passes on to a target with a variable."""
    blocks = (place, *place.conditions)
    return any(item.passes and "$" in "".join(item.passes.args[:1]) for item in blocks)


def uris_from(location: Location) -> Iterator[str]:
    """Where error pages and try_files of a location lead, but for named locations."""
    for item in (location, *location.conditions):
        inherited = item.scope.lists.get("error_page")
        for directive in (
            *(inherited.directives if inherited else ()),
            *item.own.get("try_files", ()),
        ):
            uri = directive.args[-1] if directive.args else ""
            if not uri.startswith(("@", "=", "http://", "https://")):
                yield uri


def may_lead(head: str, place: Location) -> bool:
    """Whether a path that starts so can be one of the location's."""
    if place.regex or not head:
        return True
    return head.startswith(place.path) or place.path.startswith(head)


def surely_leads(head: str, place: Location, places: Sequence[Location]) -> bool:
    """Whether a path that starts so is one of the location's, whatever follows."""
    if place.regex or not head.startswith(place.path) or (place.modifier == "=" and head):
        return False
    return not any(
        other.regex or (len(other.path) > len(place.path) and may_lead(head, other))
        for other in places
        if other is not place and not other.path.startswith("@")
    )


def surely_named(location: Location, name: str, code: str) -> bool:
    """Whether a request comes to a named location from this one.

    Args:
        location: where it is.
        name: the other one's.
        code: the status that it was answered with; empty where it was not.
    """
    if not code:
        tried = location.own.get("try_files", ())
        return any(directive.args[-1:] == [name] for directive in tried)
    pages = location.scope.lists.get("error_page")
    return any(
        directive.args[-1:] == [name] and code.isdigit() and int(code) in page_codes(directive)
        for directive in (pages.directives if pages else ())
    )
