"""Directives and parameters that only some versions of nginx have: where a file says them first."""

from __future__ import annotations

from collections.abc import Iterator

from nginx_grpc.model.names import names_told
from nginx_grpc.model.nodes import Json, lined
from nginx_grpc.model.versions import CLOSED, KNOWN, VERSIONED
from nginx_grpc.tree import Directive

__all__ = ["features"]

# Beside those of the http modules.
_DIRECTIVES = VERSIONED.union(
    ("quic_bpf", "ssl_object_cache_inheritable"),
    # NGINX Plus's.
    ("grpc_ssl_key_log", "proxy_ssl_key_log", "ssl_key_log"),
)
# The gRPC-Web module's, of which there are several.
_OF_A_MODULE = "grpc_web"
_CONTEXTS = frozenset(("server", "location", "if", "limit_except", "upstream"))
# More names that nobody knows, or longer ones, get no other name beside them.
_MOST_UNKNOWN = 100
_LONGEST_NAME = 64
_IN_UPSTREAM = frozenset(("keepalive_requests", "keepalive_timeout", "resolver", "state"))
# These say one by their arguments.
_BY_ARGUMENT = frozenset(("listen", "proxy_http_version", "grpc_pass", "server", "keepalive"))
_LOOKED_AT = _DIRECTIVES | _IN_UPSTREAM | _BY_ARGUMENT


def features(blocks: list[Directive]) -> list[Json]:
    """`features` of the document: each once a file, with how often that file says it.

    Args:
        blocks: the http blocks.
    """
    found: dict[tuple[str, str, str], Json] = {}
    unknown: dict[str, str] = {}
    # Most names are not looked at, and are found here faster than a function is called.
    others: set[str] = set()
    stack = [
        (directive, False) for block in reversed(blocks) for directive in _inside(block, others)
    ]
    while stack:
        directive, in_upstream = stack.pop()
        if not _is_looked_at(directive.name):
            others.add(directive.name)
        else:
            for name in _named(directive, in_upstream):
                key = (directive.file, directive.key, name)
                if key in found:
                    found[key]["count"] += 1
                    continue
                node: Json = {"name": name, "count": 1}
                if name == directive.name and _is_unknown(name):
                    node["nearest"] = _nearest(name, unknown)
                found[key] = lined(node, directive)
        if directive.block:
            inside = in_upstream or directive.name == "upstream"
            stack.extend([(inner, inside) for inner in _inside(directive, others)])
    return list(found.values())


def _inside(directive: Directive, others: set[str]) -> list[Directive]:
    """What may be worth a look in a block, the last first.

    Args:
        directive: the block.
        others: names that are not.
    """
    if directive.name not in _CONTEXTS and directive.name != "http":
        return []  # a map's entries are no directives
    return [
        inner
        for inner in reversed(directive.block or [])
        if inner.block or inner.name not in others
    ]


@names_told
def _is_looked_at(name: str) -> bool:
    return name in _LOOKED_AT or _is_unknown(name)


def _is_unknown(name: str) -> bool:
    """Whether no version of nginx has a directive of this name, in a family without strangers."""
    return name.startswith(CLOSED) and name not in KNOWN and not name.startswith(_OF_A_MODULE)


def _nearest(name: str, known: dict[str, str]) -> str:
    """The name that is most like it; empty for what is too long, or one of too many."""
    if name not in known:
        if len(known) >= _MOST_UNKNOWN or len(name) > _LONGEST_NAME:
            return ""
        from difflib import get_close_matches

        known[name] = get_close_matches(name, sorted(KNOWN), 1, 0.0)[0]
    return known[name]


def _named(directive: Directive, in_upstream: bool) -> Iterator[str]:
    name, arguments = directive.name, directive.args
    if name in _DIRECTIVES or _is_unknown(name):
        yield name
    if name == "listen":
        for parameter in ("http2", "quic", "multipath"):
            if parameter in arguments[1:]:
                yield f"listen {parameter}"
    elif name == "proxy_http_version" and arguments == ["2"]:
        yield "proxy_http_version 2"
    elif name == "grpc_pass" and arguments and "$" in arguments[0]:
        yield "grpc_pass variable"
    if not in_upstream:
        return
    if name in _IN_UPSTREAM:
        yield f"upstream {name}"
    if name == "server":
        for parameter in arguments[1:]:
            if parameter == "resolve" or parameter.startswith("service="):
                yield f"server {parameter.partition('=')[0]}"
    elif name == "keepalive":
        if "local" in arguments[1:]:
            yield "keepalive local"
        if arguments[:1] == ["0"]:
            yield "keepalive 0"
