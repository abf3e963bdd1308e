"""What `nginx-grpc check` says of configurations as people write them: does a call arrive?"""

import json

import pytest

from nginx_grpc import cli

HTTP = """\
events {}
http {
    upstream up {
        zone up 64k;
        server 10.0.0.1:50051 max_fails=0;
        server 10.0.0.2:50051 max_fails=0;
        keepalive 32;
    }
    grpc_read_timeout 400s;
    grpc_connect_timeout 5s;
    client_body_timeout 400s;
    %s
}
"""
PASS = "grpc_pass grpc://up;"


def one_server(text: str) -> str:
    """An http block's text with one server, which listens in the clear."""
    return f"server {{ listen 50050 http2; {text} }}"


# Of each: the text in http{}, and what the finding names.
PAGE = (
    "grpc_intercept_errors on; error_page 502 503 504 = /e; location = /e { internal; "
    "default_type application/grpc; add_header grpc-status 14 always; return 200; }"
)
DENIED = {
    "a return before Lua, which waits for nginx's own rewrites": (
        one_server(f"location / {{ rewrite_by_lua_file /x.lua; return 301 https://x; {PASS} }}"),
        "return 301 https://x",
    ),
    "a return before Lua of the server in a later phase": (
        one_server(f"access_by_lua_file /x.lua; location / {{ return 404; {PASS} }}"),
        "return 404",
    ),
    "a regex takes every call, beside an error page": (
        one_server(f"{PAGE} location /a.v1.B/ {{ {PASS} }} location ~ B {{ return 404; }}"),
        "location ~ B takes every call",
    ),
    "a regex for any method": (
        one_server(f"location /a.v1.B/ {{ {PASS} }} location ~ ^/[^/]+/[^/]+$ {{ return 404; }}"),
        "takes every call",
    ),
    "a regex within takes every call": (
        one_server(f"{PAGE} location /a.v1.B/ {{ {PASS} location ~ \\.v1\\. {{ root /x; }} }}"),
        "takes every call",
    ),
    "a star is no wildcard": (
        one_server(f"{PAGE} location /a.v1.B/* {{ {PASS} }}"),
        "no call ever has a path that location /a.v1.B/* is for",
    ),
    "no slash before": (one_server(f"location a.v1.B/ {{ {PASS} }}"), "no call ever has a path"),
    "the service alone": (one_server(f"location = /a.v1.B {{ {PASS} }}"), "no call ever has"),
    "anchored without a slash": (one_server(f"location ~ ^a {{ {PASS} }}"), "no call ever has"),
    "two slashes": (one_server(f"location //a.v1.B/ {{ {PASS} }}"), "no call ever has a path"),
    "every IPv4 address": (
        one_server(f"location / {{ deny 0.0.0.0/0; {PASS} }}"),
        "deny 0.0.0.0/0",
    ),
    "every IPv4 address by halves": (
        one_server(f"location / {{ deny 0.0.0.0/1; deny 128.0.0.0/1; {PASS} }}"),
        "deny 0.0.0.0/1",
    ),
    "a unix socket is let in, and there is none": (
        one_server(f"location / {{ allow unix:; deny all; {PASS} }}"),
        "deny all",
    ),
    **{
        f"if ({condition})": (
            one_server(f"location / {{ if ({condition}) {{ return 403; }} {PASS} }}"),
            "return 403",
        )
        for condition in (
            '$args = ""',
            '$is_args = ""',
            '$query_string = ""',
            "$args !~ key",
            '$arg_token = ""',
            '$request_uri !~ "\\?"',
            "$request ~ ^POST",
            '$ssl_protocol = ""',
            '$ssl_server_name = ""',
            "$ssl_client_verify != SUCCESS",
        )
    },
    "redirect in the server": (
        one_server(f"rewrite ^ https://x permanent; location / {{ {PASS} }}"),
        "rewrite ^ https://x permanent",
    ),
    "redirect in the location": (
        one_server(f"location / {{ rewrite ^ https://x permanent; {PASS} }}"),
        "rewrite ^ https://x permanent",
    ),
    "GET and HEAD alone": (
        one_server(
            f"location / {{ if ($request_method !~ ^(GET|HEAD)$) {{ return 405; }} {PASS} }}"
        ),
        "if ($request_method !~ ^(GET|HEAD)$) { return 405; }",
    ),
    "deny all": (one_server(f"location / {{ deny all; {PASS} }}"), "deny all"),
    "files": (one_server(f"location / {{ try_files $uri =404; {PASS} }}"), "try_files $uri =404"),
    "internal": (one_server(f"location / {{ internal; {PASS} }}"), "internal"),
    "auth_request that refuses": (
        one_server(
            f"location / {{ auth_request /a; {PASS} }} location = /a {{ internal; return 403; }}"
        ),
        "return 403",
    ),
    "satisfy any, and neither does": (
        one_server(
            f"location / {{ satisfy any; deny all; auth_request /a; {PASS} }}"
            "location = /a { internal; return 401; }"
        ),
        "deny all",
    ),
    "limit_except that refuses": (
        one_server(f"location / {{ limit_except GET {{ deny all; }} {PASS} }}"),
        "limit_except GET",
    ),
    "limit_except with a handler of its own": (
        one_server(
            f"location / {{ limit_except GET {{ proxy_pass http://10.0.0.9:80; }} {PASS} }}"
        ),
        "limit_except GET",
    ),
    "a second content handler": (
        one_server(f"location / {{ {PASS} empty_gif; }}"),
        "empty_gif",
    ),
    "all servers down": (
        "upstream none { server 10.0.0.1:1 down; server 10.0.0.2:1 down; }"
        + one_server("location / { grpc_pass grpc://none; }"),
        "upstream none",
    ),
    "to https, where there is no https": (
        one_server(
            "if ($scheme = http) { return 301 https://$host$request_uri; }"
            f"location / {{ {PASS} }}"
        ),
        "if ($scheme = http) { return 301 https://$host$request_uri; }",
    ),
    "bound to IPv6, and the servers have IPv4": (
        one_server(f"grpc_bind ::1; location / {{ {PASS} }}"),
        "grpc_bind ::1 is an address from which no connection to this server can be made",
    ),
    "bound, and the server is a socket": (
        one_server("location / { grpc_bind 10.0.0.9; grpc_pass grpc://unix:/run/up.sock; }"),
        "grpc_bind 10.0.0.9",
    ),
    "a socket as proxy_pass writes it": (
        one_server("location / { grpc_pass grpc://unix:/run/up.sock:/; }"),
        "a part of the socket's path",
    ),
    "sockets of an upstream with a colon": (
        "upstream socket { server unix:/run/up.sock:; }"
        + one_server("location / { grpc_pass grpc://socket; }"),
        "a part of the socket's path",
    ),
    "a URL where a name belongs": (
        "server { listen 50050 http2 default_server; return 404; }"
        f"server {{ listen 50050 http2; server_name api.example/; location / {{ {PASS} }} }}",
        "another server answers for every name of this one",
    ),
    "another name of the server": (
        "server { listen 50050 http2; server_name api.example;"
        f" if ($server_name != www.example) {{ return 403; }} location / {{ {PASS} }} }}",
        "return 403",
    ),
    "a query": (
        one_server(f"location / {{ rewrite ^(.*)$ $1?via=edge break; {PASS} }}"),
        "rewrite ^(.*)$ $1?via=edge break: calls go on with a path that is no method",
    ),
    "a query of the server's": (
        one_server(f"rewrite ^(.*)$ $1?key=$arg_key; location / {{ {PASS} }}"),
        "calls go on with a path that is no method",
    ),
    "a query by set": (
        one_server(f"location / {{ set $args token=x; {PASS} }}"),
        "calls go on with a path that is no method",
    ),
    "a prefix taken off with its slash": (
        one_server(f"location /api/ {{ rewrite ^/api/(.*)$ $1 break; {PASS} }}"),
        "rewrite ^/api/(.*)$ $1 break: calls go on with a path that is no method",
    ),
    "the slash taken off": (
        one_server(f"location / {{ rewrite ^/(.+)$ $1 break; {PASS} }}"),
        "rewrite ^/(.+)$ $1 break: calls go on with a path that is no method",
    ),
}
TLS = "ssl_certificate c.pem; ssl_certificate_key k.pem;"
REDIRECT = "server { listen 80; server_name api.example; return 301 https://$host$request_uri; }"
# As they are found in front of gRPC servers; every one of them hands calls on.
ARRIVES = {
    **{
        f"{module} decides what an if sees": one_server(
            f"location / {{ set $ok 0; {module}; if ($ok = 0) {{ return 403; }} {PASS} }}"
        )
        for module in ("set_by_lua_file $ok /x.lua", "set_if_empty $ok 1", "set_md5 $ok x")
    },
    "code that may come before a return": one_server(
        f"location / {{ modsecurity on; return 404; {PASS} }}"
    ),
    "Lua that does not wait": (
        "rewrite_by_lua_no_postpone on;"
        + one_server(f"location / {{ rewrite_by_lua_file /x.lua; return 404; {PASS} }}")
    ),
    "auth_request_set, behind an internal redirect": one_server(
        "set $ok 0; location / { auth_request /auth; auth_request_set $ok $upstream_status;"
        f" try_files $uri @pass; }} location @pass {{ if ($ok = 0) {{ return 403; }} {PASS} }}"
        "location = /auth { internal; proxy_pass http://10.0.0.9; }"
    ),
    "an https redirect server beside it": (
        f"{REDIRECT} server {{ listen 443 ssl http2; server_name api.example; {TLS} "
        f"location / {{ {PASS} }} }}"
    ),
    "a redirect in the server of both ports": (
        f"server {{ listen 80; listen 443 ssl http2; server_name api.example; {TLS} "
        "if ($scheme = http) { return 301 https://$host$request_uri; }"
        f"location / {{ {PASS} }} }}"
    ),
    "a redirect server with a location for ACME": (
        "server { listen 80; server_name api.example;"
        " location /.well-known/acme-challenge/ { root /var/www; }"
        " location / { return 301 https://$host$request_uri; } }"
        f"server {{ listen 443 ssl http2; server_name api.example; {TLS} location / {{ {PASS} }} }}"
    ),
    "unknown names are turned away": (
        "server { listen 443 ssl default_server; ssl_reject_handshake on; }"
        f"server {{ listen 443 ssl http2; server_name api.example; {TLS} location / {{ {PASS} }} }}"
    ),
    "unknown names get 444": (
        "server { listen 50050 http2 default_server; return 444; }"
        f"server {{ listen 50050; server_name api.example; location / {{ {PASS} }} }}"
    ),
    "a wrong host is sent away": one_server(
        "server_name api.example; if ($host != api.example) { return 421; }"
        f"location / {{ {PASS} }}"
    ),
    "a maintenance page by a file": one_server(
        "if (-f /var/www/maintenance.on) { return 503; } error_page 503 @maintenance;"
        "location @maintenance { default_type application/grpc; add_header grpc-status 14 always;"
        f" return 204; }} location / {{ {PASS} }}"
    ),
    "a maintenance page by a file of the root": one_server(
        f"root /srv; if (-f $document_root/maintenance.html) {{ return 503; }}"
        f"location / {{ {PASS} }}"
    ),
    "maintenance that is switched off": (
        "map $host $maintenance { default 0; api.example 0; }"
        + one_server(f"if ($maintenance) {{ return 503; }} location / {{ {PASS} }}")
    ),
    "health checks beside it": one_server(
        "location = /healthz { access_log off; return 200 'ok'; }"
        "location /nginx_status { stub_status; allow 127.0.0.1; deny all; }"
        f"location /grpc.health.v1.Health/ {{ {PASS} }} location / {{ {PASS} }}"
    ),
    "an allow list": one_server(
        f"location / {{ allow 10.0.0.0/8; allow 192.168.0.0/16; deny all; {PASS} }}"
    ),
    "an allow list by geo": (
        "geo $denied { default 1; 10.0.0.0/8 0; 192.168.0.0/16 0; }"
        + one_server(f"if ($denied) {{ return 403; }} location / {{ {PASS} }}")
    ),
    "countries by a map of geo": (
        "geo $country { default ZZ; 10.0.0.0/8 DE; } map $country $blocked { default 1; DE 0; }"
        + one_server(f"location / {{ if ($blocked) {{ return 403; }} {PASS} }}")
    ),
    "oauth2-proxy": one_server(
        "location /oauth2/ { proxy_pass http://127.0.0.1:4180; proxy_set_header X-Scheme $scheme; }"
        "location = /oauth2/auth { internal; proxy_pass http://127.0.0.1:4180;"
        " proxy_pass_request_body off; proxy_set_header Content-Length ''; }"
        "location / { auth_request /oauth2/auth; auth_request_set $user $upstream_http_x_auth_user;"
        f" grpc_set_header X-User $user; error_page 401 = @denied; {PASS} }}"
        "location @denied { default_type application/grpc; add_header grpc-status 16 always;"
        " return 204; }"
    ),
    "addresses or auth": one_server(
        "location / { satisfy any; allow 10.0.0.0/8; deny all; auth_request /auth;"
        f" {PASS} }} location = /auth {{ internal; proxy_pass http://127.0.0.1:9000/verify; }}"
    ),
    "auth by a token": one_server(
        'location = /auth { internal; if ($http_authorization = "") { return 401; }'
        f" proxy_pass http://127.0.0.1:9000; }} location / {{ auth_request /auth; {PASS} }}"
    ),
    "an API key by a map": (
        'map $http_x_api_key $client { default ""; "k1" one; "k2" two; }'
        + one_server(f'location / {{ if ($client = "") {{ return 401; }} {PASS} }}')
    ),
    "a password": one_server(
        f"location / {{ auth_basic grpc; auth_basic_user_file htpasswd; {PASS} }}"
    ),
    "client certificates, checked by hand": (
        f"server {{ listen 443 ssl http2; {TLS} ssl_client_certificate ca.pem;"
        " ssl_verify_client optional; if ($ssl_client_verify != SUCCESS) { return 403; }"
        f" location / {{ {PASS} }} }}"
    ),
    "rate limits": (
        "limit_req_zone $binary_remote_addr zone=r:10m rate=100r/s;"
        "limit_conn_zone $binary_remote_addr zone=c:10m;"
        + one_server(
            "limit_req zone=r burst=50 nodelay; limit_conn c 20; limit_req_status 429;"
            f"location / {{ {PASS} }}"
        )
    ),
    "CORS": one_server(
        "location / { if ($request_method = OPTIONS) { add_header Access-Control-Allow-Origin *;"
        f" return 204; }} {PASS} }}"
    ),
    "POST alone": one_server(
        f"location / {{ if ($request_method !~ ^(POST|OPTIONS)$) {{ return 405; }} {PASS} }}"
    ),
    "limit_except POST": one_server(f"location / {{ limit_except POST {{ deny all; }} {PASS} }}"),
    "gRPC alone": one_server(
        "location / { if ($content_type !~ ^application/grpc) { return 415; }" + PASS + "}"
    ),
    "gRPC and web by content type": one_server(
        "error_page 418 = @grpc; location / { if ($content_type ~ ^application/grpc)"
        " { return 418; } proxy_pass http://10.0.0.9:8080; }"
        f"location @grpc {{ {PASS} }}"
    ),
    "gRPC and web by a map": (
        "map $content_type $kind { default web; ~^application/grpc grpc; }"
        + one_server(
            "location / { rewrite ^(.*)$ /_$kind$1 last; }"
            "location /_web/ { internal; proxy_pass http://10.0.0.9:8080/; }"
            f"location /_grpc/ {{ internal; rewrite ^/_grpc(/.*)$ $1 break; {PASS} }}"
        )
    ),
    "a site with gRPC below": one_server(
        "root /srv; location / { try_files $uri $uri/ /index.html; }"
        f"location /shop.Orders/ {{ {PASS} }}"
    ),
    "files first, and calls behind": one_server(
        f"root /srv; location / {{ try_files $uri @grpc; }} location @grpc {{ {PASS} }}"
    ),
    "a prefix taken off": one_server(
        f"location /api/ {{ rewrite ^/api(/.*)$ $1 break; {PASS} }} location / {{ return 404; }}"
    ),
    "a prefix taken off, and looked for again": one_server(
        f"location /api/ {{ rewrite ^/api(/.*)$ $1 last; }} location /shop.Orders/ {{ {PASS} }}"
    ),
    "scanners and hidden files": one_server(
        "if ($http_user_agent ~* (nikto|sqlmap)) { return 403; } location ~ /\\. { deny all; }"
        f"location / {{ {PASS} }}"
    ),
    "methods that are closed": one_server(
        "location = /shop.Admin/Reset { return 403; }"
        f"location /shop.Internal/ {{ deny all; }} location / {{ {PASS} }}"
    ),
    "files that a root around names": one_server(
        f"root /srv; location / {{ {PASS} location ~ \\.html$ {{ expires 1h; }}"
        " location = /favicon.ico { log_not_found off; } location /static/ { expires max; } }"
    ),
    "a query that a rewrite gives": one_server(
        "location /a.v1.B/ { rewrite ^/a.v1.B/(.*)$ /c.v1.D/$1?x=1 last; }"
        "location /c.v1.D/ { if ($args = '') { return 403; }"
        f" rewrite ^(.*)$ $1? break; {PASS} }}"
    ),
    "a query of which nothing comes": one_server(
        f"location / {{ rewrite ^(.*)$ $1?$args break; set $args ''; {PASS} }}"
    ),
    "a copy for another server": one_server(
        f"location / {{ mirror /copy; mirror_request_body off; {PASS} }}"
        f"location = /copy {{ internal; rewrite ^ $request_uri break; {PASS} }}"
    ),
    "bound to an address of the servers' kind": one_server(
        f"grpc_bind 10.0.0.9; location / {{ {PASS} }}"
    ),
    "bound for other locations": one_server(
        "grpc_bind 10.0.0.9; location / { grpc_bind off; grpc_pass grpc://unix:/run/up.sock; }"
    ),
    "bound to the client's address": one_server(
        f"grpc_bind $remote_addr transparent; location / {{ {PASS} }}"
    ),
    "bound, and one server has either kind": (
        "upstream both { server 10.0.0.1:1 max_fails=0; server [fd00::1]:1 max_fails=0; }"
        + one_server("location / { grpc_bind 10.0.0.9; grpc_pass grpc://both; }")
    ),
    "bound, and the server has a name": one_server(
        "location / { grpc_bind ::1; grpc_pass grpc://up.example:50051; }"
    ),
    "a socket by a variable": one_server(
        "location / { set $s unix:/run/up.sock; grpc_pass grpc://$s; }"
    ),
    "some addresses": one_server(f"location / {{ allow 10.0.0.0/8; deny 0.0.0.0/0; {PASS} }}"),
    "addresses that a proxy tells": one_server(
        f"set_real_ip_from 10.0.0.0/8; location / {{ allow unix:; deny 0.0.0.0/0; {PASS} }}"
    ),
    "IPv6 beside": (
        "server { listen 50050 http2; listen [::]:50050 http2;"
        f" location / {{ deny 0.0.0.0/0; {PASS} }} }}"
    ),
    "a regex for scripts": one_server(
        f"location ~ \\.php$ {{ return 404; }} location /a.v1.B/ {{ {PASS} }}"
    ),
    "methods of a prefix": one_server(
        f"location /api/v2/ {{ {PASS} }} location ~ ^/[^/]+/[^/]+$ {{ return 404; }}"
    ),
    "only some services": one_server(
        f"location ~ ^/(shop.Orders|shop.Carts)/ {{ {PASS} }} location / {{ return 404; }}"
    ),
    "a trailing return for the rest": one_server(
        f"location /shop.Orders/ {{ break; {PASS} }} location / {{ return 404; }}"
    ),
    "canary by a header": (
        "upstream canary { server 10.0.0.8:50051; server 10.0.0.9:50051; keepalive 8; }"
        + one_server(
            "location / { error_page 418 = @canary; recursive_error_pages on;"
            f" if ($http_x_canary) {{ return 418; }} {PASS} }}"
            "location @canary { grpc_pass grpc://canary; }"
        )
    ),
    "a spare upstream when the first fails": (
        "upstream spare { server 10.0.0.8:50051; server 10.0.0.9:50051; keepalive 8; }"
        + one_server(
            f"location / {{ {PASS} error_page 502 504 = @spare; }}"
            "location @spare { grpc_pass grpc://spare; }"
        )
    ),
}


def said(tmp_path, capsys, text: str) -> list[str]:
    """The messages of NG209 and NG207, and that nothing was left unread."""
    conf = tmp_path / "nginx.conf"
    conf.write_text(HTTP % text)
    assert cli.main(["check", "--profile", "evidence", "--format", "json", str(conf)]) in (0, 1)
    report = json.loads(capsys.readouterr().out)
    assert report["inputs"][0]["complete"]
    return [item["message"] for item in report["findings"] if item["id"] in ("NG207", "NG209")]


@pytest.mark.parametrize(("text", "named"), DENIED.values(), ids=DENIED)
def test_no_call_arrives(tmp_path, capsys, text, named):
    """Each is one finding, which says what is in the way."""
    [message] = said(tmp_path, capsys, text)
    assert named in message


@pytest.mark.parametrize("text", ARRIVES.values(), ids=ARRIVES)
def test_calls_arrive(tmp_path, capsys, text):
    """Nothing of what stands before these locations keeps every call from them."""
    assert said(tmp_path, capsys, text) == []
