"""The sockets of each server, and whether an HTTP/2 client reaches the server there.

The http2 parameter of listen is a flag of the socket: one server says it, all of that socket have
it, even one with `http2 off`. The http2 directive is the server's own: with TLS the server that SNI
names decides, on plaintext the socket's default server does, and a server that is not the default
must have it as well, or it answers 421.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from nginx_grpc.model.addresses import socket_of
from nginx_grpc.model.nodes import Json, counted, placed
from nginx_grpc.model.scopes import Scope
from nginx_grpc.records import dataclass, field
from nginx_grpc.tree import Directive

__all__ = ["Listener", "Listening", "Socket", "Sockets", "listening"]


@dataclass(slots=True, eq=False)
class Listener:
    """One listen of one server.

    Args:
        address: as written; `80` where none is said.
        socket: the socket in one spelling.
        first, last: its ports; 0 for a unix socket.
        parameters: what the listen says behind the address.
        directive: the listen, or the server where none is said.
        implicit: whether no listen is said.
        server: the server it belongs to.
    """

    address: str
    socket: str
    first: int
    last: int
    parameters: Sequence[str]
    directive: Directive
    implicit: bool
    server: Listening

    @property
    def quic(self) -> bool:
        """UDP: a socket of its own."""
        return "quic" in self.parameters

    @property
    def http2(self) -> bool:
        return "http2" in self.parameters

    @property
    def unknown(self) -> bool:
        """Whether something is to be filled in among its parameters."""
        return any("$" in parameter for parameter in self.parameters)

    @property
    def ssl(self) -> bool:
        return "ssl" in self.parameters

    @property
    def families(self) -> frozenset[str]:
        """Of the addresses that its clients may have: inet, inet6, unix."""
        host = self.socket.rpartition(":")[0]
        if self.socket.startswith("unix:"):
            return frozenset(("unix",))
        if host == "*" or (host and not host.strip("0123456789.")):
            return frozenset(("inet",))
        if host.startswith("[") and "ipv6only=off" not in self.parameters:
            return frozenset(("inet6",))
        return frozenset(("inet", "inet6"))

    @property
    def claims_default(self) -> bool:
        return "default_server" in self.parameters or "default" in self.parameters


@dataclass(slots=True, eq=False)
class Listening:
    """How one server listens.

    Args:
        scope: the server's scope.
        ssl: whether `ssl on` is in effect.
        unseen: whether its listens may stand in what was not seen.
        listeners: its sockets.
    """

    scope: Scope
    ssl: bool
    unseen: bool
    listeners: list[Listener] = field(default_factory=list)

    @property
    def families(self) -> frozenset[str]:
        """Of the addresses that its clients may have: inet, inet6, unix."""
        if self.unseen:
            return frozenset(("inet", "inet6", "unix"))
        return frozenset().union(*(listener.families for listener in self.listeners))

    @property
    def http2(self) -> str:
        """Whether the http2 directive is on for this server: yes, no or unknown."""
        setting = self.scope.settings.get("http2")
        if setting is None:
            return "no" if self.scope.gap is None else "unknown"
        if setting.get("unresolved"):
            return "unknown"
        return "yes" if setting["on"] else "no"


@dataclass(slots=True, eq=False)
class Socket:
    """What all servers of a socket make of it.

    Args:
        default: the listen of the server that answers for every name that none has.
        listeners: all of its listens.
        http2, ssl_parameter, proxy_protocol: whether one of them says so.
        unknown: whether something is to be filled in among what they say.
    """

    default: Listener
    listeners: list[Listener] = field(default_factory=list)
    http2: bool = False
    ssl_parameter: bool = False
    proxy_protocol: bool = False
    unknown: bool = False

    @property
    def ssl(self) -> bool:
        """TLS: said by any listen of the socket, or by the default server's `ssl on`."""
        return self.ssl_parameter or self.default.server.ssl


