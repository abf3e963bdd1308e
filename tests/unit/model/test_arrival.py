# ruff: noqa: E501 (a configuration a line)
"""Whether a call arrives, for each way in which nginx may keep it from its grpc_pass."""

import time

import pytest

from nginx_grpc.model.arrival.plain import Plain
from tests.unit.model.reading import http, location, read_file, server

PASS = "grpc_pass grpc://up;"
# In the texts PASS stands for the grpc_pass, and the location asked is the first that has it.
ARRIVES = {
    "nothing in the way": "location / { PASS }",
    "an if of another method": "location / { if ($request_method = GET) { return 405; } PASS }",
    "an if without te": 'location / { if ($http_te != "trailers") { return 400; } PASS }',
    "an if of a page that need not be said": (
        "location / { valid_referers none a.com; if ($invalid_referer) { return 403; } PASS }"
    ),
    "an if of another content type": (
        "location / { if ($content_type !~ ^application/grpc) { return 415; } PASS }"
    ),
    "a rewrite to one method": "location / { rewrite ^ /pkg.S/M break; PASS }",
    "a rewrite that takes a prefix off": "location /api/ { rewrite ^/api/(.*)$ /$1 break; PASS }",
    "a rewrite of the path alone": "location / { rewrite ^/x(/.*)$ $1 break; PASS }",
    "a break before the return": "location / { break; return 404; PASS }",
    "limit_except with POST": "location / { limit_except GET POST { deny all; } PASS }",
    "a limit_except that lets in": "location / { limit_except GET { allow all; } return 404; PASS }",
    "allow all before deny all": "location / { allow all; deny all; PASS }",
    "another inherits nothing": "deny all; location / { allow all; PASS }",
    "internal, by a rewrite": "location /i/ { internal; PASS } location / { rewrite ^(.*)$ /i$1 last; }",
    "internal, by an error page": (
        "location / { error_page 418 = @g; return 418; } location @g { PASS }"
    ),
    "try_files with a fallback": "location / { try_files $uri @g; } location @g { PASS }",
    "auth_request that lets in": "location / { auth_request /a; PASS } location = /a { return 204; }",
    "auth_request that meets a handler": (
        "location / { auth_request /a; PASS } location = /a { empty_gif; }"
    ),
    "satisfy any without users": (
        "location / { satisfy any; allow all; auth_basic x; auth_basic_user_file /dev/null; PASS }"
    ),
    "satisfy any": (
        "location / { satisfy any; allow all; auth_request /a; PASS } location = /a { return 403; }"
    ),
    "the last handler": "location / { stub_status; PASS }",
    "sent on to another": "location /x/ { rewrite ^ /y/z last; PASS } location /y/ { PASS }",
    "the handler of an if": (
        "location / { if ($content_type ~ ^application/grpc) { PASS } proxy_pass http://a:1; }"
    ),
    "the handler of an if, with a break": (
        "location / { if ($request_method = POST) { PASS break; } return 405; }"
    ),
    "the page of a handler that refuses": (
        "location / { error_page 405 = @g; empty_gif; } location @g { PASS }"
    ),
    "an open way by one server": "listen 80 http2; if ($scheme = https) { return 403; } location / { PASS }",
    "a regex in a prefix before it": (
        "location ~ ^/a/b/.*N { PASS } location ~ ^/a/ { return 405; }"
        " location /a/b/ { location ~ ^/a/ { PASS } }"
    ),
    "a set before": "set $closed 0; location / { if ($closed) { return 503; } PASS }",
    "another case of its name": "set $Closed 0; location / { if ($CLOSED = 1) { return 503; } PASS }",
}
STOPPED = {
    "return": ("location / { return 404; PASS }", "return", "return 404"),
    "return after it": ("location / { PASS return 404; }", "return", "return 404"),
    "return in the server": ("return 301 https://x; location / { PASS }", "return", "return 301 https://x"),
    "if of the method": (
        "location / { if ($request_method !~ ^(GET|HEAD)$) { return 405; } PASS }", "return", "return 405",
    ),
    "if of the scheme": (
        "if ($scheme = http) { return 301 https://$host$request_uri; } location / { PASS }",
        "return", "return 301 https://$host$request_uri",
    ),
    "if of the page it comes from": (
        "location / { valid_referers blocked a.com; if ($invalid_referer) { return 403; } PASS }",
        "return", "return 403",
    ),
    "if of a set": ("location / { set $a 1; if ($a) { return 503; } PASS }", "return", "return 503"),
    "redirect": (
        "rewrite ^ https://x permanent; location / { PASS }", "rewrite", "rewrite ^ https://x permanent",
    ),
    "redirect in the location": (
        "location /a/ { rewrite ^/a/(.*)$ /b/$1 redirect; PASS }", "rewrite",
        "rewrite ^/a/(.*)$ /b/$1 redirect",
    ),
    "deny all": ("location / { deny all; PASS }", "access", "deny all"),
    "deny all first": ("location / { deny all; allow 10.0.0.0/8; PASS }", "access", "deny all"),
    "deny all around": ("deny all; location / { PASS }", "access", "deny all"),
    "try_files": ("location / { try_files $uri =404; PASS }", "try_files", "try_files $uri =404"),
    "auth_request for a file": (
        "location / { auth_request /a; PASS } location = /a { root /dev/null; }",
        "auth", "root /dev/null",
    ),
    "auth_request to a server that refuses": (
        "location / { auth_request /a; PASS } location = /a { proxy_pass http://127.0.0.1:81/x; }",
        "auth", "return 403",
    ),
    "no users": (
        'location / { auth_basic "x"; auth_basic_user_file /dev/null; PASS }', "access", "auth_basic x",
    ),
    "no users, or nobody": (
        "location / { satisfy any; deny all; auth_basic x; auth_basic_user_file /dev/null; PASS }",
        "access", "deny all",
    ),
    "auth_request": (
        "location / { auth_request /a; PASS } location = /a { return 403; }", "auth", "return 403",
    ),
    "satisfy any of two that refuse": (
        "location / { satisfy any; deny all; auth_request /a; PASS } location = /a { return 401; }",
        "access", "deny all",
    ),
    "limit_except": ("location / { limit_except GET { deny all; } PASS }", "methods", "limit_except GET"),
    "limit_except that proxies": (
        "location / { limit_except GET { proxy_pass http://a:1; } PASS }", "methods", "limit_except GET",
    ),
    "internal": ("location / { internal; PASS }", "internal", "internal"),
    "internal around": (
        "location /a/ { internal; location /a/b/ { PASS } }", "internal", "internal",
    ),
    "an if behind that of the handler": (
        "location / { if ($http_te) { PASS } if ($content_type) { set $x 1; } }",
        "values", "if $content_type",
    ),
    "a link in arguments": (
        "secure_link $arg_md5,$arg_expires; secure_link_md5 '$uri x';"
        " location / { if ($secure_link = '') { return 403; } PASS }",
        "return", "return 403",
    ),
    "a link without a secret": (
        "location / { secure_link $http_x; if ($secure_link = '') { return 403; } PASS }",
        "return", "return 403",
    ),
    "a link of no hash": (
        "secure_link_md5 x; location / { secure_link x,1; if ($secure_link = '') { return 403; } PASS }",
        "return", "return 403",
    ),
    "a hash in the path of a service": (
        "secure_link_secret x; location /pkg.S/ { if ($secure_link = '') { return 403; } PASS }",
        "return", "return 403",
    ),
    "unused": ("location @g { PASS }", "unused", "location @g"),
    "a page of a code that is none": (
        "location / { error_page 405 = @g; return 418; } location @g { PASS }",
        "unused", "location @g",
    ),
    "another handler": ("location / { PASS stub_status; }", "handler", "stub_status"),
    "drained": (
        "location / { grpc_pass grpc://old; }", "down", "upstream old",
    ),
    "down": (
        "location / { grpc_pass grpc://down; }", "down", "upstream down",
    ),
    "the handler of an if, and a return": (
        "location / { if ($request_method = POST) { PASS } return 405; }", "return", "return 405",
    ),
    "the handler of an if that no call meets": (
        "location / { if ($request_method = GET) { PASS } proxy_pass http://a:1; }",
        "handler", "proxy_pass http://a:1",
    ),
    "a page that passes nothing on": (
        "error_page 405 = /e; location / { PASS stub_status; } location = /e { return 403; }",
        "handler", "stub_status",
    ),
    "no method": ("location / { rewrite ^ /x break; PASS }", "path", "rewrite ^ /x break"),
    "no method, by the server": ("rewrite ^ /; location / { PASS }", "path", "location /"),
    "cycle": ("location / { rewrite ^ /z last; PASS }", "cycle", "rewrite ^ /z last"),
    "nowhere, and a page of the location that it left": (
        "location /a/ { rewrite ^ /z.Y/w last; error_page 404 = @g; PASS } location @g { PASS }",
        "nowhere", "",
    ),
    "nowhere": ("location /a/ { rewrite ^ /z last; PASS }", "nowhere", ""),
    "taken": ("location /a/ { PASS } location ~ ^/ { return 404; }", "taken", "location ~ ^/"),
    "taken by one before": (
        "location ~ ^/a { return 404; } location ~ ^/a/ { PASS }", "taken", "location ~ ^/a",
    ),
    "by an error page of a path": (
        "location /a/ { PASS internal; } location / { error_page 404 = /a/b; return 404; }",
        "page", "internal",
    ),
}  # fmt: skip
# Conditions on what every call has, or none has; the server listens on 50051, in the clear.
MET = (
    "$server_port = 50051", '$server_port != "443"', "$upstream_status = ''", "$request_body = ''",
    "$http_user_agent", "$proxy_protocol_addr = ''", "$http_sec_fetch_site = ''", "$constant",
    "$half", "$ssl_client_verify != SUCCESS", "$msec", "$remote_addr", "$pipe = .", "$request_id",
    "$sent_http_content_type = ''", "$sent_trailer_grpc_status = ''", "$limit_req_status = ''",
    "$secure_link = ''", "$time_iso8601 ~ T",
)  # fmt: skip
UNMET = (
    "$server_port = 80", "$upstream_addr", "$request_body", "$http_user_agent = ''",
    "$proxy_protocol_port", "$http_sec_fetch_mode", "$constant = 0", "$pid = 0", "$sent_http_x",
    "$connection_requests = ''",
)  # fmt: skip
OPEN = (
    "$remote_user = ''",
    "$http_accept",
    "$content_length",
    "$http_user_agent ~ curl",
    "$some",
    "$sent_http_connection = close",
    "$pid = 1",
)
# Servers with TLS: the first directive, of the socket's default server, and those of the one asked.
HANDSHAKES = {
    "nothing": ("", "", "yes"),
    "rejected": ("", "ssl_reject_handshake on;", "ssl_reject_handshake on"),
    "rejected for other names": ("ssl_reject_handshake on;", "", "yes"),
    "old versions": ("ssl_protocols TLSv1 TLSv1.1;", "", "ssl_protocols TLSv1 TLSv1.1"),
    "old, whatever is said here": (
        "ssl_protocols SSLv3;", "ssl_protocols TLSv1.3;", "ssl_protocols SSLv3",
    ),
    "old here alone: by nginx's version": ("", "ssl_protocols TLSv1.1;", "unknown"),
    "one of them is enough": ("ssl_protocols TLSv1.1 TLSv1.2;", "", "yes"),
    "no authentication": (
        "ssl_protocols TLSv1.2;", "ssl_ciphers aNULL:!ECDHE;", "ssl_ciphers aNULL:!ECDHE",
    ),
    "none of HTTP/2's": (
        "ssl_protocols TLSv1.2;", "ssl_ciphers ECDHE-RSA-AES128-SHA256:AES256-GCM-SHA384;",
        "ssl_ciphers ECDHE-RSA-AES128-SHA256:AES256-GCM-SHA384",
    ),
    "one of HTTP/2's": (
        "ssl_protocols TLSv1.2;", "ssl_ciphers AES128-SHA:ECDHE-RSA-AES128-GCM-SHA256;", "yes",
    ),
    "ciphers by a keyword": ("ssl_protocols TLSv1.2;", "ssl_ciphers AES128-SHA:AES:!3DES;", "yes"),
    "keywords of none": (
        "ssl_protocols TLSv1.2;", "ssl_ciphers kRSA:DHE+AESGCM:@STRENGTH;",
        "ssl_ciphers kRSA:DHE+AESGCM:@STRENGTH",
    ),
    "none left": (
        "ssl_protocols TLSv1.2;", "ssl_ciphers 'HIGH:!AESGCM:!CHACHA20:!AESCCM:AES128+ECDHE';",
        "ssl_ciphers HIGH:!AESGCM:!CHACHA20:!AESCCM:AES128+ECDHE",
    ),
    "taken out, and put in again": (
        "ssl_protocols TLSv1.2;", "ssl_ciphers 'HIGH:-ECDHE:aRSA+CHACHA20';", "yes",
    ),
    "left by a word that is not known": (
        "ssl_protocols TLSv1.2;", "ssl_ciphers 'PROFILE=SYSTEM:!ODD';", "yes",
    ),
    "no AEAD that clients offer": (
        "ssl_protocols TLSv1.2;", "ssl_ciphers ECDHE-ARIA128-GCM-SHA256:ECDHE-ECDSA-AES128-CCM;",
        "ssl_ciphers ECDHE-ARIA128-GCM-SHA256:ECDHE-ECDSA-AES128-CCM",
    ),
    "no group": ("ssl_ecdh_curve X448:secp224r1;", "", "ssl_ecdh_curve X448:secp224r1"),
    "a group": ("ssl_ecdh_curve X448:secp384r1;", "", "yes"),
    "a group that is not known": ("ssl_ecdh_curve X448:new;", "", "yes"),
    "no group of its own": ("", "ssl_ecdh_curve X448;", "yes"),
    "OpenSSL's own words over groups": (
        "ssl_ecdh_curve X448; ssl_conf_command Groups P-256;", "", "yes",
    ),
    "1.3 has ciphers of its own": ("ssl_protocols TLSv1.2 TLSv1.3;", "ssl_ciphers aNULL;", "yes"),
    "ciphers of others": ("ssl_protocols TLSv1.2; ssl_ciphers aNULL;", "ssl_ciphers HIGH;", "yes"),
    "some of them": ("ssl_protocols TLSv1.2;", "ssl_ciphers HIGH:aNULL;", "yes"),
    "OpenSSL's own words": (
        "ssl_conf_command MaxProtocol TLSv1.1;", "", "ssl_conf_command MaxProtocol TLSv1.1",
    ),
    "OpenSSL's own words, high enough": ("ssl_conf_command MaxProtocol TLSv1.2;", "", "yes"),
    "OpenSSL's own words over versions": (
        "ssl_protocols TLSv1.1; ssl_conf_command Protocol ALL;", "", "yes",
    ),
    "OpenSSL's own words over ciphers": (
        "ssl_protocols TLSv1.2;", "ssl_ciphers AES128-SHA; ssl_conf_command CipherString HIGH;", "yes",
    ),
    "a certificate is wanted": ("", "ssl_verify_client on;", "unknown"),
    "nobody asks for one": ("", "if ($ssl_client_verify != SUCCESS) { return 403; }", "return 403"),
    "it was asked for": (
        "", "ssl_verify_client on; if ($ssl_client_verify = NONE) { return 403; }", "unknown",
    ),
    "another asks for one": (
        "ssl_verify_client optional;", "if ($ssl_client_verify = NONE) { return 403; }", "unknown",
    ),
}  # fmt: skip
# What the server asked passes to, on the port 80 in the clear; and another one of this nginx.
PASSED_TO_ITSELF = {
    "the other one passes on": ("grpc://127.0.0.1:81;", "listen 81 http2; location / { PASS }", "yes"),
    "by TLS": ("grpcs://localhost:81;", "listen 81 ssl http2; location / { PASS }", "yes"),
    "nobody of this nginx": ("grpc://127.0.0.1:82;", "listen 81; location / { PASS }", "yes"),
    "another machine": ("grpc://10.0.0.1:81;", "listen 81; location / { PASS }", "yes"),
    "no HTTP/2": ("grpc://127.0.0.1:81;", "listen 81;", "listen 81"),
    "one address of it": ("grpc://127.0.0.1:81;", "listen 127.0.0.1:81;", "listen 127.0.0.1:81"),
    "in the clear to TLS": ("grpc://127.0.0.1:81;", "listen 81 ssl http2;", "listen 81 ssl http2"),
    "TLS to what is in the clear": ("grpcs://[::1]:81;", "listen [::]:81 http2;", "listen [::]:81 http2"),
    "a PROXY line is wanted": (
        "127.0.0.1:81;", "listen 81 http2 proxy_protocol;", "listen 81 http2 proxy_protocol",
    ),
    "a Unix socket": ("grpc://unix:/run/x;", "listen unix:/run/x;", "listen unix:/run/x"),
    "an upstream": ("grpc://own;", "listen 81;", "listen 81"),
    "one of two is": ("grpc://half;", "listen 81;", "unknown"),
    "the other is down": ("grpc://rest;", "listen 81;", "listen 81"),
    "refused there": ("127.0.0.1:81;", "listen 81 http2; location / { return 403; }", "return 403"),
    "some refused": ("127.0.0.1:81;", "listen 81 http2; if ($http_x) { return 403; } location / { PASS }", "unknown"),
    "itself": ("127.0.0.1:80;", "listen 81;", "grpc_pass 127.0.0.1:80"),
    "itself by name": ("grpc://localhost:80;", "listen 81;", "grpc_pass grpc://localhost:80"),
    "each to the other": (
        "127.0.0.1:81;", "listen 81 http2; location / { grpc_pass 127.0.0.1:80; }",
        "grpc_pass 127.0.0.1:81",
    ),
    "itself, with another path": (
        "127.0.0.1:80; rewrite ^ /in/$uri break; location /in/ { PASS }", "listen 81;", "yes",
    ),
    "itself, until it is known": (
        "127.0.0.1:80; if ($http_again) { PASS }", "listen 81;", "unknown",
    ),
    "a header that decides there": (
        "127.0.0.1:81; grpc_set_header Content-Type x/y;",
        "listen 81 http2; if ($content_type ~ grpc) { return 403; } location / { PASS }", "unknown",
    ),
}  # fmt: skip
# What decides for all calls and is not seen.
DOUBTFUL = {
    "a file": (
        "location / { auth_request /a; PASS } location = /a { root /srv; }", "asked_file", "location = /a",
    ),
    "a file of the server": (
        "location /pkg.S/ { auth_request /a; PASS }", "asked_file", "server",
    ),
    "a file that is tried": (
        "location / { auth_request /a; PASS } location = /a { try_files /ok =403; }",
        "asked_file", "location = /a",
    ),
    "a GET of a call's server": (
        "location / { auth_request /pkg.S/M; PASS }", "asked_get", "grpc_pass grpc://up",
    ),
    "a second slash": (
        "location /api/ { rewrite ^/api(.*)$ /$1 break; PASS }", "slashes", "rewrite ^/api(.*)$ /$1 break",
    ),
    "a hash in the path": (
        "location / { secure_link_secret x; if ($secure_link = '') { return 403; } PASS }",
        "linked", "secure_link_secret x",
    ),
}  # fmt: skip
NOT_DOUBTFUL = {
    "a page of the server": "error_page 404 /e; location /pkg.S/ { auth_request /a; PASS }",
    "a page of the location": (
        "location / { auth_request /a; PASS } location = /a { error_page 404 =200 /e; root /srv; }"
    ),
    "a file, or a page that lets in": (
        "location / { auth_request /a; PASS } location = /a { try_files /ok /b; }"
    ),
    "a file, or 204": "location / { auth_request /a; PASS } location = /a { try_files /ok =204; }",
    "a link in metadata": (
        "secure_link_md5 x; location / { secure_link $http_x; if ($secure_link = '') { return 403; } PASS }"
    ),
    "links of two contexts": (
        "secure_link_md5 x; secure_link $http_x; if ($secure_link = '') { set $a 1; }"
        " location / { secure_link $arg_x; if ($secure_link = '') { return 403; } PASS }"
    ),
}
# Error pages that bring calls to a grpc_pass, and the status that clients get by them.
KEPT = {
    "without =": ("error_page 418 @g; return 418;", 418),
    "with another status": ("error_page 418 =503 @g; return 418;", 503),
    "of a file": ("error_page 404 @g; try_files $uri =404;", 404),
    "of no handler": ("error_page 404 @g; root /srv;", 404),
    "of a handler that takes no POST": ("error_page 405 @g; empty_gif;", 405),
    "in an if": ("error_page 418 @g; if ($http_x) { return 418; } return 403;", 418),
    "the server's own": ("error_page 418 = @g; return 418;", 0),
    "always 200": ("error_page 418 =200 @g; return 418;", 0),
    "of a refusal": ("error_page 403 @g; deny all;", 0),
    "of what no call meets": (
        "error_page 418 @g; error_page 419 = @g; if ($http_te = '') { return 418; } return 419;", 0,
    ),
}  # fmt: skip
DEPENDS = {
    "the client's address": "location / { allow 10.0.0.0/8; deny all; PASS }",
    "the client's word": "location / { if ($http_x = 1) { return 403; } PASS }",
    "referers that a server's names decide": (
        "location / { valid_referers server_names; if ($invalid_referer) { return 403; } PASS }"
    ),
    "referers of two contexts": (
        "valid_referers none; if ($invalid_referer) { set $a 1; } location / {"
        " valid_referers a.com; if ($invalid_referer) { return 403; } PASS }"
    ),
    "an auth server": "location / { auth_request /a; PASS } location = /a { proxy_pass http://a:1; }",
    "an auth server of this nginx": (
        "location / { auth_request /a; PASS } location = /a { proxy_pass http://127.0.0.1:81/y; }"
    ),
    "a page of what may come": (
        "location / { error_page 405 413 = @g; return 418; } location @g { PASS }"
    ),
    "a page of all locations": (
        "error_page 405 = @g; location / { return 418; } location @g { PASS }"
    ),
    "a password": 'location / { auth_basic "x"; auth_basic_user_file users; PASS }',
    "a file that is no method": "location / { try_files /closed.html =404; PASS }",
    "a regex that is not read": "location / { if ($request_method ~ (?=P)) { return 405; } PASS }",
    "Lua": "location / { rewrite_by_lua_block { x() } PASS }",
    "the handler of an if that some calls meet": (
        "location / { if ($http_x) { PASS } proxy_pass http://a:1; }"
    ),
    "a page of what a handler may say": (
        "location / { error_page 504 = @g; PASS fastcgi_pass a:1; } location @g { PASS }"
    ),
    "a page of what fails after satisfy any has refused": (
        "location / { satisfy any; deny all; auth_request /a; error_page 500 @g; PASS }"
        " location = /a { return 500; } location @g { PASS }"
    ),
    "a page after the call": "location / { error_page 502 = @f; PASS } location @f { grpc_pass a:1; }",
}


