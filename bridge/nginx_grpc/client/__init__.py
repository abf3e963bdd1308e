"""Asks an OPA server for the decision on a document, and takes no answer on trust.

    from nginx_grpc.client import Client, OpaServer

    with Client(OpaServer("http://127.0.0.1:8181")) as client:
        decision = client.check(document, settings)

What is no decision is an `OpaError` whose `kind` says which way; there is no other way for a call
to end than a `Decision` or an exception.
"""

from nginx_grpc.client.asynchronous import AsyncClient, Encoded
from nginx_grpc.client.errors import Kind, OpaError
from nginx_grpc.client.server import OpaServer
from nginx_grpc.client.synchronous import Client
from nginx_grpc.engines.interface import Decision

__all__ = ["AsyncClient", "Client", "Decision", "Encoded", "Kind", "OpaError", "OpaServer"]
