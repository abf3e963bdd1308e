"""The keys of ingress-nginx's ConfigMap: their kinds, their defaults, and what one ConfigMap says.

From internal/ingress/controller/config and internal/ingress/defaults of ingress-nginx 1.15. A value
that does not fit its kind is logged by the controller, and the default holds.
"""

from __future__ import annotations

from collections.abc import Mapping

from nginx_grpc.records import dataclass, field
from nginx_grpc.sources.kubernetes.ingress_nginx.values import (
    Place,
    Value,
    integer,
    weak_boolean,
    weak_integer,
)
from nginx_grpc.tree import Comment

__all__ = ["KEYS", "SNIPPET_KEYS", "Settings"]

_TEXT, _NUMBER, _FLAG, _OTHER = "text", "number", "flag", "other"

# Those that have a part in what is written for gRPC, with their defaults.
_USED: dict[str, tuple[str, str]] = {
    "allow-snippet-annotations": (_FLAG, "false"),
    "annotations-risk-level": (_TEXT, "High"),
    "client-body-buffer-size": (_TEXT, "8k"),
    "client-body-timeout": (_NUMBER, "60"),
    "client-header-buffer-size": (_TEXT, "1k"),
    "client-header-timeout": (_NUMBER, "60"),
    "default-type": (_TEXT, "text/html"),
    "disable-proxy-intercept-errors": (_FLAG, "false"),
    "enable-modsecurity": (_FLAG, "false"),
    "enable-underscores-in-headers": (_FLAG, "false"),
    "force-ssl-redirect": (_FLAG, "false"),
    "forwarded-for-header": (_TEXT, "X-Forwarded-For"),
    "forwarded-host-header": (_TEXT, "X-Forwarded-Host"),
    "grpc-buffer-size-kb": (_NUMBER, "0"),
    "http-redirect-code": (_OTHER, "308"),
    "http-snippet": (_TEXT, ""),
    "http2-max-concurrent-streams": (_NUMBER, "128"),
    "http2-max-field-size": (_TEXT, ""),
    "http2-max-header-size": (_TEXT, ""),
    "http2-max-requests": (_NUMBER, "0"),
    "ignore-invalid-headers": (_FLAG, "true"),
    "keep-alive": (_NUMBER, "75"),
    "keep-alive-requests": (_NUMBER, "1000"),
    "large-client-header-buffers": (_TEXT, "4 8k"),
    "limit-conn-status-code": (_NUMBER, "503"),
    "limit-rate": (_NUMBER, "0"),
    "limit-rate-after": (_NUMBER, "0"),
    "limit-req-status-code": (_NUMBER, "503"),
    "location-snippet": (_TEXT, ""),
    "main-snippet": (_TEXT, ""),
    "no-auth-locations": (_TEXT, "/.well-known/acme-challenge"),
    "no-tls-redirect-locations": (_TEXT, "/.well-known/acme-challenge"),
    "preserve-trailing-slash": (_FLAG, "false"),
    "proxy-add-original-uri-header": (_FLAG, "false"),
    "proxy-body-size": (_TEXT, "1m"),
    "proxy-buffer-size": (_TEXT, "4k"),
    "proxy-buffering": (_TEXT, "off"),
    "proxy-buffers-number": (_NUMBER, "4"),
    "proxy-busy-buffers-size": (_TEXT, ""),
    "proxy-connect-timeout": (_NUMBER, "5"),
    "proxy-cookie-domain": (_TEXT, "off"),
    "proxy-cookie-path": (_TEXT, "off"),
    "proxy-http-version": (_TEXT, "1.1"),
    "proxy-max-temp-file-size": (_TEXT, "1024m"),
    "proxy-next-upstream": (_TEXT, "error timeout"),
    "proxy-next-upstream-timeout": (_NUMBER, "0"),
    "proxy-next-upstream-tries": (_NUMBER, "3"),
    "proxy-read-timeout": (_NUMBER, "60"),
    "proxy-redirect-from": (_TEXT, "off"),
    "proxy-redirect-to": (_TEXT, "off"),
    "proxy-request-buffering": (_TEXT, "on"),
    "proxy-send-timeout": (_NUMBER, "60"),
    "proxy-set-headers": (_TEXT, ""),
    "proxy-ssl-location-only": (_FLAG, "false"),
    "relative-redirects": (_FLAG, "false"),
    "retry-non-idempotent": (_FLAG, "false"),
    "reuse-port": (_FLAG, "true"),
    "server-snippet": (_TEXT, ""),
    "server-tokens": (_FLAG, "false"),
    "ssl-early-data": (_FLAG, "false"),
    "ssl-protocols": (_TEXT, "TLSv1.2 TLSv1.3"),
    "ssl-redirect": (_FLAG, "true"),
    "ssl-reject-handshake": (_FLAG, "false"),
    "stream-snippet": (_TEXT, ""),
    "upstream-keepalive-connections": (_NUMBER, "320"),
    "upstream-keepalive-requests": (_NUMBER, "10000"),
    "upstream-keepalive-time": (_TEXT, "1h"),
    "upstream-keepalive-timeout": (_NUMBER, "60"),
    "use-forwarded-headers": (_FLAG, "false"),
    "compute-full-forwarded-for": (_FLAG, "false"),
    "use-http2": (_FLAG, "true"),
    "use-port-in-redirects": (_FLAG, "false"),
    "use-proxy-protocol": (_FLAG, "false"),
    "whitelist-source-range": (_OTHER, ""),
    "denylist-source-range": (_OTHER, ""),
    "bind-address": (_OTHER, ""),
    "block-user-agents": (_OTHER, ""),
    "block-referers": (_OTHER, ""),
    "custom-http-errors": (_OTHER, ""),
    "global-auth-response-headers": (_OTHER, ""),
    "global-auth-url": (_OTHER, ""),
}
# Known as well, and without a part in it.
_OTHERS = {
    _FLAG: """allow-backend-server-header allow-cross-namespace-resources disable-access-log
        disable-http-access-log disable-ipv6 disable-ipv6-dns disable-stream-access-log
        enable-access-log-for-default-backend enable-aio-write enable-auth-access-log enable-brotli
        enable-multi-accept enable-ocsp enable-opentelemetry
        enable-owasp-modsecurity-crs enable-real-ip enable-syslog generate-request-id hsts
        hsts-include-subdomains hsts-preload log-format-escape-json log-format-escape-none
        opentelemetry-trust-incoming-span otel-sampler-parent-based proxy-stream-next-upstream
        service-upstream ssl-session-cache ssl-session-tickets
        strict-validate-path-type upstream-hash-by-subset use-geoip2 use-gzip""",
    _NUMBER: """brotli-level brotli-min-length geoip2-autoreload-in-minutes gzip-level
        gzip-min-length map-hash-bucket-size
        max-worker-connections max-worker-open-files otel-max-export-batch-size otel-max-queuesize
        otel-schedule-delay-millis proxy-headers-hash-bucket-size proxy-headers-hash-max-size
        proxy-stream-next-upstream-tries server-name-hash-bucket-size server-name-hash-max-size
        syslog-port upstream-hash-by-subset-size variables-hash-bucket-size
        variables-hash-max-size""",
    _TEXT: """access-log-params access-log-path add-headers annotation-value-word-blocklist app-root
        brotli-types error-log-level error-log-path forwarded-for-proxy-protocol-header
        gzip-disable gzip-types hsts-max-age http-access-log-path limit-conn-zone-variable
        load-balance log-format-stream log-format-upstream modsecurity-snippet
        opentelemetry-config opentelemetry-operation-name otel-sampler otel-sampler-ratio
        otel-service-name otlp-collector-host otlp-collector-port proxy-stream-next-upstream-timeout
        proxy-stream-timeout ssl-buffer-size ssl-ciphers ssl-dh-param ssl-ecdh-curve
        ssl-session-cache-size ssl-session-ticket-key ssl-session-timeout stream-access-log-path
        syslog-host upstream-hash-by worker-cpu-affinity worker-shutdown-timeout""",
    _OTHER: """block-cidrs debug-connections enable-serial-reloads global-allowed-response-headers
        global-auth-always-set-cookie global-auth-cache-duration global-auth-cache-key
        global-auth-method global-auth-request-redirect
        global-auth-signin global-auth-signin-redirect-param global-auth-snippet hide-headers
        lua-shared-dicts nginx-status-ipv4-whitelist nginx-status-ipv6-whitelist
        proxy-protocol-header-timeout proxy-real-ip-cidr proxy-stream-responses
        skip-access-log-urls worker-processes""",
}
KEYS: dict[str, str] = {
    **{key: kind for key, (kind, _) in _USED.items()},
    **{key: kind for kind, keys in _OTHERS.items() for key in keys.split()},
}
"""The kind of each key: text, number, flag or other."""

