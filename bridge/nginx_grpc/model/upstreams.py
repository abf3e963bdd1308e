"""Upstream blocks: the pool, the servers, the balancing method."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from nginx_grpc.model import units
from nginx_grpc.model.addresses import Address, address_of, is_name
from nginx_grpc.model.directives import UPSTREAM_SETTINGS, SettingReader, shortened
from nginx_grpc.model.gaps import Gaps
from nginx_grpc.model.nodes import Json, by_name, counted, placed
from nginx_grpc.records import dataclass, replace
from nginx_grpc.tree import Directive

if TYPE_CHECKING:
    from nginx_grpc.model.locations import Location

__all__ = ["Upstream", "Upstreams"]

_BALANCERS = frozenset(("hash", "ip_hash", "least_conn", "least_time", "random", "fair"))
_MOST_NAMES = 4
# Servers that stand elsewhere: a state file, Lua, a service registry.
_SERVERS_ELSEWHERE = ("state", "balancer_by_lua", "upsync", "jdomain", "consul", "nacos", "dyups")


@dataclass(slots=True, eq=False)
class Upstream:
    """An upstream block.

    Args:
        name: its name.
        directive: the block.
        own: its directives by name.
        gaps: its own gaps, by index.
        addresses: those of its servers, in order.
        ports: their ports.
        proxied: the first location that passes to it by proxy_pass and is surely none of gRPC,
            with its server's name.
        duplicate: whether another block has this name.
        checked: whether a location's health_check tries its servers.
    """

    name: str
    directive: Directive
    own: dict[str, list[Directive]]
    gaps: list[int]
    addresses: list[Address]
    ports: frozenset[int]
    proxied: tuple[list[str], Location] | None = None
    duplicate: bool = False
    checked: bool = False


class Upstreams:
    """The upstream blocks of a configuration, found by name as nginx does: in any case."""

    def __init__(self, reader: SettingReader) -> None:
        self._reader = reader
        self.all: list[Upstream] = []
        self._named: dict[str, Upstream] = {}
        self._with_servers: dict[tuple[str, int], list[str]] = {}
        # The literal addresses of all targets, where one has a variable: nginx keeps an upstream
        # for each, and a variable that names one needs no resolver.
        self.literals: set[tuple[str, int]] = set()

    def add(self, directive: Directive, gaps: Gaps) -> None:
        """Take in one upstream block."""
        name = directive.args[0] if directive.args else ""
        block = directive.block or []
        own = by_name(block)
        addresses = [_server_address(server) for server in own.get("server", ())]
        ports = frozenset(address.port for address in addresses)
        own_gaps = gaps.unread(block, "upstream")
        upstream = Upstream(name, directive, own, own_gaps, addresses, ports)
        first = self._named.setdefault(name.lower(), upstream)
        if first is not upstream:
            first.duplicate = upstream.duplicate = True
        self.all.append(upstream)

    def named(self, name: str) -> Upstream | None:
        """The block of this name."""
        return self._named.get(name.lower())

    def with_server(self, host: str, port: int) -> list[str]:
        """The first names, in their order, of the blocks with a server at this address."""
        if not self._with_servers and self.all:
            named: dict[tuple[str, int], set[str]] = {}
            for upstream in self.all:
                for address in upstream.addresses:
                    named.setdefault((address.host.lower(), address.port), set()).add(upstream.name)
            self._with_servers = {
                place: sorted(names)[:_MOST_NAMES] for place, names in named.items()
            }
        return self._with_servers.get((host.lower(), port), [])

    def as_json(self) -> list[Json]:
        """`upstreams` of the document."""
        return list(self.each_as_json())

    def each_as_json(self) -> Iterator[Json]:
        """The same, one by one."""
        return map(self.one_as_json, self.all)

    def by_name(self) -> dict[str, list[Upstream]]:
        """The blocks of each name, as it is written."""
        found: dict[str, list[Upstream]] = {}
        for upstream in self.all:
            found.setdefault(upstream.name, []).append(upstream)
        return found

    def one_as_json(self, upstream: Upstream) -> Json:
        """One of `upstreams`."""
        return _upstream(upstream, self._reader)


def _upstream(upstream: Upstream, reader: SettingReader) -> Json:
    own = upstream.own
    unread = bool(upstream.gaps)
    timeout = own.get("keepalive_timeout")
    directives = {
        name: reader.read(name, reading, own[name], "upstream", more=unread)
        for name, reading in UPSTREAM_SETTINGS.items()
        if name in own
    }
    node: Json = {
        "name": upstream.name,
        "keepalive_timeout": " ".join(timeout[0].args) if timeout else "",
        "directives": counted(directives),
        "keepalive_local": any("local" in item.args[1:] for item in own.get("keepalive", ())),
        "servers": list(map(_server, own.get("server", ()), upstream.addresses)),
        "servers_known": not (unread or any(name.startswith(_SERVERS_ELSEWHERE) for name in own)),
        "active_check": upstream.checked or "check" in own,
        "duplicate": upstream.duplicate,
    }
    placed(node, upstream.directive)
    balancer = _balancer(upstream.directive.block or [])
    if balancer is not None:
        node["balancer"] = balancer
    if upstream.proxied is not None:
        node["proxied"] = _proxied(*upstream.proxied)
    if upstream.gaps:
        node["gap"] = upstream.gaps[-1]
    return counted(node)


def _proxied(server: list[str], location: Location) -> Json:
    passes = location.passes or location.directive
    node: Json = {
        "text": shortened(location.proxy_pass),
        "server": "".join(server),
        "location": shortened(location.name),
    }
    return placed(node, passes)


def _balancer(block: list[Directive]) -> Json | None:
    pool_said = False
    balancer = None
    for directive in block:
        if directive.name == "keepalive":
            pool_said = True
        elif directive.name in _BALANCERS or directive.name.startswith("balancer_by_lua"):
            balancer = placed({"name": directive.name, "after_keepalive": pool_said}, directive)
    return balancer


def _server(directive: Directive, address: Address) -> Json:
    text = directive.args[0] if directive.args else ""
    node: Json = {
        "address": text,
        "args": list(directive.args),
        "host": address.host,
        "port": address.port,
        "host_is_name": is_name(address.host),
        "backup": "backup" in directive.args[1:],
        "down": "down" in directive.args[1:],
        "resolve": "resolve" in directive.args[1:],
        "unresolved": not text or "$" in " ".join(directive.args),
    }
    placed(node, directive)
    for argument in directive.args[1:]:
        if argument.startswith("max_fails="):
            fails = units.count_of(argument[len("max_fails=") :])
            if fails is None:
                node["unresolved"] = True
            else:
                node["max_fails"] = fails
    return counted(node)


def _server_address(directive: Directive) -> Address:
    address = address_of(directive.args[0] if directive.args else "")
    return address if address.unix or address.port_said else replace(address, port=80)