def arrival(text):
    """The arrival of the first location with a grpc_pass, the last if there is a page."""
    document = http(
        "upstream up { server a:1; server b:1; } upstream down { server a:1 down; }"
        " upstream old { server a:1 drain; server b:1 down; }"
        " upstream old { server a:1 drain; server b:1 down; }"
        f"server {{ {text.replace('PASS', PASS)} }} server {{ listen 81; location /x {{ return 403; }} }}"
    )
    found = [item["arrival"] for item in document["servers"][0]["locations"] if "arrival" in item]
    return found[-1 if "error_page 502" in text else 0]


def said(arrival):
    """What an arrival says: its answer, and what stops the calls."""
    stop = arrival.get("stop", {})
    return arrival["answer"], stop.get("kind"), stop.get("text")


@pytest.mark.parametrize("text", ARRIVES.values(), ids=ARRIVES)
def test_arrives(text):
    assert arrival(text)["answer"] == "yes"


@pytest.mark.parametrize(("text", "kind", "by"), STOPPED.values(), ids=STOPPED)
def test_stopped(text, kind, by):
    found = arrival(text)
    assert said(found) == ("no", kind, by)


@pytest.mark.parametrize("text", DEPENDS.values(), ids=DEPENDS)
def test_depends(text):
    assert arrival(text)["answer"] == "unknown"


