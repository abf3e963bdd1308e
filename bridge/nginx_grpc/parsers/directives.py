"""Names of directives. Nothing is refused for missing here: modules bring their own."""

from __future__ import annotations

from crossplane.analyzer import DIRECTIVES

__all__ = ["KNOWN", "STARTS"]

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

# Words that, first in their line, begin a directive: as the argument of one above they stand there
# because its ; is missing. `error`, `timeout` and `http2` may stand so in their own right.
STARTS: frozenset[str] = frozenset(name for name in KNOWN if "_" in name) | {
    "alias",
    "allow",
    "deny",
    "expires",
    "if",
    "include",
    "keepalive",
    "listen",
    "location",
    "resolver",
    "return",
    "rewrite",
    "root",
    "server",
    "set",
    "upstream",
}
