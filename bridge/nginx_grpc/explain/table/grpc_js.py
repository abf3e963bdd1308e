"""What clients on grpc-js (Node.js) say."""

from nginx_grpc.explain.meanings import connections, pages, streams
from nginx_grpc.explain.meanings.frames import HEAD
from nginx_grpc.explain.meanings.statuses import BY_STATUS, UNAVAILABLE, UNKNOWN, of_status

__all__ = ["ENTRIES"]

_SEEN = "grpc-js 1.14.7 behind nginx 1.22.1 and 1.31.3"
_STATUSES = (*BY_STATUS, 301, 302, 307, 308, 431, 501, 505)

ENTRIES = (
    *(
        entry.said(f"…Received HTTP status code {status}", shown_by=_SEEN)
        for status in _STATUSES
        if (entry := of_status(status)) is not None
    ),
    BY_STATUS[408].said("…Received RST_STREAM with code 1", shown_by=_SEEN),
    streams.FRAMING.said(
        "…Received RST_STREAM with code 1 triggered by internal client error: …",
        shown_by=_SEEN,
    ),
    streams.INTERNAL.said(
        "…Received RST_STREAM with code 2",
        "…Received RST_STREAM with code 0",
        shown_by=_SEEN,
    ),
    pages.BODY.said("…Received message larger than max (1701604463 vs …", shown_by=_SEEN),
    pages.LARGE.said("…Received message larger than max (…", shown_by=_SEEN),
    pages.STATUS.said("…NaN undefined:", "NaN undefined:", shown_by=_SEEN),
    streams.REFUSED.said(
        "…Received RST_STREAM with code 7", "…Stream refused by server", shown_by=_SEEN
    ),
    streams.HEADERS.said("…Received RST_STREAM with code 11", shown_by=_SEEN),
    streams.HEADERS.said(
        "…Bandwidth exhausted or memory limit exceeded", shown_by="source of grpc-js"
    ),
    pages.NO_STATUS.said(
        "…Missing grpc-status",
        "…Received HTTP status code 200",
        "…Received RST_STREAM with code 0 (Call ended without gRPC status)",
        shown_by=_SEEN,
    ),
    connections.HTTP1.said(
        "…No connection established. Last error: Protocol error", shown_by=_SEEN
    ),
    connections.ALPN.said(
        "…No connection established. Last error: …alert no application protocol", shown_by=_SEEN
    ),
    connections.TLS.said(
        "…No connection established. Last error: …wrong version number", shown_by=_SEEN
    ),
    connections.CERTIFICATE.said(
        "…No connection established. Last error: …does not match certificate's altnames",
        "…No connection established. Last error: …certificate…",
        shown_by=_SEEN,
    ),
    HEAD.said(". Resolution note:", shown_by=_SEEN),
    connections.NAME.said(
        "…Name resolution failed for target …",
        "…No connection established. Last error: …getaddrinfo …",
        shown_by="source of grpc-js",
    ),
    connections.DIAL.said(
        "…No connection established. Last error: …",
        "…Failed to connect before the deadline",
        shown_by=_SEEN,
    ),
    connections.LOST.said(
        "…14 UNAVAILABLE: Connection dropped", "…14 UNAVAILABLE: read ECONNRESET", shown_by=_SEEN
    ),
    UNKNOWN.said(
        "…2 UNKNOWN: ",
        shown_by="source of grpc-js",
    ),
    UNAVAILABLE.said(
        "…14 UNAVAILABLE",
        shown_by=_SEEN,
    ),
)