SNIPPET_KEYS = frozenset(
    ("http-snippet", "location-snippet", "main-snippet", "server-snippet", "stream-snippet")
)
_REDIRECTS = ("301", "302", "307", "308")


@dataclass(slots=True)
class Settings:
    """What a ConfigMap says, with the controller's defaults for what it does not.

    Args:
        said: its data.
        place: where what it does not say could be said.
        assumed: whether there is no ConfigMap.
        name: its namespace and name, with a slash between them.
        comments: those in its YAML that speak to this tool.
    """

    said: Mapping[str, Value] = field(default_factory=dict)
    place: Place = field(default_factory=lambda: Place("", 1))
    assumed: bool = True
    name: str = ""
    comments: list[Comment] = field(default_factory=list)

    def at(self, key: str) -> Place:
        """Where a key's value in effect comes from, or could be said."""
        value = self.said.get(key)
        return value.place if value is not None and self.fits(key) else self.place

    def said_here(self, key: str) -> Value | None:
        """The value of a key that the controller takes; None where the default holds."""
        return self.said.get(key) if self.fits(key) else None

    def fits(self, key: str) -> bool:
        """Whether the controller takes what is said of a key; true where nothing is."""
        value = self.said.get(key)
        kind = KEYS.get(key)
        if value is None or kind is None:
            return True
        if kind == _NUMBER:
            return weak_integer(value.text) is not None
        if kind == _FLAG:
            return weak_boolean(value.text) is not None
        if key == "http-redirect-code":
            return value.text in _REDIRECTS
        return True

    def text(self, key: str) -> str:
        """A text in effect."""
        value = self.said.get(key)
        return _USED[key][1] if value is None or not self.fits(key) else value.text

    def number(self, key: str) -> int:
        """A number in effect."""
        number = weak_integer(self.text(key))
        assert number is not None
        return number

    def flag(self, key: str) -> bool:
        """A flag in effect."""
        return bool(weak_boolean(self.text(key)))

    def items(self, key: str) -> list[str]:
        """A list with commas in effect."""
        return [each.strip() for each in self.text(key).split(",") if each]

    @property
    def errors(self) -> list[int]:
        """`custom-http-errors` in effect."""
        codes = [integer(each) for each in self.items("custom-http-errors")]
        return [code for code in codes if code is not None and 299 < code < 600]

    @property
    def risk(self) -> int:
        """The highest risk of an annotation that is let pass, as Annotation.risk."""
        levels = {"critical": 3, "high": 2, "medium": 1}
        return levels.get(self.text("annotations-risk-level").lower(), 0)
