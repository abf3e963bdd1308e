"""What nginx logs of a request before it is passed on: its first bytes, its body, its location.

nginx's `ngx_http_request.c`, `ngx_http_request_body.c`, `ngx_http_core_module.c` and modules that
answer before grpc_pass.
"""

from nginx_grpc.explain.entries import Entry, client, none, rule
from nginx_grpc.explain.meanings import connections
from nginx_grpc.explain.meanings.statuses import BY_STATUS

__all__ = ["ENTRIES"]

_REQUEST = "src/http/ngx_http_request.c"
_BODY = "src/http/ngx_http_request_body.c"
_CORE = "src/http/ngx_http_core_module.c"

BODY_TOO_LARGE = BY_STATUS[413].said(
    "client intended to send too large chunked body: …",
    "client intended to send too large body: …",
    shown_by="tests/live/test_ng302_client_body_size.py",
)
NOT_HTTP2 = connections.HTTP1.said(
    "client sent invalid request while reading client request line",
    shown_by="tests/live/test_ng201_http2_listener.py",
)
NO_ALPN = connections.ALPN.said(
    "SSL_do_handshake() failed (SSL: …no application protocol…) while SSL handshaking",
    "SSL_do_handshake() failed (SSL: …no suitable application protocol…) while SSL handshaking",
    shown_by="tests/live/test_ng201_http2_listener.py",
)
PROXY_PROTOCOL = Entry(
    "no-proxy-line",
    "listen says proxy_protocol, and what came first was no PROXY line: nginx closed the "
    "connection.",
    (
        rule(
            "",
            "the load balancer does not send the PROXY protocol, or clients reach the port past "
            "it: take proxy_protocol off this listen, or give them one without",
        ),
    ),
    (
        "broken header: …",
        "header is too large",
        "unknown PROXY protocol version: …",
        "unknown PROXY protocol TLV …",
        "broken PROXY protocol TLV",
        "invalid PROXY protocol TLV …",
    ),
    "tests/live/test_explained_lines.py",
)
PLAIN_TO_TLS = Entry(
    "plaintext-to-tls-port",
    "A client spoke plaintext to a TLS port: 400.",
    (
        client(
            "it is set up without TLS (insecure, plaintext)",
            "Does the client dial with TLS credentials?",
        ),
    ),
    ("client sent plain HTTP request to HTTPS port",),
    "tests/live/test_explained_lines.py",
)
FORBIDDEN = Entry(
    "access-denied",
    "nginx did not let the call in: 403 (PERMISSION_DENIED), 401 (UNAUTHENTICATED).",
    (
        rule("NG209", "a rule of access keeps every call away", "location.arrival"),
        client(
            "the client is not among those that are allowed, or lacks its credentials",
            "Where does it call from, and with which credentials?",
        ),
    ),
    (
        "access forbidden by rule",
        "client sent no required SSL certificate",
        "client SSL certificate verify error: …",
        "no user/password was provided for basic authentication",
        "user …: password mismatch",
        "user … was not found in …",
    ),
    "tests/live/test_ng209_unreachable_pass.py",
)
LIMITED = Entry(
    "limited",
    "nginx refused the call by a limit: 503 (UNAVAILABLE), or what limit_req_status and "
    "limit_conn_status say.",
    (
        rule(
            "NG308",
            "limit_conn lets fewer calls through than there are at once",
            needs=("expected_concurrency",),
        ),
        rule(
            "",
            "limit_req or limit_conn is tighter than the calls come; long streams count in "
            "limit_conn as long as they last",
        ),
        client("a client calls too often", "Which client, and does it retry at once?"),
    ),
    (
        "limiting requests, excess: …",
        "limiting connections by zone …",
        "delaying request, excess: …",
        "limiting requests, dry run, …",
        "limiting connections, dry run, …",
        "delaying request, dry run, …",
    ),
    "src/http/modules/ngx_http_limit_req_module.c",
)
FILES = Entry(
    "served-as-file",
    "nginx looked for a file instead of passing the call on: 404 (UNIMPLEMENTED) or 405.",
    (
        rule(
            "NG207",
            "a location inside the gRPC location has no grpc_pass of its own",
            "location.handler",
        ),
        rule("NG209", "what stands before grpc_pass keeps calls from it", "location.arrival"),
        rule(
            "",
            "no location with grpc_pass has this path, or the server is not the one that was meant",
            "location.handler",
        ),
        client("it calls another service or name", "Which path and :authority does it send?"),
    ),
    (
        'open() "…" failed (…: No such file or directory)',
        'open() "…" failed (…: Not a directory)',
        'directory index of "…" is forbidden',
        "no handler found",
    ),
    "tests/live/test_ng207_nested_location.py",
)
CYCLE = Entry(
    "redirect-cycle",
    "The call went in circles or into a location that is not there: 500 (UNKNOWN).",
    (
        rule("NG209", "rewrites or try_files lead calls in a circle", "location.arrival"),
        rule("NG110", "an error page names a location that is not there", "location.error_page"),
    ),
    (
        "rewrite or internal redirection cycle while …",
        "could not find named location …",
        "empty URI in redirect to named location …",
        "subrequests cycle while processing …",
    ),
    "tests/live/test_ng209_unreachable_pass.py",
)
BUFFERED = Entry(
    "body-read-first",
    "nginx read the whole request before it passed it on: a stream that waits for answers hangs.",
    (
        rule(
            "NG305",
            "mirror, modsecurity or Lua needs the body (mirror_request_body off)",
            "location.handler",
        ),
        none("it is a request of another kind: proxy_pass reads bodies first"),
    ),
    ("a client request body is buffered to a temporary file …",),
    "src/core/ngx_output_chain.c",
)
CONNECTIONS = Entry(
    "out-of-connections",
    "nginx has no connection left: calls and health checks fail.",
    (
        rule(
            "",
            "worker_connections is too small: each call needs a connection to the client and one "
            "to the server, idle pooled ones count too",
        ),
    ),
    (
        "… worker_connections are not enough",
        "… worker_connections are not enough, reusing connections",
        "accept4() failed (24: Too many open files)",
        "accept() failed (24: Too many open files)",
        "socket() failed (24: Too many open files)",
    ),
    "src/core/ngx_connection.c",
)
NOT_GRPC = Entry(
    "not-grpc",
    "A line of ordinary web traffic, of a scanner or of nginx's own life.",
    (none("it has nothing to do with gRPC"),),
    (
        "client sent invalid request",
        "client sent invalid method",
        "client sent invalid version",
        "client sent invalid host …",
        "client sent too long URI",
        "client sent too large request",
        "client sent too long header line: …",
        "client sent invalid header line: …",
        "client sent unsafe win32 URI",
        "client sent duplicate header line: …",
        "client sent duplicate host header: …",
        "client sent HTTP/1.1 request without …",
        "client sent HTTP/1.0 request with …",
        'client sent "Content-Length" and "Transfer-Encoding" headers at the same time',
        "client sent unknown …",
        "client sent CONNECT …",
        "client sent TRACE method",
        "client sent invalid chunked body",
        "client … closed keepalive connection",
        "kevent() reported that client … closed keepalive connection",
        "kevent() reported about an closed connection",
        "client timed out",
        "client closed connection",
        "SSL_do_handshake() failed (…) while SSL handshaking",
        "SSL_do_handshake() failed",
        "peer closed connection in SSL handshake",
        "SSL_read() failed",
        "SSL_write() failed",
        "SSL_shutdown() failed",
        "SSL_read_early_data() failed",
        "SSL_write_early_data() failed",
        "SSL_sendfile() failed",
        "handshake rejected",
        "SSL renegotiation disabled",
        "OCSP …",
        "ssl_stapling …",
        "delaying unauthorized request",
        "an upstream response is buffered to a temporary file …",
        "upstream cache …",
        "FastCGI sent in stderr: …",
        "using the … event method",
        "built by …",
        "nginx/…",
        "OS: …",
        "getrlimit(RLIMIT_NOFILE): …",
        "start worker process…",
        "start cache …",
        "start worker processes",
        "signal … received…",
        "signal process started",
        "reconfiguring",
        "reopening logs",
        "gracefully shutting down",
        "worker process … exited with code 0",
        "cache manager process … exited with code 0",
        "cache loader process … exited with code 0",
        "exiting",
        "exit",
        "http file cache: …",
        "open socket #… left in connection …",
        "aborting",
        "non-absolute path … not pushed",
    ),
    _REQUEST,
)
INTERNAL = Entry(
    "nginx-request-internal",
    "nginx met a state of a request that should not be.",
    (rule("", "a fault of nginx or of a module: report it with the version"),),
    (
        "negative request body rest",
        "too large pipelined header after reading body",
        "duplicate last buf in save filter",
        "body already in file",
        "too large header to copy",
        "… failed: … on … using …",
        "subrequest: … logged again",
        "http finalize non-active request: …",
        "http request count is zero",
        "http request already closed",
        "header already sent",
        '"alias" cannot be used in location …',
        "request reference counter overflow while processing …",
        "nested in-memory subrequest …",
        "setsockopt(…) failed",
        "too small buffer for PROXY protocol",
        "ASN1_STRING_to_UTF8() failed",
    ),
    _BODY,
)
CRASHED = Entry(
    "worker-crashed",
    "A worker of nginx died: every call on it was lost (UNAVAILABLE, connection reset).",
    (
        rule("", "a fault of nginx or of a module in it: report it with the version"),
        rule(
            "NG402",
            "versions with CVE-2026-42055 can be made to crash by long headers",
            "server.large_client_header_buffers",
        ),
    ),
    ("worker process … exited on signal …", "worker process … exited with fatal code …"),
    "src/os/unix/ngx_process.c",
)

ENTRIES = (
    BODY_TOO_LARGE,
    NOT_HTTP2,
    NO_ALPN,
    PROXY_PROTOCOL,
    PLAIN_TO_TLS,
    FORBIDDEN,
    LIMITED,
    FILES,
    CYCLE,
    BUFFERED,
    CONNECTIONS,
    NOT_GRPC,
    INTERNAL,
    CRASHED,
)
