"""Streams and connections that nginx ended."""

from nginx_grpc.explain.entries import Entry, client, rule, server
from nginx_grpc.explain.meanings.statuses import NOT_TAKEN

__all__ = ["CANCELLED", "FRAMING", "HEADERS", "INTERNAL", "REFUSED"]

_LOG = "What does nginx's error log say at that time? Give both to explain."

INTERNAL = Entry(
    "stream-reset",
    "nginx reset the stream after the answer had begun (RST_STREAM, INTERNAL_ERROR).",
    (
        rule(
            "NG101",
            "the call went out by proxy_pass",
            "location.handler",
        ),
        rule(
            "NG306",
            "the trailers are too large",
            "location.grpc_buffer_size",
            needs=("response_metadata",),
        ),
        rule(
            "NG106",
            "the stream was silent for longer than grpc_read_timeout",
            "location.grpc_read_timeout",
            needs=("longest_silence",),
        ),
        *NOT_TAKEN,
        rule(
            "NG203",
            "the stream lived longer than the server's MaxConnectionAge and its grace",
            "upstream.keepalive_time",
            needs=("max_connection_age",),
        ),
        server("the server reset the stream, or its connection ended", _LOG),
    ),
)
REFUSED = Entry(
    "connection-retired",
    "nginx ended the client's connection after keepalive_requests calls or keepalive_time, and "
    "calls that were on their way were refused. They are safe to repeat; clients do so unless "
    "retries are off.",
    (
        rule("NG307", "keepalive_requests is below 1000", "server.keepalive_requests"),
        rule("", "nginx was reloaded or ended", "server.keepalive_requests"),
        client("transparent retries are off in the client", "Are they?"),
    ),
)
CANCELLED = Entry(
    "deadline-exceeded",
    "The client's deadline ran out.",
    (
        rule(
            "NG101",
            "the call went out by proxy_pass, and nginx waits for the end of an answer that is "
            "not HTTP/1",
            "location.handler",
        ),
        rule("NG206", "a repeated call hangs (non_idempotent)", "location.grpc_next_upstream"),
        rule(
            "NG212",
            "nginx waited for a lost server to accept the connection",
            "location.grpc_connect_timeout",
        ),
        rule(
            "NG305",
            "the body is read first: a stream that waits for the server's answer hangs",
            "location.handler",
        ),
        client("the deadline is shorter than the call takes", "Which deadline does it set?"),
        server("the server is slow", "How long do these calls take directly?"),
    ),
)
HEADERS = Entry(
    "request-headers-too-large",
    "A client's headers did not fit into large_client_header_buffers: nginx closed the "
    "connection with every call on it (UNAVAILABLE, GOAWAY, error code 11).",
    (
        rule(
            "NG306",
            "the buffers are smaller than the metadata of callers (8k for one header by default)",
            "server.large_client_header_buffers",
            needs=("request_metadata",),
        ),
        client("tokens or traces in the metadata are large", "How large is its metadata?"),
        rule(
            "NG402",
            "versions with CVE-2026-42055: this limit is what keeps the overflow away",
            "server.large_client_header_buffers",
        ),
    ),
)
FRAMING = Entry(
    "answer-malformed",
    "The client took the answer for malformed HTTP/2 or gRPC.",
    (
        rule(
            "NG110",
            "add_header content-length makes a second one beside nginx's",
            "location.error_page",
        ),
        rule("NG101", "the call went out by proxy_pass", "location.handler"),
        server("what the server sends is malformed", "Is it so directly?"),
    ),
)
