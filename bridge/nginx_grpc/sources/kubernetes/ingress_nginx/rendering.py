"""What ingress-nginx's template writes: from servers and locations to nginx's directives.

rootfs/etc/nginx/template/nginx.tmpl of ingress-nginx 1.15, without logs, compression, telemetry and
what else has no part in how calls are carried. Held against what the controller itself writes.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping, Sequence

from nginx_grpc.sources.kubernetes.ingress_nginx.locations import (
    LocationWriter,
    error_codes,
    proxy_ssl,
)
from nginx_grpc.sources.kubernetes.ingress_nginx.objects import Ingress
from nginx_grpc.sources.kubernetes.ingress_nginx.routing import (
    DEFAULT_BACKEND,
    DEFAULT_SERVER,
    Server,
    in_order,
    servers,
)
from nginx_grpc.sources.kubernetes.ingress_nginx.settings import Settings
from nginx_grpc.sources.kubernetes.ingress_nginx.values import Place, Value
from nginx_grpc.sources.kubernetes.ingress_nginx.writing import Snippets, directive, flag
from nginx_grpc.tree import Directive

__all__ = ["rendered"]

_LUA = "/etc/nginx/lua/nginx"


def rendered(
    ingresses: Sequence[Ingress],
    settings: Settings,
    headers: Mapping[str, Value],
    snippets: Snippets,
    place: Place,
    lost: str = "",
) -> list[Directive]:
    """The whole nginx.conf.

    Args:
        ingresses: those that the controller does not leave out.
        settings: its ConfigMap.
        headers: the data of the ConfigMap that `proxy-set-headers` names.
        snippets: what reads snippets.
        place: where the controller's own parts stand for.
        lost: why `headers` are not known; empty where they are.
    """
    ordered = in_order(ingresses)
    found = servers(ordered, settings, place)
    writer = _Writer(settings, headers, snippets, place, lost)
    http = [*writer.http(), writer.upstream(), *writer.redirects(found)]
    http += map(writer.server, found)
    http += writer.own_servers()
    return [
        *snippets.lines(settings.said_here("main-snippet")),
        directive(place, "events", block=[]),
        directive(place, "http", block=http),
    ]


class _Writer:
    def __init__(
        self,
        settings: Settings,
        headers: Mapping[str, Value],
        snippets: Snippets,
        place: Place,
        lost: str,
    ) -> None:
        self._lost = lost
        self._settings = settings
        self._headers = headers
        self._snippets = snippets
        self._place = place

    def _said(self, name: str, key: str, unit: str = "") -> Directive:
        words = self._settings.text(key).split(" ") if not unit else []
        if unit:
            words = [f"{self._settings.number(key)}{unit}"]
        return directive(self._settings.at(key), name, *(each for each in words if each))

    def http(self) -> Iterator[Directive]:
        """The lines of http{} itself."""
        settings, place = self._settings, self._place
        yield self._said("keepalive_timeout", "keep-alive", "s")
        yield self._number("keepalive_requests", "keep-alive-requests")
        yield self._said("client_header_buffer_size", "client-header-buffer-size")
        yield self._said("client_header_timeout", "client-header-timeout", "s")
        yield self._said("large_client_header_buffers", "large-client-header-buffers")
        yield self._said("client_body_buffer_size", "client-body-buffer-size")
        yield self._said("client_body_timeout", "client-body-timeout", "s")
        if settings.number("grpc-buffer-size-kb") > 0:
            yield self._said("grpc_buffer_size", "grpc-buffer-size-kb", "k")
        if settings.text("http2-max-header-size") and settings.text("http2-max-field-size"):
            yield self._said("http2_max_field_size", "http2-max-field-size")
            yield self._said("http2_max_header_size", "http2-max-header-size")
        if settings.number("http2-max-requests") > 0:
            yield self._number("http2_max_requests", "http2-max-requests")
        yield self._number("http2_max_concurrent_streams", "http2-max-concurrent-streams")
        yield self._flag("underscores_in_headers", "enable-underscores-in-headers")
        yield self._flag("ignore_invalid_headers", "ignore-invalid-headers")
        yield self._number("limit_req_status", "limit-req-status-code")
        yield self._number("limit_conn_status", "limit-conn-status-code")
        if settings.flag("enable-modsecurity"):
            yield directive(settings.at("enable-modsecurity"), "modsecurity", "on")
        yield self._said("default_type", "default-type")
        if not settings.flag("server-tokens"):
            yield directive(settings.at("server-tokens"), "more_clear_headers", "Server")
        pooled = settings.number("upstream-keepalive-connections") > 0
        at = settings.at("upstream-keepalive-connections")
        mapped = [directive(at, "default", "upgrade"), directive(at, "", "" if pooled else "close")]
        yield directive(at, "map", "$http_upgrade", "$connection_upgrade", block=mapped)
        mapped = [
            directive(place, "default", "$http_x_request_id"),
            directive(place, "", "$request_id"),
        ]
        yield directive(place, "map", "$http_x_request_id", "$req_id", block=mapped)
        geo = [directive(place, "default", "$")]
        yield directive(place, "geo", "$literal_dollar", block=geo)
        yield self._said("ssl_protocols", "ssl-protocols")
        yield self._flag("ssl_early_data", "ssl-early-data")
        pem = "/etc/ingress-controller/ssl/default-fake-certificate.pem"
        yield directive(place, "ssl_certificate", pem)
        yield directive(place, "ssl_certificate_key", pem)
        codes = settings.errors
        at = settings.at("custom-http-errors")
        if codes and not settings.flag("disable-proxy-intercept-errors"):
            yield directive(at, "proxy_intercept_errors", "on")
        if settings.flag("relative-redirects"):
            yield directive(settings.at("relative-redirects"), "absolute_redirect", "off")
        for code in codes:
            yield directive(at, "error_page", str(code), "=", f"@custom_{DEFAULT_BACKEND}_{code}")
        yield from self._snippets.lines(settings.said_here("http-snippet"))
        for key, variable, name in (
            ("block-user-agents", "$http_user_agent", "$block_ua"),
            ("block-referers", "$http_referer", "$block_ref"),
        ):
            items = settings.items(key)
            if items:
                at = settings.at(key)
                entries = [directive(at, "default", "0")]
                entries += [directive(at, each, "1") for each in items]
                yield directive(at, "map", variable, name, block=entries)

    def _number(self, name: str, key: str) -> Directive:
        return directive(self._settings.at(key), name, str(self._settings.number(key)))

    def _flag(self, name: str, key: str) -> Directive:
        return directive(self._settings.at(key), name, flag(self._settings.flag(key)))

    def upstream(self) -> Directive:
        """The one upstream, whose servers Lua knows."""
        place = self._settings.place
        block = [
            directive(place, "server", "0.0.0.1"),
            directive(place, "balancer_by_lua_file", f"{_LUA}/ngx_conf_balancer.lua"),
        ]
        if self._settings.number("upstream-keepalive-connections") > 0:
            block += [
                self._number("keepalive", "upstream-keepalive-connections"),
                self._said("keepalive_time", "upstream-keepalive-time"),
                self._said("keepalive_timeout", "upstream-keepalive-timeout", "s"),
                self._number("keepalive_requests", "upstream-keepalive-requests"),
            ]
        return directive(place, "upstream", "upstream_balancer", block=block)

    def redirects(self, found: Sequence[Server]) -> Iterator[Directive]:
        """The servers of from-to-www-redirect."""
        hosts = {each.host for each in found}
        for server in found:
            bare = server.host.removeprefix("www.")
            source = bare if bare != server.host else f"www.{server.host}"
            if not server.from_to_www or source in hosts:
                continue
            at = server.place
            code = self._settings.text("http-redirect-code")
            block = [
                directive(at, "server_name", source),
                *self._listens(server, source),
                directive(at, "return", code, "$redirect_to"),
            ]
            yield directive(at, "server", block=block)

    def _listens(self, server: Server, host: str) -> Iterator[Directive]:
        at, settings = server.place, self._settings
        options = ["proxy_protocol"] if settings.flag("use-proxy-protocol") else []
        if host == DEFAULT_SERVER:
            options.append("default_server")
            options += ["reuseport"] if settings.flag("reuse-port") else []
            options.append("backlog=4096")
        # Those of IPv6 are written where the controller's machine has it.
        addresses = [f"{each}:" for each in settings.items("bind-address") if _is_ipv4(each)] or [
            ""
        ]
        for port, tls in (("80", []), ("443", ["ssl"])):
            for address in addresses:
                yield directive(at, "listen", f"{address}{port}", *options, *tls)

    def server(self, server: Server) -> Directive:
        """One server{}."""
        at, settings = server.place, self._settings
        names = [_server_name(server.host), *server.aliases]
        block = [directive(at, "server_name", *names)]
        if settings.flag("use-http2"):
            block.append(directive(settings.at("use-http2"), "http2", "on"))
        for key, variable in (("block-user-agents", "$block_ua"), ("block-referers", "$block_ref")):
            if settings.items(key):
                place = settings.at(key)
                forbidden = [directive(place, "return", "403")]
                block.append(directive(place, "if", variable, block=forbidden))
        block += self._listens(server, server.host)
        block.append(directive(at, "set", "$proxy_upstream_name", "-"))
        certificates = server.client_certificates
        if certificates is not None:
            block += _client_certificates(certificates)
        if server.host == DEFAULT_SERVER:
            refused = flag(settings.flag("ssl-reject-handshake"))
            place = settings.at("ssl-reject-handshake")
            block.append(directive(place, "ssl_reject_handshake", refused))
        block.append(
            directive(at, "ssl_certificate_by_lua_file", f"{_LUA}/ngx_conf_certificate.lua")
        )
        block += proxy_ssl(server.proxy_ssl, server=True)
        block += self._snippets.lines(server.snippet)
        codes: dict[int, Place] = {}
        for location in server.locations:
            if location.ingress is not None:
                for code in error_codes(location.ingress):
                    codes.setdefault(code, location.ingress.at("custom-http-errors"))
        block += [_custom_error(code, codes[code]) for code in sorted(codes)]
        block += _mirrors(server)
        writer = LocationWriter(server, settings, self._headers, self._snippets, self._lost)
        for each in server.locations:
            block += writer.write(each)
        if server.host == DEFAULT_SERVER:
            block += self._probes()
        block += self._snippets.lines(settings.said_here("server-snippet"))
        place = settings.at("custom-http-errors")
        block += [_custom_error(code, place) for code in settings.errors]
        return directive(at, "server", block=block)

    def _probes(self) -> Iterator[Directive]:
        at = self._place
        alive = [directive(at, "access_log", "off"), directive(at, "return", "200")]
        yield directive(at, "location", "/healthz", block=alive)
        status = [
            directive(at, "allow", "127.0.0.1"),
            directive(at, "deny", "all"),
            directive(at, "access_log", "off"),
            directive(at, "stub_status", "on"),
        ]
        yield directive(at, "location", "/nginx_status", block=status)

    def own_servers(self) -> Iterator[Directive]:
        """The two servers that no host leads to."""
        at = self._place

        def put(name: str, *args: str, block: list[Directive] | None = None) -> Directive:
            return directive(at, name, *args, block=block)

        missing = [put("return", "404")]
        options = ["reuseport"] if self._settings.flag("reuse-port") else []
        yield put(
            "server",
            block=[
                put("listen", "8181", "default_server", *options, "backlog=4096"),
                put("set", "$proxy_upstream_name", "internal"),
                put("access_log", "off"),
                put("location", "/", block=missing),
            ],
        )
        lua = [put("content_by_lua_file", f"{_LUA}/ngx_conf_is_dynamic_lb_initialized.lua")]
        configuration = [
            put("client_max_body_size", "21M"),
            put("client_body_buffer_size", "21M"),
            put("proxy_buffering", "off"),
            put("content_by_lua_file", f"{_LUA}/ngx_conf_configuration.lua"),
        ]
        yield put(
            "server",
            block=[
                put("listen", "127.0.0.1:10246"),
                put("set", "$proxy_upstream_name", "internal"),
                put("keepalive_timeout", "0"),
                put("gzip", "off"),
                put("access_log", "off"),
                put("location", "/healthz", block=[put("return", "200")]),
                put("location", "/is-dynamic-lb-initialized", block=lua),
                put("location", "/nginx_status", block=[put("stub_status", "on")]),
                put("location", "/configuration", block=configuration),
                put("location", "/", block=[put("return", "404")]),
            ],
        )


def _server_name(host: str) -> str:
    if not host.startswith("*"):
        return host
    return r"~^(?<subdomain>[\w-]+)\." + host.replace("*.", "", 1).replace(".", r"\.") + "$"


def _is_ipv4(said: str) -> bool:
    try:
        ipaddress.IPv4Address(said)
    except ValueError:
        return False
    return True


def _client_certificates(ingress: Ingress) -> Iterator[Directive]:
    at = ingress.at("auth-tls-secret")
    name = ingress.said("auth-tls-match-cn")
    if name:
        place = ingress.at("auth-tls-match-cn")
        refused = [directive(place, "return", "403", "client certificate unauthorized")]
        yield directive(place, "if", "$ssl_client_s_dn", "!~", name, block=refused)
    yield directive(at, "ssl_client_certificate", "/etc/ingress-controller/ssl/ca.pem")
    verify = ingress.said("auth-tls-verify-client") or "on"
    yield directive(ingress.at("auth-tls-verify-client"), "ssl_verify_client", verify)
    depth = ingress.number("auth-tls-verify-depth") or 1
    yield directive(at, "ssl_verify_depth", str(depth))
    page = ingress.said("auth-tls-error-page")
    if page:
        place = ingress.at("auth-tls-error-page")
        yield directive(place, "error_page", "495", "496", "=", page)


def _custom_error(code: int, at: Place) -> Directive:
    headers = {
        "X-Code": str(code),
        "X-Format": "$http_accept",
        "X-Original-URI": "$request_uri",
        "X-Namespace": "$namespace",
        "X-Ingress-Name": "$ingress_name",
        "X-Service-Name": "$service_name",
        "X-Service-Port": "$service_port",
        "X-Request-ID": "$req_id",
        "X-Forwarded-For": "$remote_addr",
        "Host": "$best_http_host",
    }
    block = [
        directive(at, "internal"),
        directive(at, "proxy_intercept_errors", "off"),
        *(directive(at, "proxy_set_header", name, value) for name, value in headers.items()),
        directive(at, "set", "$proxy_upstream_name", DEFAULT_BACKEND),
        directive(at, "rewrite", "(.*)", "/", "break"),
        directive(at, "proxy_pass", "http://upstream_balancer"),
    ]
    return directive(at, "location", f"@custom_{DEFAULT_BACKEND}_{code}", block=block)


def _mirrors(server: Server) -> Iterator[Directive]:
    seen: set[str] = set()
    for location in server.locations:
        ingress = location.ingress
        if ingress is None or not ingress.said("mirror-target") or ingress.uid in seen:
            continue
        seen.add(ingress.uid)
        at = ingress.at("mirror-target")
        target = ingress.said("mirror-target")
        host = ingress.said("mirror-host") or target.split("$")[0].partition("://")[2].split("/")[0]
        if not host:
            continue
        block = [
            directive(at, "internal"),
            directive(at, "proxy_set_header", "Host", host),
            directive(at, "proxy_pass", target),
        ]
        yield directive(at, "location", "=", f"/_mirror-{ingress.uid}", block=block)
