"""The nodes of a document that a change of nginx is about, with their names."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

__all__ = [
    "Named",
    "grpcs_by_default",
    "host_headers",
    "plaintext_sockets",
    "requests_by_default",
    "servers_with_grpc",
    "servers_without",
    "small_buffers",
    "tls_sockets_by_default",
    "upstreams_without_keepalive",
]

Json = dict[str, Any]
Named = tuple[str, Json]

# What passed before there was a limit, by measurement.
_AMPLE = 64 * 1024
_DEFAULT_BUFFER = 4096


def servers_with_grpc(document: Json) -> Iterator[Named]:
    """Servers with a location that has grpc_pass."""
    for server in document["servers"]:
        if any(location["grpc"]["carries"] == "pass" for location in server["locations"]):
            yield f"server {server['name']}".strip(), server


def servers_without(name: str) -> Callable[[Json], Iterator[Named]]:
    """Of these, those that do not say a directive."""

    def where(document: Json) -> Iterator[Named]:
        for named in servers_with_grpc(document):
            if name not in named[1]["directives"]:
                yield named

    return where


def requests_by_default(document: Json) -> Iterator[Named]:
    """Servers and pools that do not say keepalive_requests."""
    yield from servers_without("keepalive_requests")(document)
    for named in _upstreams(document):
        said = named[1]["directives"]
        if "keepalive" in said and "keepalive_requests" not in said:
            yield named


def upstreams_without_keepalive(document: Json) -> Iterator[Named]:
    """Upstreams of grpc_pass that do not say keepalive."""
    for named in _upstreams(document):
        if "keepalive" not in named[1]["directives"]:
            yield named


def plaintext_sockets(document: Json) -> Iterator[Named]:
    """Sockets of HTTP/2 without TLS."""
    for name, server in servers_with_grpc(document):
        for listen in server["listens"]:
            if not (listen["ssl"] or listen["quic"]) and listen["speaks_http2"] != "no":
                yield name, listen


def tls_sockets_by_default(document: Json) -> Iterator[Named]:
    """Servers with TLS that do not say which."""
    for named in servers_without("ssl_protocols")(document):
        if any(listen["ssl"] for listen in named[1]["listens"]):
            yield named


def grpcs_by_default(document: Json) -> Iterator[Named]:
    """Locations that pass to grpcs:// and do not say which TLS."""
    for name, location in _passes(document):
        target = location["target"]
        encrypted = target["scheme"] == "grpcs" or not target["scheme_known"]
        if encrypted and "grpc_ssl_protocols" not in location["directives"]:
            yield name, target


def small_buffers(document: Json) -> Iterator[Named]:
    """Locations whose grpc_buffer_size may be too small for headers that passed before."""
    for name, location in _passes(document):
        said = location["directives"].get("grpc_buffer_size", {})
        if said.get("bytes", _DEFAULT_BUFFER) < _AMPLE:
            yield name, said or location


def host_headers(document: Json) -> Iterator[Named]:
    """grpc_set_header Host, in effect for a location with grpc_pass."""
    for name, location in _passes(document):
        if "grpc_set_header" in location:
            for header in document["header_lists"][location["grpc_set_header"]]["headers"]:
                if header["name"].lower() == "host":
                    yield name, header


def _passes(document: Json) -> Iterator[Named]:
    for server in document["servers"]:
        for location in server["locations"]:
            # An `if` that only inherits the handler is its location once more.
            inherits = location["modifier"] == "if" and not location["own_handler"]
            if location["grpc"]["carries"] == "pass" and not inherits:
                yield f"location {location['name']}", location


def _upstreams(document: Json) -> Iterator[Named]:
    used = {name for _, each in _passes(document) for name in each["target"]["upstreams"]}
    for upstream in document["upstreams"]:
        if upstream["name"] in used:
            yield f"upstream {upstream['name']}", upstream
