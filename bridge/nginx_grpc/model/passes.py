"""Follows every grpc_pass and proxy_pass of a configuration."""

from __future__ import annotations

from collections.abc import Sequence

from nginx_grpc.model.destinations import Destination, literal_of
from nginx_grpc.model.journeys import Journeys, assigned_in
from nginx_grpc.model.locations import Location
from nginx_grpc.model.patterns import Patterns
from nginx_grpc.model.servers import Server
from nginx_grpc.model.state import Known
from nginx_grpc.model.targets import Target, constant_target, target_of, unknown_target
from nginx_grpc.model.upstreams import Upstreams
from nginx_grpc.model.values import TooMuchWork, Work
from nginx_grpc.tree import Directive

__all__ = ["follow"]

_FOLLOWED = ("grpc_pass", "proxy_pass")
_PATTERN_STEPS = 2_000


def follow(servers: Sequence[Server], upstreams: Upstreams) -> None:
    """Fill in the targets of each server's locations.

    Args:
        servers: the servers, their locations known.
        upstreams: the upstream blocks; takes in the literal targets if any has a variable.
    """
    with_variables = [server for server in servers if _has_variables(server)]
    assigned: set[str] = set()
    for server in servers if with_variables else ():
        assigned.update(assigned_in(server.directive.block or []))
        for location in server.locations:
            assigned.update(assigned_in(location.block))
            literal = literal_of(location.passes) if location.passes else None
            if literal is not None:
                upstreams.literals.add(literal)
    work = Work()
    constants: dict[tuple[str, str], Destination] = {}
    for server in servers:
        journeys: Journeys | None = None
        for location in server.locations:
            directive = location.passes
            if directive is None or directive.name not in _FOLLOWED:
                continue
            if location.parent is not None and not location.own_handler:
                server.targets[location.id] = server.targets[location.parent.id]
                _note_check(location, server.targets[location.id])
                continue
            if not _has_variable(directive):
                target = constant_target(directive, upstreams, constants)
            else:
                try:
                    if journeys is None:
                        journeys = _journeys(server, assigned, work)
                    target = _target(directive, upstreams, journeys, location, server)
                except TooMuchWork:
                    target = unknown_target(directive)
            server.targets[location.id] = target
            _note_check(location, target)


def _note_check(location: Location, target: Target) -> None:
    # NGINX Plus keeps health_check in a location, often one of its own with the same target.
    if "health_check" in location.own:
        for upstream in target.upstreams():
            upstream.checked = True


def _target(
    directive: Directive,
    upstreams: Upstreams,
    journeys: Journeys,
    location: Location,
    server: Server,
) -> Target:
    http = server.scope.outer
    return target_of(
        directive,
        upstreams,
        journeys.at(location),
        entered=journeys.enters(location),
        unseen=http is None or bool(http.gaps),
    )


def _journeys(server: Server, assigned: set[str], work: Work) -> Journeys:
    http = server.scope.outer
    patterns = Patterns(_PATTERN_STEPS)
    known = Known(
        http=server.variables,
        assigned=set(),
        elsewhere=assigned,
        fixed=server.fixed,
        doubtful=bool(server.scope.gaps),
        http_doubtful=http is None or bool(http.gaps),
        work=work,
        matches=patterns.relation,
    )
    return Journeys(server.scope, server.directive.block or [], server.locations, known)


def _has_variables(server: Server) -> bool:
    return any(location.passes and _has_variable(location.passes) for location in server.locations)


def _has_variable(directive: Directive) -> bool:
    return bool(directive.args) and "$" in directive.args[0]
