"""Directives and parameters that only some versions of nginx have: where a file says them first."""

from __future__ import annotations

from collections.abc import Iterator

from nginx_grpc.model.nodes import Json, lined
from nginx_grpc.tree import Directive

__all__ = ["features"]

_DIRECTIVES = frozenset(
    (
        "add_header_inherit",
        "add_trailer_inherit",
        "early_hints",
        "grpc_ssl_certificate_cache",
        "grpc_ssl_conf_command",
        "grpc_ssl_key_log",
        "http2",
        "http2_idle_timeout",
        "http2_max_concurrent_pushes",
        "http2_max_field_size",
        "http2_max_header_size",
        "http2_max_requests",
        "http2_push",
        "http2_push_preload",
        "http2_recv_timeout",
        "http3",
        "keepalive_min_timeout",
        "keepalive_time",
        "max_headers",
        "proxy_pass_trailers",
        "proxy_ssl_key_log",
        "quic_bpf",
        "quic_gso",
        "quic_retry",
        "ssl",
        "ssl_certificate_compression",
        "ssl_conf_command",
        "ssl_ech_file",
        "ssl_key_log",
        "ssl_object_cache_inheritable",
        "ssl_reject_handshake",
        "sticky",
    )
)
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
    stack = [(directive, False) for block in reversed(blocks) for directive in _inside(block)]
    while stack:
        directive, in_upstream = stack.pop()
        if directive.name in _LOOKED_AT:
            for name in _named(directive, in_upstream):
                key = (directive.file, directive.key, name)
                if key in found:
                    found[key]["count"] += 1
                else:
                    found[key] = lined({"name": name, "count": 1}, directive)
        if directive.block:
            inside = in_upstream or directive.name == "upstream"
            stack.extend([(inner, inside) for inner in _inside(directive)])
    return list(found.values())


def _inside(directive: Directive) -> list[Directive]:
    """What is worth a look in a block, the last first."""
    block = directive.block or []
    return [inner for inner in reversed(block) if inner.block or inner.name in _LOOKED_AT]


def _named(directive: Directive, in_upstream: bool) -> Iterator[str]:
    name, arguments = directive.name, directive.args
    if name in _DIRECTIVES:
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
