"""Whether a location carries gRPC: decided here alone, with the reasons for a reader.

`pass` is a fact: a grpc_pass is in effect. For a proxy_pass there are only signs. Two leave little
doubt: a path of the shape `/package.Service/`, for gRPC paths are made so and hardly any others
are, and the ports that are gRPC's by custom, 50051 and 4317. A port that some gRPC servers have
and the word grpc in a path or an upstream's name alone are weak: gateways, gRPC-Web proxies,
metrics and health endpoints carry it too, and each of their own signs cancels it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from nginx_grpc.expressions import expression
from nginx_grpc.model.lists import InheritedList, page_uri
from nginx_grpc.model.locations import Condition, Location
from nginx_grpc.model.scopes import Scope
from nginx_grpc.model.servers import Server
from nginx_grpc.model.service_paths import is_service_path
from nginx_grpc.model.targets import Target
from nginx_grpc.records import dataclass
from nginx_grpc.tree import Directive

__all__ = ["PORTS", "decide"]

# By custom: examples and most servers; OpenTelemetry's collector (OTLP/gRPC).
PORTS = frozenset((50051, 4317))
# Temporal's and Milvus's.
_MAYBE_GRPC_PORTS = frozenset((7233, 19530))
_GRPC_WEB = expression("grpc[-_. ]?web", re.IGNORECASE)
_GATEWAY = expression("gateway|transcod|grpc[-_]?json", re.IGNORECASE)
# Envoy translates gRPC-Web and JSON.
_TRANSLATOR = expression(r"(?:^|[^a-z0-9])envoy(?:$|[^a-z0-9])", re.IGNORECASE)
# A controller's upstream: `default-shop-grpc.example.com-web-80`, `default_shop_80`.
_GENERATED = expression(r"[-_][0-9]{2,5}$")
_GRPC_SCHEMES = ("grpc://", "grpcs://")
_OWN_PASS = "it has a grpc_pass"
_INHERITED_PASS = "it inherits the grpc_pass of its location"
_CONTENT_TYPES = frozenset(("$content_type", "$http_content_type"))


def decide(servers: Iterable[Server]) -> None:
    """Say of each location whether it carries gRPC and whether that alone, and of each upstream who
    passes HTTP to it.

    Args:
        servers: the servers, their targets known.
    """
    http_users = _http_users(servers)
    of_http: dict[int, frozenset[str]] = {}
    for server in servers:
        for location in server.locations:
            # An include that was not read may hold anything.
            location.mixed = (
                location.handler not in ("grpc_pass", "return") or "include" in location.own
            )
            if location.handler == "grpc_pass":
                location.carries = "pass"
                location.reasons = [_OWN_PASS if location.own_handler else _INHERITED_PASS]
        # What is inside a location comes after it.
        for location in reversed(server.locations):
            if location.mixed and location.parent is not None:
                location.parent.mixed = True
        by_proxy = [item for item in server.locations if item.handler == "proxy_pass"]
        if not by_proxy:
            continue
        http = server.scope.outer
        if http is not None and id(http) not in of_http:
            of_http[id(http)] = _error_page_uris([http])
        inside = _error_page_uris([server.scope, *(item.scope for item in server.locations)])
        error_pages = (inside, of_http.get(id(http), frozenset()))
        for location in by_proxy:
            target = server.targets[location.id]
            others = http_users[_destination(target)] - _is_plain(location)
            around = _Surroundings(error_pages, others)
            location.carries, location.reasons = _carries(location, target, around)
            if location.carries != "strong":
                for upstream in target.upstreams():
                    upstream.proxied = upstream.proxied or (server.names[:1], location)


@dataclass(frozen=True, slots=True)
class _Surroundings:
    """What one location can't see of the rest.

    Args:
        error_pages: the URIs of every error_page of its server, and of its http block.
        http_paths: how many other locations whose path shows no gRPC pass to the same place by
            proxy_pass.
    """

    error_pages: tuple[frozenset[str], ...]
    http_paths: int


def _http_users(servers: Iterable[Server]) -> Counter[tuple[object, ...]]:
    """How many locations whose path shows no gRPC pass to each place by proxy_pass."""
    return Counter(
        _destination(server.targets[location.id])
        for server in servers
        for location in server.locations
        if location.id in server.targets and _is_plain(location)
    )


def _destination(target: Target) -> tuple[object, ...]:
    return tuple(
        (place.upstream.name.lower() if place.upstream else place.host.lower(), place.port)
        for place in target.destinations
    ) or (target.text,)


def _is_plain(location: Location) -> bool:
    """Whether it passes on by proxy_pass under a path that is like any other's."""
    return (
        location.handler == "proxy_pass"
        and location.own_handler
        and "grpc" not in location.path.lower()
        and not is_service_path(location.modifier, location.path)
    )


def _error_page_uris(scopes: Iterable[Scope]) -> frozenset[str]:
    return frozenset(
        page_uri(directive) for scope in scopes for directive in scope.own.get("error_page", ())
    )


