"""What ingress-nginx's template writes for a location."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator, Mapping

from nginx_grpc.sources.kubernetes.ingress_nginx.objects import Ingress
from nginx_grpc.sources.kubernetes.ingress_nginx.routing import DEFAULT_BACKEND, Location, Server
from nginx_grpc.sources.kubernetes.ingress_nginx.settings import Settings
from nginx_grpc.sources.kubernetes.ingress_nginx.values import Place, Value, integer
from nginx_grpc.sources.kubernetes.ingress_nginx.writing import (
    Snippets,
    directive,
    flag,
    size_or_none,
)
from nginx_grpc.tree import Directive

__all__ = ["LocationWriter"]

_LUA = "/etc/nginx/lua/nginx"
_PROTOCOLS = {
    "AUTO_HTTP": ("proxy_pass", "$scheme://"),
    "HTTPS": ("proxy_pass", "https://"),
    "GRPC": ("grpc_pass", "grpc://"),
    "GRPCS": ("grpc_pass", "grpcs://"),
    "FCGI": ("fastcgi_pass", ""),
}
# Where one of them is refused, the controller takes auth-url for none.
_SPOIL_AUTH = (
    "auth-always-set-cookie",
    "auth-cache-duration",
    "auth-method",
    "auth-request-redirect",
    "auth-response-headers",
)
_REDIRECTS = {"temporal-redirect": (302, 307), "permanent-redirect": (301, 308)}


class LocationWriter:
    """Writes the locations of one server.

    Args:
        server: the server.
        settings: the controller's ConfigMap.
        headers: `proxy-set-headers`: the data of the ConfigMap that it names.
        snippets: what reads snippets.
        lost: why `headers` are not known; empty where they are.
    """

    def __init__(
        self,
        server: Server,
        settings: Settings,
        headers: Mapping[str, Value],
        snippets: Snippets,
        lost: str,
    ) -> None:
        self._lost = lost
        self._server = server
        self._settings = settings
        self._headers = headers
        self._snippets = snippets
        self._regex = any(each.is_regex for each in server.locations)

    def write(self, location: Location) -> Iterator[Directive]:
        """A location, and those that come with it."""
        ingress = location.ingress
        if ingress is not None and ingress.said("app-root").startswith("/"):
            at = ingress.at("app-root")
            target = f"$scheme://$http_host{ingress.said('app-root')}"
            root = [directive(at, "return", "302", target)]
            yield directive(at, "if", "$uri", "=", "/", block=root)
        yield from self._auth(location)
        args = [location.path]
        if self._regex:
            args = ["~*", f"^{location.path}"]
        elif location.exact:
            args = ["=", location.path]
        block = [*self._beginning(location)]
        if ingress is not None and denied(ingress):
            block.append(directive(ingress.place, "return", "503"))
        else:
            block += self._body(location)
        block += self._proxy_ssl(ingress, server=False)
        yield directive(location.place, "location", *args, block=block)

    def _beginning(self, location: Location) -> Iterator[Directive]:
        at, ingress = location.place, location.ingress

        def put(name: str, *args: str) -> Directive:
            return directive(at, name, *args)

        service, port = _service(location, self._server)
        yield put("set", "$namespace", "" if ingress is None else ingress.namespace)
        yield put("set", "$ingress_name", "" if ingress is None else ingress.name)
        yield put("set", "$service_name", service)
        yield put("set", "$service_port", port)
        path = "" if ingress is None else location.ingress_path or "/"
        yield put("set", "$location_path", path.replace("$", "${literal_dollar}"))
        if ingress is not None and (
            ingress.said("mirror-target") or ingress.refuses("mirror-target")
        ):
            mirror = ingress.at("mirror-target")
            yield directive(mirror, "mirror", f"/_mirror-{ingress.uid}")
            body = "off" if ingress.said("mirror-request-body") == "off" else "on"
            yield directive(ingress.at("mirror-request-body"), "mirror_request_body", body)
        settings = self._settings
        redirects = settings.flag("ssl-redirect"), settings.flag("force-ssl-redirect")
        if ingress is None or (location.backend == DEFAULT_BACKEND and ingress is None):
            redirects = False, False
        else:
            redirects = (
                ingress.flag("ssl-redirect", redirects[0]),
                ingress.flag("force-ssl-redirect", redirects[1]),
            )
        words = {True: "true", False: "false"}
        trailing = settings.flag("preserve-trailing-slash")
        ports = settings.flag("use-port-in-redirects")
        if ingress is not None:
            trailing = ingress.flag("preserve-trailing-slash", trailing)
            ports = ingress.flag("use-port-in-redirects", ports)
        else:
            trailing = ports = False
        yield put("set", "$force_ssl_redirect", words[redirects[1]])
        yield put("set", "$ssl_redirect", words[redirects[0]])
        plain = _listed(location.path, settings.text("no-tls-redirect-locations"))
        yield put("set", "$force_no_ssl_redirect", words[plain])
        yield put("set", "$preserve_trailing_slash", words[trailing])
        yield put("set", "$use_port_in_redirects", words[ports])
        yield put("rewrite_by_lua_file", f"{_LUA}/ngx_rewrite.lua")
        yield put("header_filter_by_lua_file", f"{_LUA}/ngx_conf_srv_hdr_filter.lua")
        yield put("log_by_lua_file", f"{_LUA}/ngx_conf_log_block.lua")
        yield put("port_in_redirect", flag(ports))
        yield put("set", "$balancer_ewma_score", "-1")
        yield put("set", "$proxy_upstream_name", location.backend)
        yield put("set", "$proxy_host", "$proxy_upstream_name")
        yield put("set", "$pass_access_scheme", "$scheme")
        proxied = settings.flag("use-proxy-protocol")
        server_port = "$proxy_protocol_server_port" if proxied else "$server_port"
        yield put("set", "$pass_server_port", server_port)
        yield put("set", "$best_http_host", "$http_host")
        yield put("set", "$pass_port", "$pass_server_port")
        yield put("set", "$proxy_alternative_upstream_name", "")
        if ingress is not None:
            yield from self._modsecurity(ingress)

    def _modsecurity(self, ingress: Ingress) -> Iterator[Directive]:
        everywhere = self._settings.flag("enable-modsecurity")
        own = ingress.taken("enable-modsecurity")
        if own is not None and not ingress.flag("enable-modsecurity"):
            if everywhere:
                yield directive(own.place, "modsecurity", "off")
        elif own is not None and not everywhere:
            yield directive(own.place, "modsecurity", "on")

    def _limits(self, ingress: Ingress) -> Iterator[Directive]:
        zone = f"{ingress.namespace}_{ingress.name}_{ingress.uid}"
        most = ingress.number("limit-connections")
        if most > 0:
            yield directive(
                ingress.at("limit-connections"), "limit_conn", f"{zone}_conn", str(most)
            )
        factor = ingress.number("limit-burst-multiplier", 5)
        for name in ("rps", "rpm"):
            most = ingress.number(f"limit-{name}")
            if most > 0:
                at = ingress.at(f"limit-{name}")
                words = (f"zone={zone}_{name}", f"burst={most * factor}", "nodelay")
                yield directive(at, "limit_req", *words)

    def _body(self, location: Location) -> Iterator[Directive]:
        ingress, settings = location.ingress, self._settings
        if ingress is not None:
            yield from self._access(ingress)
            if ingress.flag("enable-cors"):
                yield from _cors(ingress)
            yield from self._auth_request(location, ingress)
            yield from self._limits(ingress)
        yield from self._sizes(ingress)
        yield from self._set_headers(location)
        yield from self._timeouts(ingress)
        yield from self._buffers(ingress)
        if _is_grpc(ingress):
            for name in ("connect", "send", "read"):
                seconds, at = self._number(ingress, f"proxy-{name}-timeout")
                yield directive(at, f"grpc_{name}_timeout", f"{seconds}s")
        if ingress is not None:
            yield from self._snippets.lines(ingress.snippet("configuration-snippet"))
        yield from self._snippets.lines(settings.said_here("location-snippet"))
        if ingress is not None:
            yield from self._errors(ingress)
            yield from _redirect(ingress)
        yield from self._pass(location)

    def _access(self, ingress: Ingress) -> Iterator[Directive]:
        for names, key, word in (
            (("denylist-source-range",), "denylist-source-range", "deny"),
            (
                ("allowlist-source-range", "whitelist-source-range"),
                "whitelist-source-range",
                "allow",
            ),
        ):
            said = next((value for name in names if (value := ingress.taken(name))), None)
            said = said or self._settings.said_here(key)
            if said is None:
                continue
            networks = sorted({each.strip() for each in said.text.split(",") if each.strip()})
            for each in networks:
                yield directive(said.place, word, each)
            if networks and word == "allow":
                yield directive(said.place, "deny", "all")

    def _sizes(self, ingress: Ingress | None) -> Iterator[Directive]:
        size, at = self._text(ingress, "proxy-body-size")
        if size_or_none(size):
            yield directive(at, "client_max_body_size", size.strip())
        if ingress is not None and size_or_none(ingress.said("client-body-buffer-size"), "kKmM"):
            at = ingress.at("client-body-buffer-size")
            yield directive(at, "client_body_buffer_size", ingress.said("client-body-buffer-size"))

    def _set_headers(self, location: Location) -> Iterator[Directive]:
        ingress, settings, at = location.ingress, self._settings, location.place
        name = "grpc_set_header" if _is_grpc(ingress) else "proxy_set_header"

        def put(header: str, value: str, place: Place = at) -> Directive:
            return directive(place, name, header, value)

        host = "" if ingress is None else ingress.said("upstream-vhost")
        yield put(
            "Host",
            host or "$best_http_host",
            ingress.at("upstream-vhost") if ingress and host else at,
        )
        certificates = self._server.client_certificates
        if certificates is not None:
            if certificates.flag("auth-tls-pass-certificate-to-upstream"):
                yield put("ssl-client-cert", "$ssl_client_escaped_cert")
            yield put("ssl-client-verify", "$ssl_client_verify")
            yield put("ssl-client-subject-dn", "$ssl_client_s_dn")
            yield put("ssl-client-issuer-dn", "$ssl_client_i_dn")
        yield put("Upgrade", "$http_upgrade")
        connection = None if ingress is None else ingress.taken("connection-proxy-header")
        if connection is not None:
            assert ingress is not None
            yield put("Connection", ingress.said("connection-proxy-header"), connection.place)
        else:
            pool = "upstream-keepalive-connections"
            closes = settings.number(pool) <= 0
            # Without a pool the variable says close, and it is the key that says it.
            yield put("Connection", "$connection_upgrade", settings.at(pool) if closes else at)
        yield put("X-Request-ID", "$req_id")
        yield put("X-Real-IP", "$remote_addr")
        full = settings.flag("use-forwarded-headers") and settings.flag(
            "compute-full-forwarded-for"
        )
        yield put("X-Forwarded-For", "$full_x_forwarded_for" if full else "$remote_addr")
        yield put("X-Forwarded-Host", "$best_http_host")
        yield put("X-Forwarded-Port", "$pass_port")
        yield put("X-Forwarded-Proto", "$pass_access_scheme")
        yield put("X-Forwarded-Scheme", "$pass_access_scheme")
        if settings.flag("proxy-add-original-uri-header"):
            yield put(
                "X-Original-URI", "$request_uri", settings.at("proxy-add-original-uri-header")
            )
        yield put("X-Scheme", "$pass_access_scheme")
        yield put("X-Original-Forwarded-For", _variable(settings.text("forwarded-for-header")))
        yield put("X-Original-Forwarded-Host", _variable(settings.text("forwarded-host-header")))
        yield put("Proxy", "")
        if self._lost:
            named = settings.text("proxy-set-headers")
            unread = directive(settings.at("proxy-set-headers"), "include", f"ConfigMap {named}")
            unread.unread = self._lost
            yield unread
        for header in sorted(self._headers, key=str.encode):
            yield put(header, self._headers[header].text, self._headers[header].place)

    def _timeouts(self, ingress: Ingress | None) -> Iterator[Directive]:
        for name in ("connect", "send", "read"):
            seconds, at = self._number(ingress, f"proxy-{name}-timeout")
            yield directive(at, f"proxy_{name}_timeout", f"{seconds}s")

    def _buffers(self, ingress: Ingress | None) -> Iterator[Directive]:
        for name in ("proxy-buffering", "proxy-buffer-size"):
            value, at = self._text(ingress, name)
            yield directive(at, name.replace("-", "_"), value)
        number, at = self._number(ingress, "proxy-buffers-number")
        yield directive(
            at, "proxy_buffers", str(number), self._text(ingress, "proxy-buffer-size")[0]
        )
        busy, at = self._text(ingress, "proxy-busy-buffers-size")
        if busy:
            yield directive(at, "proxy_busy_buffers_size", busy)
        size, at = self._text(ingress, "proxy-max-temp-file-size")
        if size_or_none(size):
            yield directive(at, "proxy_max_temp_file_size", size)
        for name in ("proxy-request-buffering", "proxy-http-version"):
            value, at = self._text(ingress, name)
            yield directive(at, name.replace("-", "_"), value)
        for name in ("proxy-cookie-domain", "proxy-cookie-path"):
            value, at = self._text(ingress, name)
            yield directive(at, name.replace("-", "_"), *value.split())
        said, at = self._text(ingress, "proxy-next-upstream")
        words = [each for each in said.split(" ") if each and each != "non_idempotent"]
        if "non_idempotent" in said.split(" ") or self._settings.flag("retry-non-idempotent"):
            words.append("non_idempotent")
        yield directive(at, "proxy_next_upstream", *words)
        for name in ("proxy-next-upstream-timeout", "proxy-next-upstream-tries"):
            number, at = self._number(ingress, name)
            yield directive(at, name.replace("-", "_"), str(number))

    def _errors(self, ingress: Ingress) -> Iterator[Directive]:
        at = ingress.at("custom-http-errors")
        codes = error_codes(ingress)
        if codes and not ingress.flag("disable-proxy-intercept-errors"):
            yield directive(at, "proxy_intercept_errors", "on")
        for code in codes:
            yield directive(at, "error_page", str(code), "=", f"@custom_{DEFAULT_BACKEND}_{code}")

    def _pass(self, location: Location) -> Iterator[Directive]:
        ingress, at = location.ingress, location.place
        handler, scheme = "proxy_pass", "http://"
        protocol = "" if ingress is None else ingress.said("backend-protocol")
        if ingress is not None and ingress.taken("backend-protocol"):
            at = ingress.at("backend-protocol")
        handler, scheme = _PROTOCOLS.get(protocol.upper(), (handler, scheme))
        if location.backend == DEFAULT_BACKEND:
            handler, scheme = "proxy_pass", "http://"
        if handler == "fastcgi_pass":
            assert ingress is not None
            yield directive(
                at, "fastcgi_param", "SCRIPT_FILENAME", "$document_root$fastcgi_script_name"
            )
        target = location.target
        if ingress is not None and target and target != location.path:
            rule = ingress.at("rewrite-target")
            yield directive(rule, "rewrite", f"(?i){location.path}", target, "break")
            if ingress.said("x-forwarded-prefix"):
                name = "grpc_set_header" if _is_grpc(ingress) else "proxy_set_header"
                prefix = ingress.at("x-forwarded-prefix")
                yield directive(
                    prefix, name, "X-Forwarded-Prefix", ingress.said("x-forwarded-prefix")
                )
        yield directive(at, handler, f"{scheme}upstream_balancer")
        source, place = self._text(ingress, "proxy-redirect-from")
        other, _ = self._text(ingress, "proxy-redirect-to")
        if source in ("default", "off"):
            yield directive(place, "proxy_redirect", source)
        elif other != "off":
            yield directive(place, "proxy_redirect", source, other)

    def _proxy_ssl(self, ingress: Ingress | None, *, server: bool) -> Iterator[Directive]:
        yield from proxy_ssl(ingress, server=server)

    def _auth(self, location: Location) -> Iterator[Directive]:
        ingress = location.ingress
        path = self._auth_path(location)
        if not path or ingress is None:
            return
        at = ingress.at("auth-url")
        url = ingress.said("auth-url") or self._settings.text("global-auth-url")
        block = [
            directive(at, "internal"),
            directive(at, "set", "$proxy_upstream_name", location.backend),
            directive(at, "proxy_intercept_errors", "off"),
            directive(at, "proxy_pass_request_body", "off"),
            directive(at, "proxy_set_header", "Content-Length", ""),
            directive(at, "proxy_ssl_server_name", "on"),
            *self._sizes(ingress),
            *self._snippets.lines(ingress.snippet("auth-snippet")),
            directive(at, "proxy_http_version", "1.1"),
            directive(at, "set", "$target", url),
            directive(at, "proxy_pass", "$target"),
        ]
        yield directive(at, "location", "=", path, block=block)
        if ingress.said("auth-signin"):
            signin = ingress.at("auth-signin")
            url = ingress.said("auth-signin")
            block = [
                directive(signin, "internal"),
                directive(signin, "add_header", "Set-Cookie", "$auth_cookie"),
                directive(signin, "return", "302", url),
            ]
            yield directive(signin, "location", _signin(location.path, url), block=block)

    def _auth_path(self, location: Location) -> str:
        ingress = location.ingress
        if ingress is None:
            return ""
        everywhere = self._settings.text("global-auth-url") and ingress.flag(
            "enable-global-auth", True
        )
        own = ingress.said("auth-url") and not any(map(ingress.refuses, _SPOIL_AUTH))
        if not own and not everywhere:
            return ""
        encoded = base64.urlsafe_b64encode(location.path.encode()).rstrip(b"=").decode()
        return f"/_external-auth-{encoded}-{'Exact' if location.exact else 'Prefix'}"

    def _auth_request(self, location: Location, ingress: Ingress) -> Iterator[Directive]:
        if _listed(location.path, self._settings.text("no-auth-locations")):
            return
        path = self._auth_path(location)
        if path:
            at = ingress.at("auth-url")
            yield directive(at, "auth_request", path)
            yield directive(at, "auth_request_set", "$auth_cookie", "$upstream_http_set_cookie")
            always = ["always"] if ingress.flag("auth-always-set-cookie") else []
            yield directive(at, "add_header", "Set-Cookie", "$auth_cookie", *always)
            name = "grpc_set_header" if _is_grpc(ingress) else "proxy_set_header"
            headers = [each.strip() for each in ingress.said("auth-response-headers").split(",")]
            headers = [each for each in headers if each]
            if not ingress.said("auth-url"):
                said = self._settings.text("global-auth-response-headers")
                # The controller's own default is one header without a name.
                headers = [each.strip() for each in said.split(",")]
            for number, header in enumerate(headers):
                variable = header.lower().replace("-", "_")
                yield directive(
                    at, "auth_request_set", f"$authHeader{number}", f"$upstream_http_{variable}"
                )
                yield directive(at, name, header, f"$authHeader{number}")
        if ingress.said("auth-signin") and path:
            signin = ingress.at("auth-signin")
            page = _signin(location.path, ingress.said("auth-signin"))
            yield directive(signin, "error_page", "401", "=", page)
        if ingress.said("auth-type"):
            at = ingress.at("auth-type")
            kind = "auth_basic" if ingress.said("auth-type") == "basic" else "auth_digest"
            name = "grpc_set_header" if _is_grpc(ingress) else "proxy_set_header"
            yield directive(at, kind, ingress.said("auth-realm"))
            yield directive(at, f"{kind}_user_file", "/etc/ingress-controller/auth/passwd")
            yield directive(at, name, "Authorization", "")

    def _text(self, ingress: Ingress | None, name: str) -> tuple[str, Place]:
        value = None if ingress is None else ingress.taken(name)
        if value is not None:
            assert ingress is not None
            return ingress.said(name), value.place
        return self._settings.text(name), self._place(ingress, name)

    def _number(self, ingress: Ingress | None, name: str) -> tuple[int, Place]:
        value = None if ingress is None else ingress.taken(name)
        if value is not None:
            return integer(value.text) or 0, value.place
        return self._settings.number(name), self._place(ingress, name)

    def _place(self, ingress: Ingress | None, name: str) -> Place:
        """Where a value that no annotation says comes from, or could be said."""
        said = self._settings.said_here(name)
        if said is not None:
            return said.place
        return self._settings.place if ingress is None else ingress.below


def denied(ingress: Ingress) -> bool:
    """Whether the controller writes `return 503` for its locations."""
    from nginx_grpc.sources.kubernetes.ingress_nginx.annotations import ANNOTATIONS

    return any(
        ANNOTATIONS[name].refusal == "denied" and ingress.refuses(name)
        for name in ingress.own
        if name in ANNOTATIONS
    )


def error_codes(ingress: Ingress) -> list[int]:
    """`custom-http-errors` of an Ingress."""
    said = ingress.said("custom-http-errors")
    try:
        return [int(each.strip()) for each in said.split(",") if each.strip()]
    except ValueError:
        return []


def proxy_ssl(ingress: Ingress | None, *, server: bool) -> Iterator[Directive]:
    """What speaks TLS to a server of HTTP."""
    if ingress is None or not ingress.said("proxy-ssl-secret"):
        return
    at = ingress.at("proxy-ssl-secret")
    names = {"ciphers": "DEFAULT", "protocols": "TLSv1.2", "verify": "off", "verify-depth": "1"}
    yield directive(at, "proxy_ssl_trusted_certificate", "/etc/ingress-controller/ssl/ca.pem")
    for name, default in names.items():
        value = ingress.taken(f"proxy-ssl-{name}")
        said = default if value is None else ingress.said(f"proxy-ssl-{name}")
        place = at if value is None else value.place
        yield directive(place, f"proxy_ssl_{name.replace('-', '_')}", *said.split())
    name = ingress.said("proxy-ssl-name")
    if name:
        yield directive(ingress.at("proxy-ssl-name"), "proxy_ssl_name", name)
    if name or not server:
        told = ingress.said("proxy-ssl-server-name") or "off"
        yield directive(ingress.at("proxy-ssl-server-name"), "proxy_ssl_server_name", told)
    yield directive(at, "proxy_ssl_certificate", "/etc/ingress-controller/ssl/client.pem")
    yield directive(at, "proxy_ssl_certificate_key", "/etc/ingress-controller/ssl/client.pem")


def _is_grpc(ingress: Ingress | None) -> bool:
    """Whether the template takes it for gRPC, which is so in upper case alone."""
    return ingress is not None and ingress.said("backend-protocol") in ("GRPC", "GRPCS")


def _service(location: Location, server: Server) -> tuple[str, str]:
    ingress = location.ingress
    if ingress is None:
        return "", ""
    path = location.ingress_path or "/"
    for rule in ingress.rules:
        if (rule.host or "_") != server.host or rule.paths is None:
            continue
        for each in rule.paths:
            if each.path == path and each.backend is not None:
                return each.backend.service, each.backend.port
    return ("", "") if ingress.default is None else (ingress.default.service, ingress.default.port)


def _listed(path: str, prefixes: str) -> bool:
    return any(path.startswith(each.strip(" ")) for each in prefixes.split(",") if each.strip(" "))


def _variable(header: str) -> str:
    return f"$http_{header.replace('-', '_').lower()}"


def _signin(path: str, url: str) -> str:
    return f"@{hashlib.sha1(f'{path}{url}'.encode(), usedforsecurity=False).hexdigest()}"


def _redirect(ingress: Ingress) -> Iterator[Directive]:
    if ingress.flag("relative-redirects"):
        yield directive(ingress.at("relative-redirects"), "absolute_redirect", "off")
    for name, (default, most) in _REDIRECTS.items():
        url = ingress.said(name)
        if url and (name != "temporal-redirect" or url.startswith("http")):
            code = ingress.number(f"{name}-code")
            code = code if 300 <= code <= most else default
            yield directive(ingress.at(name), "return", str(code), url)
            return


def _cors(ingress: Ingress) -> Iterator[Directive]:
    at = ingress.at("enable-cors")
    origins = [each.strip() for each in ingress.said("cors-allow-origin").split(",")]
    known = directive(at, "set", "$cors", "true")
    if ingress.said("cors-allow-origin") and "*" not in origins:
        pattern = "|".join(re.escape(each) for each in origins if each)
        yield directive(at, "if", "$http_origin", "~*", f"({pattern})$", block=[known])
    else:
        yield directive(at, "set", "$http_origin", "*")
        yield known
    yield directive(
        at,
        "if",
        "$request_method",
        "=",
        "OPTIONS",
        block=[directive(at, "set", "$cors", "${cors}options")],
    )
    origin = directive(at, "more_set_headers", "Access-Control-Allow-Origin: $http_origin")
    yield directive(at, "if", "$cors", "=", "true", block=[origin])
    preflight = [origin, directive(at, "return", "204")]
    yield directive(at, "if", "$cors", "=", "trueoptions", block=preflight)
