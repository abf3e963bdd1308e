"""What nginx logs while it connects to a gRPC server, writes to it and reads from it.

nginx's `ngx_http_upstream.c`, and what it calls for connections and TLS.
"""

from nginx_grpc.explain.entries import (
    GRPC,
    HTTP,
    Candidate,
    Entry,
    network,
    none,
    rule,
    server,
)

__all__ = ["ENTRIES"]

_SOURCE = "src/http/ngx_http_upstream.c"
_HEADER = "while reading response header from upstream"
_BODY = "while reading upstream"
_SENDING = "while sending request to upstream"
_CONNECTING = "while connecting to upstream"
_HANDSHAKE = "while SSL handshaking to upstream"

_CALLS = ("recv()", "readv()", "writev()", "send()", "sendfile()", "SSL_read()", "SSL_write()")
_GONE = ("Connection reset by peer", "Broken pipe")


def _reset(phase: str) -> tuple[str, ...]:
    return tuple(f"{call} failed (…: {reason}) {phase}" for call in _CALLS for reason in _GONE)


_STALE: tuple[Candidate, ...] = (
    rule(
        "NG103",
        "the connection came from nginx's pool, and the server had closed it as idle",
        "upstream.keepalive_timeout",
        schemes=GRPC,
    ),
    rule(
        "NG203",
        "the connection had reached the server's MaxConnectionAge",
        "upstream.keepalive_time",
        schemes=GRPC,
        needs=("max_connection_age",),
    ),
)
_SHARED = rule(
    "NG218",
    "a pool is shared by proxy_pass and grpc_pass: the connection was left by the other kind",
    "upstream.shared",
)
_TO_TLS = (
    rule(
        "NG102",
        "grpc_pass names no scheme, which means plaintext, and the server speaks TLS",
        "location.target",
        schemes=("grpc",),
    ),
    rule(
        "",
        "the server speaks TLS and grpc_pass says grpc://, or it wants a client's certificate and "
        "there is no grpc_ssl_certificate",
        "location.target",
        schemes=GRPC,
    ),
)
_SPOKEN = rule(
    "NG101",
    "the call went out by proxy_pass, as HTTP/1, to a server that speaks HTTP/2 alone",
    "location.handler",
    schemes=HTTP,
)
_RESTARTED = server(
    "the server process or its pod ended, or something between closed the connection",
    "Did it restart, was it rolled out or killed (OOM) at that time? After how long does it, or a "
    "load balancer before it, close idle connections?",
)
_OTHER_PORT = server(
    "what listens there speaks no HTTP/2: a web server, or another port of the service",
    "Which port speaks gRPC?",
)
_SLOW = server(
    "the server was slow",
    "How long do these calls take when the server is called directly?",
)

