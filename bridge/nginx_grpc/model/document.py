"""The document of one configuration, put together from its parts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from nginx_grpc.garbage import uncollected
from nginx_grpc.model import arrival, controllers, grpc, own_errors, pages, passes
from nginx_grpc.model.accounts import Accounts
from nginx_grpc.model.budget import Budget
from nginx_grpc.model.contexts import http_blocks
from nginx_grpc.model.directives import SERVER_SETTINGS, SettingReader
from nginx_grpc.model.features import features
from nginx_grpc.model.gaps import Gaps
from nginx_grpc.model.listeners import Sockets, listening
from nginx_grpc.model.lists import InheritedList, Lists
from nginx_grpc.model.location_json import LocationWriter, directives_json, returned
from nginx_grpc.model.locations import Location, locations
from nginx_grpc.model.nodes import Alike, Json, by_name, counted, placed
from nginx_grpc.model.objects import objects
from nginx_grpc.model.scopes import Scope, root_scope
from nginx_grpc.model.servers import Server
from nginx_grpc.model.service_paths import is_service_path
from nginx_grpc.model.upstreams import Upstreams
from nginx_grpc.model.variables import VARIABLE_BLOCKS, HttpVariables
from nginx_grpc.model.waivers import waiver
from nginx_grpc.tree import Configuration, Directive

__all__ = ["Model", "build", "opened"]

# What is the outermost that a text can be.
# What the directives of proxy_pass are for, or may be.
_PROXYING = ("proxy_pass", "unknown")
_TOP = ("main", "stream")
_SCHEMA_VERSION = 2


def build(configuration: Configuration) -> Json:
    """The document of a configuration: `schema/document.schema.json` says what each field means.

    Pure: the same configuration gives the same document, and nothing is read. The work and the size
    are linear in the configuration; Refused where what it inherits would add up to more than a
    document may hold.
    """
    with opened(configuration) as model:
        lists = model.lists()
        servers = list(model.servers(lists))
        return {
            **model.beginning(),
            "upstreams": model.upstreams.as_json(),
            "servers": servers,
            "other_handlers": model.other_handlers,
            "header_lists": lists.header_lists(),
            "error_page_lists": lists.error_page_lists(),
            **model.ending(),
        }


@contextmanager
def opened(configuration: Configuration) -> Iterator[Model]:
    """A configuration, all of it understood and none of it written yet."""
    model = Model(configuration)
    try:
        with uncollected():
            model.understand()
        yield model
    finally:
        model.let_go()


class Model:
    """What one configuration means. Its servers are written one at a time, each once.

    Attributes:
        upstreams: its upstream blocks.
    """

    def __init__(self, configuration: Configuration) -> None:
        self._configuration = configuration
        self._gaps = Gaps(configuration)
        self._budget = Budget(configuration.entry)
        self._variables: HttpVariables | None = None
        self._listed: set[InheritedList] = set()
        self._entries: dict[tuple[str, ...], Alike] = {}
        self._reader = SettingReader()
        self.upstreams = Upstreams(self._reader)
        self._servers: list[Server] = []
        self._next = 0
        self._proxies = False
        self._sockets = Sockets([])
        self._https = http_blocks(configuration)
        self._controller = controllers.recognised([http.block for http in self._https])
        whole = configuration.context in _TOP
        self._accounts = Accounts(1 if whole else len(self._https))
        if whole:
            self._accounts.visit(configuration.directives, configuration.context)

    def understand(self) -> None:
        """The whole way, each step over all servers before the next."""
        if self._configuration.context == "main":
            self._gaps.unread(self._configuration.directives, "main")
        for http in self._https:
            self._open_http(http.block, http.fragment)
        servers = self._servers
        self._sockets = Sockets([server.listening for server in servers])
        self._open_locations(self._sockets)
        passes.follow(servers, self.upstreams)
        grpc.decide(servers)
        self._proxies = any(
            location.handler in _PROXYING for server in servers for location in server.locations
        )
        for server in servers:
            own_errors.find(server.locations)
        pages.find(servers, self._budget)
        for server in servers:
            if server.answers_others():
                self._sockets.note_mixed(server.listening)
        arrival.decide(servers, self._sockets)
        self._accounts.close(self._configuration.entry)
        self._note_what_matters()
        self._gaps.rest(self._configuration)

    def lists(self) -> Lists:
        """Empty lists, for the servers of one document."""
        lists = Lists(self._budget, self._listed, self._entries)
        lists.variables = self._variables
        return lists

    def beginning(self) -> Json:
        """What comes before the upstreams."""
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
        }

    @property
    def other_handlers(self) -> list[Json]:
        """`other_handlers` of the document."""
        return self._accounts.others

    def ending(self) -> Json:
        """What comes after the lists."""
        return {
            "features": features([http.block for http in self._https]),
            "waivers": [waiver(comment) for comment in self._configuration.comments],
            "objects": objects(self._configuration),
        }

    def server(self, lists: Lists) -> Json | None:
        """The next server that was not written yet; None where all are.

        Args:
            lists: takes in the lists that it refers to.
        """
        if self._next == len(self._servers):
            return None
        server = self._servers[self._next]
        self._next += 1
        node = self._server(server, lists)
        _let_go(server)
        return node

    def servers(self, lists: Lists) -> Iterator[Json]:
        """All servers that were not written yet, see `server`."""
        while (server := self.server(lists)) is not None:
            yield server

    @property
    def share(self) -> float:
        """How many of all servers were written, from 0 to 1."""
        return self._next / len(self._servers) if self._servers else 1.0

    def beside(self, number: int) -> list[int]:
        """The servers that a rule may look at for this one, by number."""
        return self._sockets.beside(self._servers[number].listening)

    def outside(self, number: int) -> Json:
        """A server without its locations, and what is said of these."""
        server = self._servers[number]
        return self._around(server, [], [], Budget(self._configuration.entry))

    def let_go(self) -> None:
        """Open the cycles of references, so that all is freed without a search for garbage."""
        for server in self._servers:
            server.listening.listeners.clear()
            _let_go(server)

    def _open_http(self, http: Directive, fragment: Directive | None) -> None:
        block = http.block or []
        self._accounts.visit(block, "http")
        gaps = self._gaps.around("http") + self._gaps.unread(block, "http")
        alone = bool(self._gaps.around("http")) and not self._gaps.around("server")
        rest_of_http = self._gaps.around("http")[0] if alone else None
        scope = root_scope(by_name(block), gaps, self._reader, rest_of_http)
        variables = self._variables = HttpVariables(block)
        for directive in block:
            if directive.block is None:
                continue
            if directive.name == "upstream":
                self._accounts.visit(directive.block, "upstream")
                self.upstreams.add(directive, self._gaps)
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
            if server.fragment is None and not server.scope.gaps:
                server.fixed["server_name"] = (server.first_name(),)
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

    def _server(self, server: Server, lists: Lists) -> Json:
        writer = LocationWriter(server, self.upstreams, lists, self._budget, self._controller)
        locations = [writer.write(location) for location in server.locations]
        return self._around(server, locations, server.pages, self._budget)

    def _around(
        self, server: Server, locations: list[Json], pages: list[Json], budget: Budget
    ) -> Json:
        scope = server.scope
        node: Json = {
            "name": "".join(server.names[:1]),
            "names": server.names,
            "listens": self._sockets.as_json(server.listening),
            "directives": directives_json(scope.settings, SERVER_SETTINGS, budget),
            "locations": locations,
            "pages": pages,
            "returns": [returned(each) for each in server.returns()],
        }
        placed(node, server.directive)
        if self._proxies:
            node["http_proxies"] = True
        if scope.gap is not None:
            node["gap"] = scope.gap
        return counted(node)


def _let_go(server: Server) -> None:
    for location in server.locations:
        location.conditions.clear()
        location.nested.clear()
    server.locations.clear()
    server.pages = []
    server.targets.clear()


def _may_be_grpc(location: Location) -> bool:
    """Whether what was not read may hold the handler of a place that calls come to."""
    in_grpc = location.parent is not None and location.parent.carries == "pass"
    return location.handler == "unknown" and (
        in_grpc or is_service_path(location.modifier, location.path)
    )
