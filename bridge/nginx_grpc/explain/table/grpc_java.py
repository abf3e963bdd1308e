"""What clients on grpc-java say."""

from nginx_grpc.explain.meanings import connections, pages, streams
from nginx_grpc.explain.meanings.frames import HEAD
from nginx_grpc.explain.meanings.statuses import BY_STATUS, UNAVAILABLE, UNKNOWN, of_status

__all__ = ["ENTRIES"]

_SEEN = "grpc-java 1.68.1 and 1.85.1 behind nginx 1.22.1 and 1.31.3"
_STATUSES = (*BY_STATUS, 301, 302, 307, 308, 431, 501, 505)

ENTRIES = (
    *(
        entry.said(
            f"…HTTP status code {status}",
            shown_by=_SEEN,
            vague=True,
        )
        for status in _STATUSES
        if (entry := of_status(status)) is not None
    ),
    *(
        entry.said(f"…HTTP status code {status} invalid content-type: …", shown_by=_SEEN)
        for status in _STATUSES
        if (entry := of_status(status)) is not None
    ),
    pages.CONTENT_TYPE.said(
        "…HTTP status code 200 invalid content-type: …",
        "…HTTP status code 200 missing content-type…",
        shown_by=_SEEN,
    ),
    pages.CONTENT_TYPE.said("…invalid content-type: …", shown_by=_SEEN, vague=True),
    pages.NO_STATUS.said(
        "…Received unexpected EOS on empty DATA frame from server",
        "…Received unexpected EOS on DATA frame from server",
        "…missing GRPC status in response",
        "…missing GRPC status, inferred error from HTTP status code",
        "…HTTP status code 200 missing GRPC status…",
        shown_by=_SEEN,
    ),
    BY_STATUS[408].said(
        "…RST_STREAM closed stream. HTTP/2 error code: PROTOCOL_ERROR", shown_by=_SEEN
    ),
    streams.INTERNAL.said(
        "…RST_STREAM closed stream. HTTP/2 error code: INTERNAL_ERROR", shown_by=_SEEN
    ),
    streams.REFUSED.said(
        "…Abrupt GOAWAY closed sent stream",
        "…Abrupt GOAWAY closed unsent stream",
        "…RST_STREAM closed stream. HTTP/2 error code: REFUSED_STREAM",
        "…Connection closed after GOAWAY. HTTP/2 error code: NO_ERROR",
        shown_by=_SEEN,
    ),
    streams.HEADERS.said(
        "…Abrupt GOAWAY closed sent stream. HTTP/2 error code: ENHANCE_YOUR_CALM",
        "…HTTP/2 error code: ENHANCE_YOUR_CALM",
        shown_by=_SEEN,
    ),
    connections.HTTP1.said(
        "…First received frame was not SETTINGS. Hex dump for first 5 bytes: 485454502f",
        "…First received frame was not SETTINGS",
        shown_by=_SEEN,
    ),
    connections.ALPN.said(
        "…Failed ALPN negotiation: Unable to find compatible protocol", shown_by=_SEEN
    ),
    pages.BODY.said("…message exceeds maximum size 4194304: 1701604463", shown_by=_SEEN),
    pages.LARGE.said("…gRPC message exceeds maximum size …", shown_by="source of grpc-java"),
    connections.DIAL.said("…finishConnect(..) failed…", shown_by=_SEEN, vague=True),
    connections.DIAL.said(
        "…ConnectException: Connection refused…", shown_by="source of Netty", vague=True
    ),
    connections.NAME.said("…UNAVAILABLE: Unable to resolve host …", shown_by="source of grpc-java"),
    connections.NAME.said(
        "Caused by: …UnknownHostException: …", shown_by="source of grpc-java", vague=True
    ),
    connections.CERTIFICATE.said(
        "…No subject alternative DNS name matching …",
        "…No name matching …",
        "…unable to find valid certification path…",
        shown_by=_SEEN,
        vague=True,
    ),
    HEAD.said(
        "…HTTP status code 200",
        "…INTERNAL: http2 exception",
        shown_by=_SEEN,
    ),
    connections.TLS.said("…not an SSL/TLS record: …", shown_by=_SEEN, vague=True),
    connections.LOST.said(
        "…Network closed for unknown reason",
        "…UNAVAILABLE: Connection reset by peer",
        shown_by=_SEEN,
    ),
    UNKNOWN.said(
        "…StatusRuntimeException: UNKNOWN",
        "…StatusException: UNKNOWN",
        shown_by="source of grpc-java",
    ),
    UNAVAILABLE.said(
        "…StatusRuntimeException: UNAVAILABLE",
        "…StatusException: UNAVAILABLE",
        shown_by=_SEEN,
    ),
)
