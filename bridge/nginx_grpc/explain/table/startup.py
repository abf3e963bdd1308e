"""What `nginx -t`, a start or a reload says of the configuration's text."""

from nginx_grpc.explain.entries import Entry, network, none, rule

__all__ = ["ENTRIES"]

_TEST = "tests/live/test_ng502_needs_newer_nginx.py"

NEWER = Entry(
    "needs-newer-nginx",
    "nginx does not start, or keeps the configuration that it had: this version does not know what "
    "is written.",
    (
        rule("NG502", "the directive or parameter came with a later version of nginx"),
        rule("NG101", "proxy_http_version 2 is none of this version: gRPC goes by grpc_pass"),
        rule("", "the module is not loaded, or the name is misspelt"),
    ),
    (
        'unknown directive "…"',
        'invalid number of arguments in "keepalive" directive …',
        'invalid value "…"',
        'invalid parameter "…"',
        '"resolver" directive is not allowed here …',
    ),
    _TEST,
)
SPELLING = Entry(
    "old-spelling",
    "nginx warns of a spelling that later versions drop; it works.",
    (rule("NG501", "this version has another spelling for it"),),
    (
        'the "listen ... http2" directive is deprecated, use the "http2" directive instead',
        'the "…" directive is obsolete, use the "…" directive instead',
        'the "…" directive is deprecated, …',
    ),
    "tests/live/test_ng501_listen_http2.py",
)
TARGET = Entry(
    "target-not-taken",
    "nginx does not start: it can't use the address in grpc_pass or in an upstream block.",
    (
        rule(
            "",
            "grpc_pass takes grpc:// or grpcs:// with a host and port, a unix socket or the name "
            "of an upstream block, and no path",
        ),
        network("the name has no address at the moment of the start", "Does it resolve there?"),
    ),
    (
        'invalid host in upstream "…"',
        'no port in upstream "…"',
        'invalid port in upstream "…"',
        'no host in upstream "…"',
        'upstream "…" may not have port …',
        'host not found in upstream "…"',
        "invalid URL prefix",
        'no servers in upstream "…"',
        "no servers are inside upstream",
        "grpcs protocol requires SSL support",
        "no resolver defined to resolve names at run time in upstream …",
        'resolving names at run time requires upstream "…" …',
        'service upstream "…" …',
        "load balancing method does not support resolving names at run time in upstream …",
        'duplicate upstream "…"',
    ),
    "tests/live/test_grpc_pass_forms.py",
)
TEXT = Entry(
    "configuration-not-taken",
    "nginx does not start, or keeps the configuration that it had: its text is wrong.",
    (rule("", "the line that it names"),),
    (
        '"…" directive is duplicate …',
        '"…" directive is not allowed here …',
        "duplicate location …",
        'duplicate "…" …',
        'invalid number of arguments in "…" directive …',
        'directive "…" is not terminated …',
        'unexpected "…" …',
        "unexpected end of file…",
        'cannot load certificate "…"…',
        "no grpc_ssl_trusted_certificate for grpc_ssl_verify",
        'no "grpc_ssl_certificate_key" is defined …',
        '"grpc_ssl_certificate_cache" must have the "max" parameter',
        'invalid condition "…"',
        'unknown "…" variable',
        'open() "…" failed (…) in …',
        "bind() to … failed (…)",
        "route is …",
        "service is empty",
        'balancing method does not support parameter "…"',
        'invalid address "…"',
        'invalid local address "…"',
        "transparent proxying is not supported on this platform, ignored",
        "SSL_CTX_set_alpn_protos() failed",
        "configuration file … test failed",
        "still could not bind()",
    ),
    "tests/live/test_grpc_pass_forms.py",
)
NAMES = Entry(
    "server-name-ignored",
    "Two server blocks of one port have the same name: calls to it come to the first one.",
    (
        rule("NG209", "the first block passes no calls on", "location.arrival"),
        rule("", "the second block is never used for this name"),
    ),
    ('conflicting server name "…" on … ignored',),
    "tests/live/test_explained_lines.py",
)
FINE = Entry(
    "configuration-taken",
    "nginx tells of itself.",
    (none("nothing is wrong"),),
    (
        "the configuration file … syntax is ok",
        "configuration file … test is successful",
        "protocol options redefined for …",
        "could not build optimal …, you should increase …",
        'server name "…" has suspicious symbols',
        'duplicate value "…" …',
        "duplicate MIME type …",
        'the "user" directive makes sense only if …',
        "could not open error log file: …",
        '"ssl_stapling" ignored, …',
        '"…" is not supported on this platform, ignored',
    ),
    "src/http/ngx_http_core_module.c",
)

ENTRIES = (NEWER, SPELLING, TARGET, TEXT, NAMES, FINE)
