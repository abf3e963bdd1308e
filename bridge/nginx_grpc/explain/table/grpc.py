"""What nginx's gRPC module logs of the server's HTTP/2 (`ngx_http_grpc_module.c`)."""

from nginx_grpc.explain.entries import GRPC, Entry, client, rule, server
from nginx_grpc.explain.table.upstream import HEADER_TOO_BIG, INTERNAL, NO_PORT

__all__ = ["ENTRIES"]

_SOURCE = "src/http/modules/ngx_http_grpc_module.c"
_REPORT = (
    "Which HTTP/2 library and version does the server, or the proxy before it, use? It breaks "
    "RFC 9113 here: report it there."
)

SHARED_POOL = Entry(
    "shared-pool",
    "nginx took a pooled connection that a plain HTTP request had left: the call is 502.",
    (
        rule(
            "NG218",
            "one upstream block with keepalive is used by proxy_pass and by grpc_pass",
            "upstream.shared",
        ),
    ),
    ("no connection data found for keepalive http2 connection",),
    "tests/live/test_explained_lines.py",
)
HTTP1_SERVER = Entry(
    "server-speaks-http1",
    'What nginx read as a frame\'s length is the text "HTT" of "HTTP/1.1": the other end answered '
    "in HTTP/1.",
    (
        rule(
            "NG218",
            "one upstream block with keepalive is used by proxy_pass and by grpc_pass",
            "upstream.shared",
        ),
        server(
            "a web server, or an HTTP/1 port of the gRPC server, is at this address",
            "Which port speaks gRPC?",
        ),
    ),
    ("upstream sent too large http2 frame: 4740180",),
    "tests/live/test_explained_lines.py",
)
TLS_SERVER = Entry(
    "plaintext-to-tls",
    "What nginx read as a frame's length is the head of a TLS record: nginx speaks plaintext to a "
    "server that speaks TLS.",
    (
        rule(
            "NG102",
            "grpc_pass names no scheme, which means plaintext",
            "location.target",
            schemes=("grpc",),
        ),
        rule(
            "",
            "grpc_pass says grpc:// where the server speaks TLS: write grpcs://",
            "location.target",
            schemes=("grpc",),
        ),
    ),
    tuple(
        f"upstream sent too large http2 frame: {record << 16 | 0x0300 | version}"
        for record in (0x15, 0x16)
        for version in (0, 1, 2, 3, 4)
    ),
    "tests/live/test_explained_lines.py",
)
BROKEN = Entry(
    "server-http2-broken",
    "The gRPC server broke the rules of HTTP/2, and nginx ended the call: 502, or INTERNAL in the "
    "middle of a stream.",
    (server("a fault of the server's HTTP/2", _REPORT, schemes=GRPC),),
    (
        "upstream sent unexpected http2 frame: …",
        "upstream sent frame for closed stream …",
        "upstream sent too large http2 frame: …",
        "upstream sent too short http2 frame",
        "upstream sent http2 frame with too long padding: …",
        "upstream sent headers frame with invalid length: …",
        "upstream sent rst stream frame with invalid length: …",
        "upstream sent goaway frame with non-zero stream id: …",
        "upstream sent goaway frame with invalid length: …",
        "upstream sent window update frame with invalid length: …",
        "upstream sent zero window update",
        "upstream sent too large window update",
        "upstream sent settings frame with non-zero stream id: …",
        "upstream sent settings frame with ack flag and non-zero length: …",
        "upstream sent settings frame with invalid length: …",
        "upstream sent settings frame with too large initial window size: …",
        "upstream sent ping frame with non-zero stream id: …",
        "upstream sent ping frame with invalid length: …",
        "upstream sent ping frame with ack flag",
        "upstream sent unexpected push promise frame",
        "upstream violated stream flow control, received …",
        "upstream violated connection flow control, received …",
        "upstream sent response body larger than indicated content length",
    ),
    "tests/live/test_explained_lines.py",
)
WRONG_STREAM = Entry(
    "wrong-stream",
    "A frame came for a stream that is not the call's own.",
    (
        rule(
            "NG206",
            "a call was repeated from a pooled connection on a new one: nginx then sends its "
            "message under the first one's number (non_idempotent in grpc_next_upstream)",
            "location.grpc_next_upstream",
        ),
        server("a fault of the server's HTTP/2", _REPORT, schemes=GRPC),
    ),
    (
        "upstream sent frame for unknown stream …",
        "upstream sent data frame for unknown stream …",
    ),
    "tests/live/test_explained_lines.py",
)
HPACK = Entry(
    "server-hpack",
    "The gRPC server compressed its headers against a table that nginx had set to size 0 "
    "(SETTINGS_HEADER_TABLE_SIZE): 502 on the call.",
    (server("its HPACK ignores the client's table size", _REPORT, schemes=GRPC),),
    (
        "upstream sent invalid http2 table index: …",
        "upstream sent invalid http2 dynamic table size update: …",
        "upstream sent http2 table index with continuation flag",
        "upstream sent truncated http2 header",
        "upstream sent zero http2 header name length",
        "upstream sent invalid encoded header",
    ),
    "tests/live/test_explained_lines.py",
)
BAD_HEADER = Entry(
    "server-bad-header",
    "The gRPC server sent a header or trailer that HTTP/2 forbids: 502, or INTERNAL for trailers.",
    (
        server(
            "a fault of the server, or of what it sends as metadata: upper case, spaces, line ends",
            "Which metadata does it send? Keys are lower case, values printable ASCII.",
            schemes=GRPC,
        ),
    ),
    (
        "upstream sent invalid header: …",
        "upstream sent invalid header …",
        "upstream sent invalid header",
        "upstream sent invalid trailer: …",
        "upstream sent invalid trailer …",
        "upstream sent invalid trailer",
        "upstream sent trailer without end stream flag",
        "upstream sent duplicate :status header",
        "upstream sent invalid :status …",
        "upstream sent unexpected :status …",
        "upstream sent no :status header",
    ),
    "tests/live/test_explained_lines.py",
)
CLOSED_STREAM = Entry(
    "server-closed-stream",
    "The gRPC server ended the stream before its answer was whole.",
    (
        server(
            "it sent fewer bytes than its content-length, or ended the stream in a header",
            "Does it set content-length itself? A gRPC answer needs none.",
            schemes=GRPC,
        ),
    ),
    ("upstream prematurely closed stream",),
    "tests/live/test_explained_lines.py",
)
FLOOD = Entry(
    "server-pings-too-often",
    "The gRPC server sent more SETTINGS or PING frames than nginx takes (more than a thousand "
    "within one call).",
    (
        server(
            "its keepalive is set to ping far too often",
            "What are its keepalive interval and its bandwidth probes (BDP)?",
            schemes=GRPC,
        ),
    ),
    ("upstream sent too many settings frames", "upstream sent too many ping frames"),
    _SOURCE,
)
_HOP = rule(
    "NG214",
    "grpc_set_header sets what servers refuse: Connection, TE to none, a name or value that is not "
    "one of HTTP/2",
    "location.hop_headers",
)
REJECTED = Entry(
    "server-rejected",
    "The gRPC server refused the call as malformed (RST_STREAM, error 1 PROTOCOL_ERROR, 2 "
    "INTERNAL_ERROR or 5 STREAM_CLOSED): 502.",
    (
        _HOP,
        rule(
            "NG206",
            "a call was repeated from a pooled connection on a new one, and nginx sent its message "
            "under the first one's number (error 5)",
            "location.grpc_next_upstream",
        ),
        client(
            "it is no gRPC client (a browser, gRPC-Web, HTTP/1.1) and sends no `te: trailers`",
            "Which client is it, and does it speak gRPC over HTTP/2?",
        ),
        server(
            "the server refuses what the client sent",
            "What does the server's log say? grpc-go: GRPC_GO_LOG_SEVERITY_LEVEL=info.",
        ),
    ),
    tuple(f"upstream rejected request with error {code}" for code in (1, 2, 5)),
    "tests/live/test_ng214_hop_header.py",
)
DEADLINE = Entry(
    "deadline-at-server",
    "The client's deadline ran out, and the server cancelled the call (RST_STREAM, error 8 CANCEL) "
    "before nginx knew: some clients get UNAVAILABLE in place of DEADLINE_EXCEEDED.",
    (
        rule(
            "NG205",
            "max_fails counts these as failures and takes good servers out",
            "upstream.max_fails",
        ),
        client(
            "the client's deadline is shorter than the server takes",
            "Which deadline do callers set, and how long does the call take?",
        ),
        server("the server cancels calls itself", "Does it, and why?"),
    ),
    ("upstream rejected request with error 8",),
    "tests/live/test_ng205_max_fails.py",
)
OVERLOADED = Entry(
    "server-refused-stream",
    "The gRPC server took no more streams (RST_STREAM, error 7 REFUSED_STREAM or 11 "
    "ENHANCE_YOUR_CALM): 502. It is safe to repeat the call; nginx does not.",
    (
        server(
            "it is shutting down, or at its limit of concurrent streams or memory",
            "Was it draining? What is its limit of concurrent streams?",
        ),
    ),
    (
        "upstream rejected request with error 7",
        "upstream rejected request with error 11",
    ),
    "tests/live/test_retries.py",
)
REJECTED_OTHERWISE = Entry(
    "server-rejected-otherwise",
    "The gRPC server ended the call with RST_STREAM and this error code of HTTP/2 (RFC 9113, 7).",
    (
        server(
            "3, 6, 9: flow control, frame size, compression. 0: it was done. 12, 13: it wants "
            "other TLS or HTTP/1.1",
            "What does the server's log say?",
        ),
    ),
    ("upstream rejected request with error …",),
    _SOURCE,
)
GOAWAY = Entry(
    "server-goaway",
    "The gRPC server closed the connection in one step (GOAWAY) when the call was on its way: 502. "
    "It is safe to repeat the call; nginx does not.",
    (
        rule(
            "NG103",
            "the connection was idle in nginx's pool for as long as the server keeps it",
            "upstream.keepalive_timeout",
        ),
        rule(
            "NG203",
            "the connection had reached the server's MaxConnectionAge",
            "upstream.keepalive_time",
            needs=("max_connection_age",),
        ),
        server(
            "it is shutting down",
            "Was it restarted or rolled out? Does it close in two steps (graceful)?",
        ),
    ),
    ("upstream sent goaway with error 0",),
    "tests/live/test_ng103_keepalive_timeout.py",
)
GOAWAY_ERROR = Entry(
    "server-goaway-error",
    "The gRPC server closed the connection with an error (GOAWAY): every call on it is lost.",
    (
        _HOP,
        server(
            "1, 2: it takes nginx's frames for malformed. 11 (ENHANCE_YOUR_CALM): too many pings "
            "or resets",
            "What does the server's log say of this connection?",
        ),
    ),
    ("upstream sent goaway with error …",),
    _SOURCE,
)
TOO_LONG = Entry(
    "request-headers-too-long",
    "The call's headers are longer than nginx can write to the server.",
    (
        client(
            "the client sends a header of more than 2 MB, or nginx adds one",
            "Which metadata do callers send?",
        ),
        rule(
            "NG402",
            "versions that do not check this overflow instead (CVE-2026-42055)",
            "server.large_client_header_buffers",
        ),
    ),
    (
        "too long http2 method: …",
        "too long http2 URI",
        "too long http2 host: …",
        "too long http2 header name: …",
        "too long http2 header name",
        "too long http2 header value: …",
        "too long http2 header value",
        "no buffer space in grpc create request",
    ),
    _SOURCE,
)

ENTRIES = (
    SHARED_POOL,
    HTTP1_SERVER,
    TLS_SERVER,
    BROKEN,
    WRONG_STREAM,
    HPACK,
    BAD_HEADER,
    CLOSED_STREAM,
    FLOOD,
    REJECTED,
    DEADLINE,
    OVERLOADED,
    REJECTED_OTHERWISE,
    GOAWAY,
    GOAWAY_ERROR,
    TOO_LONG,
    HEADER_TOO_BIG.said(
        "upstream sent too large http2 header name length",
        "upstream sent too large http2 header name length: …",
        "upstream sent too large http2 header value length",
        "upstream sent too large http2 header value length: …",
        "upstream sent too large http2 header",
        shown_by="tests/live/test_metadata.py",
    ),
    INTERNAL.said("grpcs protocol requires SSL support", shown_by=_SOURCE),
    NO_PORT.said('… in upstream "…"', shown_by=_SOURCE),
)
