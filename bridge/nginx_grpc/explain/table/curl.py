"""What curl says of a gRPC call."""

from nginx_grpc.explain.meanings import connections, streams
from nginx_grpc.explain.meanings.statuses import BY_STATUS, of_status

__all__ = ["ENTRIES"]

_SEEN = "tests/live/test_explained_lines.py"
_STATUSES = (*BY_STATUS, 301, 302, 307, 308, 431, 501, 505)

ENTRIES = (
    *(
        entry.said(f"HTTP/2 {status:03}", f"< HTTP/2 {status:03}", shown_by=_SEEN)
        for status in _STATUSES
        if (entry := of_status(status)) is not None
    ),
    BY_STATUS[0].said("HTTP/2 009", "< HTTP/2 009", shown_by="tests/live/test_ng101_grpc_pass.py"),
    BY_STATUS[408].said(
        "curl: (92) HTTP/2 stream … was not closed cleanly: PROTOCOL_ERROR", shown_by=_SEEN
    ),
    streams.INTERNAL.said(
        "curl: (92) HTTP/2 stream … was not closed cleanly: INTERNAL_ERROR", shown_by=_SEEN
    ),
    streams.REFUSED.said(
        "curl: (92) HTTP/2 stream … was not closed cleanly: REFUSED_STREAM", shown_by=_SEEN
    ),
    streams.FRAMING.said("curl: (16) …", shown_by=_SEEN),
    connections.HTTP1.said(
        "curl: (52) Empty reply from server",
        "curl: (1) Received HTTP/0.9 when not allowed",
        shown_by=_SEEN,
    ),
    connections.CERTIFICATE.said("curl: (60) …", shown_by=_SEEN),
    connections.TLS.said("curl: (35) …wrong version number", shown_by=_SEEN),
    connections.LOST.said("curl: (56) …", shown_by=_SEEN),
    connections.DIAL.said("curl: (7) Failed to connect …", shown_by=_SEEN),
)
