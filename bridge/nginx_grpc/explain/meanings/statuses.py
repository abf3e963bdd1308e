"""What a status of HTTP means to a call, whoever tells of it: the access log or a client.

A status has many causes; the line of the error log of the same second tells them apart.
"""

from nginx_grpc.explain.entries import Entry, client, network, rule, server

__all__ = ["BY_STATUS", "NOT_TAKEN", "UNAVAILABLE", "UNKNOWN", "of_status"]

_LOG = "What does nginx's error log say at that time? Give both to explain."
_DIED = server("the server is down, restarting or slow", _LOG)

# ingress-nginx then passes calls on as HTTP/1.
NOT_TAKEN = tuple(
    rule(id, f"backend-protocol of the Ingress is {why}", "location.handler")
    for id, why in (
        ("NG601", "refused"),
        ("NG602", "misspelled"),
        ("NG604", "in lower case"),
    )
)
STATUS_0 = Entry(
    "status-none",
    "The answer had no status: nginx took the gRPC server's HTTP/2 for HTTP/0.9 (009 in the access "
    "log), or a `return` says a code that is none.",
    (
        rule("NG101", "the call went out by proxy_pass", "location.handler"),
        rule("NG219", "a `return` has a code below 100", "location.handler"),
        *NOT_TAKEN,
    ),
)
STATUS_204 = Entry(
    "status-204",
    "An error page answered with 204, which has no content type: grpc-go and grpc-java say UNKNOWN "
    "and do not retry.",
    (rule("NG110", "the page has to end with status 200", "location.error_page"),),
)
STATUS_3XX = Entry(
    "status-redirect",
    "nginx answered with a redirect, which no gRPC client follows: UNKNOWN.",
    (
        rule("NG209", "a return or rewrite stands before grpc_pass", "location.arrival"),
        client("it calls a name or port that redirects to another", "Where does it call?"),
    ),
)
STATUS_400 = Entry(
    "status-400",
    "nginx took the request for malformed: INTERNAL.",
    (
        rule("NG201", "HTTP/2 came to a port that does not speak it", "server.listens"),
        client(
            "it speaks plaintext to a TLS port, sends a header that HTTP/2 forbids, or no "
            "certificate where one is asked for",
            _LOG,
        ),
        rule(
            "NG306",
            "the headers are too large",
            "server.large_client_header_buffers",
            needs=("request_metadata",),
        ),
    ),
)
STATUS_401 = Entry(
    "status-401",
    "nginx, or a service that it asked (auth_request), wants credentials: UNAUTHENTICATED.",
    (
        client("the call has none, or they are over", "Which credentials does it send?"),
        rule("NG209", "auth_request refuses every call", "location.arrival"),
    ),
)
STATUS_403 = Entry(
    "status-403",
    "nginx, or a service that it asked (auth_request), refused the call: PERMISSION_DENIED.",
    (
        rule("NG209", "a rule keeps every call away", "location.arrival"),
        rule(
            "NG110",
            "an error page changes the status: grpc-go and grpc-java say UNKNOWN then",
            "location.error_page",
        ),
        client("the client is not allowed in", "Where does it call from?"),
    ),
)
STATUS_404 = Entry(
    "status-404",
    "nginx passed the call to nobody: UNIMPLEMENTED. A method that the server lacks looks the same "
    "to a client, with status 200 in nginx's access log.",
    (
        rule(
            "NG207",
            "a location inside the gRPC location has no grpc_pass of its own",
            "location.handler",
        ),
        rule("NG209", "what stands before grpc_pass keeps calls from it", "location.arrival"),
        rule("NG220", "the path has a prefix that the server does not know", "location.handler"),
        rule("NG110", "an error page is a file that is not there", "location.error_page"),
        *(
            rule(id, f"ingress-nginx left the Ingress out: {why}", "location.handler")
            for id, why in (
                ("NG601", "it refuses a value"),
                ("NG605", "its snippet is not allowed"),
            )
        ),
        rule("", "no location with grpc_pass has this path", "location.handler"),
        client("it calls another service or name", "Which path and :authority does it send?"),
    ),
)
NO_METHOD = Entry(
    "no-such-method",
    "The call reached a gRPC server, which has no such service or method: UNIMPLEMENTED.",
    (
        rule(
            "NG209", "a rewrite changes the path that the server is asked for", "location.arrival"
        ),
        rule("NG220", "the path has a prefix that the server does not know", "location.handler"),
        rule("", "calls of this path go to another server than they should", "location.target"),
        client(
            "it was made from another version of the .proto",
            "Which services does the server list (grpcurl ADDRESS list)?",
        ),
        server("it was built without the service, or is an older one", "Which version runs there?"),
    ),
)
STATUS_405 = Entry(
    "status-405",
    "nginx took the call for a request of a file, which takes no POST: UNKNOWN.",
    (
        rule("NG207", "a nested location has no grpc_pass of its own", "location.handler"),
        rule("NG209", "what stands before grpc_pass keeps calls from it", "location.arrival"),
        rule("NG110", "an error page is a file", "location.error_page"),
        rule("", "no location with grpc_pass has this path", "location.handler"),
    ),
)
STATUS_408 = Entry(
    "client-body-timeout",
    "Neither side sent anything for client_body_timeout (60s by default) on a stream that the "
    "client had not ended: RST_STREAM, PROTOCOL_ERROR (INTERNAL). The error log says nothing; the "
    "access log has 408, or 200 where the answer had begun.",
    (
        rule(
            "NG301",
            "client and bidi streams may be silent for longer",
            "location.client_body_timeout",
            needs=("streaming", "longest_silence"),
        ),
        client(
            "it keeps a stream open without need, or hangs",
            "How long may the stream be silent? HTTP/2 pings of the client do not keep it open.",
        ),
    ),
)
STATUS_413 = Entry(
    "request-too-large",
    "A call's messages together are larger than client_max_body_size (1m by default): 413 "
    "(UNKNOWN). A long stream of small messages counts as one body.",
    (
        rule(
            "NG302",
            "the calls are meant to be that large",
            "location.client_max_body_size",
            needs=("streaming", "largest_request"),
        ),
        client("the client sends more than it should", "How large is a call, all messages added?"),
    ),
)
STATUS_415 = Entry(
    "status-415",
    "The gRPC server does not take this content type.",
    (
        rule("NG217", "gRPC-Web comes to a plain grpc_pass, which does not translate it"),
        client("it is a browser or no gRPC client", "Which content-type does it send?"),
    ),
)
STATUS_421 = Entry(
    "http2-off-for-name",
    "The call's :authority leads to a server block without HTTP/2, on a connection of another: 421 "
    "(UNKNOWN).",
    (
        rule(
            "NG201",
            "http2 is on in the default server of the port and not in the one of this name",
            "server.listens",
        ),
        client(
            "it uses one connection for several names (the certificate covers them)",
            "Which :authority does it send?",
        ),
    ),
)
STATUS_429 = Entry(
    "status-429",
    "nginx or the server refused the call by a limit: UNAVAILABLE.",
    (
        rule("", "limit_req_status or limit_conn_status is 429, and the limit is met"),
        client("it calls too often", "How often does it call, and does it retry at once?"),
    ),
)
STATUS_499 = Entry(
    "status-499",
    "The client ended the call before there was an answer: its deadline, or a cancellation.",
    (
        rule(
            "NG305",
            "the body is read first: a stream that waits for the server's answer hangs",
            "location.handler",
        ),
        rule("NG206", "a repeated call hangs (non_idempotent)", "location.grpc_next_upstream"),
        rule(
            "NG212",
            "the deadline ran out while nginx waited to connect",
            "location.grpc_connect_timeout",
        ),
        client("it set a short deadline, or was closed", "Which deadline does it set?"),
        server("the server is slow", "How long do these calls take directly?"),
    ),
)
STATUS_500 = Entry(
    "status-500",
    "nginx could not handle the call: UNKNOWN.",
    (
        rule("NG208", "a variable of grpc_pass has no usable value", "location.target"),
        rule("NG101", "proxy_pass has a variable that gives grpc://", "location.handler"),
        rule(
            "NG209",
            "rewrites or try_files go in a circle, or nginx can't connect from grpc_bind's address",
            "location.arrival",
        ),
        rule("NG110", "an error page names a location that is not there", "location.error_page"),
        server("a web service behind proxy_pass said so itself", _LOG),
    ),
)
STATUS_502 = Entry(
    "status-502",
    "nginx got no answer from the gRPC server that it could pass on: UNAVAILABLE.",
    (
        rule("NG208", "a variable of grpc_pass has no usable value", "location.target"),
        rule(
            "NG214",
            "grpc_set_header sets what servers refuse: Connection, TE to none",
            "location.hop_headers",
        ),
        rule("NG218", "the pool is shared with proxy_pass", "upstream.shared"),
        rule(
            "NG102",
            "grpc_pass names no scheme and the server speaks TLS",
            "location.target",
        ),
        rule(
            "NG405",
            "the TLS handshake names no server (SNI)",
            "location.grpc_ssl_server_name",
        ),
        rule(
            "NG401",
            "the server's certificate does not pass grpc_ssl_verify",
            "location.grpc_ssl_trusted_certificate",
        ),
        rule(
            "NG110",
            "an error page keeps the 502, or loses grpc-status",
            "location.error_page",
        ),
        rule(
            "NG105",
            "the next server is not tried when one refuses",
            "location.grpc_next_upstream",
        ),
        rule("NG206", "a repeated call went wrong", "location.grpc_next_upstream"),
        rule("NG205", "max_fails took good servers out", "upstream.max_fails"),
        rule(
            "NG308",
            "each server has as many calls as max_conns lets it have",
            needs=("expected_concurrency",),
        ),
        rule(
            "NG209",
            "every server of the upstream is down, or nginx can't connect to the address",
            "location.arrival",
        ),
        rule(
            "NG203",
            "a busy pooled connection reached the server's MaxConnectionAge",
            "upstream.keepalive_time",
            needs=("max_connection_age",),
        ),
        rule(
            "NG103",
            "a pooled connection was closed by the server as idle",
            "upstream.keepalive_timeout",
        ),
        rule(
            "NG306",
            "the response headers are too large",
            "location.grpc_buffer_size",
            needs=("response_metadata",),
        ),
        rule("NG107", "there is no other server", "upstream.servers"),
        rule("NG109", "there is no error page that says it as gRPC", "location.error_page"),
        _DIED,
    ),
)
UNAVAILABLE = Entry(
    "unavailable",
    "The call failed with UNAVAILABLE, in words that are not nginx's: those of an error page, of "
    "the gRPC server, or none. Behind nginx it stands for 502, 503 and 504, and for a connection "
    "that was not made or lost.",
    (
        *(each for each in STATUS_502.candidates if each.id not in ("", "NG109", "NG110")),
        rule(
            "NG106",
            "calls take longer than grpc_read_timeout",
            "location.grpc_read_timeout",
            needs=("longest_silence",),
        ),
        rule("NG201", "no socket of the port speaks HTTP/2", "server.listens"),
        rule("NG307", "keepalive_requests is below 1000", "server.keepalive_requests"),
        server("the gRPC server said so itself, or it is down", _LOG),
        network("the client does not reach nginx", "Can it connect at all (nc -vz)?"),
    ),
)
UNKNOWN = Entry(
    "call-unknown",
    "The call ended with UNKNOWN, in words that are not nginx's: those of the gRPC server, or none."
    " Without a word it is what clients make of an answer that lost its grpc-status.",
    (
        rule("NG221", "add_trailer or grpc_hide_header takes the server's status away"),
        rule("NG110", "an error page is no answer of gRPC", "location.error_page"),
        server(
            "a handler of the gRPC server failed with an exception, or said UNKNOWN",
            "What does the server's log say? Does the call end so directly?",
        ),
    ),
)
STATUS_503 = Entry(
    "status-503",
    "nginx refused the call by a limit, or passed on a 503 of a proxy behind it: UNAVAILABLE.",
    (
        rule(
            "NG308",
            "limit_conn lets fewer calls through than there are at once",
            needs=("expected_concurrency",),
        ),
        rule(
            "NG206",
            "http_503 in grpc_next_upstream does not repeat the call",
            "location.grpc_next_upstream",
        ),
        rule(
            "NG110",
            "an error page keeps the 503, or loses grpc-status",
            "location.error_page",
        ),
        rule(
            "NG108",
            "the proxy's 503 passes by the error page",
            "location.grpc_intercept_errors",
        ),
        rule("", "limit_req or limit_conn is tighter than the calls come"),
        server("the proxy behind nginx has no server for it", "What does its own log say?"),
    ),
)
STATUS_504 = Entry(
    "status-504",
    "The gRPC server did not answer in time: UNAVAILABLE.",
    (
        rule("NG211", "a timeout is 0, which is over at once", "location.grpc_read_timeout"),
        rule("NG210", "proxy_read_timeout was set, without effect", "location.grpc_read_timeout"),
        rule(
            "NG106",
            "calls may take longer than grpc_read_timeout",
            "location.grpc_read_timeout",
            needs=("longest_silence",),
        ),
        rule("NG212", "a lost server holds calls", "location.grpc_connect_timeout"),
        rule("NG109", "there is no error page that says it as gRPC", "location.error_page"),
        server("the server is slow", "How long do these calls take directly?"),
        network("packets to the server are lost", "Does anything answer at its address?"),
    ),
)
STATUS_5XX = Entry(
    "status-5xx",
    "An HTTP error that no part of nginx's gRPC answers with.",
    (server("a proxy behind nginx said so", "What does its own log say?"),),
)
STATUS_4XX = Entry(
    "status-4xx",
    "The request was refused, or an error page has put this status on an answer.",
    (
        rule("NG110", "an error page sends calls on and keeps its status", "location.error_page"),
        client("the request is none that is taken here", _LOG),
    ),
)

BY_STATUS = {
    0: STATUS_0,
    204: STATUS_204,
    400: STATUS_400,
    401: STATUS_401,
    403: STATUS_403,
    404: STATUS_404,
    405: STATUS_405,
    408: STATUS_408,
    413: STATUS_413,
    415: STATUS_415,
    421: STATUS_421,
    429: STATUS_429,
    499: STATUS_499,
    500: STATUS_500,
    502: STATUS_502,
    503: STATUS_503,
    504: STATUS_504,
}


def of_status(status: int) -> Entry | None:
    """The entry of a status of HTTP; None for one that is in order."""
    found = BY_STATUS.get(status)
    if found is not None or 100 <= status < 300:
        return found
    if status < 100:
        return STATUS_0
    if status < 400:
        return STATUS_3XX
    return STATUS_4XX if status < 500 else STATUS_5XX
