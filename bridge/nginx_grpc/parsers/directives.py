"""Names of directives. Nothing is refused for missing here: modules bring their own."""

from __future__ import annotations

from crossplane.analyzer import DIRECTIVES

__all__ = ["FREE_NAMES", "KNOWN", "WITHOUT_INCLUDE"]

# crossplane's table is of 2022.
KNOWN: frozenset[str] = frozenset(DIRECTIVES) | {
    "acme_certificate",
    "acme_issuer",
    "add_header_inherit",
    "early_hints",
    "grpc_bind_dynamic",
    "grpc_ssl_key_log",
    "grpc_web",
    "http2",
    "http3",
    "http3_hq",
    "keepalive_min_timeout",
    "keepalive_time",
    "max_headers",
    "mgmt",
    "proxy_pass_trailers",
    "proxy_request_dynamic",
    "quic_gso",
    "quic_host_key",
    "quic_retry",
    "ssl_key_log",
    "ssl_ocsp",
    "ssl_reject_handshake",
    "tunnel_pass",
}

# Blocks in which the first word is a value: a host, a type, a pattern, an address.
FREE_NAMES = frozenset({"charset_map", "geo", "map", "match", "split_clients", "types"})
# Of these, the ones that know no `include`.
WITHOUT_INCLUDE = frozenset({"charset_map", "match", "split_clients"})