@pytest.mark.parametrize(("text", "kind", "by"), DOUBTFUL.values(), ids=DOUBTFUL)
def test_doubtful(text, kind, by):
    found = arrival(text)
    assert found["answer"] == "unknown"
    assert (found["doubt"]["kind"], found["doubt"]["text"]) == (kind, by)


@pytest.mark.parametrize("text", NOT_DOUBTFUL.values(), ids=NOT_DOUBTFUL)
def test_not_doubtful(text):
    found = arrival(text)
    assert found["answer"] == "unknown" or "= 204" in text or "=204" in text
    assert "doubt" not in found


@pytest.mark.parametrize(("text", "code"), KEPT.values(), ids=KEPT)
def test_a_page_that_keeps_its_status(text, code):
    found = arrival(f"location / {{ {text} }} location @g {{ PASS }}")
    assert found["answer"] != "no"
    assert found.get("kept", {}).get("code", 0) == code


def test_what_is_plain_is_what_the_walk_finds(monkeypatch):
    texts = [*ARRIVES.values(), *(text for text, *_ in STOPPED.values()), *DEPENDS.values()]
    texts += [f"location / {{ if ({it}) {{ return 403; }} PASS }}" for it in (*MET, *UNMET, *OPEN)]
    told = []
    of = Plain.of

    def noted(plain, server):
        tells = of(plain, server)
        return lambda location: told.append(tells(location)) or told[-1]

    monkeypatch.setattr(Plain, "of", noted)
    plainly = [arrival(text) for text in texts]
    monkeypatch.setattr(Plain, "of", lambda *_: lambda location: False)
    assert plainly == [arrival(text) for text in texts]
    # More than those with nothing in the way, and not all.
    assert sum(told) > 5
    assert told.count(False) > 60


