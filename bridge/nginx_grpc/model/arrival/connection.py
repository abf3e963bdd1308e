"""What a server's sockets make sure of: whether a TLS handshake can succeed, and what variables
hold that depend on the connection alone.

nginx takes groups and the versions of TLS from a socket's default server, from 1.27.2 on the latter
from the server that SNI names as well; ciphers and ssl_reject_handshake from that one alone.
"""

from __future__ import annotations

from nginx_grpc.model.arrival.ciphers import no_cipher, no_group
from nginx_grpc.model.arrival.request import exactly
from nginx_grpc.model.arrival.ways import Stop
from nginx_grpc.model.listeners import Listening, Sockets
from nginx_grpc.model.patterns import Language
from nginx_grpc.model.scopes import Scope
from nginx_grpc.tree import Directive

__all__ = ["may_refuse", "refusal", "variables"]

# HTTP/2 wants TLS 1.2 at least, and no gRPC client offers less.
_ENOUGH = frozenset(("tlsv1.2", "tlsv1.3"))
_KINDS = {"ssl_ciphers": "ciphers", "ssl_ecdh_curve": "groups"}
_OF_THE_PROXY = tuple(
    f"proxy_protocol_{name}" for name in ("addr", "port", "server_addr", "server_port")
)
_MOST_PORTS = 8


def refusal(server: Listening, sockets: Sockets) -> Stop | None:
    """What refuses the TLS handshake of every gRPC client; None if nothing does for sure."""
    found: Directive | None = None
    for listener, socket in sockets.entrances(server):
        if listener.quic or not socket.ssl or server.unseen:
            return None
        found = _refusing(server.scope, socket.default.server.scope)
        if found is None:
            return None
    if found is None:
        return None
    return Stop(_KINDS.get(found.name, "tls"), found, 0)


def may_refuse(scope: Scope) -> bool:
    """Whether a server may refuse calls that come by TLS: for want of a certificate, or, where
    nginx asks the server that SNI names, for the versions of TLS."""
    said = _asking(scope)
    if said is not None and said.args[:1] not in (["off"], ["optional"], ["optional_no_ca"]):
        return True
    protocols = _said(scope, "ssl_protocols")
    return protocols is not None and not {it.lower() for it in protocols.args} & _ENOUGH


def variables(server: Listening, sockets: Sockets) -> dict[str, tuple[Language, ...]]:
    """The variables that hold the same, or one of a few, for all calls to a server."""
    entrances = [] if server.unseen else sockets.entrances(server)
    known: dict[str, tuple[Language, ...]] = {}
    ports = {item.first for item, _ in entrances if item.first == item.last and item.first}
    if 0 < len(ports) <= _MOST_PORTS and len(ports) == len({it.socket for it, _ in entrances}):
        known["server_port"] = tuple(exactly(str(port)) for port in sorted(ports))
    whole = _is_seen(server.scope.outer)
    if entrances and whole and not any(socket.proxy_protocol for _, socket in entrances):
        known.update((name, (exactly(""),)) for name in _OF_THE_PROXY)
    if entrances and all(socket.ssl for _, socket in entrances):
        known["ssl_protocol"] = (exactly("TLSv1.2"), exactly("TLSv1.3"))
        if _is_on(_said(server.scope, "ssl_verify_client")):
            # nginx answers 400 to whoever has none that is good.
            known["ssl_client_verify"] = (exactly("SUCCESS"),)
        elif whole and not any(
            _verifies(other.server.scope) for _, socket in entrances for other in socket.listeners
        ):
            known["ssl_client_verify"] = (exactly("NONE"),)
    return known


def _refusing(own: Scope, default: Scope) -> Directive | None:
    rejects = _said(own, "ssl_reject_handshake")
    if _is_on(rejects):
        return rejects
    if not _is_seen(own.outer):
        # The default server may be another one.
        return None
    if commands := default.in_effect("ssl_conf_command"):
        # They are over what the other directives say.
        return next(filter(_ends_below, commands), None)
    groups = _said(default, "ssl_ecdh_curve")
    if groups is not None and no_group(" ".join(groups.args)):
        return groups
    protocols = _said(default, "ssl_protocols")
    if protocols is None or any("$" in word for word in protocols.args):
        return None
    words = {word.lower() for word in protocols.args}
    if not words & _ENOUGH:
        return protocols
    ciphers = _said(own, "ssl_ciphers")
    if own.in_effect("ssl_conf_command"):
        return None
    if "tlsv1.3" not in words and ciphers is not None and no_cipher(" ".join(ciphers.args)):
        return ciphers
    return None


def _ends_below(command: Directive) -> bool:
    """Whether it allows no TLS that HTTP/2 may be spoken over."""
    words = [word.lower() for word in command.args]
    return words[:1] == ["maxprotocol"] and words[1:] in (["sslv3"], ["tlsv1"], ["tlsv1.1"])


def _said(scope: Scope, name: str) -> Directive | None:
    """The directive that is surely in effect; None where there is none, or another may be."""
    said, sure = scope.surely(name)
    return said if sure else None


def _asking(scope: Scope) -> Directive | None:
    outer = scope.outer
    said = scope.own.get("ssl_verify_client") or (outer and outer.own.get("ssl_verify_client"))
    return said[0] if said else None


def _verifies(scope: Scope) -> bool:
    """Whether a client's certificate may be asked for."""
    said = _asking(scope)
    return bool(scope.gaps) or (said is not None and said.args[:1] != ["off"])


def _is_on(directive: Directive | None) -> bool:
    return directive is not None and bool(directive.args) and directive.args[0].lower() == "on"


def _is_seen(scope: Scope | None) -> bool:
    return scope is None or scope.gap is None
