"""Answers with 200 that are none of gRPC."""

from nginx_grpc.explain.entries import Entry, client, rule, server

__all__ = [
    "BODY",
    "CONTENT_TYPE",
    "HEADER",
    "LARGE",
    "NO_MESSAGE",
    "NO_STATUS",
    "STATUS",
    "of_size",
]

CONTENT_TYPE = Entry(
    "content-type-wrong",
    "The answer was 200 with a content type that is none of gRPC: UNKNOWN. A web page, or an "
    "error page, answered in place of the server.",
    (
        rule(
            "NG110",
            "an error page is sent as text/html or text/plain",
            "location.error_page",
        ),
        rule(
            "NG216",
            "the split on exactly application/grpc sends other gRPC types to the web site",
            "location.handler",
        ),
        rule("NG209", "a return or a file answers before grpc_pass", "location.arrival"),
        rule("NG101", "the call went to a web server by proxy_pass", "location.handler"),
        rule("NG221", "grpc_hide_header Content-Type takes the type away"),
        client("it calls a web server", "Which name and port does it call?"),
    ),
)
BODY = Entry(
    "page-with-body",
    "An error page sent text where a gRPC message is expected: RESOURCE_EXHAUSTED, INTERNAL or "
    "UNKNOWN, by what its first bytes look like.",
    (
        rule("NG110", "the page's return has a text", "location.error_page"),
        rule("NG209", "a return with a text answers before grpc_pass", "location.arrival"),
        rule("NG222", "a filter for pages adds to messages, or changes them"),
    ),
)
LARGE = Entry(
    "message-too-large",
    "A message is larger than its receiver takes, 4 MB unless it says otherwise: "
    "RESOURCE_EXHAUSTED. nginx sets no limit on answers.",
    (
        client("its limit on received messages is too small", "What is its limit?"),
        server("it sends more in one message than it should", "How large is the answer?"),
    ),
)
STATUS = Entry(
    "page-bad-status",
    "The grpc-status of the answer is no number of gRPC.",
    (rule("NG110", "add_header grpc-status says a word", "location.error_page"),),
)
HEADER = Entry(
    "answer-header-refused",
    "The answer has a header that this client refuses, though it was answered well: INTERNAL.",
    (
        rule("NG221", "add_header adds one that HTTP/2 or gRPC does not have"),
        server("it sends such a header itself", "Which metadata does it send?"),
    ),
)
NO_STATUS = Entry(
    "no-grpc-status",
    "The answer ended without a grpc-status.",
    (
        rule(
            "NG101",
            "proxy_pass does not pass trailers (proxy_pass_trailers, from 1.27.2)",
            "location.handler",
        ),
        rule("NG110", "an error page loses its grpc-status", "location.error_page"),
        rule(
            "NG108",
            "an HTTP error of a proxy behind nginx passes by the error page",
            "location.grpc_intercept_errors",
        ),
        rule("NG221", "grpc_hide_header grpc-status takes it away, or add_trailer hides it"),
        server("the server ended the stream without trailers", "Does it do so directly?"),
    ),
)
NO_MESSAGE = Entry(
    "no-request-message",
    "The server got a call without its message.",
    (
        rule(
            "NG110",
            "an error page passes the call to gRPC once more, without its body",
            "location.error_page",
        ),
        client("it ended the stream without a message", "Does it do so directly?"),
    ),
)


def of_size(size: int) -> Entry:
    """What a message of so many bytes is that its receiver refuses.

    Where a text comes in place of a message, its second to fifth letter are taken for the length:
    "hello" gives 1701604463.
    """
    letters = size.to_bytes(4, "big") if size < 2**32 else b""
    return (
        BODY
        if letters and all(32 <= each < 127 or each in b"\t\r\n" for each in letters)
        else LARGE
    )