def test_the_condition_is_said():
    found = arrival("location / { if ($request_method = POST) { return 405; } PASS }")["stop"]
    assert (found["code"], found["condition"]) == (405, "$request_method = POST")


@pytest.mark.parametrize(
    ("condition", "answer"),
    [
        *((it, "no") for it in MET),
        *((it, "yes") for it in UNMET),
        *((it, "unknown") for it in OPEN),
    ],
)
def test_a_condition_that_every_call_meets_or_none(condition, answer):
    document = http(
        "geo $constant { default 1; } split_clients $remote_addr $half { 50% a; * a; }"
        "split_clients $remote_addr $some { 50% a; } server { listen 50051 http2;"
        f"location / {{ if ({condition}) {{ return 403; }} grpc_pass a:1; }} }}"
    )
    assert location(document)["arrival"]["answer"] == answer


@pytest.mark.parametrize(("default", "own", "found"), HANDSHAKES.values(), ids=HANDSHAKES)
def test_a_handshake(default, own, found):
    document = http(
        f"server {{ listen 443 ssl http2; server_name other; {default} }}"
        f"server {{ listen 443; server_name a; {own} location / {{ grpc_pass a:1; }} }}"
    )
    arrives = document["servers"][1]["locations"][0]["arrival"]
    assert found in said(arrives)


