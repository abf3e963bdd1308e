"""Where one text of a grpc_pass or proxy_pass leads, and why nginx may fail the calls to it."""

from __future__ import annotations

from nginx_grpc.errors import Refused
from nginx_grpc.model.addresses import address_of, is_name
from nginx_grpc.model.target_texts import has_path, is_constant, is_filled_in, scheme_follows, split
from nginx_grpc.model.upstreams import Upstream, Upstreams
from nginx_grpc.model.values import Alternative, Leaf
from nginx_grpc.records import dataclass
from nginx_grpc.tree import Directive

__all__ = [
    "Destination",
    "check_loads",
    "constant",
    "destination_of",
    "followed_to",
    "is_resolved_late",
    "literal_of",
    "problem_of",
]

_DEFAULT_PORTS = {"http": 80, "https": 443}
# What nginx makes of a call's path begins with a slash.
_PATHS = frozenset(("document_uri", "request_filename", "request_uri", "uri"))


@dataclass(frozen=True, slots=True)
class Destination:
    """What one text without variables leads to.

    Args:
        kind: upstream, address, unix or undefined.
        scheme: grpc, grpcs, http, https or empty.
        upstream: the block, for kind upstream.
        host, port: for kind address.
        socket: for kind unix, `unix:` and its path.
    """

    kind: str
    scheme: str
    upstream: Upstream | None = None
    host: str = ""
    port: int = 0
    socket: str = ""


def problem_of(row: Alternative, upstreams: Upstreams, unseen: bool) -> str:
    """Why nginx fails a call to what grpc_pass got; empty where it does not, or nobody knows."""
    first = row[0] if row else ""
    if is_filled_in(row):
        return ""
    if not is_constant(row):
        # Whatever stands for the leaf, a slash behind it makes the host invalid.
        scheme, rest = split(first) if isinstance(first, str) else ("", "")
        follows = isinstance(first, Leaf) and scheme_follows(row)
        texts = [piece for piece in (rest, *row[1:]) if isinstance(piece, str)]
        if follows:
            texts = [texts[1][3:], *texts[2:]]
        pathlike = any(isinstance(piece, Leaf) and piece.name in _PATHS for piece in row)
        wrong = scheme[:4] == "http" or pathlike or any(map(has_path, texts))
        return "invalid" if wrong else ""
    text = str(first)
    scheme, rest = split(text)
    if scheme[:4] == "http":
        return "invalid"
    if not rest:
        return "empty"
    address = address_of(rest)
    if address.unix:
        return "" if len(rest) > len("unix:") else "invalid"
    if has_path(rest):
        return "invalid"
    if not address.host:
        return "empty"
    if not address.port_said:
        named = upstreams.named(address.host) is not None
        return "" if named or unseen else "no-port"
    if not address.port:
        return "invalid"
    item = Destination("address", scheme, host=address.host, port=address.port)
    return "name" if is_resolved_late(item, upstreams) else ""


def is_resolved_late(item: Destination, upstreams: Upstreams) -> bool:
    """Whether a variable's host is a name that nginx resolves when a call comes."""
    # A variable that names another target's literal address finds that one's upstream.
    found = (item.host.lower(), item.port) in upstreams.literals
    return item.kind == "address" and is_name(item.host) and not found


def literal_of(directive: Directive) -> tuple[str, int] | None:
    """Host and port of a target without variables, for nginx keeps an upstream of that name."""
    if not directive.args or "$" in directive.args[0]:
        return None
    scheme, rest = split(directive.args[0])
    address = address_of(rest)
    return address.host.lower(), address.port or _DEFAULT_PORTS.get(scheme, 0)


def check_loads(directive: Directive, text: str, upstreams: Upstreams) -> None:
    """Raises Refused for a grpc_pass without variables that no nginx loads."""
    scheme, host = split(text)
    if scheme in ("http", "https"):
        # Not a scheme to grpc_pass, but the name of a host with a path behind it.
        host = text
    if host[:5].lower() == "unix:":
        return
    address = address_of(host)
    if not host or "/" in host:
        what = "invalid host" if host else "no host"
        hint = "write host:port or an upstream's name, behind grpc:// or grpcs:// alone"
    elif address.port and upstreams.named(address.host) is not None:
        what, hint = (
            "an upstream may not have a port",
            "take the port out: its servers have their own",
        )
    else:
        return
    raise Refused(
        f"a grpc_pass that nginx does not load: {what}", hint, directive.file, directive.line
    )


def followed_to(row: Alternative, upstreams: Upstreams, name: str) -> Destination | None:
    """Where an alternative leads, None where that is not known."""
    if is_constant(row):
        found = destination_of(row, upstreams, name)
        return None if is_filled_in(row) and found.upstream is None else found
    # `$scheme://name`: whatever the scheme, the rest is known.
    first, *rest = row
    if isinstance(first, Leaf) and len(rest) == 1:
        text = rest[0]
        if isinstance(text, str) and text.startswith("://"):
            return followed_to((text[3:],), upstreams, name)
    return None


def destination_of(row: Alternative, upstreams: Upstreams, name: str) -> Destination:
    """Where a constant alternative leads.

    Args:
        row: it.
        upstreams: the upstream blocks.
        name: the directive, grpc_pass or proxy_pass.
    """
    return constant("".join(piece for piece in row if isinstance(piece, str)), upstreams, name)


def constant(text: str, upstreams: Upstreams, name: str) -> Destination:
    """The same of a text."""
    scheme, rest = split(text)
    address = address_of(rest)
    if address.unix:
        return Destination("unix", scheme, socket=rest)
    if not address.port_said:
        upstream = upstreams.named(address.host)
        if upstream is not None:
            return Destination("upstream", scheme, upstream)
        port = _DEFAULT_PORTS.get(scheme, 0)
        if name == "grpc_pass" or not port or not address.host:
            return Destination("undefined", scheme)
        return Destination("address", scheme, host=address.host, port=port)
    return Destination("address", scheme, host=address.host, port=address.port)
