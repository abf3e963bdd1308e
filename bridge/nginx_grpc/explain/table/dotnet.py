"""What clients on grpc-dotnet say."""

from nginx_grpc.explain.meanings import connections, pages, streams
from nginx_grpc.explain.meanings.statuses import BY_STATUS, UNAVAILABLE, UNKNOWN, of_status

__all__ = ["ENTRIES"]

_SEEN = "docs of grpc-dotnet"
_STATUSES = (*BY_STATUS, 301, 302, 307, 308, 431, 501, 505)

ENTRIES = (
    *(
        entry.said(f"…Bad gRPC response. HTTP status code: {status}", shown_by=_SEEN)
        for status in _STATUSES
        if (entry := of_status(status)) is not None
    ),
    pages.CONTENT_TYPE.said("…Bad gRPC response. Invalid content-type value: …", shown_by=_SEEN),
    pages.NO_STATUS.said("…No grpc-status found on response", shown_by=_SEEN),
    pages.LARGE.said(
        "…Received message exceeds the maximum configured message size", shown_by=_SEEN
    ),
    connections.CERTIFICATE.said("…The remote certificate is invalid…", shown_by=_SEEN, vague=True),
    connections.HTTP1.said(
        "…Bad gRPC response. Response protocol downgraded to HTTP/1.1",
        "…The HTTP/2 server sent invalid data on the connection. HTTP/2 error code "
        "'PROTOCOL_ERROR'",
        "…did not complete the HTTP/2 handshake",
        shown_by=_SEEN,
    ),
    connections.ALPN.said(
        "…while unable to establish HTTP/2 connection", shown_by="source of .NET's HttpClient"
    ),
    connections.DIAL.said(
        "…Error connecting to subchannel",
        "…Error starting gRPC call. HttpRequestException: …Connection refused",
        shown_by="source of grpc-dotnet",
    ),
    connections.NAME.said(
        "…Error getting DNS hosts for address …", shown_by="source of grpc-dotnet"
    ),
    connections.LOST.said(
        "…Error reading next message. …The response ended prematurely",
        shown_by="source of .NET's HttpClient",
    ),
    BY_STATUS[408].said(
        "…The HTTP/2 server reset the stream. HTTP/2 error code 'PROTOCOL_ERROR'", shown_by=_SEEN
    ),
    streams.INTERNAL.said(
        "…The HTTP/2 server reset the stream. HTTP/2 error code 'INTERNAL_ERROR'", shown_by=_SEEN
    ),
    streams.REFUSED.said(
        "…The HTTP/2 server reset the stream. HTTP/2 error code 'REFUSED_STREAM'",
        "…The HTTP/2 server closed the connection. HTTP/2 error code 'NO_ERROR'",
        shown_by=_SEEN,
    ),
    streams.HEADERS.said(
        "…The HTTP/2 server closed the connection. HTTP/2 error code 'ENHANCE_YOUR_CALM'",
        shown_by=_SEEN,
    ),
    UNKNOWN.said(
        '…StatusCode="Unknown"',
        shown_by=_SEEN,
    ),
    UNAVAILABLE.said(
        '…StatusCode="Unavailable"',
        shown_by=_SEEN,
    ),
)
