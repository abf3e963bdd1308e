"""What keeps a client from calling at all."""

from nginx_grpc.explain.entries import Entry, client, network, none, rule

__all__ = ["ALPN", "CERTIFICATE", "DIAL", "HANDSHAKE", "HTTP1", "LOST", "NAME", "PINGS", "TLS"]

_NO_HTTP2 = (
    rule("NG201", "no socket of this port speaks HTTP/2", "server.listens"),
    client("it dials another port than it should", "Which address and port does it dial?"),
)

HTTP1 = Entry(
    "http2-to-http1-port",
    "A client spoke HTTP/2 to a port that does not: it gets 400 and no connection (UNAVAILABLE).",
    (
        rule("NG201", "no socket of this port speaks HTTP/2", "server.listens"),
        client("it uses the wrong port", "Which address and port does it dial?"),
        client("it speaks plaintext to a TLS port", "Does it dial with TLS credentials?"),
    ),
)
ALPN = Entry(
    "no-http2-in-tls",
    "A client and nginx found no protocol in the TLS handshake (ALPN): the port does not offer h2.",
    (
        rule("NG201", "the port has TLS without HTTP/2", "server.listens"),
        none("a scanner that asks for another protocol"),
    ),
)
TLS = Entry(
    "tls-and-plaintext",
    "One end speaks TLS and the other plaintext.",
    (
        client("it is set up for the other kind", "Does it dial with TLS credentials?"),
        rule("", "listen lacks ssl", "server.listens"),
    ),
)
CERTIFICATE = Entry(
    "certificate-refused",
    "The client refuses the certificate that it is shown: it is for another name, it is over, or "
    "the client does not know who signed it.",
    (
        client("it dials a name that the certificate lacks", "Which name does it dial?"),
        client("it lacks the authority's certificate", "Which authorities does it trust?"),
        rule(
            "",
            "ssl_certificate is another server's, is over, or lacks its chain",
            "server.listens",
        ),
    ),
)
HANDSHAKE = Entry(
    "tls-handshake-refused",
    "A client and the port have no version of TLS or no cipher in common that HTTP/2 permits.",
    (
        rule("NG209", "ssl_ciphers has none that HTTP/2 permits", "location.arrival"),
        rule("", "ssl_protocols leaves none that the client offers", "server.listens"),
        client("it offers old versions or ciphers alone", "Which versions of TLS does it offer?"),
        rule("", "the port wants a client's certificate (ssl_verify_client)", "server.listens"),
    ),
)
DIAL = Entry(
    "no-connection",
    "The client got no connection that it can call on.",
    (
        *_NO_HTTP2,
        rule(
            "NG306",
            "client_header_buffer_size is too small for the beginning of HTTP/2",
            "server.client_header_buffer_size",
        ),
        network("nothing listens there, or packets are lost", "Can it connect at all (nc -vz)?"),
    ),
)
NAME = Entry(
    "client-name-not-resolved",
    "The client found no address for the name that it dials: the call never came to nginx.",
    (
        client("it dials another name than it should", "Which name does it dial?"),
        network(
            "the name does not exist where the client runs, or its name server does not answer",
            "Does it resolve there (getent hosts NAME)?",
        ),
    ),
)
LOST = Entry(
    "connection-lost",
    "The client's connection ended while calls were on it.",
    (
        rule("NG307", "keepalive_requests is below 1000", "server.keepalive_requests"),
        rule("", "nginx was reloaded, ended, or a worker crashed", "server.keepalive_requests"),
        network(
            "a load balancer or firewall before nginx closes idle connections",
            "After how long does the load balancer close idle connections?",
        ),
    ),
)
PINGS = Entry(
    "client-pings-too-often",
    "The other end closed the connection, because the client pings too often (ENHANCE_YOUR_CALM).",
    (
        client(
            "its keepalive interval is shorter than the server permits",
            "What is its keepalive interval? grpc servers permit one ping in five minutes.",
        ),
    ),
)
