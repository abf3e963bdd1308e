"""Configurations that a controller of Kubernetes wrote: which one, and of which object a block is.

Nobody edits such a text: the admin says in an object what the controller writes. Its own marks are
the names that its template gives to upstreams and variables (ingress-nginx 1.15, NGINX Ingress
Controller 5.6, NGINX Gateway Fabric 2).
"""

from __future__ import annotations

from collections.abc import Iterable

from nginx_grpc.model.locations import Location
from nginx_grpc.model.nodes import Json
from nginx_grpc.model.scopes import Scope
from nginx_grpc.tree import Directive

__all__ = [
    "GATEWAY_FABRIC",
    "INGRESS_CONTROLLER",
    "INGRESS_NGINX",
    "owner",
    "recognised",
    "template",
]

INGRESS_NGINX = "ingress-nginx"
INGRESS_CONTROLLER = "nginx-ingress-controller"
GATEWAY_FABRIC = "nginx-gateway-fabric"

_KINDS = {
    "ingress": "Ingress",
    "virtualserver": "VirtualServer",
    "virtualserverroute": "VirtualServerRoute",
    "transportserver": "TransportServer",
}

# proxy_* that the templates write beside every grpc_pass, whatever the objects say.
_TEMPLATES = {
    INGRESS_NGINX: frozenset(
        (
            "proxy_buffer_size",
            "proxy_buffering",
            "proxy_buffers",
            "proxy_busy_buffers_size",
            "proxy_connect_timeout",
            "proxy_cookie_domain",
            "proxy_cookie_path",
            "proxy_http_version",
            "proxy_max_temp_file_size",
            "proxy_next_upstream",
            "proxy_next_upstream_timeout",
            "proxy_next_upstream_tries",
            "proxy_read_timeout",
            "proxy_redirect",
            "proxy_request_buffering",
            "proxy_send_timeout",
        )
    ),
    INGRESS_CONTROLLER: frozenset(("proxy_buffering", "proxy_http_version")),
}


def recognised(https: Iterable[Directive]) -> str:
    """The controller that wrote these http blocks; empty where there is no mark of one."""
    for http in https:
        for directive in http.block or ():
            if directive.block is None:
                continue
            if directive.name == "upstream" and directive.args == ["upstream_balancer"]:
                if any(each.name.startswith("balancer_by_lua") for each in directive.block):
                    return INGRESS_NGINX
            elif directive.name == "map" and directive.args[1:] == ["$resource_type"]:
                return INGRESS_CONTROLLER
            elif directive.name == "map" and directive.args[1:] == ["$gw_api_compliant_host"]:
                return GATEWAY_FABRIC
            elif directive.name == "server" and _set(directive.block, "$resource_type"):
                return INGRESS_CONTROLLER
    return ""


def owner(controller: str, location: Location, server: Scope) -> Json | None:
    """The object that a location was made of: kind, namespace and name; None where none is said."""
    if controller == INGRESS_NGINX:
        found = _named(location, "$namespace", "$ingress_name")
        return _owner("Ingress", *found) if all(found) else None
    if controller == INGRESS_CONTROLLER:
        names = ("$resource_type", "$resource_namespace", "$resource_name")
        of_server = server.own.get("set", ())
        kind, namespace, name = (
            inner or _set(of_server, variable)
            for inner, variable in zip(_named(location, *names), names, strict=True)
        )
        return _owner(_KINDS[kind], namespace, name) if kind in _KINDS and name else None
    return None


def template(controller: str) -> frozenset[str]:
    """The proxy_* directives that stand beside each grpc_pass by the template alone."""
    return _TEMPLATES.get(controller, frozenset())


def _owner(kind: str, namespace: str, name: str) -> Json:
    return {"kind": kind, "namespace": namespace, "name": name}


def _named(location: Location, *variables: str) -> list[str]:
    """What the location, or the one around it, sets these variables to; empty texts where none."""
    around: Location | None = location
    while around is not None:
        found = [_set(around.own.get("set", ()), variable) for variable in variables]
        if any(found):
            return found
        around = around.parent
    return [""] * len(variables)


def _set(directives: Iterable[Directive], variable: str) -> str:
    for directive in directives:
        if directive.name == "set" and len(directive.args) == 2 and directive.args[0] == variable:
            return directive.args[1]
    return ""