@pytest.mark.parametrize(("to", "other", "found"), PASSED_TO_ITSELF.values(), ids=PASSED_TO_ITSELF)
def test_passed_to_this_nginx(to, other, found):
    target, inner, rest = to.partition("location")
    document = http(
        "upstream own { server 127.0.0.1:81; server unix:/run/x; } upstream up { server a:1; }"
        "upstream half { server 127.0.0.1:81; server a:1; }"
        "upstream rest { server 127.0.0.1:81; server a:1 down; }"
        f"server {{ listen 80 http2; location / {{ grpc_pass {target} }} {inner}{rest} }}"
        f"server {{ {other} }} server {{ listen unix:/run/x; }}".replace("PASS", PASS)
    )
    arrives = document["servers"][0]["locations"][0]["arrival"]
    assert found in said(arrives)


def test_a_regex_passes_to_this_nginx():
    document = http(
        "server { listen 80 http2; location ~ x { grpc_pass 127.0.0.1:81; } }"
        "server { listen 81 http2; location / { grpc_pass a:1; } }"
    )
    assert document["servers"][0]["locations"][0]["arrival"]["answer"] == "yes"


def test_a_chain_of_servers_takes_no_time():
    chain = "".join(
        f"server {{ listen {at} http2; location / {{ grpc_pass 127.0.0.1:{at + 1}; }}"
        f" location /a {{ grpc_pass 127.0.0.1:{at + 1}; }} }}"
        for at in range(1000, 2000)
    )
    started = time.process_time()
    document = http(chain)
    assert time.process_time() - started < 20
    assert document["servers"][0]["locations"][0]["arrival"]["answer"] == "unknown"


