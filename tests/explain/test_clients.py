"""Messages of grpc-js 1.14.7 and grpc-java 1.85.1, as they said them behind nginx 1.22.1 and
1.31.3, and of other clients by their source: each leads to its class."""

from __future__ import annotations

import pytest

from nginx_grpc.explain.recognition import Recogniser

JS = "14 UNAVAILABLE: No connection established. Last error: "
JAVA = "io.grpc.StatusRuntimeException: "
NETTY = "io.grpc.netty.shaded.io.netty."
LINES = {
    f"{JS}Error: connect ECONNREFUSED 127.0.0.1:55385. Resolution note:": "no-connection",
    f"{JS}Protocol error (2026-11-30T11:22:03.666Z). Resolution note:": "http2-to-http1-port",
    f"{JS}Error: 80AC:error:0A000460:SSL routines:ssl3_read_bytes:tlsv1 alert no application "
    "protocol:../deps/openssl/openssl/ssl/record/rec_layer_s3.c": "no-http2-in-tls",
    f"{JS}Error: 800C:error:0A00010B:SSL routines:ssl3_get_record:wrong version number:../deps": (
        "tls-and-plaintext"
    ),
    f"{JS}Error [ERR_TLS_CERT_ALTNAME_INVALID]: Hostname/IP does not match certificate's "
    "altnames: Host: other.example.com. is not in the cert's altnames": "certificate-refused",
    "2 UNKNOWN: Received HTTP status code 200": "no-grpc-status",
    "13 INTERNAL: Received RST_STREAM with code 0 (Call ended without gRPC status)": (
        "no-grpc-status"
    ),
    "NaN undefined:": "page-bad-status",
    "8 RESOURCE_EXHAUSTED: Received message larger than max (1701604463 vs 4194304)": (
        "page-with-body"
    ),
    "8 RESOURCE_EXHAUSTED: Received message larger than max (5000006 vs 4194304)": (
        "message-too-large"
    ),
    "rpc error: code = ResourceExhausted desc = grpc: received message larger than max "
    "(1919247732 vs. 4194304)": "page-with-body",
    "rpc error: code = ResourceExhausted desc = grpc: received message larger than max "
    "(4194309 vs. 4194304)": "message-too-large",
    f"{JAVA}RESOURCE_EXHAUSTED: gRPC message exceeds maximum size 4194304: 5000006": (
        "message-too-large"
    ),
    "rpc error: code = Unavailable desc = connection error: desc = "
    '"transport: authentication handshake failed: tls: failed to verify certificate: x509: '
    'certificate is valid for a.example.com, not b.example.com"': "certificate-refused",
    "rpc error: code = Unknown desc = ": "call-unknown",
    "rpc error: code = Unknown desc = pq: too many clients already": "call-unknown",
    "  Code: Unknown": "call-unknown",
    "\tstatus = StatusCode.UNKNOWN": "call-unknown",
    '\tdetails = "No status received"': "no-grpc-status",
    "Error: 2 UNKNOWN: Stream removed": "call-unknown",
    f"{JAVA}UNKNOWN: Application error processing RPC": "call-unknown",
    'Status(StatusCode="Unknown", Detail="Exception was thrown by handler.")': "call-unknown",
    "rpc error: code = Internal desc = pseudo header field after regular": "answer-header-refused",
    "rpc error: code = Internal desc = transport: malformed x-a-bin: illegal base64 data at input "
    "byte 4": "answer-header-refused",
    "Stream removed (Error parsing 'te' metadata)": "answer-header-refused",
    "Stream removed (Illegal header key: x y)": "answer-header-refused",
    "curl: (60) SSL certificate problem: self-signed certificate": "certificate-refused",
    "Failed to list services: server does not support the reflection API": "no-reflection",
    "8 RESOURCE_EXHAUSTED: Bandwidth exhausted or memory limit exceeded": (
        "request-headers-too-large"
    ),
    "rpc error: code = Unknown desc = OK: HTTP status code 200; transport: missing content-type "
    "field": "content-type-wrong",
    "rpc error: code = Unavailable desc = keepalive ping failed to receive ACK within timeout": (
        "connection-lost"
    ),
    "rpc error: code = Unavailable desc = last connection error: connection error: desc = "
    '"transport: Error while dialing: dial tcp: lookup api on 10.96.0.10:53: no such host"': (
        "client-name-not-resolved"
    ),
    "rpc error: code = Unavailable desc = name resolver error: produced zero addresses": (
        "client-name-not-resolved"
    ),
    "14 UNAVAILABLE: Name resolution failed for target dns:api:443": "client-name-not-resolved",
    f"{JS}getaddrinfo ENOTFOUND api": "client-name-not-resolved",
    '\tdetails = "DNS resolution failed for api:443: C-ares status is not ARES_SUCCESS"': (
        "client-name-not-resolved"
    ),
    f"{JAVA}UNAVAILABLE: Unable to resolve host api": "client-name-not-resolved",
    'Status(StatusCode="Unavailable", Detail="Error getting DNS hosts for address .")': (
        "client-name-not-resolved"
    ),
    'Status(StatusCode="Unavailable", Detail="Error connecting to subchannel.")': "no-connection",
    'Status(StatusCode="Internal", Detail="Error starting gRPC call. HttpRequestException: '
    "Requesting HTTP version 2.0 with version policy RequestVersionOrHigher while unable to "
    'establish HTTP/2 connection.")': "no-http2-in-tls",
    'Status(StatusCode="Unavailable", Detail="Error reading next message. IOException: The request '
    'was aborted. IOException: The response ended prematurely (ResponseEnded)")': (
        "connection-lost"
    ),
}
# Line by line; client-head is what only stands around the message.
TRACES = {
    "refused": (
        (f"{JAVA}UNAVAILABLE: io exception", "unavailable"),
        (
            f"Caused by: {NETTY}channel.AbstractChannel$AnnotatedConnectException: "
            "finishConnect(..) failed with error(-111): Connection refused: /127.0.0.1:50051",
            "no-connection",
        ),
        ("Caused by: java.net.ConnectException: finishConnect(..) failed", "client-head"),
        ("\tat java.base/java.lang.Thread.run(Thread.java:840)", "client-head"),
    ),
    "page": (
        (f"{JAVA}UNAVAILABLE: HTTP status code 502", "status-502"),
        ("invalid content-type: text/html", "client-head"),
        ("headers: Metadata(:status=502,server=nginx/1.31.3)", "client-head"),
        ("DATA-----------------------------", "client-head"),
        ("<html>", "client-head"),
        ("<head><title>502 Bad Gateway</title></head>", "client-head"),
    ),
    "text": (
        (f"{JAVA}UNKNOWN: HTTP status code 200", "client-head"),
        ("invalid content-type: text/plain", "content-type-wrong"),
        ("headers: Metadata(:status=200,server=nginx/1.31.3)", "client-head"),
    ),
    "no status": (
        (f"{JAVA}UNKNOWN: HTTP status code 200", "client-head"),
        ("missing GRPC status, inferred error from HTTP status code", "no-grpc-status"),
    ),
    "HTTP/1": (
        (f"{JAVA}INTERNAL: http2 exception", "client-head"),
        (
            f"Caused by: {NETTY}handler.codec.http2.Http2Exception: First received frame was not "
            "SETTINGS. Hex dump for first 5 bytes: 485454502f",
            "http2-to-http1-port",
        ),
    ),
    "name": (
        (f"{JAVA}UNAVAILABLE: io exception", "unavailable"),
        ("Channel Pipeline: [SslHandler#0, DefaultChannelPipeline$TailContext#0]", "client-head"),
        (
            "Caused by: javax.net.ssl.SSLHandshakeException: General OpenSslEngine problem",
            "client-head",
        ),
        (
            "Caused by: java.security.cert.CertificateException: No subject alternative DNS name "
            "matching other.example.com found.",
            "certificate-refused",
        ),
    ),
}
PYTHON = "grpc._channel._InactiveRpcError: <_InactiveRpcError of RPC that terminated with:"
# What several lines come to, and how many of them only stand around the message.
CALLS = {
    "python": (
        [
            PYTHON,
            "\tstatus = StatusCode.UNAVAILABLE",
            '\tdetails = "Received http2 header with status: 502"',
            '\tdebug_error_string = "Received http2 header with status: 502"',
            ">",
        ],
        ["status-502"],
        4,
    ),
    "python, details of several lines": (
        [PYTHON, "\tstatus = StatusCode.UNAVAILABLE", '\tdetails = "no', 'user"', ">"],
        ["unavailable"],
        4,
    ),
    "python, an error of the server": (
        [PYTHON, "\tstatus = StatusCode.NOT_FOUND", '\tdetails = "no user"', ">"],
        [None],
        3,
    ),
    "python, cut short": ([PYTHON, "\tstatus = StatusCode.UNAVAILABLE"], ["unavailable"], 2),
    "python, cut off": (
        [PYTHON, "\tstatus = StatusCode.UNAVAILABLE", "rpc error: code = Unavailable desc = EOF"],
        ["unavailable", "unavailable"],
        2,
    ),
    "grpcurl": (
        [
            "ERROR:",
            "  Code: Unavailable",
            "  Message: unexpected HTTP status code received from server: 504 (Gateway Timeout); "
            'transport: received unexpected content-type "text/html"',
            "ERROR:",
            "  Code: Unknown",
            "  Message: it broke",
        ],
        ["status-504", "call-unknown"],
        4,
    ),
    "a start without its end": (
        [f"{JAVA}UNKNOWN: HTTP status code 200", f"{JAVA}INTERNAL: http2 exception"],
        [None, None],
        0,
    ),
    "a start with its end": (
        [f"{JAVA}UNKNOWN: HTTP status code 200", "invalid content-type: text/plain"],
        ["content-type-wrong"],
        1,
    ),
}
# The same words where nothing says that gRPC is meant.
OF_OTHERS = (
    "Caused by: java.net.ConnectException: finishConnect(..) failed: Connection refused",
    "x509: certificate signed by unknown authority",
    "invalid content-type: text/html",
    "<html>",
)


@pytest.mark.parametrize("line", LINES)
def test_a_line(line) -> None:
    assert Recogniser().see(line).entry.name == LINES[line]


@pytest.mark.parametrize("name", TRACES)
def test_a_trace(name) -> None:
    recogniser = Recogniser()
    seen = [recogniser.see(line).entry for line, _ in TRACES[name]]
    assert [entry and entry.name for entry in seen] == [wanted for _, wanted in TRACES[name]]


@pytest.mark.parametrize("name", CALLS)
def test_a_call_is_counted_once(name) -> None:
    lines, classes, frames = CALLS[name]
    seen = [each.entry and each.entry.name for each in Recogniser().all(lines)]
    assert [each for each in seen if each != "client-head"] == classes
    assert seen.count("client-head") == frames


@pytest.mark.parametrize("line", OF_OTHERS)
def test_the_words_of_others(line) -> None:
    recogniser = Recogniser()
    recogniser.see("2026-11-30 something else")
    assert recogniser.see(line).entry is None
