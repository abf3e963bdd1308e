"""Whether a connection can be made to where a grpc_pass leads: its addresses, and grpc_bind's."""

from __future__ import annotations

from nginx_grpc.model.addresses import address_of, is_name
from nginx_grpc.model.arrival.ways import Stop
from nginx_grpc.model.destinations import Destination
from nginx_grpc.model.locations import Location
from nginx_grpc.model.scopes import Scope
from nginx_grpc.model.targets import Target
from nginx_grpc.model.upstreams import Upstream
from nginx_grpc.tree import Directive

__all__ = ["CLOSED", "Connecting", "texts_of"]

# A server of an upstream that no new call is sent to.
CLOSED = frozenset(("down", "drain"))

# The kinds of addresses: what is bound to one of a kind reaches none of another.
_FAMILIES = frozenset(("IPv4", "IPv6", "unix"))
# The path of a socket that no file has.
_NO_SOCKET = "none"


class Connecting:
    """Connections to the servers of one configuration."""

    def __init__(self) -> None:
        """Begin without any."""
        self._families: dict[Upstream, frozenset[str]] = {}

    def stop(self, target: Target | None, handler: Location) -> Stop | None:
        """What every connection fails by; None where one may be made."""
        if target is None or not target.sure or not target.destinations:
            return None
        families = self._families_of(target.destinations[0])
        if len(target.destinations) > 1:
            families = families.union(*map(self._families_of, target.destinations[1:]))
        if families == {_NO_SOCKET}:
            return Stop("socket", handler.passes, 502)
        bound = _bound_by(handler.scope) if families <= _FAMILIES else None
        if bound is None or _source(bound) in families:
            return None
        return Stop("bind", bound, 500)

    def _families_of(self, place: Destination) -> frozenset[str]:
        upstream = place.upstream
        if upstream is None:
            return frozenset(map(_family, texts_of(place)))
        if upstream not in self._families:
            found = frozenset(map(_family, texts_of(place)))
            self._families[upstream] = found | {""} if upstream.gaps else found
        return self._families[upstream]


def texts_of(place: Destination) -> list[str]:
    """The addresses that a place leads to, as they are written."""
    if place.upstream is not None:
        return [
            item.args[0]
            for item in place.upstream.own.get("server", ())
            if item.args and CLOSED.isdisjoint(item.args[1:])
        ]
    return [place.socket] if place.kind == "unix" else [f"{place.host}:{place.port}"]


def _family(text: str) -> str:
    """One of _FAMILIES, _NO_SOCKET, or empty for what may be several."""
    if text[:5].lower() == "unix:":
        # For proxy_pass alone a colon ends the socket's path.
        return _NO_SOCKET if text.endswith((":", "/")) or ":/" in text[5:] else "unix"
    host = address_of(text).host
    if host.startswith("["):
        return "IPv6"
    return "" if is_name(host) or not host else "IPv4"


def _bound_by(scope: Scope | None) -> Directive | None:
    """The grpc_bind in effect, where its address is the same for all calls."""
    while scope is not None:
        if "grpc_bind" in scope.own:
            said = scope.own["grpc_bind"][0]
            constant = said.args and said.args[0] != "off" and "$" not in said.args[0]
            return said if constant else None
        if scope.gaps:
            return None
        scope = scope.outer
    return None


def _source(bound: Directive) -> str:
    return "IPv6" if bound.args[0].count(":") > 1 else "IPv4"
