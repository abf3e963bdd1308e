"""The document of one configuration, put together from its parts."""

from __future__ import annotations

from collections.abc import Iterator

from nginx_grpc.garbage import uncollected
from nginx_grpc.model import arrival, controllers, grpc, own_errors, pages, passes
from nginx_grpc.model.accounts import Accounts
from nginx_grpc.model.budget import Budget
from nginx_grpc.model.contexts import http_blocks
from nginx_grpc.model.directives import SERVER_SETTINGS, SettingReader
from nginx_grpc.model.features import features
from nginx_grpc.model.gaps import Gaps
from nginx_grpc.model.listeners import Sockets, listening
from nginx_grpc.model.lists import Lists
from nginx_grpc.model.location_json import LocationWriter, directives_json, returned
from nginx_grpc.model.locations import Location, locations
from nginx_grpc.model.nodes import Json, by_name, counted, placed
from nginx_grpc.model.scopes import Scope, root_scope
from nginx_grpc.model.servers import Server
from nginx_grpc.model.service_paths import is_service_path
from nginx_grpc.model.upstreams import Upstreams
from nginx_grpc.model.variables import VARIABLE_BLOCKS, HttpVariables
from nginx_grpc.model.waivers import waiver
from nginx_grpc.tree import Configuration, Directive

__all__ = ["build"]

# What is the outermost that a text can be.
_TOP = ("main", "stream")
_SCHEMA_VERSION = 2


def build(configuration: Configuration) -> Json:
    """The document of a configuration: `schema/document.schema.json` says what each field means.

    Pure: the same configuration gives the same document, and nothing is read. The work and the size
    are linear in the configuration; Refused where what it inherits would add up to more than a
    document may hold.
    """
    with uncollected():
        model = _Model(configuration)
        try:
            return model.document()
        finally:
            model.let_go()


class _Model:
    def __init__(self, configuration: Configuration) -> None:
        self._configuration = configuration
        self._gaps = Gaps(configuration)
        self._budget = Budget(configuration.entry)
        self._lists = Lists(self._budget)
        self._reader = SettingReader()
        self._upstreams = Upstreams(self._reader)
        self._servers: list[Server] = []
        self._https = http_blocks(configuration)
        self._controller = controllers.recognised([http.block for http in self._https])
        whole = configuration.context in _TOP
        self._accounts = Accounts(1 if whole else len(self._https))
        if whole:
            self._accounts.visit(configuration.directives, configuration.context)

    def document(self) -> Json:
        """The whole way, each step over all servers before the next."""
        if self._configuration.context == "main":
            self._gaps.unread(self._configuration.directives, "main")
        for http in self._https:
            self._open_http(http.block, http.fragment)
        sockets = Sockets([server.listening for server in self._servers])
        self._open_locations(sockets)
        passes.follow(self._servers, self._upstreams)
        grpc.decide(self._servers)
        for server in self._servers:
            own_errors.find(server.locations)
        pages.find(self._servers, self._budget)
        arrival.decide(self._servers, sockets)
        self._accounts.close(self._configuration.entry)
        self._note_what_matters()
        self._gaps.rest(self._configuration)
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
            "controller": self._controller,
            "complete": not self._gaps.found,
            "gaps": self._gaps.found,
            "upstreams": self._upstreams.as_json(),
            "servers": servers,
            "other_handlers": self._accounts.others,
            "header_lists": self._lists.header_lists(),
            "error_page_lists": self._lists.error_page_lists(),
            "features": features([http.block for http in self._https]),
            "waivers": [waiver(comment) for comment in configuration.comments],
        }

    def let_go(self) -> None:
        """Open the cycles of references, so that all is freed without a search for garbage."""
        for server in self._servers:
            server.listening.listeners.clear()
            for location in server.locations:
                location.conditions.clear()
                location.nested.clear()

    def _open_http(self, http: Directive, fragment: Directive | None) -> None:
        block = http.block or []
        self._accounts.visit(block, "http")
        gaps = self._gaps.around("http") + self._gaps.unread(block, "http")
        alone = bool(self._gaps.around("http")) and not self._gaps.around("server")
        rest_of_http = self._gaps.around("http")[0] if alone else None
        scope = root_scope(by_name(block), gaps, self._reader, rest_of_http)
        variables = self._lists.variables = HttpVariables(block)
        for directive in block:
            if directive.block is None:
                continue
            if directive.name == "upstream":
                self._accounts.visit(directive.block, "upstream")
                self._upstreams.add(directive, self._gaps)
            elif directive.name == "server":
                self._open_server(directive, scope, variables, block, fragment)
            elif directive.name in VARIABLE_BLOCKS:
                variables.gaps.extend(self._gaps.unread(directive.block, "other"))

    def _open_server(
        self,
        server: Directive,
        http: Scope,
        variables: HttpVariables,
        around: list[Directive],
        fragment: Directive | None,
    ) -> None:
        block = server.block or []
        self._accounts.visit(block, "server")
        gaps = self._gaps.around("server") + self._gaps.unread(block, "server")
        scope = http.inside("server", by_name(block), gaps)
        self._servers.append(
            Server(
                server,
                scope,
                listening(server, scope),
                variables,
                around,
                fragment,
            )
        )

    def _open_locations(self, sockets: Sockets) -> None:
        for number, server in enumerate(self._servers):
            names = server.plain_names()
            if names and not sockets.is_default(server.listening):
                # A server that is no default is reached by its names alone.
                server.fixed["host"] = names
            for location in locations(
                server.directive, server.scope, number, self._gaps, server.fragment
            ):
                server.locations.append(location)
                self._accounts.visit(
                    location.block,
                    location.scope.context,
                    owner=location.directive if location.condition is None else None,
                    used=location.passes,
                )

    def _note_what_matters(self) -> None:
        for server in self._servers:
            for location in server.locations:
                if location.carries not in ("pass", "strong") and not _may_be_grpc(location):
                    continue
                self._gaps.calls_come()
                self._gaps.matter(location.scope.depends())
                for directive in location.own.get("limit_except", ()):
                    self._gaps.matter(self._gaps.unread(directive.block or [], "location"))
                target = server.targets.get(location.id)
                for upstream in target.upstreams() if target else ():
                    self._gaps.matter(upstream.gaps)
                if target and any(origin == "unknown" for _, origin in target.origins):
                    self._gaps.matter(server.variables.gaps)

    def _server(self, server: Server, sockets: Sockets) -> Json:
        scope = server.scope
        writer = LocationWriter(
            server, self._upstreams, self._lists, self._budget, self._controller
        )
        node: Json = {
            "name": "".join(server.names[:1]),
            "names": server.names,
            "listens": sockets.as_json(server.listening),
            "directives": directives_json(scope.settings, SERVER_SETTINGS, self._budget),
            "locations": [writer.write(location) for location in server.locations],
            "pages": server.pages,
            "returns": [returned(each) for each in _returns(server.directive.block or [])],
        }
        placed(node, server.directive)
        if scope.gap is not None:
            node["gap"] = scope.gap
        return counted(node)


def _returns(block: list[Directive]) -> Iterator[Directive]:
    """The returns of a server itself, also those in its ifs."""
    for directive in block:
        if directive.name == "return":
            yield directive
        elif directive.name == "if":
            yield from (inner for inner in directive.block or () if inner.name == "return")


def _may_be_grpc(location: Location) -> bool:
    """Whether what was not read may hold the handler of a place that calls come to."""
    in_grpc = location.parent is not None and location.parent.carries == "pass"
    return location.handler == "unknown" and (
        in_grpc or is_service_path(location.modifier, location.path)
    )