def listening(directive: Directive, scope: Scope) -> Listening:
    """The sockets of a server block.

    Args:
        directive: the block.
        scope: its scope.
    """
    said = scope.own.get("listen", [])
    http = scope.outer
    switch = scope.own.get("ssl") or (http.own.get("ssl") if http else None) or []
    ssl = any(item.args and item.args[0].lower() == "on" for item in switch)
    server = Listening(scope, ssl, unseen=bool(scope.gaps) and not said)
    for listen in said:
        address = listen.args[0] if listen.args else ""
        spelled, first, last = socket_of(address)
        server.listeners.append(
            Listener(address, spelled, first, last, listen.args[1:], listen, False, server)
        )
    if not said:
        # nginx listens on *:80, or on *:8000 where it is not started by root.
        server.listeners.append(Listener("80", "*:80", 80, 80, [], directive, True, server))
    return server


class Sockets:
    """All sockets of a configuration; a range of ports is so many."""

    def __init__(self, servers: list[Listening]) -> None:
        self._sockets: dict[tuple[str, bool], Socket] = {}
        self._numbers = {id(server): number for number, server in enumerate(servers)}
        self._keys: dict[Listener, list[tuple[str, bool]]] = {}
        # The first two servers of each spelling of a socket.
        self._first: dict[str, list[int]] = {}
        self._left = _MOST_PORTS
        # Ranges that are not taken apart, and the other ports, of each address.
        self._ranges: dict[str, list[Listener]] = {}
        self._ports: dict[str, list[int]] = {}
        self._mixed: set[tuple[str, bool]] = set()
        for server in servers:
            for listener in server.listeners:
                self._add(listener)
        for ports in self._ports.values():
            ports.sort()

    def as_json(self, server: Listening) -> list[Json]:
        """`listens` of one server."""
        return [self._listen(listener) for listener in server.listeners]

    def beside(self, server: Listening) -> list[int]:
        """The servers that a rule may look at for this one, by number: the default of each of its
        sockets, and one that shares it."""
        own = self._numbers[id(server)]
        found: dict[int, None] = {}
        for listener in server.listeners:
            found.update((number, None) for number in self._first[listener.socket][:2])
            for socket in self._of(listener):
                found[self._numbers[id(socket.default.server)]] = None
        return [number for number in found if number != own]

    def of(self, server: Listening) -> list[tuple[str, bool]]:
        """The sockets of one server, without those for QUIC."""
        return [key for item in server.listeners if not item.quic for key in self._keys[item]]

    def note_mixed(self, server: Listening) -> None:
        """This server answers requests that are not gRPC, or may."""
        self._mixed.update(key for item in server.listeners for key in self._keys[item])

    def default_of(self, socket: tuple[str, bool]) -> Listening:
        """The server that answers there for every name that no server has."""
        return self._sockets[socket].default.server

    def entrances(self, server: Listening) -> list[tuple[Listener, Socket]]:
        """The sockets by which calls come to a server: that speak HTTP/2 or may, else all."""
        every = [(item, socket) for item in server.listeners for socket in self._of(item)]
        return [entry for entry in every if self.speaks_http2(*entry) != "no"] or every

    def scheme(self, server: Listening) -> str:
        """http or https where all calls to a server come by it; else empty."""
        found = {socket.ssl for _, socket in self.entrances(server)}
        return {True: "https", False: "http"}[found.pop()] if len(found) == 1 else ""

    def at(self, host: str, port: int) -> Socket | None:
        """The socket that a connection to an address of this machine comes to, by TCP.

        Args:
            host: 127.0.0.1, [::1], or unix: with a path.
            port: 0 for a unix socket.
        """
        if host.startswith("unix:"):
            return self._sockets.get((host, False))
        every = "[::]" if host.startswith("[") else "*"
        found = (self._sockets.get((f"{it}:{port}", False)) for it in (host, every))
        return next((socket for socket in found if socket is not None), None)

    def is_default(self, server: Listening) -> bool:
        """Whether this server is the default of one of its sockets, or may be."""
        return server.unseen or any(
            socket.default.server is server
            for listener in server.listeners
            for socket in self._of(listener)
        )

    def _add(self, listener: Listener) -> None:
        number, first = self._numbers[id(listener.server)], self._first
        if number not in first.setdefault(listener.socket, []) and len(first[listener.socket]) < 2:
            first[listener.socket].append(number)
        host, ports = _host(listener), range(listener.first, listener.last + 1)
        keys = [(listener.socket, listener.quic)]
        if len(ports) == 1:
            self._ports.setdefault(host, []).append(listener.first)
        elif len(ports) <= self._left:
            self._left -= len(ports)
            self._ports.setdefault(host, []).extend(ports)
            keys = [(f"{host}:{port}", listener.quic) for port in ports]
        else:
            self._ranges.setdefault(host, []).append(listener)
        self._keys[listener] = keys
        for key in keys:
            socket = self._sockets.get(key)
            if socket is None:
                socket = self._sockets[key] = Socket(listener)
            elif listener.claims_default and not socket.default.claims_default:
                socket.default = listener
            socket.listeners.append(listener)
            socket.http2 = socket.http2 or listener.http2
            if "proxy_protocol" in listener.parameters:
                socket.proxy_protocol = True
            socket.ssl_parameter = socket.ssl_parameter or listener.ssl
            socket.unknown = socket.unknown or listener.unknown

    def _of(self, listener: Listener) -> list[Socket]:
        return [self._sockets[key] for key in self._keys[listener]]

    def _listen(self, listener: Listener) -> Json:
        sockets = self._of(listener)
        speaks = {self.speaks_http2(listener, socket) for socket in sockets}
        defaults = [socket.default.server for socket in sockets]
        default = listener.server if listener.server in defaults else defaults[0]
        node: Json = {
            "address": listener.address,
            "args": [] if listener.implicit else list(listener.directive.args),
            "socket": listener.socket,
            "port": listener.first,
            "implicit": listener.implicit,
            "ssl": any(socket.ssl for socket in sockets),
            "http2_parameter": listener.http2,
            "quic": listener.quic,
            "default_server": default is listener.server,
            "default": self._numbers[id(default)],
            "speaks_http2": speaks.pop() if len(speaks) == 1 else "unknown",
            "mixed": not self._mixed.isdisjoint(self._keys[listener]),
        }
        return counted(placed(node, listener.directive))

    def speaks_http2(self, listener: Listener, socket: Socket) -> str:
        """Whether an HTTP/2 client reaches the server of a listen there: yes, no or unknown."""
        server = listener.server
        if listener.quic:
            return "no"
        if socket.http2:
            return "yes"
        if socket.unknown or server.unseen or self._overlaps(listener):
            return "unknown"
        answers = {server.http2}
        if not socket.ssl:
            answers.add(socket.default.server.http2)
        if answers == {"yes"}:
            return "yes"
        # A server that was not seen may share the socket and say http2 there.
        http = server.scope.outer
        if "no" in answers and (http is None or http.gap is None):
            return "no"
        return "unknown"

    def _overlaps(self, listener: Listener) -> bool:
        """Whether a range that is not taken apart shares a port with another listen."""
        host = _host(listener)
        ranges = self._ranges.get(host, [])
        if len(ranges) > _MOST_RANGES:
            return True
        if listener in ranges:
            ports = self._ports.get(host, [])
            at = bisect_left(ports, listener.first)
            if at < len(ports) and ports[at] <= listener.last:
                return True
        return any(
            other.socket != listener.socket
            and other.first <= listener.last
            and listener.first <= other.last
            for other in ranges
        )


# Ports of ranges that are looked at one by one, in all.
_MOST_PORTS = 2_048
# More ranges on one address than these are not told apart: the answer is unknown.
_MOST_RANGES = 64


def _host(listener: Listener) -> str:
    return listener.socket.rpartition(":")[0]
