"""What clients on gRPC C-core say: Python, Ruby, PHP, C++, older C#."""

from nginx_grpc.explain.meanings import connections, pages, streams
from nginx_grpc.explain.meanings.frames import HEAD
from nginx_grpc.explain.meanings.statuses import BY_STATUS, UNAVAILABLE, UNKNOWN, of_status

__all__ = ["ENTRIES"]

_CODES = "tests/live/test_status_codes.py"
# Each status that is not in order; C-core says the number alone.
_STATUSES = (*BY_STATUS, 9, 12, 301, 302, 307, 308, 431, 501, 505)
_NG209 = "tests/live/test_ng209_unreachable_pass.py"
_NG221 = "tests/live/test_ng221_status_changed.py"
ENTRIES = (
    *(
        entry.said(f"…Received http2 header with status: {status}", shown_by=_CODES)
        for status in _STATUSES
        if (entry := of_status(status)) is not None
    ),
    pages.BODY.said(
        "…cardinality violation: received multiple …",
        shown_by="tests/live/test_ng110_error_page_harm.py",
    ),
    pages.BODY.said(
        "…Received message larger than max (1701604463 vs. …",
        shown_by="grpc-js behind nginx 1.31.3",
    ),
    pages.LARGE.said("…Received message larger than max (…", shown_by="source of gRPC C-core"),
    pages.NO_STATUS.said(
        "…Data frame with END_STREAM flag received",
        "…No status received",
        shown_by="tests/live/test_ng101_grpc_pass.py",
    ),
    pages.STATUS.said(
        "…Error parsing 'grpc-status' metadata",
        shown_by="tests/live/test_ng110_error_page_harm.py",
    ),
    pages.NO_MESSAGE.said(
        "…received no request message from non-client-streaming RPC",
        shown_by="tests/live/test_ng110_error_page_harm.py",
    ),
    BY_STATUS[408].said(
        "…RST_STREAM with error code 1",
        shown_by="tests/live/test_ng301_client_body_timeout.py",
    ),
    streams.INTERNAL.said(
        "…RST_STREAM with error code 2", shown_by="tests/live/test_ng106_read_timeout.py"
    ),
    streams.REFUSED.said(
        "…GOAWAY received; Error code: 0",
        "…RST_STREAM with error code 7",
        "…Stream refused by server",
        shown_by="tests/live/test_client_connections.py",
    ),
    streams.HEADERS.said(
        "…GOAWAY received; Error code: 11; Debug Text: )",
        shown_by="tests/live/test_ng402_header_overflow.py",
    ),
    connections.PINGS.said(
        "…Too many pings",
        "…too_many_pings",
        shown_by="docs of gRPC: keepalive",
    ),
    streams.CANCELLED.said(
        "…Deadline Exceeded",
        "…DEADLINE_EXCEEDED",
        "…DeadlineExceeded",
        shown_by="tests/live/test_ng212_connect_timeout.py",
        vague=True,
    ),
    streams.FRAMING.said(
        "…Failed parsing HTTP/2",
        shown_by="tests/live/test_ng201_http2_listener.py",
    ),
    connections.HTTP1.said(
        "…Trying to connect an http1.x server",
        "…Expected SETTINGS frame as the first frame, got frame type 80",
        shown_by="tests/live/test_ng201_http2_listener.py",
    ),
    connections.ALPN.said(
        "…TLSV1_ALERT_NO_APPLICATION_PROTOCOL",
        "…Cannot check peer: missing selected ALPN property",
        shown_by="tests/live/test_ng201_http2_listener.py",
    ),
    connections.HANDSHAKE.said(
        "…SSL_ERROR_SSL: …SSLV3_ALERT_HANDSHAKE_FAILURE",
        "…SSL_ERROR_SSL: …TLSV1_ALERT_PROTOCOL_VERSION",
        shown_by=_NG209,
    ),
    connections.TLS.said(
        "…SSL_ERROR_SSL: …WRONG_VERSION_NUMBER",
        shown_by="tests/live/test_explained_lines.py",
    ),
    connections.CERTIFICATE.said(
        "…CERTIFICATE_VERIFY_FAILED",
        "…is not in peer certificate",
        shown_by="tests/live/test_explained_lines.py",
        vague=True,
    ),
    connections.LOST.said(
        "…recvmsg:Connection reset by peer",
        'details = "Socket closed"',
        "Socket closed",
        shown_by="tests/live/test_ng402_header_overflow.py",
    ),
    connections.LOST.said(
        "…Socket closed",
        "…Connection reset by peer",
        "…Broken pipe",
        shown_by="tests/live/test_ng402_header_overflow.py",
        vague=True,
    ),
    connections.NAME.said(
        "…DNS resolution failed for …",
        "…Name resolution failure",
        shown_by="source of gRPC C-core",
    ),
    connections.DIAL.said(
        "…failed to connect to all addresses",
        "…Connect Failed",
        shown_by="tests/live/test_ng201_http2_listener.py",
    ),
    HEAD.said(
        "…RpcError of RPC that terminated with:",
        shown_by=_CODES,
    ),
    pages.HEADER.said("…Error parsing …metadata", "…Illegal header key", shown_by=_NG221),
    UNKNOWN.said(
        "…StatusCode.UNKNOWN",
        shown_by=_NG221,
    ),
    UNAVAILABLE.said(
        "…StatusCode.UNAVAILABLE",
        shown_by=_CODES,
    ),
)
