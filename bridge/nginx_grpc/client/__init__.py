"""Asks an OPA server for the decision on a document, and takes no answer on trust.

    from nginx_grpc.client import Client, Server

    with Client(Server("http://127.0.0.1:8181")) as client:
        decision = client.check(document, settings)

What is no decision is an `OpaError` whose class and `kind` say which; there is no other way for a
call to end than a `Decision` or an exception.
"""

from nginx_grpc.client.answer import Decision
from nginx_grpc.client.asynchronous import AsyncClient, Encoded
from nginx_grpc.client.errors import (
    ClosedError,
    MalformedError,
    OpaError,
    OtherVersionError,
    RedirectedError,
    StatusError,
    TimedOutError,
    TlsError,
    TooLargeError,
    UndefinedError,
    UnreachableError,
    UnrevisionedError,
)
from nginx_grpc.client.server import Server
from nginx_grpc.client.synchronous import Client

__all__ = [
    "AsyncClient",
    "Client",
    "ClosedError",
    "Decision",
    "Encoded",
    "MalformedError",
    "OpaError",
    "OtherVersionError",
    "RedirectedError",
    "Server",
    "StatusError",
    "TimedOutError",
    "TlsError",
    "TooLargeError",
    "UndefinedError",
    "UnreachableError",
    "UnrevisionedError",
]
