"""The table of messages: one file a source."""

from __future__ import annotations

from nginx_grpc.explain.entries import Entry
from nginx_grpc.explain.table import (
    c_core,
    curl,
    dotnet,
    grpc,
    grpc_go,
    grpc_java,
    grpc_js,
    http2,
    requests,
    servers,
    startup,
    upstream,
)

__all__ = ["CLIENTS", "ERROR_LOG", "SOURCES", "STARTUP"]

ERROR_LOG: tuple[Entry, ...] = (
    *upstream.ENTRIES,
    *grpc.ENTRIES,
    *http2.ENTRIES,
    *requests.ENTRIES,
)
STARTUP: tuple[Entry, ...] = startup.ENTRIES
CLIENTS: tuple[Entry, ...] = (
    *c_core.ENTRIES,
    *grpc_go.ENTRIES,
    *grpc_java.ENTRIES,
    *grpc_js.ENTRIES,
    *dotnet.ENTRIES,
    *curl.ENTRIES,
    *servers.ENTRIES,
)
SOURCES: dict[str, tuple[Entry, ...]] = {
    "nginx's error log, of the gRPC server": (*upstream.ENTRIES, *grpc.ENTRIES),
    "nginx's error log, of the client": (*http2.ENTRIES, *requests.ENTRIES),
    "nginx -t and start": startup.ENTRIES,
    "C-core": c_core.ENTRIES,
    "grpc-go, grpcurl": grpc_go.ENTRIES,
    "grpc-java": grpc_java.ENTRIES,
    "grpc-js": grpc_js.ENTRIES,
    ".NET": dotnet.ENTRIES,
    "curl": curl.ENTRIES,
    "gRPC servers": servers.ENTRIES,
}
