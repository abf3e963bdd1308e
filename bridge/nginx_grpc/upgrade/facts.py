"""What versions of nginx do differently with the same configuration, and where that matters.

What a version refuses, warns of or makes fail is a rule's, and comes as a finding. What is here is
right before and after, and still not the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from nginx_grpc.records import dataclass
from nginx_grpc.upgrade import places
from nginx_grpc.upgrade.versions import Version

__all__ = ["FACTS", "Fact", "Place", "found"]

Json = dict[str, Any]
_CHANGES = "nginx's change log, {}"


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that a version changed.

    Args:
        name: permanent, for programs.
        title: what it is about.
        since: the version from which on it is so.
        before, after: what nginx does before that version and from it on.
        do: what is to be done about it.
        evidence: the page of the rule whose live test shows it, or where it is read.
        where: the nodes of a document that it is about.
    """

    name: str
    title: str
    since: Version
    before: str
    after: str
    do: str
    evidence: str
    where: Callable[[Json], Iterator[places.Named]]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a fact matters.

    Args:
        file, line, key: the line that it is about.
        name: the location, server or upstream, for a reader.
    """

    file: str
    line: int
    key: str
    name: str


FACTS = (
    Fact(
        "http2-limits",
        "How long clients keep a connection",
        Version(1, 19, 7),
        "an HTTP/2 connection of a client ends after 1000 requests or 3 minutes without one "
        "(http2_max_requests, http2_idle_timeout)",
        "an HTTP/2 connection of a client ends by keepalive_requests and keepalive_timeout: by "
        "default after 75 seconds without a request, and up to 1.19.9 after 100 requests",
        "keepalive_requests and keepalive_timeout in the server, where clients that do not try "
        "again are to keep their connections (NG307)",
        _CHANGES.format("1.19.7"),
        places.servers_without("keepalive_requests"),
    ),
    Fact(
        "keepalive-requests",
        "Requests over one connection",
        Version(1, 19, 10),
        "a connection of a client, and one of an upstream's pool, ends after 100 requests",
        "such a connection ends after 1000",
        "nothing, unless 100 was meant: keepalive_requests 100",
        _CHANGES.format("1.19.10"),
        places.requests_by_default,
    ),
    Fact(
        "plaintext-http1",
        "HTTP/1.1 on plaintext sockets with http2",
        Version(1, 25, 1),
        "a plaintext socket with http2 takes HTTP/2 alone",
        "such a socket takes HTTP/1.1 as well: plain requests reach what only HTTP/2 clients could",
        "look at what else is in these servers; allow, deny or auth_request for what is not public",
        "docs/rules/NG201.md",
        places.plaintext_sockets,
    ),
    Fact(
        "tls-of-clients",
        "TLS 1.0 and 1.1 of clients",
        Version(1, 27, 3),
        "clients may come with TLS 1.0 and 1.1, by default",
        "TLS 1.2 and 1.3 are the default",
        "nothing, unless such old clients are left: ssl_protocols says them",
        _CHANGES.format("1.27.3"),
        places.tls_sockets_by_default,
    ),
    Fact(
        "tls-of-servers",
        "TLS 1.0 and 1.1 of gRPC servers",
        Version(1, 27, 3),
        "nginx offers the gRPC server TLS 1.0 and 1.1 as well, by default",
        "nginx offers it TLS 1.2 and 1.3; the handshake with an older server fails, and every call "
        "gets 502",
        "a server that speaks TLS 1.2; until then grpc_ssl_protocols says what it speaks",
        _CHANGES.format("1.27.3"),
        places.grpcs_by_default,
    ),
    Fact(
        "default-pool",
        "A pool of upstream connections by default",
        Version(1, 29, 7),
        "an upstream without keepalive has no pool: every call opens a connection",
        "an upstream without keepalive has a pool: 32 idle connections a worker and location, kept "
        "for 60 seconds",
        "keepalive_timeout below the time after which the server, or a load balancer in front of "
        "it, closes idle connections (NG103); keepalive 0 for no pool",
        "docs/rules/NG104.md",
        places.upstreams_without_keepalive,
    ),
    Fact(
        "connection-headers",
        "Headers of HTTP/1.1 in HTTP/2 requests",
        Version(1, 31, 0),
        "Connection, Proxy-Connection, Keep-Alive, Transfer-Encoding and Upgrade in a request of "
        "HTTP/2, which forbids them, are let through",
        "a request of HTTP/2 with such a header gets 400, and so does one with a TE other than "
        "trailers",
        "look at what stands between the clients and nginx: a proxy that adds such a header fails "
        "every call",
        _CHANGES.format("1.31.0"),
        places.servers_with_grpc,
    ),
    Fact(
        "response-headers",
        "A limit for headers and trailers of answers",
        Version(1, 31, 3),
        "trailers of any size pass (30,000 bytes were tried)",
        "the headers, and the trailers, each have to fit grpc_buffer_size: else the call ends with "
        "INTERNAL, and nginx logs `upstream sent too large http2 header`",
        "grpc_buffer_size 64k where servers send rich errors (grpc-status-details-bin) or much "
        "metadata; response_metadata in the settings says how much (NG306)",
        "docs/rules/NG306.md",
        places.small_buffers,
    ),
    Fact(
        "authority",
        ":authority and grpc_set_header Host",
        Version(1, 31, 4),
        "grpc_set_header Host takes :authority out of the request and sends a header host",
        "the server gets the value of grpc_set_header Host as :authority",
        "look at servers, or proxies behind nginx, that choose by :authority or host; a name that "
        "none of them knows fails every call",
        _CHANGES.format("1.31.4"),
        places.host_headers,
    ),
)


def found(documents: list[Json], old: Version, new: Version) -> Iterator[tuple[Fact, list[Place]]]:
    """The facts that lie between two versions and matter to these documents, with their places,
    each line once."""
    for fact in FACTS:
        if (old >= fact.since) == (new >= fact.since):
            continue
        seen: dict[tuple[str, int, str], Place] = {}
        for document in documents:
            for name, node in fact.where(document):
                place = Place(node["file"], node["line"], node.get("key", ""), name)
                seen.setdefault((place.file, place.line, place.name), place)
        if seen:
            yield fact, sorted(seen.values(), key=lambda each: (each.file, each.line, each.name))
