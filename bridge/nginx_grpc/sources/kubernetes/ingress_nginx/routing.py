"""From Ingress objects to servers and locations, as ingress-nginx's controller puts them together.

internal/ingress/controller/controller.go (createServers, getBackendServers) and location.go.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from nginx_grpc.records import dataclass, field, replace
from nginx_grpc.sources.kubernetes.ingress_nginx.objects import Backend, Ingress
from nginx_grpc.sources.kubernetes.ingress_nginx.settings import Settings
from nginx_grpc.sources.kubernetes.ingress_nginx.values import Place, Value

__all__ = ["DEFAULT_BACKEND", "DEFAULT_SERVER", "Location", "Server", "in_order", "servers"]

DEFAULT_SERVER = "_"
DEFAULT_BACKEND = "upstream-default-backend"


@dataclass(slots=True)
class Location:
    """A location.

    Args:
        path, exact: what it matches.
        ingress: the Ingress that it is of, None for the controller's own.
        backend: the upstream's name in Lua.
        is_default: whether no rule of an Ingress asks for it.
        ingress_path: the path in its Ingress, empty for /.
        place: the rule's path, or the Ingress.
    """

    path: str
    exact: bool
    ingress: Ingress | None
    backend: str
    place: Place
    is_default: bool = False
    ingress_path: str = ""

    @property
    def target(self) -> str:
        """`rewrite-target`."""
        return "" if self.ingress is None else self.ingress.said("rewrite-target")

    @property
    def rewrites(self) -> bool:
        """Whether it is written as a regular expression for what it rewrites to."""
        return self.target not in ("", self.path)

    @property
    def is_regex(self) -> bool:
        """Whether it makes all locations of its server regular expressions."""
        return self.rewrites or (self.ingress is not None and self.ingress.flag("use-regex"))


@dataclass(slots=True)
class Server:
    """A server. `ingress` is that which asked for it first, None for the controller's own."""

    host: str
    place: Place
    ingress: Ingress | None
    locations: list[Location] = field(default_factory=list)
    aliases: list[str] = field(default_factory=list)
    snippet: Value | None = None
    client_certificates: Ingress | None = None
    proxy_ssl: Ingress | None = None
    passthrough: bool = False
    from_to_www: bool = False
    first: dict[str, Location] = field(default_factory=dict)

    def add(self, location: Location) -> None:
        """One more location."""
        self.locations.append(location)
        self.first.setdefault(location.path, location)


def in_order(ingresses: Iterable[Ingress]) -> list[Ingress]:
    """The order in which they count: the oldest first; of one age the last by name."""
    by_name = sorted(
        ingresses, key=lambda each: f"{each.namespace}/{each.name}".encode(), reverse=True
    )
    return sorted(by_name, key=lambda each: each.created)


def servers(ingresses: Sequence[Ingress], settings: Settings, place: Place) -> list[Server]:
    """The servers in their order.

    Args:
        ingresses: in their order.
        settings: the ConfigMap.
        place: where the controller's own stand for.
    """
    found = _hosts(ingresses, place)
    for ingress in ingresses:
        for rule in ingress.rules:
            server = found.get(rule.host or DEFAULT_SERVER, found[DEFAULT_SERVER])
            if rule.paths is None and rule.host:
                continue
            if server.client_certificates is None and ingress.said("auth-tls-secret"):
                server.client_certificates = ingress
            if server.proxy_ssl is None and ingress.said("proxy-ssl-secret"):
                server.proxy_ssl = None if settings.flag("proxy-ssl-location-only") else ingress
            if not ingress.canary:
                _add_paths(server, ingress, rule.paths or ())
    for server in found.values():
        server.locations.sort(key=lambda each: each.path.encode(), reverse=True)
        server.locations.sort(key=lambda each: len(each.path.encode()), reverse=True)
        server.locations = list(_prefixes(server.locations))
    return sorted(found.values(), key=lambda each: each.host.encode())


def _hosts(ingresses: Sequence[Ingress], place: Place) -> dict[str, Server]:
    default = Server(DEFAULT_SERVER, place, None)
    default.add(Location("/", False, None, DEFAULT_BACKEND, place, is_default=True))
    found = {DEFAULT_SERVER: default}
    regular = [each for each in ingresses if not each.canary]
    for ingress in regular:
        name = DEFAULT_BACKEND
        if ingress.default is not None:
            name = ingress.default.upstream(ingress.namespace)
            root = default.locations[0]
            if root.is_default and not ingress.rules:
                root.is_default = False
                root.backend, root.ingress, root.place = name, ingress, ingress.place
        for rule in ingress.rules:
            host = rule.host or DEFAULT_SERVER
            if host not in found:
                server = found[host] = Server(host, rule.place, ingress)
                server.add(Location("/", False, ingress, name, rule.place, is_default=True))
    for ingress in regular:
        for rule in ingress.rules:
            _describe(found[rule.host or DEFAULT_SERVER], ingress)
    for server in found.values():
        server.aliases = sorted({each for each in server.aliases if each not in found})
    return found


def _describe(server: Server, ingress: Ingress) -> None:
    if not server.aliases:
        names = ingress.said("server-alias").split(",")
        server.aliases = [each.strip() for each in names if each.strip()]
    if server.snippet is None:
        server.snippet = ingress.snippet("server-snippet")
    server.passthrough = server.passthrough or ingress.flag("ssl-passthrough")


def _add_paths(server: Server, ingress: Ingress, paths: Iterable[object]) -> None:
    from nginx_grpc.sources.kubernetes.ingress_nginx.objects import Path

    for path in paths:
        assert isinstance(path, Path)
        if path.backend is None:
            continue
        backend = _upstream(path.backend, ingress)
        there = server.first.get(path.path)
        if there is None or there.exact != path.exact:
            server.add(Location(path.path, path.exact, ingress, backend, path.place))
        elif there.is_default:
            there.is_default = False
            there.backend, there.ingress, there.place = backend, ingress, path.place
        else:
            # An older Ingress has it.
            continue
        server.from_to_www = server.from_to_www or ingress.flag("from-to-www-redirect")


def _upstream(backend: Backend, ingress: Ingress) -> str:
    return backend.upstream(ingress.namespace)


def _prefixes(locations: Sequence[Location]) -> Iterable[Location]:
    """Each prefix becomes two locations: one that ends in a slash, and one for it without."""
    exact = {each.path for each in locations if each.exact}
    for location in locations:
        if location.path == "/":
            yield location
            continue
        location.ingress_path = location.path
        if location.exact or location.is_regex:
            yield location
            continue
        path = location.path
        location.path = path if path.endswith("/") else f"{path}/"
        yield location
        if path not in exact:
            yield replace(location, path=path, exact=True)