def _carries(location: Location, target: Target, around: _Surroundings) -> tuple[str, list[str]]:
    """strong, weak or no for a location with proxy_pass, and the reasons.

    Args:
        location: the location.
        target: where its proxy_pass leads.
        around: the rest of the configuration.
    """
    if not location.own_handler or location.returns is not None or _split_by_content_type(location):
        return "no", []
    if _says_grpc(target):
        return "strong", [f"proxy_pass {target.text} says gRPC"]
    path = _path_sign(location)
    port = _port_signs(target, location, PORTS)
    named = _name_signs(location, target)
    maybe = _port_signs(target, location, _MAYBE_GRPC_PORTS)
    if not (path or port or named or maybe):
        return "no", []
    web = _grpc_web_signs(location, target)
    if path and not port and (web or _translates(target)):
        # Browsers' calls have the same paths.
        return "no", []
    if path and not web:
        return ("weak" if location.condition else "strong"), [*path, *port]
    against = [*web, *_http_signs(location, target, around)]
    if port and not against:
        return ("weak" if location.condition else "strong"), [*port, *named]
    if path or port:
        return "weak", [*path, *port, *named, *(f"but {sign}" for sign in against)]
    return ("no", []) if against else ("weak", [*maybe, *named])


def _says_grpc(target: Target) -> bool:
    """Whether it has a scheme that proxy_pass does not take."""
    if target.text.lower().startswith(_GRPC_SCHEMES):
        return True
    schemes = {place.scheme for place in target.destinations}
    return bool(schemes) and schemes <= {"grpc", "grpcs"}


def _path_sign(location: Location) -> list[str]:
    modifier = location.parent.modifier if location.condition and location.parent else None
    if is_service_path(location.modifier if modifier is None else modifier, location.path):
        return [f"path {location.path} is that of a gRPC service"]
    return []


def _port_signs(target: Target, location: Location, ports: frozenset[int]) -> list[str]:
    signs = [
        f"upstream {upstream.name} has port {min(ports & upstream.ports)}"
        for upstream in target.upstreams()
        if ports & upstream.ports
    ]
    own = {place.port for place in target.destinations} & ports
    if own:
        signs.append(f"its target has port {min(own)}")
    said = {int(text) for text in _service_ports(location) if text.isascii() and text.isdigit()}
    if said & ports:
        signs.append(f"its service has port {min(said & ports)}")
    return signs


def _service_ports(location: Location) -> Iterable[str]:
    """What ingress-nginx says of the Service that it passes to: a port's number or name."""
    for directive in location.own.get("set", ()):
        if directive.args[:1] == ["$service_port"] and len(directive.args) == 2:
            yield directive.args[1][:64]


def _name_signs(location: Location, target: Target) -> list[str]:
    signs = []
    if "grpc" in location.path.lower():
        signs.append(f"path {location.path} says grpc")
    names = (name for name in _target_names(target) if not _GENERATED.search(name))
    if any("grpc" in name.lower() for name in names):
        signs.append(f"target {target.text} says grpc")
    if any("grpc" in text.lower() for text in _service_ports(location)):
        signs.append("its service's port is named grpc")
    return signs


def _target_names(target: Target) -> list[str]:
    names = [target.text, *(upstream.name for upstream in target.upstreams())]
    return [*names, *(place.host for place in target.destinations)]


def _translates(target: Target) -> bool:
    """Whether what it passes to is a proxy that speaks gRPC-Web or JSON to browsers."""
    return any(_GATEWAY.search(name) or _TRANSLATOR.search(name) for name in _target_names(target))


def _grpc_web_signs(location: Location, target: Target) -> list[str]:
    setting = location.scope.settings.get("grpc_web")
    named = any(map(_GRPC_WEB.search, (location.path, *_target_names(target))))
    switched_on = setting is not None and setting.get("on", True)
    headers = any(
        _mentions(location.scope.lists.get(name), _GRPC_WEB)
        for name in ("add_header", "proxy_set_header")
    )
    return ["gRPC-Web comes here"] if named or switched_on or headers else []


def _http_signs(location: Location, target: Target, around: _Surroundings) -> list[str]:
    path = location.path.lower()
    signs = []
    if any(map(_GATEWAY.search, (location.path, *_target_names(target)))):
        signs.append("its name is a gateway's")
    if "metrics" in path:
        signs.append("its path is for metrics")
    if any(word in path for word in ("health", "/ready", "/live")):
        signs.append("its path is for health checks")
    if any(location.path in uris for uris in around.error_pages) or "error" in path:
        signs.append("it is an error page")
    if _upgrades(location.scope.lists.get("proxy_set_header")):
        signs.append("it passes WebSocket upgrades")
    if around.http_paths:
        signs.append("plain HTTP goes to the same place")
    return signs


def _split_by_content_type(location: Location) -> bool:
    """Whether calls of gRPC leave this location by an `if` on the content type."""
    if location.condition is not None:
        # `if ($content_type !~ grpc) { proxy_pass ...; }` is for the others.
        return _tests_for_grpc(location.condition) and location.condition.operator.startswith("!")
    return any(
        inner.condition is not None
        and _tests_for_grpc(inner.condition)
        and (inner.own_handler or "rewrite" in inner.own)
        for inner in location.conditions
    )


def _tests_for_grpc(condition: Condition) -> bool:
    return condition.variable in _CONTENT_TYPES and "grpc" in condition.value.lower()


def _mentions(inherited: InheritedList | None, pattern: re.Pattern[str]) -> bool:
    return inherited is not None and any(
        pattern.search(argument)
        for directive in _looked_at(inherited)
        for argument in directive.args
    )


def _upgrades(inherited: InheritedList | None) -> bool:
    return inherited is not None and any(
        directive.args and directive.args[0].lower() == "upgrade"
        for directive in _looked_at(inherited)
    )


def _looked_at(inherited: InheritedList) -> Iterable[Directive]:
    # A list of thousands in http context is inherited by each location: its head is enough here.
    return inherited.directives[:256]
