"""Follows every grpc_pass and proxy_pass of a configuration."""

from __future__ import annotations

from collections.abc import Sequence

from nginx_grpc.model.locations import Location
from nginx_grpc.model.servers import Server
from nginx_grpc.model.targets import Destination, constant_target, literal_of, target_of
from nginx_grpc.model.upstreams import Upstreams
from nginx_grpc.model.variables import LocationVariables
from nginx_grpc.tree import Directive

__all__ = ["follow"]

_FOLLOWED = ("grpc_pass", "proxy_pass")


def follow(servers: Sequence[Server], upstreams: Upstreams) -> None:
    """Fill in the targets of each server's locations.

    Args:
        servers: the servers, their locations known.
        upstreams: the upstream blocks; takes in the literal targets if any has a variable.
    """
    with_variables = [server for server in servers if _has_variables(server)]
    for server in servers if with_variables else ():
        for location in server.locations:
            literal = literal_of(location.passes) if location.passes else None
            if literal is not None:
                upstreams.literals.add(literal)
    for server in with_variables:
        for location in server.locations:
            server.variables.take(location.block, location.regex)
    constants: dict[tuple[str, str], Destination] = {}
    for server in servers:
        known: dict[str, LocationVariables] = {}
        for location in server.locations:
            directive = location.passes
            if directive is None or directive.name not in _FOLLOWED:
                continue
            if location.parent is not None and not location.own_handler:
                server.targets[location.id] = server.targets[location.parent.id]
                continue
            if _has_variable(directive):
                variables = _variables(server, location, known)
                target = target_of(directive, upstreams, variables)
            else:
                target = constant_target(directive, upstreams, constants)
            server.targets[location.id] = target


def _has_variables(server: Server) -> bool:
    return any(location.passes and _has_variable(location.passes) for location in server.locations)


def _has_variable(directive: Directive) -> bool:
    return bool(directive.args) and "$" in directive.args[0]


def _variables(
    server: Server, location: Location, known: dict[str, LocationVariables]
) -> LocationVariables:
    doubtful = bool(location.scope.gaps)
    if location.condition is not None and location.parent is not None:
        return _variables(server, location.parent, known).inside(location.block, doubtful)
    variables = known.get(location.id)
    if variables is None:
        variables = known[location.id] = LocationVariables(
            server.variables, location.block, location.regex, doubtful
        )
    return variables
