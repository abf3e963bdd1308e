"""The annotations of ingress-nginx 1.15: what each takes, and what becomes of a value it refuses.

From internal/ingress/annotations of its source. It has had its last release, so that nothing here
drifts. Patterns that would take long in Python are written otherwise and match the same.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable

from nginx_grpc.expressions import expression
from nginx_grpc.records import dataclass
from nginx_grpc.sources.kubernetes.ingress_nginx.values import boolean, integer

__all__ = [
    "ANNOTATIONS",
    "HAS_NO_EFFECT",
    "PREFIX",
    "SNIPPETS",
    "Annotation",
    "Refusal",
]

PREFIX = "nginx.ingress.kubernetes.io/"
# Go's nginx lines in an annotation; of critical risk, above the default limit of High.
SNIPPETS = frozenset(
    (
        "auth-snippet",
        "configuration-snippet",
        "modsecurity-snippet",
        "server-snippet",
        "stream-snippet",
    )
)

Refusal = str
"""What becomes of the Ingress for a refused value: `default` (the default holds), `dropped` (the
whole Ingress is left out) or `denied` (its locations answer 503)."""

Check = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Annotation:
    """One annotation.

    Args:
        takes: whether the controller takes a value; it asks only of one that is not empty.
        refusal: see Refusal.
        needs: the annotation without which it is not read; empty where it is always.
        risk: 0 low, 1 medium, 2 high, 3 critical, against `annotations-risk-level`.
    """

    takes: Check
    refusal: Refusal = "default"
    needs: str = ""
    risk: int = 0


def _anything(value: str) -> bool:
    return True


def _integer(value: str) -> bool:
    return integer(value) is not None


def _boolean(value: str) -> bool:
    return boolean(value) is not None


def _pattern(pattern: str, *, spaces: bool = False, at_end: bool = True) -> Check:
    """A value that a pattern matches, in one line; with `spaces` these are part of it."""
    compiled = re.compile(pattern)
    matches = compiled.fullmatch if at_end else compiled.search

    def check(value: str) -> bool:
        text = value if spaces else value.replace(" ", "")
        return "\n" not in text and "\r" not in text and matches(text) is not None

    return check


def _one_of(*options: str, fold: bool = False) -> Check:
    def check(value: str) -> bool:
        text = value.strip()
        return (text.lower() if fold else text) in options

    return check


def _networks(value: str) -> bool:
    return all(map(_is_network, value.split(",")))


def _is_network(text: str) -> bool:
    text = text.strip()
    try:
        if "/" in text:
            ipaddress.ip_network(text, strict=False)
            # Go takes no mask in dots.
            return text.rpartition("/")[2].isdigit()
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return "%" not in text


def _common_name(value: str) -> bool:
    return value.startswith("CN=")


def _server_names(value: str) -> bool:
    return all(_REGEX.fullmatch(each.strip()) for each in value.split(","))


def _server_name(value: str) -> bool:
    return _REGEX.fullmatch(value.strip()) is not None


def _durations(value: str) -> bool:
    """Statuses and a duration, several with commas between them: `200 202 10m, 401 5m`."""
    return all(_DURATION.fullmatch(each.strip()) for each in value.split(",") if each.strip())


_DURATION = expression(r"(?:[0-9]{3} +)*[0-9]+(?:ms|s|m|h|d|w|M|y)")
_WORD = r"\-._~a-zA-Z0-9/:"
_REGEX = expression(rf"[{_WORD}^$\[\](){{}}*+?|&=\\]*")
_basic = _pattern(rf"[{_WORD}]*")
_with_spaces = _pattern(rf"[{_WORD} ]*", spaces=True)
_url = _pattern(rf"[{_WORD},?&=]*")
_url_with_spaces = _pattern(rf"[{_WORD},?&=]*", spaces=True)
_url_with_variables = _pattern(rf"[{_WORD}, ?&=$]*")
_path = _pattern(rf"[{_WORD}$]*")
_path_with_spaces = _pattern(rf"[{_WORD}$]*", spaces=True)


def _absolute_url(value: str) -> bool:
    scheme, _, rest = value.partition("://")
    return _url_with_variables(value) and scheme.isalpha() and rest[:1] not in ("", "/")


_variable = _pattern(r"[A-Za-z0-9\-_${}]*")
_headers = _pattern(r"[A-Za-z0-9\-_, ]*")
_size = _pattern(r"[0-9]+[bkmgBKMG]?")
_on_off = _pattern("on|off")
_on_off_word = _one_of("on", "off")
_name = _pattern(r"[A-Za-z0-9.\-_]+")
_expires = _pattern(r"^0|-?[1-9][0-9]*$", at_end=False)
_expires_with_spaces = _pattern(r"^0|-?[1-9][0-9]*$", spaces=True, at_end=False)
_STATUS = r"error|timeout|invalid_header|http_50[0234]|http_40[34]|http_429|non_idempotent|off"
_COOKIE = r"\-._~a-zA-Z0-9/:"

ANNOTATIONS: dict[str, Annotation] = {
    "affinity": Annotation(_one_of("cookie")),
    "affinity-canary-behavior": Annotation(_one_of("sticky", "legacy")),
    "affinity-mode": Annotation(_one_of("balanced", "persistent"), risk=1),
    "allowlist-source-range": Annotation(_networks, "denied", risk=1),
    "app-root": Annotation(_path_with_spaces, risk=1),
    "auth-always-set-cookie": Annotation(_boolean, needs="auth-url"),
    "auth-cache-duration": Annotation(_durations, "denied", "auth-url", risk=1),
    "auth-cache-key": Annotation(_variable, needs="auth-url", risk=1),
    "auth-keepalive": Annotation(_integer, needs="auth-url"),
    "auth-keepalive-requests": Annotation(_integer, needs="auth-url"),
    "auth-keepalive-share-vars": Annotation(_boolean, needs="auth-url"),
    "auth-keepalive-timeout": Annotation(_integer, needs="auth-url"),
    "auth-method": Annotation(
        _pattern("GET|HEAD|POST|PUT|PATCH|DELETE|CONNECT|OPTIONS|TRACE"), "denied", "auth-url"
    ),
    "auth-proxy-set-headers": Annotation(_basic, needs="auth-url", risk=1),
    "auth-realm": Annotation(_with_spaces, "dropped", "auth-type", risk=1),
    "auth-request-redirect": Annotation(_url, needs="auth-url", risk=1),
    "auth-response-headers": Annotation(_headers, "denied", "auth-url", risk=1),
    "auth-secret": Annotation(_basic, "denied", "auth-type", risk=1),
    "auth-secret-type": Annotation(
        _pattern("auth-file|auth-map", at_end=False), "dropped", "auth-type"
    ),
    "auth-signin": Annotation(_url_with_variables, needs="auth-url", risk=2),
    "auth-signin-redirect-param": Annotation(_url, needs="auth-url", risk=1),
    "auth-snippet": Annotation(_anything, needs="auth-url", risk=3),
    "auth-tls-error-page": Annotation(
        _pattern(
            r"@[A-Za-z0-9_\-]+|((https?://)?[A-Za-z0-9\-.]+(:[0-9]+)?)?(/[A-Za-z0-9\-_.]+)*/?"
        ),
        "dropped",
        "auth-tls-secret",
        risk=2,
    ),
    "auth-tls-match-cn": Annotation(_common_name, "dropped", "auth-tls-secret", risk=2),
    "auth-tls-pass-certificate-to-upstream": Annotation(_boolean, "dropped", "auth-tls-secret"),
    "auth-tls-secret": Annotation(_basic, "dropped", risk=1),
    "auth-tls-verify-client": Annotation(
        _pattern("on|off|optional|optional_no_ca"), needs="auth-tls-secret", risk=1
    ),
    "auth-tls-verify-depth": Annotation(_integer, needs="auth-tls-secret"),
    "auth-type": Annotation(_pattern("basic|digest", at_end=False), "dropped"),
    "auth-url": Annotation(_absolute_url, "denied", risk=2),
    "backend-protocol": Annotation(
        _one_of("auto_http", "http", "https", "grpc", "grpcs", "fcgi", fold=True)
    ),
    "canary": Annotation(_boolean),
    "canary-by-cookie": Annotation(_basic, risk=1),
    "canary-by-header": Annotation(_basic, risk=1),
    "canary-by-header-pattern": Annotation(_pattern(_REGEX.pattern, spaces=True), risk=1),
    "canary-by-header-value": Annotation(_basic, risk=1),
    "canary-weight": Annotation(_integer),
    "canary-weight-total": Annotation(_integer),
    "client-body-buffer-size": Annotation(_size, "dropped"),
    "configuration-snippet": Annotation(_anything, risk=3),
    "connection-proxy-header": Annotation(_pattern("close|keep-alive"), "dropped"),
    "cors-allow-credentials": Annotation(_boolean),
    "cors-allow-headers": Annotation(_headers, risk=1),
    "cors-allow-methods": Annotation(_pattern(r"[A-Za-z]+(,[A-Za-z]+)*,?"), risk=1),
    # Whatever it refuses here becomes *, and no gRPC call asks.
    "cors-allow-origin": Annotation(_anything, risk=1),
    "cors-expose-headers": Annotation(_pattern(r"([A-Za-z0-9\-_*],?)+"), risk=1),
    "cors-max-age": Annotation(_integer),
    "custom-headers": Annotation(_basic, risk=1),
    "custom-http-errors": Annotation(_pattern(r"([4,5][0-9]{2},?)*"), "dropped"),
    "default-backend": Annotation(
        _pattern(r"[a-z]([a-z0-9\-]{0,61}[a-z0-9])?", spaces=True), "dropped"
    ),
    "denylist-source-range": Annotation(_networks, "denied", risk=1),
    "disable-proxy-intercept-errors": Annotation(_boolean),
    "enable-access-log": Annotation(_boolean),
    "enable-cors": Annotation(_boolean),
    "enable-global-auth": Annotation(_boolean),
    "enable-modsecurity": Annotation(_boolean),
    "enable-opentelemetry": Annotation(_boolean),
    "enable-owasp-core-rules": Annotation(_boolean),
    "enable-rewrite-log": Annotation(_boolean),
    "fastcgi-index": Annotation(_name, "dropped", risk=1),
    "fastcgi-params-configmap": Annotation(_basic, "dropped", risk=1),
    "force-ssl-redirect": Annotation(_boolean, risk=1),
    "from-to-www-redirect": Annotation(_boolean, "dropped"),
    "http2-push-preload": Annotation(_boolean, "dropped"),
    "limit-allowlist": Annotation(_networks, "dropped"),
    "limit-burst-multiplier": Annotation(_integer),
    "limit-connections": Annotation(_integer, "dropped"),
    "limit-rate": Annotation(_integer),
    "limit-rate-after": Annotation(_integer),
    "limit-rpm": Annotation(_integer, "dropped"),
    "limit-rps": Annotation(_integer, "dropped"),
    "limit-whitelist": Annotation(_networks, "dropped"),
    "load-balance": Annotation(
        _one_of(
            "round_robin", "chash", "chashsubset", "sticky_balanced", "sticky_persistent", "ewma"
        ),
        "dropped",
    ),
    "mirror-host": Annotation(_server_name, risk=2),
    "mirror-request-body": Annotation(_on_off),
    "mirror-target": Annotation(_server_name, risk=2),
    "modsecurity-snippet": Annotation(_anything, risk=3),
    "modsecurity-transaction-id": Annotation(_variable, risk=2),
    "opentelemetry-operation-name": Annotation(
        _pattern(r"[A-Za-z0-9_\-]*"), "dropped", "enable-opentelemetry", risk=1
    ),
    "opentelemetry-trust-incoming-span": Annotation(_boolean, needs="enable-opentelemetry"),
    "permanent-redirect": Annotation(_url_with_spaces, "dropped", risk=1),
    "permanent-redirect-code": Annotation(_integer, "dropped"),
    "preserve-trailing-slash": Annotation(_boolean, risk=1),
    "proxy-body-size": Annotation(_size, risk=1),
    "proxy-buffer-size": Annotation(_size),
    "proxy-buffering": Annotation(_on_off_word),
    "proxy-buffers-number": Annotation(_integer),
    "proxy-busy-buffers-size": Annotation(_size),
    "proxy-connect-timeout": Annotation(_integer),
    "proxy-cookie-domain": Annotation(
        _pattern(rf"off|[{_COOKIE}]+[ \t\f]+[{_COOKIE}]+", spaces=True), risk=1
    ),
    "proxy-cookie-path": Annotation(_url, risk=1),
    "proxy-http-version": Annotation(_one_of("1.0", "1.1")),
    "proxy-max-temp-file-size": Annotation(_size),
    "proxy-next-upstream": Annotation(_pattern(rf"(({_STATUS})\s?)+", spaces=True), risk=1),
    "proxy-next-upstream-timeout": Annotation(_integer),
    "proxy-next-upstream-tries": Annotation(_integer),
    "proxy-read-timeout": Annotation(_integer),
    "proxy-redirect-from": Annotation(_url, risk=1),
    "proxy-redirect-to": Annotation(_url, risk=1),
    "proxy-request-buffering": Annotation(_on_off_word),
    "proxy-send-timeout": Annotation(_integer),
    "proxy-ssl-ciphers": Annotation(
        _pattern(r"[A-Za-z0-9+:_\-!]*"), needs="proxy-ssl-secret", risk=1
    ),
    "proxy-ssl-name": Annotation(_server_name, needs="proxy-ssl-secret", risk=2),
    "proxy-ssl-protocols": Annotation(_pattern(r"(TLSv1\.[23]| )*"), needs="proxy-ssl-secret"),
    "proxy-ssl-secret": Annotation(_basic, "dropped", risk=1),
    "proxy-ssl-server-name": Annotation(_on_off, needs="proxy-ssl-secret"),
    "proxy-ssl-verify": Annotation(_on_off, needs="proxy-ssl-secret"),
    "proxy-ssl-verify-depth": Annotation(_integer, needs="proxy-ssl-secret"),
    "relative-redirects": Annotation(_boolean, "dropped"),
    "rewrite-target": Annotation(_path_with_spaces, risk=1),
    "satisfy": Annotation(_one_of("any", "all")),
    "server-alias": Annotation(_server_names, "dropped", risk=2),
    "server-snippet": Annotation(_anything, risk=3),
    "service-upstream": Annotation(_boolean),
    "session-cookie-change-on-failure": Annotation(_boolean, needs="affinity"),
    "session-cookie-conditional-samesite-none": Annotation(_boolean, needs="affinity"),
    "session-cookie-domain": Annotation(_basic, needs="affinity", risk=1),
    "session-cookie-expires": Annotation(_expires, needs="affinity", risk=1),
    "session-cookie-max-age": Annotation(_expires_with_spaces, needs="affinity", risk=1),
    "session-cookie-name": Annotation(_basic, needs="affinity", risk=1),
    "session-cookie-path": Annotation(_url, needs="affinity", risk=1),
    "session-cookie-samesite": Annotation(
        _one_of("none", "lax", "strict", fold=True), needs="affinity"
    ),
    "session-cookie-secure": Annotation(_boolean, needs="affinity"),
    "ssl-ciphers": Annotation(
        _pattern(r"([A-Za-z0-9!:+\-_]|@STRENGTH|@SECLEVEL=[0-5])*"), "dropped"
    ),
    "ssl-passthrough": Annotation(_boolean, "dropped"),
    "ssl-prefer-server-ciphers": Annotation(_boolean),
    "ssl-redirect": Annotation(_boolean),
    "stream-snippet": Annotation(_anything, risk=3),
    "temporal-redirect": Annotation(_url_with_spaces, "dropped", risk=1),
    "temporal-redirect-code": Annotation(_integer, "dropped", "temporal-redirect"),
    "upstream-hash-by": Annotation(_pattern(r"[A-Za-z0-9\-_${}]*"), "dropped", risk=2),
    "upstream-hash-by-subset": Annotation(_boolean, "dropped"),
    "upstream-hash-by-subset-size": Annotation(_integer, "dropped"),
    "upstream-vhost": Annotation(_server_name, "dropped"),
    "use-port-in-redirects": Annotation(_boolean),
    "use-regex": Annotation(_boolean),
    "whitelist-source-range": Annotation(_networks, "denied", risk=1),
    "x-forwarded-prefix": Annotation(_path, "dropped", risk=1),
}

# What the template writes for them nginx reads where it speaks HTTP or FastCGI to the server alone.
HAS_NO_EFFECT = frozenset(
    (
        "disable-proxy-intercept-errors",
        "fastcgi-index",
        "fastcgi-params-configmap",
        "http2-push-preload",
        "proxy-buffer-size",
        "proxy-buffering",
        "proxy-buffers-number",
        "proxy-busy-buffers-size",
        "proxy-cookie-domain",
        "proxy-cookie-path",
        "proxy-http-version",
        "proxy-max-temp-file-size",
        "proxy-next-upstream",
        "proxy-next-upstream-timeout",
        "proxy-next-upstream-tries",
        "proxy-redirect-from",
        "proxy-redirect-to",
        "proxy-request-buffering",
        "proxy-ssl-ciphers",
        "proxy-ssl-name",
        "proxy-ssl-protocols",
        "proxy-ssl-secret",
        "proxy-ssl-server-name",
        "proxy-ssl-verify",
        "proxy-ssl-verify-depth",
    )
)