def test_another_socket_needs_no_handshake():
    text = "ssl_protocols TLSv1.1; location / { grpc_pass a:1; }"
    both = server(f"listen 443 ssl http2; listen 80 http2; {text}")
    assert location(both)["arrival"]["answer"] == "unknown"
    # Plaintext without HTTP/2 is no way in.
    one = server(f"listen 443 ssl http2; listen 80; {text}")
    assert location(one)["arrival"]["stop"]["kind"] == "tls"


@pytest.mark.parametrize(
    ("table", "answer"),
    [
        ("map $request_method $m { POST 1; default 0; }", "no"),
        ("map $request_method $m { GET 1; default 0; }", "yes"),
        ("map $request_method $m { post ''; default 1; }", "yes"),
        ("map $request_method $m { ~^P 1; }", "no"),
        ("map $http_x $m { a 1; default 0; }", "unknown"),
        ("map $request_method $n { POST 1; } map $n $m { 1 0; default 1; }", "yes"),
    ],
)
def test_a_map(table, answer):
    document = http(
        f"{table} server {{ location / {{ if ($m) {{ return 403; }} grpc_pass a:1; }} }}"
    )
    assert location(document)["arrival"]["answer"] == answer


@pytest.mark.parametrize(
    ("listens", "answer"),
    [
        ("listen 80 http2;", "no"),
        ("listen 443 ssl http2;", "yes"),
        # Plaintext has no HTTP/2: calls come by TLS alone.
        ("listen 80; listen 443 ssl http2;", "yes"),
        ("listen 80 http2; listen 443 ssl http2;", "unknown"),
    ],
)
def test_the_scheme_by_which_calls_come(listens, answer):
    document = server(
        f"{listens} if ($scheme = http) {{ return 301 https://x; }} location / {{ grpc_pass a:1; }}"
    )
    assert location(document)["arrival"]["answer"] == answer


