"""The document of one configuration, put together from its parts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from nginx_grpc.model import grpc
from nginx_grpc.model.budget import Budget
from nginx_grpc.model.features import features
from nginx_grpc.model.gaps import Gaps
from nginx_grpc.model.levels import http_blocks
from nginx_grpc.model.listeners import Listening, Sockets, listening
from nginx_grpc.model.lists import Lists, page_uri
from nginx_grpc.model.location_json import LocationWriter, returned, settings_json
from nginx_grpc.model.locations import Location, first_return, locations
from nginx_grpc.model.nodes import Json, by_name, counted, place
from nginx_grpc.model.pages import Matching, effective_uris
from nginx_grpc.model.scopes import Scope, root_scope
from nginx_grpc.model.settings import SERVER_SETTINGS
from nginx_grpc.model.targets import Target, literal_of, target_of
from nginx_grpc.model.upstreams import Upstreams
from nginx_grpc.model.variables import (
    VARIABLE_BLOCKS,
    HttpVariables,
    LocationVariables,
    ServerVariables,
)
from nginx_grpc.model.waivers import waiver
from nginx_grpc.tree import Configuration, Directive

__all__ = ["build"]

_SCHEMA_VERSION = 1


@dataclass(slots=True, eq=False)
class _Server:
    """A server block on its way into the document."""

    directive: Directive
    scope: Scope
    listening: Listening
    variables: ServerVariables
    fragment: Directive | None
    locations: list[Location] = field(default_factory=list)
    targets: dict[str, Target] = field(default_factory=dict)
    pages: list[Json] = field(default_factory=list)


def build(configuration: Configuration) -> Json:
    """The document of a configuration: `schema/document.schema.json` says what each field means.

    Pure: the same configuration gives the same document, and nothing is read. The work and the size
    are linear in the configuration; Refused where what it inherits would add up to more than a
    document may hold.
    """
    return _Model(configuration).document()


class _Model:
    def __init__(self, configuration: Configuration) -> None:
        self._configuration = configuration
        self._gaps = Gaps(configuration)
        self._budget = Budget(configuration.entry)
        self._lists = Lists(self._budget)
        self._upstreams = Upstreams()
        self._servers: list[_Server] = []
        self._https = http_blocks(configuration)

    def document(self) -> Json:
        """The whole way, each step over all servers before the next."""
        if self._configuration.context == "main":
            self._gaps.unread(self._configuration.directives, "main")
        for http in self._https:
            self._open_http(http.block, http.fragment)
        sockets = Sockets([server.listening for server in self._servers])
        self._open_locations(sockets)
        self._follow_targets()
        self._decide_grpc()
        self._find_pages()
        self._note_what_matters()
        self._gaps.rest(self._configuration.directives)
        servers = [self._server(server, sockets) for server in self._servers]
        configuration = self._configuration
        return {
            "schema_version": _SCHEMA_VERSION,
            "source": {
                "kind": configuration.kind,
                "entry": configuration.entry,
                "context": configuration.context,
                "files": list(configuration.files),
            },
            "complete": not self._gaps.found,
            "gaps": self._gaps.found,
            "upstreams": self._upstreams.as_json(),
            "servers": servers,
            "header_lists": self._lists.header_lists(),
            "error_page_lists": self._lists.error_page_lists(),
            "features": features([http.block for http in self._https]),
            "waivers": [waiver(comment) for comment in configuration.comments],
        }

    def _open_http(self, http: Directive, fragment: Directive | None) -> None:
        block = http.block or []
        gaps = self._gaps.around("http") + self._gaps.unread(block, "http")
        scope = root_scope(by_name(block), gaps)
        variables = HttpVariables(block)
        for directive in block:
            if directive.block is None:
                continue
            if directive.name == "upstream":
                self._upstreams.add(directive, self._gaps)
            elif directive.name == "server":
                self._open_server(directive, scope, variables, fragment)
            elif directive.name in VARIABLE_BLOCKS:
                variables.gaps.extend(self._gaps.unread(directive.block, "other"))

    def _open_server(
        self, server: Directive, http: Scope, variables: HttpVariables, fragment: Directive | None
    ) -> None:
        block = server.block or []
        gaps = self._gaps.around("server") + self._gaps.unread(block, "server")
        scope = http.inside("server", by_name(block), gaps)
        self._servers.append(
            _Server(
                server,
                scope,
                listening(server, scope),
                ServerVariables(variables, block, doubtful=bool(gaps)),
                fragment,
            )
        )

    def _open_locations(self, sockets: Sockets) -> None:
        for number, server in enumerate(self._servers):
            names = _server_names(server.directive)
            if names and not sockets.is_default(server.listening) and all(map(_is_literal, names)):
                # A server that is no default is reached by its names alone.
                server.variables.constants["host"] = tuple(name.lower() for name in names)
            for location in locations(
                server.directive, server.scope, number, self._gaps, server.fragment
            ):
                server.locations.append(location)
                regex = location.path if location.modifier in ("~", "~*") else ""
                server.variables.take(location.block, regex)

    def _follow_targets(self) -> None:
        passes = [
            location
            for server in self._servers
            for location in server.locations
            if location.passes is not None and location.own_handler
        ]
        for location in passes:
            literal = literal_of(location.passes) if location.passes else None
            if literal is not None:
                self._upstreams.literals.add(literal)
        for server in self._servers:
            known: dict[str, LocationVariables] = {}
            for location in server.locations:
                directive = location.passes
                if directive is None or directive.name not in ("grpc_pass", "proxy_pass"):
                    continue
                if location.parent is not None and not location.own_handler:
                    server.targets[location.id] = server.targets[location.parent.id]
                    continue
                variables = None
                if directive.args and "$" in directive.args[0]:
                    variables = self._variables(server, location, known)
                target = target_of(directive, self._upstreams, variables)
                server.targets[location.id] = target

    def _variables(
        self, server: _Server, location: Location, known: dict[str, LocationVariables]
    ) -> LocationVariables:
        if location.condition is not None and location.parent is not None:
            outer = self._variables(server, location.parent, known)
            return outer.inside(location.block, bool(location.scope.gaps))
        variables = known.get(location.id)
        if variables is None:
            regex = location.path if location.modifier in ("~", "~*") else ""
            variables = known[location.id] = LocationVariables(
                server.variables, location.block, regex, bool(location.scope.gaps)
            )
        return variables

    def _decide_grpc(self) -> None:
        http_users = self._http_users()
        of_http = {
            id(scope): _error_page_uris([scope])
            for scope in (server.scope.outer for server in self._servers)
            if scope is not None
        }
        for server in self._servers:
            inside = _error_page_uris([server.scope, *(item.scope for item in server.locations)])
            error_pages = (inside, of_http.get(id(server.scope.outer), frozenset()))
            for location in server.locations:
                target = server.targets.get(location.id)
                paths = 0
                if target is not None and location.handler == "proxy_pass":
                    paths = http_users[_destination_key(target)] - _shows_no_grpc(location)
                location.carries, location.reasons = grpc.carries(
                    location, target, grpc.Surroundings(error_pages, paths)
                )
                if target is not None and location.handler == "proxy_pass":
                    for upstream in target.upstreams() if location.carries == "no" else ():
                        upstream.serves_http = True

    def _http_users(self) -> Counter[tuple[object, ...]]:
        """How many locations whose path shows no gRPC pass to each place by proxy_pass."""
        users: Counter[tuple[object, ...]] = Counter()
        for server in self._servers:
            for location in server.locations:
                target = server.targets.get(location.id)
                if target is not None and _shows_no_grpc(location):
                    users[_destination_key(target)] += 1
        return users

    def _find_pages(self) -> None:
        for server in self._servers:
            lists = {
                id(pages): pages
                for location in server.locations
                if location.carries != "no"
                for pages in [location.scope.lists.get("error_page")]
                if pages is not None
            }
            uris = dict.fromkeys(uri for pages in lists.values() for uri in effective_uris(pages))
            if not uris:
                continue
            matching = Matching(server.scope, server.locations)
            for uri in uris:
                self._budget.spend(len(uri))
                found, location = matching.serves(uri)
                if location is not None:
                    location.page_uris.append(uri)
                server.pages.append(
                    {"uri": uri, "location": location.id if location else "", "found": found}
                )

    def _note_what_matters(self) -> None:
        for server in self._servers:
            for location in server.locations:
                if location.carries not in ("pass", "strong") and not _may_be_grpc(location):
                    continue
                self._gaps.matter(location.scope.depends())
                target = server.targets.get(location.id)
                for upstream in target.upstreams() if target else ():
                    self._gaps.matter(upstream.gaps)
                if target and any(origin == "unknown" for _, origin in target.origins):
                    self._gaps.matter(server.variables.http.gaps)

    def _server(self, server: _Server, sockets: Sockets) -> Json:
        scope = server.scope
        names = _server_names(server.directive)
        writer = LocationWriter(server.targets, self._upstreams, self._lists, self._budget)
        node: Json = {
            "name": names[0] if names else "",
            "names": names,
            "listens": sockets.as_json(server.listening),
            "settings": settings_json(scope.settings, SERVER_SETTINGS, self._budget),
            "locations": [writer.write(location) for location in server.locations],
            "pages": server.pages,
            **place(server.directive),
        }
        returns = first_return(server.directive.block or [])
        if returns is not None:
            node["return"] = returned(returns)
        if scope.gap is not None:
            node["gap"] = scope.gap
        return counted(node)


def _server_names(server: Directive) -> list[str]:
    return [
        name
        for directive in server.block or ()
        if directive.name == "server_name"
        for name in directive.args
    ]


def _error_page_uris(scopes: Iterable[Scope]) -> frozenset[str]:
    return frozenset(
        page_uri(directive) for scope in scopes for directive in scope.own.get("error_page", ())
    )


def _is_literal(name: str) -> bool:
    return bool(name) and not name.startswith((".", "~")) and "*" not in name and "$" not in name


def _destination_key(target: Target) -> tuple[object, ...]:
    return tuple(
        (place.upstream.name.lower() if place.upstream else place.host.lower(), place.port)
        for place in target.destinations
    ) or (target.text,)


def _shows_no_grpc(location: Location) -> bool:
    """Whether it passes to a place by proxy_pass under a path that is like any other's."""
    return (
        location.handler == "proxy_pass"
        and location.own_handler
        and "grpc" not in location.path.lower()
        and not grpc.is_service_path(location.modifier, location.path)
    )


def _may_be_grpc(location: Location) -> bool:
    """Whether what was not read may hold the handler of a place that calls come to."""
    in_grpc = location.parent is not None and location.parent.carries == "pass"
    return location.handler == "unknown" and (
        in_grpc or grpc.is_service_path(location.modifier, location.path)
    )
