"""Where a grpc_pass leads to this very nginx: whether the listener there takes calls at all, and
what becomes of them behind it.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from nginx_grpc.model.addresses import address_of
from nginx_grpc.model.arrival.connecting import Connecting, texts_of
from nginx_grpc.model.arrival.ways import PASSED, UNKNOWN, Ends, Stop
from nginx_grpc.model.destinations import Destination
from nginx_grpc.model.listeners import Socket, Sockets
from nginx_grpc.model.locations import Location
from nginx_grpc.model.patterns import Language
from nginx_grpc.model.servers import Server
from nginx_grpc.model.upstreams import Upstream
from nginx_grpc.records import replace

if TYPE_CHECKING:
    from nginx_grpc.model.arrival.walk import Walk

__all__ = ["Peers"]

# Longer chains of servers are not followed.
_MOST_HOPS = 4
# What calls have that nginx knows of them, and that grpc_set_header may take away.
_KNOWN_HEADERS = frozenset(("connection", "content-type", "te", "upgrade", "user-agent"))


class Peers:
    """The listeners of a configuration, as the servers of its upstreams."""

    def __init__(
        self,
        servers: Iterable[Server],
        sockets: Sockets,
        walk: Callable[[Server, Peers], Walk],
    ) -> None:
        """Take in a configuration.

        Args:
            servers: its servers.
            sockets: their sockets.
            walk: makes the walk of a server.
        """
        self._sockets, self._walk = sockets, walk
        self._walks: dict[int, Walk] = {}
        self._servers = {id(server.listening): server for server in servers}
        self._going: list[str] = []
        self._known: dict[tuple[int, Language], Ends] = {}
        self._connecting = Connecting()
        self._outside: dict[Upstream, bool] = {}

    def walk_of(self, server: Server) -> Walk:
        """The walk of a server."""
        if id(server) not in self._walks:
            # Walks ask back: by a strong reference all would stay in memory.
            self._walks[id(server)] = self._walk(server, weakref.proxy(self))
        return self._walks[id(server)]

    def ends(self, server: Server, handler: Location, path: Language) -> Ends:
        """How calls end that a grpc_pass hands on with a path: where they do not come to this
        nginx, they are passed on."""
        stop = self._connecting.stop(server.targets.get(handler.id), handler)
        if stop is not None:
            return {stop: None}
        ends: Ends = {}
        places = self._places(server, handler)
        for scheme, socket in places:
            stop = _mismatch(self._sockets, scheme, socket) if socket is not None else None
            if stop is not None:
                ends[stop] = None
            elif socket is None:
                ends[PASSED] = None
            else:
                ends.update(self._behind(socket, handler, path))
        return ends or {PASSED: None}

    def are_outside(self, server: Server, handler: Location) -> bool:
        """Whether calls that a grpc_pass hands on leave this nginx, to servers of which not all are
        down. True is sure."""
        target = server.targets.get(handler.id)
        return (
            target is not None
            and target.sure
            and all(self._is_outside(place) for place in target.destinations)
            and self._connecting.stop(server.targets.get(handler.id), handler) is None
        )

    def _is_outside(self, place: Destination) -> bool:
        upstream = place.upstream
        if upstream is None:
            return self._sockets_of(place) == [None]
        known = self._outside.get(upstream)
        if known is None:
            sockets = [] if upstream.gaps else self._sockets_of(place)
            outside = bool(sockets) and all(it is None for it in sockets)
            known = self._outside[upstream] = outside
        return known

    def answer(self, server: Server, location: Location, path: str) -> Stop | None:
        """The return of this nginx that a proxy_pass meets with a path; None where there is none
        for sure."""
        places = self._places(server, location)
        target = server.targets.get(location.id)
        if len(places) != 1 or target is None or target.text[:7].lower() != "http://":
            return None
        [(_, socket)] = places
        if socket is None or socket.unknown or socket.ssl or socket.proxy_protocol:
            return None
        servers = {id(item.server): item.server for item in socket.listeners}
        host, slash, uri = target.text[7:].partition("/")
        if len(servers) != 1 or host.lower().startswith("unix:"):
            return None
        if slash and location.modifier != "=":
            return None
        [listening] = servers.values()
        walk = self.walk_of(self._servers[id(listening)])
        return walk.subrequests.returned(f"/{uri}" if slash else path)

    def _places(self, server: Server, handler: Location) -> list[tuple[str, Socket | None]]:
        """Each place that calls may be passed to: the scheme, and the socket of this nginx."""
        target = server.targets.get(handler.id)
        http = server.scope.outer
        if target is None or not target.sure or (http is not None and http.gap is not None):
            return []
        found: list[tuple[str, Socket | None]] = []
        for place in target.destinations:
            if place.upstream is not None and place.upstream.gaps:
                return []
            found.extend((place.scheme, it) for it in self._sockets_of(place))
        return found

    def _sockets_of(self, place: Destination) -> list[Socket | None]:
        """The sockets of this nginx that a place leads to, None for each other address."""
        return [self._socket(text) for text in texts_of(place)]

    def _socket(self, text: str) -> Socket | None:
        """The socket of this nginx that an address leads to, where that is sure."""
        address = address_of(text)
        if address.unix:
            return self._sockets.at("unix:" + text[5:], 0)
        host = address.host.lower()
        host = "127.0.0.1" if host == "localhost" else host
        if not host.startswith("127.") and host != "[::1]":
            return None
        return self._sockets.at(host, address.port or 80)

    def _behind(self, socket: Socket, handler: Location, path: Language) -> Ends:
        """How calls end in the one server of a socket."""
        servers = {id(item.server): item.server for item in socket.listeners}
        if handler.id in self._going:
            return {Stop("loop", handler.passes, 502): None}
        if len(servers) > 1 or len(self._going) >= _MOST_HOPS or _changes_headers(handler):
            return {UNKNOWN: None}
        [listening] = servers.values()
        if not path.exact and not path.prefix:
            path = replace(path, prefix="/")
        asked = (id(listening), path)
        if asked in self._known:
            return self._known[asked]
        walk = self.walk_of(self._servers[id(listening)])
        self._going.append(handler.id)
        try:
            ends = walk.search(path)
        finally:
            self._going.pop()
        stops = [end for end in ends if isinstance(end, Stop)]
        sure = len(stops) == len(ends) or set(ends) == {PASSED}
        found: Ends = ends if sure else {UNKNOWN: None}
        # Whether it is a loop depends on where it began.
        if not any(stop.kind == "loop" for stop in stops):
            self._known[asked] = found
        return found


def _mismatch(sockets: Sockets, scheme: str, socket: Socket) -> Stop | None:
    """The listen that takes no call of a grpc_pass with this scheme, if none there does."""
    if socket.unknown:
        return None
    if socket.proxy_protocol:
        said = [item for item in socket.listeners if "proxy_protocol" in item.parameters]
        return Stop("peer", said[0].directive, 502)
    speaks = {sockets.speaks_http2(item, socket) for item in socket.listeners}
    if socket.ssl != (scheme == "grpcs") or speaks == {"no"}:
        return Stop("peer", socket.default.directive, 502)
    return None


def _changes_headers(handler: Location) -> bool:
    headers = handler.scope.lists.get("grpc_set_header")
    return headers is not None and any(
        item.args and (item.args[0].lower() in _KNOWN_HEADERS or "$" in item.args[0])
        for item in headers.all_directives()
    )