def test_a_nested_location_without_a_handler():
    document = server(
        "location / { grpc_pass a:1; location /a { } location /b { deny all; }"
        " location /c { rewrite ^ /x.Y/d last; } }"
    )
    found = [location(document, name)["arrival"] for name in ("/a", "/b", "/c")]
    assert [said(item)[:2] for item in found] == [
        ("no", "files"),
        ("no", "access"),
        ("yes", None),
    ]


@pytest.mark.parametrize(
    ("names", "first", "answer"),
    [
        ("server_name a;", "return 404;", "no"),
        ("server_name A;", "grpc_pass a:1;", "yes"),
        ("server_name a b;", "return 404;", "yes"),
        ("server_name _;", "return 404;", "no"),
        ("server_name _;", "grpc_pass a:1;", "yes"),
        ("server_name _ b;", "return 404;", "yes"),
        ("", "return 404;", "no"),
        ("listen 81 http2; server_name a;", "return 404;", "yes"),
        ("server_name .a;", "return 404;", "no"),
        ("server_name *.a;", "return 404;", "yes"),
        ("server_name .w.x *.w.x;", "return 404;", "no"),
        ("server_name .b.w.x;", "return 404;", "yes"),
        ("server_name t.*;", "return 404;", "no"),
        ("server_name a:80;", "return 404;", "no"),
        ("server_name b:80 b;", "return 404;", "yes"),
        ("server_name b.;", "return 404;", "no"),
        ("server_name :80;", "return 404;", "no"),
        ("server_name ~^ab;", "return 404;", "no"),
        ("server_name ~^(?<x>.+)b$;", "return 404;", "yes"),
        ("server_name ~^a$;", "return 404;", "no"),
        (r"server_name ~^x\.w\.x$;", "return 404;", "no"),
        ("server_name $hostname;", "return 404;", "yes"),
    ],
)
def test_a_server_whose_name_another_has(names, first, answer):
    document = http(
        f"server {{ listen 80 http2; server_name a *.w.x t.* ~^AB?; location / {{ {first} }} }}"
        f"server {{ listen 80; {names} location / {{ grpc_pass a:1; }} }}"
    )
    assert document["servers"][1]["locations"][0]["arrival"]["answer"] == answer


@pytest.mark.parametrize(
    ("names", "first", "lost"),
    [
        ("server_name a b;", "return 404;", "a"),
        ("server_name b A;", "return 404;", "A"),
        ("server_name b *.v.w.x;", "return 404;", None),
        (r"server_name b ~^q\.w\.x$;", "return 404;", r"~^q\.w\.x$"),
        ("server_name a b;", "grpc_pass a:1;", None),
        ("server_name a b;", "if ($http_x) { return 404; } grpc_pass a:1;", None),
        ("server_name _ b;", "return 404;", None),
        ("server_name a;", "return 404;", None),
        ("listen 81 http2; server_name a b;", "return 404;", None),
        ("server_name b c;", "return 404;", None),
    ],
)
def test_a_name_that_another_has(names, first, lost):
    document = http(
        f"server {{ listen 80 http2; server_name a *.w.x; location / {{ {first} }} }}"
        f"server {{ listen 80; {names} location @x {{ grpc_pass a:1; }}"
        " location / { grpc_pass a:1; } location /s/ { grpc_pass a:1; } }"
    )
    found = [
        item["arrival"].get("lost", {}).get("name") for item in document["servers"][1]["locations"]
    ]
    assert found == [None, lost, None]


