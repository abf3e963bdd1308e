"""What the alternatives of a grpc_pass's text say: scheme, host, and whose choice they are."""

from __future__ import annotations

from nginx_grpc.model.addresses import address_of
from nginx_grpc.model.values import Alternative, Leaf

__all__ = [
    "clients_choice",
    "has_path",
    "is_constant",
    "is_domain",
    "is_filled_in",
    "origin_of",
    "scheme_follows",
    "shown",
    "split",
]

_SCHEMES = ("grpc://", "grpcs://", "http://", "https://")


def split(text: str) -> tuple[str, str]:
    """The scheme of a target, without `://`, and what stands behind it; empty where none is."""
    lowered = text[:8].lower()
    for scheme in _SCHEMES:
        if lowered.startswith(scheme):
            return scheme[:-3], text[len(scheme) :]
    return "", text


def is_constant(row: Alternative) -> bool:
    """Whether all of an alternative is known."""
    return not any(isinstance(piece, Leaf) for piece in row)


def is_filled_in(row: Alternative) -> bool:
    """Whether it holds a name that something is to fill in."""
    return any(isinstance(piece, str) and "$(" in piece for piece in row)


def shown(row: Alternative) -> str:
    """An alternative for a reader, its variables by name."""
    return "".join(f"${piece.name}" if isinstance(piece, Leaf) else piece for piece in row)


def has_path(text: str) -> bool:
    """Whether a path or a query follows the host."""
    return "/" in text or "?" in text


def is_domain(row: Alternative) -> bool:
    """Whether fixed text around a variable makes it a domain name with a port, so no upstream."""
    host = "".join(piece for piece in _host_pieces(row) if isinstance(piece, str))
    last = row[-1]
    port_said = isinstance(last, str) and address_of(split(last)[1]).port_said
    return port_said and "." in host and any(map(str.isalpha, host))


def scheme_follows(row: Alternative) -> bool:
    """Whether what comes first is the scheme: `$scheme://name`."""
    return len(row) > 1 and isinstance(row[1], str) and row[1].startswith("://")


def origin_of(rows: list[Alternative]) -> str:
    """Where the values of a variable come from: constant, request or unknown."""
    leaves = [piece for row in rows for piece in row if isinstance(piece, Leaf)]
    if not leaves:
        return "unknown" if any(map(is_filled_in, rows)) else "constant"
    return "request" if any(leaf.request for leaf in leaves) else "unknown"


def clients_choice(rows: list[Alternative]) -> str:
    """How much of the host the client chooses, see the document's client_chooses."""
    choices = {_choice(row) for row in rows}
    for choice in ("whole", "part", "unknown", "port"):
        if choice in choices:
            return choice
    return "no"


def _choice(row: Alternative) -> str:
    """How much of the host in one alternative is the client's: no, part, whole or unknown; port
    where it is the port alone."""
    pieces = _host_pieces(row)
    leaves = [piece for piece in pieces if isinstance(piece, Leaf)]
    if not leaves:
        behind = row[1:] if pieces else ()
        return "port" if any(isinstance(it, Leaf) and it.request for it in behind) else "no"
    if not any(leaf.request for leaf in leaves):
        return "unknown"
    if any(isinstance(piece, str) for piece in pieces):
        return "part"
    return "whole" if all(leaf.request for leaf in leaves) else "unknown"


def _host_pieces(row: Alternative) -> list[str | Leaf]:
    """The pieces of the host: what stands between the scheme and the port or path."""
    pieces = list(row)
    if isinstance(row[0] if row else "", Leaf) and scheme_follows(row):
        pieces = pieces[1:]
        pieces[0] = str(pieces[0])[3:]
    elif pieces and isinstance(pieces[0], str):
        pieces[0] = split(pieces[0])[1]
    host: list[str | Leaf] = []
    for piece in pieces:
        if isinstance(piece, Leaf):
            host.append(piece)
            continue
        end = min((at for at in map(piece.find, ":/?") if at >= 0), default=-1)
        if piece if end < 0 else piece[:end]:
            host.append(piece if end < 0 else piece[:end])
        if end >= 0:
            break
    return host