RESET = Entry(
    "upstream-reset",
    "The gRPC server reset the connection after nginx had sent it the call. The client gets 502 "
    "(UNAVAILABLE), and nothing in nginx retries it: the call's headers were sent.",
    (*_STALE, *_TO_TLS, _SHARED, _SPOKEN, _RESTARTED),
    (*_reset(_HEADER), *_reset(_SENDING)),
    "tests/live/test_ng103_keepalive_timeout.py",
)
CLOSED = Entry(
    "upstream-closed",
    "The gRPC server closed the connection after nginx had sent it the call and before any answer. "
    "The client gets 502 (UNAVAILABLE), and nothing in nginx retries it.",
    (
        *_STALE,
        *_TO_TLS,
        _SHARED,
        _SPOKEN,
        _RESTARTED,
        _OTHER_PORT,
    ),
    (
        f"upstream prematurely closed connection {_HEADER}",
        f"upstream prematurely closed connection {_SENDING}",
        f"upstream prematurely closed connection {_CONNECTING}",
        f"peer closed connection in SSL handshake … {_HEADER}",
        "upstream prematurely closed connection",
    ),
    "tests/live/test_ng103_keepalive_timeout.py, tests/live/test_ng102_grpc_pass_scheme.py",
)
STREAM_CUT = Entry(
    "stream-cut",
    "The connection to the gRPC server ended in the middle of a stream, after the response "
    "headers. The client gets RST_STREAM (INTERNAL); no error page applies.",
    (
        rule(
            "NG203",
            "the stream lived longer than the server's MaxConnectionAge and its grace",
            "upstream.keepalive_time",
            schemes=GRPC,
            needs=("max_connection_age",),
        ),
        _SPOKEN,
        _RESTARTED,
    ),
    (*_reset(_BODY), f"upstream prematurely closed connection {_BODY}"),
    "tests/live/test_upstream_pool.py",
)
REFUSED = Entry(
    "upstream-refused",
    "Nobody listens at the address: nginx could not connect. nginx tries the next server, if there "
    "is one and grpc_next_upstream says error; else the client gets 502 (UNAVAILABLE).",
    (
        rule(
            "NG105",
            "there is another server, and grpc_next_upstream does not let nginx try it",
            "location.grpc_next_upstream",
            schemes=GRPC,
        ),
        rule("NG107", "there is no other server to take over", "upstream.servers", schemes=GRPC),
        rule(
            "NG603",
            "an annotation of the Ingress that is to let nginx try the next server does nothing "
            "for gRPC",
            "location.grpc_next_upstream",
            schemes=GRPC,
        ),
        server(
            "the server is not running, or listens elsewhere",
            "Is it up, on this address and port, and ready before it is sent calls?",
        ),
    ),
    (
        f"connect() failed (…: Connection refused) {_CONNECTING}",
        f"connect() failed (…: No such file or directory) {_CONNECTING}",
        f"connect() failed (…: Connection reset by peer) {_CONNECTING}",
        f"recv() failed (…: Connection refused) {_HEADER}",
        "connect() to … failed (…: Connection refused)",
        "connect() to … failed (…: No such file or directory)",
        f"kevent() reported that connect() failed (…) {_CONNECTING}",
    ),
    "tests/live/test_ng105_next_upstream.py",
)
NO_PORTS = Entry(
    "local-ports-exhausted",
    "nginx ran out of local ports for connections to the gRPC server.",
    (
        rule(
            "NG104",
            "every call opens a connection of its own, because there is no pool",
            "upstream.keepalive",
            schemes=GRPC,
        ),
        network("too many connections to one address: more local ports or addresses are needed"),
    ),
    (
        "connect() failed (…: Cannot assign requested address)",
        "connect() to … failed (…: Cannot assign requested address)",
    ),
    _SOURCE,
)
UNREACHABLE = Entry(
    "upstream-unreachable",
    "The system has no way to the gRPC server's address, or forbids it.",
    (
        network(
            "no route, a network policy, a firewall, or SELinux and the rights of a unix socket",
            "Can the machine of nginx, as nginx's user, connect to this address?",
        ),
    ),
    (
        "connect() failed (…: No route to host)",
        "connect() failed (…: Host is unreachable)",
        "connect() failed (…: Network is unreachable)",
        "connect() failed (…: Network unreachable)",
        "connect() failed (…: Permission denied)",
        "connect() failed (…: Resource temporarily unavailable)",
        "connect() failed (…: Connection timed out)",
        "connect() failed (…: Operation timed out)",
        "connect() failed (…)",
        "connect() to … failed (…)",
        "bind(…) failed",
        "getsockname() failed (…) while connecting to upstream",
    ),
    _SOURCE,
)
NO_LIVE = Entry(
    "no-live-upstreams",
    "nginx has taken every server of the upstream out, for fail_timeout each, and answers 502 at "
    "once without asking any.",
    (
        rule(
            "NG205",
            "max_fails counted single resets or the clients' deadlines as failures of good servers",
            "upstream.max_fails",
            schemes=GRPC,
        ),
        rule(
            "NG308",
            "each server has as many calls as max_conns lets it have, and gets no other one",
            needs=("expected_concurrency",),
        ),
        rule("NG209", "every server of the upstream is marked down", "location.arrival"),
        server(
            "the servers do fail",
            "What did the lines before this one say of each server?",
        ),
    ),
    ("no live upstreams",),
    "tests/live/test_ng205_max_fails.py",
)
DISABLED = Entry(
    "upstream-disabled",
    "nginx takes this server out for fail_timeout (10s by default), because it failed max_fails "
    "times (once by default).",
    (
        rule(
            "NG205",
            "a single reset or a client's deadline counts as a failure",
            "upstream.max_fails",
            schemes=GRPC,
        ),
        server("the server does fail", "What did the line before this one say of it?"),
    ),
    ("upstream server temporarily disabled",),
    "tests/live/test_ng205_max_fails.py",
)
CONNECT_TIMEOUT = Entry(
    "connect-timeout",
    "The gRPC server's machine did not answer nginx within grpc_connect_timeout: 504 "
    "(UNAVAILABLE), or the next server.",
    (
        rule(
            "NG211",
            "grpc_connect_timeout is 0, which is over at once",
            "location.grpc_connect_timeout",
            schemes=GRPC,
        ),
        rule(
            "NG212",
            "calls are held long before the next server is tried",
            "location.grpc_connect_timeout",
            schemes=GRPC,
        ),
        network(
            "packets are lost: the machine is gone, or a firewall drops them",
            "Does anything answer at this address and port from the machine of nginx?",
        ),
    ),
    (
        f"upstream timed out (…) {_CONNECTING}",
        f"upstream timed out (…) {_HANDSHAKE}",
    ),
    "tests/live/test_ng212_connect_timeout.py",
)
READ_TIMEOUT = Entry(
    "read-timeout",
    "The gRPC server sent nothing for grpc_read_timeout before its response headers: 504 "
    "(UNAVAILABLE).",
    (
        rule(
            "NG211",
            "grpc_read_timeout is 0, which is over at once",
            "location.grpc_read_timeout",
            schemes=GRPC,
        ),
        rule(
            "NG210",
            "proxy_read_timeout was set, which has no effect on grpc_pass",
            "location.grpc_read_timeout",
            schemes=GRPC,
        ),
        rule(
            "NG106",
            "calls may take longer than grpc_read_timeout before the first message",
            "location.grpc_read_timeout",
            schemes=GRPC,
            needs=("longest_silence",),
        ),
        _SPOKEN,
        _SLOW,
    ),
    (f"upstream timed out (…) {_HEADER}",),
    "tests/live/test_ng106_read_timeout.py",
)
STREAM_TIMEOUT = Entry(
    "stream-timeout",
    "The gRPC server sent nothing in a stream for grpc_read_timeout. The client gets RST_STREAM "
    "(INTERNAL, error code 2); no error page applies.",
    (
        rule(
            "NG210",
            "proxy_read_timeout was set, which has no effect on grpc_pass",
            "location.grpc_read_timeout",
            schemes=GRPC,
        ),
        rule(
            "NG106",
            "the stream is silent for longer than grpc_read_timeout",
            "location.grpc_read_timeout",
            schemes=GRPC,
            needs=("longest_silence",),
        ),
        _SPOKEN,
        server(
            "the server hangs",
            "How long may this stream be silent? HTTP/2 pings of the server keep it open.",
        ),
    ),
    (f"upstream timed out (…) {_BODY}",),
    "tests/live/test_ng106_read_timeout.py",
)
SEND_TIMEOUT = Entry(
    "send-timeout",
    "The gRPC server took nothing from nginx for grpc_send_timeout: 504.",
    (
        rule(
            "NG211",
            "grpc_send_timeout is 0, which is over at once",
            "location.grpc_send_timeout",
            schemes=GRPC,
        ),
        server(
            "the server does not read: its flow control is exhausted",
            "Does it read this stream, or is it stuck?",
        ),
    ),
    (f"upstream timed out (…) {_SENDING}", "upstream timed out (…)", "upstream timed out"),
    "tests/live/test_timeouts.py",
)
NO_HTTP = Entry(
    "answer-not-http",
    "nginx took the gRPC server's HTTP/2 for HTTP/0.9: a call went out by proxy_pass. C-core says "
    "UNKNOWN (status 0), grpc-go INTERNAL; the access log has status 009.",
    (
        rule(
            "NG101",
            "gRPC comes to a location with proxy_pass",
            "location.handler",
            schemes=HTTP,
        ),
        rule(
            "NG218",
            "a pool is shared by proxy_pass and grpc_pass: a web request got a connection of gRPC",
            "upstream.shared",
            schemes=HTTP,
        ),
        server("the server does not speak HTTP/1 at all", schemes=HTTP),
    ),
    (f"upstream sent no valid HTTP/1.0 header {_HEADER}", "upstream sent no valid HTTP/1.0 header"),
    "tests/live/test_ng101_grpc_pass.py",
)
HEADER_TOO_BIG = Entry(
    "response-headers-too-large",
    "The gRPC server's response headers or trailers do not fit into grpc_buffer_size: 502, or "
    "INTERNAL for trailers.",
    (
        rule(
            "NG306",
            "grpc_buffer_size is smaller than the metadata (from 1.31.3 a single value of more "
            "than about 3 KB is too much for the default)",
            "location.grpc_buffer_size",
            schemes=GRPC,
            needs=("response_metadata",),
        ),
        server(
            "the server sends much metadata: rich errors in grpc-status-details-bin, cookies",
            "How large are its response headers and trailers?",
        ),
    ),
    ("upstream sent too big header",),
    "tests/live/test_metadata.py",
)
PLAINTEXT_SERVER = Entry(
    "tls-to-plaintext",
    "nginx speaks TLS to a gRPC server that does not: every call is 502.",
    (
        rule(
            "",
            "grpc_pass says grpcs://, and the server speaks plaintext: write grpc://",
            "location.target",
            schemes=("grpcs",),
        ),
        server("its TLS is not switched on at this port", "Which port speaks TLS?"),
    ),
    (
        "upstream prematurely sent response",
        f"SSL_do_handshake() failed (SSL: …wrong version number…) {_HANDSHAKE}",
        f"SSL_do_handshake() failed (SSL: …packet length too long…) {_HANDSHAKE}",
        f"SSL_do_handshake() failed (SSL: …record layer failure…) {_HANDSHAKE}",
    ),
    "tests/live/test_explained_lines.py",
)
SNI = Entry(
    "tls-name-missing",
    "The gRPC server broke off the TLS handshake: it found no certificate for the name that nginx "
    "said, or did not say.",
    (
        rule(
            "NG405",
            "nginx says no name (SNI), and the server picks its certificate by it",
            "location.grpc_ssl_server_name",
            schemes=("grpcs",),
        ),
        rule(
            "",
            "the name is a wrong one: it is that of grpc_pass or of grpc_ssl_name",
            "location.grpc_ssl_name",
            schemes=("grpcs",),
        ),
        server("the server has no certificate", "Which names does it have certificates for?"),
    ),
    (
        f"SSL_do_handshake() failed (SSL: …alert internal error…) {_HANDSHAKE}",
        f"SSL_do_handshake() failed (SSL: …unrecognized name…) {_HANDSHAKE}",
    ),
    "tests/live/test_ng405_upstream_sni.py",
)
TLS_REFUSED = Entry(
    "tls-handshake-failed",
    "nginx and the gRPC server did not agree on TLS: every call is 502.",
    (
        rule(
            "",
            "the server wants a client's certificate (grpc_ssl_certificate and its key), or speaks "
            "none of grpc_ssl_protocols and grpc_ssl_ciphers",
            "location.grpc_ssl_protocols",
            schemes=("grpcs",),
        ),
        rule(
            "NG405",
            "nginx says no name (SNI), and the server wants one",
            "location.grpc_ssl_server_name",
            schemes=("grpcs",),
        ),
        server(
            "the server refuses nginx's certificate, version or ciphers",
            "What does the server's own log say of this handshake?",
        ),
    ),
    (
        f"SSL_do_handshake() failed (…) {_HANDSHAKE}",
        f"peer closed connection in SSL handshake … {_HANDSHAKE}",
        f"peer closed connection in SSL handshake {_HANDSHAKE}",
        f"handshake rejected {_HANDSHAKE}",
        f"SSL_read() failed (SSL: …alert…) {_HEADER}",
        "SSL_set_alpn_protos() failed",
        "SSL_set_tlsext_host_name(…) failed",
        *(f"{call} failed (…) {_HANDSHAKE}" for call in ("recv()", "send()", "writev()")),
    ),
    "tests/live/test_explained_lines.py",
)
UNTRUSTED = Entry(
    "tls-not-trusted",
    "The gRPC server's certificate did not pass grpc_ssl_verify: every call is 502.",
    (
        rule(
            "NG401",
            "grpc_ssl_verify is on with another CA than the server's: grpc_ssl_trusted_certificate "
            "has to hold the one that issued it, with what is between",
            "location.grpc_ssl_trusted_certificate",
            schemes=("grpcs",),
        ),
        rule(
            "",
            "the certificate is for another name: grpc_ssl_name says which one is expected",
            "location.grpc_ssl_name",
            schemes=("grpcs",),
        ),
        server(
            "its certificate has expired, or it does not send the intermediate ones",
            "openssl s_client -alpn h2 -showcerts -connect HOST:PORT: who issued it, until when?",
        ),
    ),
    ("upstream SSL certificate verify error: (…)", "upstream SSL certificate does not match …"),
    "tests/live/test_ng401_upstream_tls_verify.py",
)
NO_PORT = Entry(
    "target-without-port",
    "A variable of grpc_pass gave a name without a port that is no upstream block: 500 (UNKNOWN) "
    "on every such call.",
    (
        rule("NG208", "a value of the variable has no port", "location.target"),
        rule("NG403", "the client chooses the value", "location.target"),
    ),
    (
        "no port in upstream …",
        "no host in upstream …",
        "invalid host in upstream …",
        "invalid port in upstream …",
        "empty URL in …",
        "the INET6 sockets are not supported on this platform in upstream …",
    ),
    "tests/live/test_ng208_dynamic_target.py",
)
URL_PREFIX = Entry(
    "url-prefix-invalid",
    "A variable gave proxy_pass a URL that it does not take, as grpc://: 500 (UNKNOWN) on every "
    "such call.",
    (
        rule("NG101", "gRPC is sent by proxy_pass", "location.handler"),
        rule("NG403", "the client chooses the value", "location.target"),
    ),
    ("invalid URL prefix in …",),
    "tests/live/test_ng101_grpc_pass.py",
)
NO_RESOLVER = Entry(
    "no-resolver",
    "grpc_pass has a variable with a host name, and there is no resolver: 502 on every call.",
    (rule("NG208", "a host name in a variable target needs a resolver", "location.resolver"),),
    ("no resolver defined to resolve …",),
    "tests/live/test_ng208_dynamic_target.py",
)
UNRESOLVED = Entry(
    "name-not-resolved",
    "The resolver has no address for the gRPC server's name: 502.",
    (
        network(
            "the name does not exist (3: Host not found), or the name server does not answer (110)",
            "Does the name server of `resolver` know this name, in full (service.namespace.svc."
            "cluster.local)? nginx reads no search list of resolv.conf.",
        ),
        rule("NG403", "the client chooses the name", "location.target"),
    ),
    ("… could not be resolved (…)",),
    "tests/live/test_ng208_dynamic_target.py",
)
RESPONSE_BROKEN = Entry(
    "response-broken",
    "The server's response contradicts itself, and nginx does not pass it on.",
    (server("it is a fault of the server", "What does it send as response headers?"),),
    (
        'upstream sent "Content-Length" and "Transfer-Encoding" headers at the same time',
        'upstream sent invalid "Content-Length" header: …',
        "upstream sent duplicate header line: …",
        'upstream sent unknown "Transfer-Encoding": …',
        'upstream sent more data than specified in "Content-Length" header',
    ),
    _SOURCE,
)
INTERNAL = Entry(
    "nginx-internal",
    "nginx met a state that should not be, or the machine refused it something.",
    (
        rule("NG209", "the if that is in effect has no grpc_pass", "location.arrival"),
        rule(
            "",
            "a limit of the machine or of nginx.conf: memory, files, disk, worker_connections",
        ),
        server("a fault of nginx or of a module", "Which version and modules of nginx are these?"),
    ),
    (
        "no upstream configuration",
        "thread pool … not found",
        "thread operation took too long",
        "connection upgrade in subrequest",
        'unlink() "…" failed',
    ),
    _SOURCE,
)
NO_CONCERN = Entry(
    "client-gone",
    "The client ended the call or closed its connection.",
    (none("clients come and go: cancellations, deadlines, probes of load balancers"),),
    (
        "client prematurely closed connection",
        "epoll_wait() reported that client prematurely closed connection",
        "kevent() reported that client prematurely closed connection",
        "client timed out",
        "client closed connection",
        *(
            f"{call} failed (…) {phase}"
            for call in (*_CALLS, "SSL_shutdown()")
            for phase in (
                "while sending to client",
                "while processing HTTP/2 connection",
                "while sending response to client",
                "while closing request",
                "while keepalive",
                "while waiting for request",
                "while reading client request line",
                "while reading client request headers",
                "while SSL handshaking",
                "while reading PROXY protocol",
            )
        ),
    ),
    _SOURCE,
)
BIND = Entry(
    "local-address-invalid",
    "grpc_bind has a variable whose value is no address of this machine.",
    (rule("", "the value of grpc_bind"),),
    ("invalid local address …",),
    _SOURCE,
)
EARLY_HINTS = Entry(
    "early-hints",
    "The server's early hints (103) were too large and were left out.",
    (none("the call itself is not touched"),),
    ("upstream sent too big early hints",),
    _SOURCE,
)
CACHE = Entry(
    "cache",
    "A message of nginx's cache, which gRPC does not use.",
    (none("no gRPC call is cached"),),
    (
        "…_buffer_size … is not enough for cache key",
        "cache … not found",
        "cache file … contains invalid header",
    ),
    _SOURCE,
)

ENTRIES = (
    RESET,
    CLOSED,
    STREAM_CUT,
    REFUSED,
    NO_PORTS,
    UNREACHABLE,
    NO_LIVE,
    DISABLED,
    CONNECT_TIMEOUT,
    READ_TIMEOUT,
    STREAM_TIMEOUT,
    SEND_TIMEOUT,
    NO_HTTP,
    HEADER_TOO_BIG,
    PLAINTEXT_SERVER,
    SNI,
    TLS_REFUSED,
    UNTRUSTED,
    NO_PORT,
    URL_PREFIX,
    NO_RESOLVER,
    UNRESOLVED,
    RESPONSE_BROKEN,
    INTERNAL,
    NO_CONCERN,
    BIND,
    EARLY_HINTS,
    CACHE,
)
