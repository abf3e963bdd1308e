"""What clients on grpc-go say, and grpcurl, which is one."""

from nginx_grpc.explain.meanings import connections, pages, streams
from nginx_grpc.explain.meanings.reflection import NO_REFLECTION
from nginx_grpc.explain.meanings.statuses import BY_STATUS, UNAVAILABLE, UNKNOWN, of_status

__all__ = ["ENTRIES"]

_CODES = "tests/live/test_status_codes.py"
_HARM = "tests/live/test_ng110_error_page_harm.py"
_LISTENER = "tests/live/test_ng201_http2_listener.py"
_STATUSES = (*BY_STATUS, 301, 302, 307, 308, 431, 501, 505)
_NG209 = "tests/live/test_ng209_unreachable_pass.py"
_NG221 = "tests/live/test_ng221_status_changed.py"

ENTRIES = (
    *(
        entry.said(
            f"…unexpected HTTP status code received from server: {status} (",
            f"…: HTTP status code {status}; transport: ",
            shown_by=_CODES,
        )
        for status in _STATUSES
        if (entry := of_status(status)) is not None
    ),
    pages.CONTENT_TYPE.said(
        "…unexpected HTTP status code received from server: 200 (OK); transport: received "
        "unexpected content-type …",
        "…received the unexpected content-type …",
        "…received unexpected content-type …",
        "…malformed header: missing HTTP content-type",
        shown_by=_HARM,
    ),
    pages.CONTENT_TYPE.said(
        "…OK: HTTP status code 200; transport: …", shown_by="source of grpc-go before 1.40"
    ),
    pages.BODY.said(
        "…grpc: received message larger than max (1919247732 vs. …",
        shown_by=_HARM,
    ),
    pages.LARGE.said("…grpc: received message larger than max (…", shown_by="source of grpc-go"),
    pages.BODY.said("…unexpected EOF", shown_by=_HARM, vague=True),
    pages.STATUS.said("…malformed grpc-status: …", shown_by=_HARM),
    pages.NO_STATUS.said(
        "…server closed the stream without sending trailers",
        shown_by="tests/live/test_ng101_grpc_pass.py",
    ),
    BY_STATUS[408].said(
        "…stream terminated by RST_STREAM with error code: PROTOCOL_ERROR",
        shown_by="tests/live/test_ng301_client_body_timeout.py",
    ),
    streams.INTERNAL.said(
        "…stream terminated by RST_STREAM with error code: INTERNAL_ERROR",
        shown_by="tests/live/test_ng106_read_timeout.py",
    ),
    streams.REFUSED.said(
        "…stream terminated by RST_STREAM with error code: REFUSED_STREAM",
        "…the connection is draining",
        "…received prior goaway: code: NO_ERROR",
        "…server sent GOAWAY and closed the connection",
        shown_by="tests/live/test_client_connections.py",
    ),
    streams.HEADERS.said(
        "…received prior goaway: code: ENHANCE_YOUR_CALM",
        shown_by="tests/live/test_metadata.py",
    ),
    connections.PINGS.said(
        '…received prior goaway: code: ENHANCE_YOUR_CALM, debug data: "too_many_pings"',
        shown_by="docs of gRPC: keepalive",
    ),
    streams.CANCELLED.said(
        "…context deadline exceeded",
        shown_by="tests/live/test_ng212_connect_timeout.py",
        vague=True,
    ),
    connections.HTTP1.said(
        "…error reading server preface: …http2: frame too large",
        "…note that the frame header looked like an HTTP/1.1 header",
        shown_by=_LISTENER,
    ),
    connections.ALPN.said(
        "…tls: no application protocol",
        "…cannot check peer: missing selected ALPN property",
        shown_by=_LISTENER,
        vague=True,
    ),
    connections.TLS.said(
        "…tls: first record does not look like a TLS handshake",
        "…error reading server preface: …http2: failed reading the frame payload",
        shown_by="tests/live/test_explained_lines.py",
        vague=True,
    ),
    connections.TLS.said(
        "…connection error: desc = …tls: first record does not look like a TLS handshake",
        "…Failed to dial target host …tls: first record does not look like a TLS handshake",
        shown_by="tests/live/test_explained_lines.py",
    ),
    connections.CERTIFICATE.said(
        "…authentication handshake failed: …certificate…",
        "…Failed to dial target host …certificate…",
        shown_by="tests/live/test_explained_lines.py",
    ),
    connections.HANDSHAKE.said(
        "…connection error: desc = …tls: handshake failure",
        "…Failed to dial target host …tls: handshake failure",
        "…connection error: desc = …tls: protocol version not supported",
        "…Failed to dial target host …tls: protocol version not supported",
        shown_by=_NG209,
    ),
    connections.ALPN.said(
        "…connection error: desc = …tls: no application protocol",
        "…Failed to dial target host …tls: no application protocol",
        shown_by=_LISTENER,
    ),
    NO_REFLECTION.said(
        "…server does not support the reflection API",
        shown_by="source of grpcurl",
    ),
    connections.LOST.said(
        "…transport is closing",
        "…error reading from server: EOF",
        "…error reading from server: read tcp …",
        "…connection error: desc = …: connection reset by peer",
        "…connection error: desc = …: broken pipe",
        shown_by="tests/live/test_client_connections.py",
    ),
    connections.LOST.said(
        "…keepalive ping failed to receive ACK within timeout", shown_by="source of grpc-go"
    ),
    connections.NAME.said(
        "…connection error: desc = …transport: Error while dialing…dial tcp: lookup …",
        "…name resolver error: produced zero addresses",
        "…Failed to dial target host …dial tcp: lookup …",
        shown_by="source of grpc-go",
    ),
    connections.DIAL.said(
        "…Failed to dial target host …",
        "…error reading server preface: EOF",
        "…connection error: desc = …transport: Error while dialing…",
        "…connection error: desc = …",
        shown_by=_LISTENER,
    ),
    pages.HEADER.said(
        "…transport: malformed …: illegal base64 data",
        "…invalid header field name",
        "…invalid header field value",
        "…pseudo header field after regular",
        shown_by=_NG221,
    ),
    UNKNOWN.said(
        "…rpc error: code = Unknown",
        "  Code: Unknown",
        shown_by=_NG221,
    ),
    UNAVAILABLE.said(
        "…rpc error: code = Unavailable",
        "…Code: Unavailable",
        shown_by=_CODES,
    ),
)
