"""A location as the document has it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from nginx_grpc.model import controllers
from nginx_grpc.model.answer_filter import answer_filter
from nginx_grpc.model.budget import Budget
from nginx_grpc.model.call_limit import call_limit
from nginx_grpc.model.destinations import Destination
from nginx_grpc.model.directives import LOCATION_SETTINGS, shortened
from nginx_grpc.model.early_body import reads_body_first
from nginx_grpc.model.lists import HEADER_LISTS, Lists
from nginx_grpc.model.locations import Location
from nginx_grpc.model.names import beginning_with
from nginx_grpc.model.nodes import Alike, Json, alike, counted, placed
from nginx_grpc.model.servers import Server
from nginx_grpc.model.targets import Target
from nginx_grpc.model.units import milliseconds_of
from nginx_grpc.model.upstreams import Upstreams
from nginx_grpc.parsers.lua import is_lua
from nginx_grpc.tree import Directive

__all__ = ["LocationWriter", "directives_json", "returned"]

# Lua may set another URI in these phases.
_REWRITING = frozenset(
    (
        "rewrite",
        *(
            f"{phase}_by_lua{kind}"
            for phase in ("rewrite", "access")
            for kind in ("", "_block", "_file")
        ),
    )
)
_is_of_proxy = beginning_with(("proxy_",))
_PLAIN_SETTINGS = ("default_type",)
# `return URL` without a code: nginx takes a text that begins so.
_REDIRECTS = ("http://", "https://", "$scheme")


class LocationWriter:
    """Writes the locations of one server."""

    def __init__(
        self, server: Server, upstreams: Upstreams, lists: Lists, budget: Budget, controller: str
    ) -> None:
        self._server = server
        self._targets = server.targets
        self._controller = controller
        self._by_template = controllers.template(controller)
        self._upstreams = upstreams
        self._lists = lists
        self._budget = budget
        self._known: dict[tuple[str, ...], tuple[Destination, Alike]] = {}

    def write(self, location: Location) -> Json:
        """One location. What carries no gRPC holds little: see the schema."""
        carries = location.carries != "no"
        condition = location.condition
        path = location.path
        grpc_pass, proxy_pass = location.grpc_pass, location.proxy_pass
        if condition is not None:
            path, grpc_pass, proxy_pass = map(shortened, (path, grpc_pass, proxy_pass))
            self._budget.spend(len(path) + len(grpc_pass) + len(proxy_pass))
        settings = LOCATION_SETTINGS if carries else _PLAIN_SETTINGS
        node: Json = {
            "id": location.id,
            "parent": location.parent.id if location.parent else "",
            "modifier": location.modifier,
            "path": path,
            "name": location.name,
        }
        if condition is not None:
            node["condition"] = condition.as_json()
        node["internal"] = "internal" in location.own
        node["grpc"] = {"carries": location.carries, "reasons": location.reasons}
        node["handler"] = location.handler
        node["own_handler"] = location.own_handler
        node["mixed"] = location.mixed
        node["grpc_pass"] = grpc_pass
        node["proxy_pass"] = proxy_pass
        node["directives"] = directives_json(location.scope.settings, settings, self._budget)
        node["proxy_directives"] = self._beside_grpc_pass(location)
        placed(node, location.directive)
        self._add_optional(node, location, carries)
        return counted(node)

    def _add_optional(self, node: Json, location: Location, carries: bool) -> None:
        own = location.own
        target = self._targets.get(location.id)
        if target is not None and (carries or "health_check" in own):
            name = "target" if location.handler == "grpc_pass" else "proxy_target"
            node[name] = self._target(target, location.context)
        if "grpc_pass" in own and location.handler != "grpc_pass":
            node["replaced_grpc_pass"] = True
        if location.arrival is not None:
            node["arrival"] = location.arrival.as_json(location.directive)
        if location.met:
            node["met"] = location.met
        if location.returns is not None:
            node["return"] = returned(location.returns)
        if location.carries == "pass":
            if _rewrites(location):
                node["rewrites"] = True
            early = reads_body_first(location.scope)
            if early is not None:
                node["reads_body_first"] = _early(early)
            changing = answer_filter(location.scope)
            if changing is not None:
                node["answer_filter"] = changing
            limit = call_limit(location.scope)
            if limit is not None:
                node["limit_conn"] = limit
        if "health_check" in own:
            node["health_check"] = _health_check(own["health_check"][0])
        if carries or location.errors.possible:
            lists = location.scope.lists
            for name in (*(HEADER_LISTS if carries else ()), "error_page"):
                if name in lists:
                    node[name] = self._lists.index(lists[name])
            if "error_page" in own:
                node["own_error_page"] = True
        if not carries and _is_in_grpc(location) and "add_header" in location.own:
            node["add_header"] = self._lists.index(location.scope.lists["add_header"])
        if location.errors.possible:
            node["errors"] = location.errors.as_json()
        if location.scope.gap is not None:
            node["gap"] = location.scope.gap
        owner = controllers.owner(self._controller, location, self._server.scope)
        if owner is not None:
            node["owner"] = owner

    def _target(self, target: Target, context: str) -> Json:
        directive, place = target.directive, target.constant
        if place is None:
            return target.as_json(context, self._upstreams, self._budget)
        like = (context, directive.file, directive.key, *directive.args)
        to, known = self._known.get(like, (None, None))
        if known is None or to is not place:
            known = alike(target.as_json(context, self._upstreams, self._budget))
            # The names of these are counted each time.
            if not known["bypasses"]:
                self._known[like] = (place, known)
        return known.at(directive)

    def _beside_grpc_pass(self, location: Location) -> list[Json]:
        if location.handler != "grpc_pass":
            return []
        found = []
        said = location.scope.names.which(_is_of_proxy)
        names = set(said) - self._by_template if said else said
        for directive in location.block if names else ():
            if directive.name not in names:
                continue
            node: Json = {"name": directive.name, "value": " ".join(directive.args)}
            if directive.name.endswith("_timeout") and len(directive.args) == 1:
                duration = milliseconds_of(directive.args[0])
                if duration is not None:
                    node["ms"] = duration
            found.append(counted(placed(node, directive)))
        return found


def directives_json(settings: Mapping[str, Json], names: Iterable[str], budget: Budget) -> Json:
    """The settings of these names that are in effect."""
    found = {name: settings[name] for name in names if name in settings} if settings else {}
    if found:
        budget.spend(sum([len(setting["value"]) for setting in found.values()]))
    return counted(found)


def returned(directive: Directive) -> Json:
    """`return` of a location."""
    arguments = directive.args
    first = arguments[0] if arguments else ""
    code = int(first) if first.isascii() and first.isdigit() and len(first) <= 3 else 0
    text: str | None = arguments[1] if len(arguments) > 1 else None
    if text is None and first.startswith(_REDIRECTS):
        code, text = 302, first
    if text is None:
        body = "none"
    elif "$" in text:
        body = "variable"
    else:
        body = "text" if text else "empty"
    return counted(placed({"code": code, "body": body}, directive))


def _is_in_grpc(location: Location) -> bool:
    parent = location.parent
    return location.condition is not None and parent is not None and parent.carries == "pass"


def _rewrites(location: Location) -> bool:
    """Whether the path may be another one when it is sent: a rewrite in the location or its ifs."""
    while location.condition is not None and location.parent is not None:
        location = location.parent
    blocks = (location, *location.conditions)
    return not all(_REWRITING.isdisjoint(block.own) for block in blocks)


def _early(directive: Directive) -> Json:
    first = "" if is_lua(directive.name) else " ".join(directive.args)
    return placed({"name": directive.name, "value": shortened(first)}, directive)


def _health_check(directive: Directive) -> Json:
    kind = ""
    for argument in directive.args:
        if argument.startswith("type="):
            kind = argument[len("type=") :]
    return placed({"type": kind}, directive)