def test_calls_of_a_name_that_another_has_go_where_their_paths_lead():
    """Its location of the same path has only some of them."""
    document = http(
        "server { listen 80 http2; server_name a; location / { return 404; }"
        " location /x.Y/ { grpc_pass a:1; } }"
        "server { listen 80; server_name a; location / { grpc_pass a:1; } }"
    )
    assert document["servers"][1]["locations"][0]["arrival"]["answer"] == "unknown"


def test_what_was_not_read_saves_nothing_and_promises_nothing(tmp_path):
    text = (
        "events {{}} http {{ server {{ include gone.conf; location / {{ {} grpc_pass a:1; }} }} }}"
    )
    answers = []
    for more in ("", "return 404;"):
        (tmp_path / "nginx.conf").write_text(text.format(more))
        answers.append(location(read_file(tmp_path / "nginx.conf"))["arrival"]["answer"])
    assert answers == ["unknown", "no"]


@pytest.mark.parametrize(
    "text",
    [
        "set $u up; " + 'set $u "$u$u"; ' * 40 + "if ($u = 1) { return 403; }",
        'set $u up; if ($http_x) { set $u "$u$u$u$u$u"; } if ($u = 1) { return 403; }' * 20,
        "if ($a) { return 403; }",
    ],
)
def test_values_that_grow_are_bounded(text):
    many = " ".join(f"~{at} $b$b;" for at in range(8))
    maps = f"map $b $a {{ {many} }} map $a $b {{ {many.replace('b', 'a')} }}"
    document = http(f"{maps} server {{ location / {{ {text} grpc_pass a:1; }} }}")
    assert location(document)["arrival"]["answer"] in ("yes", "unknown")


def test_a_hostile_text_takes_no_time():
    many = " ".join(f"if ($http_x{at}) {{ set $a{at} 1; }}" for at in range(30))
    rewrites = " ".join(f'rewrite "^(a?){{9}}(.*{at}.*)+$" /$1$2 last;' for at in range(200))
    locations = " ".join(f"location /{at} {{ {many} grpc_pass a:1; }}" for at in range(50))
    started = time.process_time()
    document = server(f"{rewrites} {locations}")
    assert time.process_time() - started < 20
    answers = [item["arrival"]["answer"] for item in document["servers"][0]["locations"]
               if "arrival" in item]  # fmt: skip
    assert answers == ["unknown"] * 50


@pytest.mark.parametrize(
    ("condition", "met"),
    [
        ("$http_te", "every"),
        ("$request_method = POST", "every"),
        ("$request_method = GET", None),
        ("$http_origin", None),
        ("$http_x_debug", "some"),
        ("$uri ~ Greeter", "some"),
    ],
)
def test_ifs_that_calls_meet(condition, met):
    document = server(f"location / {{ if ({condition}) {{ add_header X-A a; }} {PASS} }}")
    assert condition_of(document).get("met") == met


def condition_of(document):
    """The first `if` of a document."""
    return next(place for place in document["servers"][0]["locations"] if place["modifier"] == "if")


def test_the_last_if_that_is_met_counts():
    document = server(
        "location / { if ($http_te) { add_header X-A a; }"
        f" if ($request_method = POST) {{ add_header X-B b; }} {PASS} }}"
    )
    met = [item.get("met") for item in document["servers"][0]["locations"] if item["parent"]]
    assert met == [None, "every"]


def test_an_if_of_calls_that_are_sent_here_as_well():
    document = server(
        f"location /a/ {{ if ($arg_x) {{ add_header X-A a; }} {PASS} }}"
        " location /b/ { rewrite ^/b(.*)$ /a$1?x=1 last; }"
    )
    assert condition_of(document)["met"] == "some"


def test_ifs_behind_a_limit_except_are_not_in_effect():
    document = server(
        "location / { limit_except GET { allow all; }"
        f" if ($http_te) {{ add_header X-A a; }} {PASS} }}"
    )
    assert "met" not in condition_of(document)


def test_ifs_where_a_module_decides():
    document = server(
        "location / { access_by_lua_block { x() }"
        f" if ($http_te) {{ add_header X-A a; }} {PASS} }}"
    )
    assert condition_of(document)["met"] == "every"


def test_ifs_where_the_walk_is_too_long():
    many = "".join(f"if ($http_x{n}) {{ set $a{n} 1; }} " for n in range(9))
    document = server(f"location / {{ {many} if ($http_te) {{ add_header X-A a; }} {PASS} }}")
    assert [item["met"] for item in document["servers"][0]["locations"] if item["parent"]][-1:] == [
        "some"
    ]
