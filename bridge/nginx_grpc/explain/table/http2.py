"""What nginx logs of the client's HTTP/2, most of it at level info (`ngx_http_v2.c`)."""

from nginx_grpc.explain.entries import Entry, client, none, rule
from nginx_grpc.explain.meanings import streams
from nginx_grpc.explain.meanings.statuses import BY_STATUS

__all__ = ["ENTRIES"]

_SOURCE = "src/http/v2/ngx_http_v2.c"
_REPORT = "Which library and version does the client, or the proxy before nginx, use?"

METADATA_DROPPED = Entry(
    "metadata-dropped",
    "nginx dropped a metadata key that is no valid header name to it; the call went on without it.",
    (
        rule(
            "NG303",
            "a key holds an underscore (underscores_in_headers) or a dot (ignore_invalid_headers)",
            "server.underscores_in_headers",
            "server.ignore_invalid_headers",
            needs=("metadata",),
        ),
        client("the client sends a key that HTTP/2 forbids", "Which metadata does it send?"),
    ),
    ("client sent invalid header: …", "client sent invalid header name: …"),
    "tests/live/test_ng303_metadata_names.py",
)
HEADERS_TOO_LARGE = streams.HEADERS.said(
    "client sent too large header field",
    "client sent too large header",
    "client sent header field with too long length value",
    "client sent header block with too long …",
    shown_by="tests/live/test_ng402_header_overflow.py",
)
WRONG_NAME = BY_STATUS[421].said(
    "client attempted to request the server name for which the negotiated protocol is disabled",
    "client attempted to request the server name different from the one that was negotiated",
    shown_by="tests/live/test_ng201_http2_listener.py",
)
PREFACE = Entry(
    "http1-to-http2-port",
    "A client spoke HTTP/1 to a plaintext port that takes HTTP/2 alone (before nginx 1.25.1), or "
    "something else altogether.",
    (
        client(
            "a health check, a browser or a probe uses HTTP/1 on the gRPC port",
            "Which client is at the address of this line?",
        ),
    ),
    ("invalid connection preface",),
    "tests/live/test_explained_lines.py",
)
STREAMS = Entry(
    "too-many-streams",
    "A client opened more calls at once on a connection than nginx allows: the call was refused "
    "(REFUSED_STREAM), and gRPC clients repeat it.",
    (
        rule(
            "",
            "http2_max_concurrent_streams (128 by default) is below what one client has open: long "
            "streams count as long as they last",
        ),
        client("it does not wait for nginx's settings before it opens many calls"),
    ),
    (
        "concurrent streams exceeded …",
        "client sent too many streams at once",
        "client sent stream with data before settings were acknowledged",
        "client sent too many refused streams",
        "client refused stream …",
    ),
    _SOURCE,
)
FLOOD = Entry(
    "client-flood",
    "nginx closed a client's connection, because it sent more frames than its calls need: pings, "
    "resets, settings.",
    (
        client(
            "its keepalive pings too often, or it cancels calls by the thousand",
            "What is its keepalive interval? Is it an attack (rapid reset)?",
        ),
    ),
    ("http2 flood detected", "client sent too many PRIORITY frames"),
    _SOURCE,
)
CANCELLED = Entry(
    "call-cancelled",
    "The client ended the call itself: a cancellation, or its deadline.",
    (none("clients may cancel calls"),),
    (
        "client canceled stream …",
        "client terminated stream …",
        "client prematurely closed stream",
        "client prematurely closed connection",
        "kevent() reported that client … closed idle connection",
    ),
    _SOURCE,
)
CONNECTION_HEADER = Entry(
    "client-connection-header",
    "A client sent a header that HTTP/2 forbids (from nginx 1.31.0): 400 (INTERNAL).",
    (
        client(
            "it, or a proxy before nginx, copies headers of HTTP/1 into HTTP/2",
            _REPORT,
        ),
    ),
    (
        'client sent "Connection" header',
        'client sent "Keep-Alive" header',
        'client sent "Transfer-Encoding" header',
        'client sent "Upgrade" header',
        'client sent "Proxy-Connection" header',
        'client sent invalid "TE" header',
    ),
    _SOURCE,
)
BROKEN = Entry(
    "client-http2-broken",
    "A client, or something that is none of gRPC, broke the rules of HTTP/2.",
    (client("a fault of the client's HTTP/2, or a scanner", _REPORT),),
    (
        "client sent frame with unknown type …",
        "client sent padded DATA frame with incorrect length: …",
        "client sent DATA frame with incorrect identifier",
        "client sent DATA frame for half-closed stream …",
        "client violated connection flow control: …",
        "client violated flow control for stream …",
        "client sent HEADERS frame with incorrect length …",
        "client sent HEADERS frame with empty header block",
        "client sent padded HEADERS frame with incorrect length: …",
        "client sent HEADERS frame with incorrect identifier …",
        "client sent HEADERS frame for stream … with incorrect dependency",
        "client sent header block with incorrect length",
        "client sent invalid encoded header field",
        "client sent header field with incorrect length",
        "client sent zero header name length",
        "client sent too many header lines",
        "client sent inappropriate frame while CONTINUATION was expected",
        "client sent CONTINUATION frame with incorrect identifier",
        "client sent unexpected CONTINUATION frame",
        "client sent PRIORITY frame with incorrect …",
        "client sent PRIORITY frame for stream … with incorrect dependency",
        "client sent RST_STREAM frame with incorrect …",
        "client sent SETTINGS frame with incorrect …",
        "client sent SETTINGS frame with the ACK flag and nonzero length",
        "client sent PUSH_PROMISE frame",
        "client sent PING frame with incorrect …",
        "client sent GOAWAY frame with incorrect …",
        "client sent WINDOW_UPDATE frame with incorrect …",
        "client sent header … with invalid value: …",
        "client sent out of order pseudo-headers",
        "client sent unknown pseudo-header …",
        "client sent duplicate :path header",
        "client sent empty :path header",
        "client sent invalid :path header: …",
        "client sent duplicate :method header",
        "client sent empty :method header",
        "client sent invalid method: …",
        "client sent duplicate :scheme header",
        "client sent empty :scheme header",
        "client sent invalid :scheme header: …",
        'client sent duplicate ":authority" header',
        'client sent invalid ":authority" header',
        "client sent no :method header",
        "client sent no :scheme header",
        "client sent no :path header",
        'client sent neither ":authority" nor "Host" header',
        'client sent ":authority" and "Host" headers with different values',
        'client sent invalid "Content-Length" header',
        "client sent invalid hpack table index …",
        "client sent out of bound hpack table index: …",
        "client sent invalid table size update: …",
        "client intended to send body data larger than declared",
        "client prematurely closed stream: only … out of … bytes of request body received",
    ),
    _SOURCE,
)
RESPONSE_TOO_LONG = Entry(
    "answer-header-too-long",
    "A header of the answer is longer than nginx can write to the client.",
    (
        rule("", "add_header or a variable in it makes a value of 2 MB"),
        client("the value is copied from the call's own metadata"),
    ),
    (
        "too long response header value: …",
        "too long response header name: …",
        "too long response trailer value: …",
        "too long response trailer name: …",
    ),
    "src/http/v2/ngx_http_v2_filter_module.c",
)
INTERNAL = Entry(
    "nginx-http2-internal",
    "nginx met a state of its HTTP/2 that should not be.",
    (rule("", "a fault of nginx or of a module: report it with the version"),),
    (
        "http2 preread buffer overflow",
        "receive buffer overrun",
        "state buffer overflow: …",
        "requested control frame is too large: …",
        "no space in http2 body buffer",
        "busy buffers after request body flush",
        "http2 negative window update",
        "output on closed stream",
    ),
    _SOURCE,
)

ENTRIES = (
    METADATA_DROPPED,
    HEADERS_TOO_LARGE,
    WRONG_NAME,
    PREFACE,
    STREAMS,
    FLOOD,
    CANCELLED,
    CONNECTION_HEADER,
    BROKEN,
    RESPONSE_TOO_LONG,
    INTERNAL,
)
