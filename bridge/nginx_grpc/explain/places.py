"""Which location of a configuration a line is of: by server, path, upstream and host, as nginx
chooses."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, cast
from urllib.parse import unquote

from nginx_grpc.explain.entries import GRPC, HTTP
from nginx_grpc.explain.lines import Facts
from nginx_grpc.expressions import expression
from nginx_grpc.model.choice import Effort, Locations
from nginx_grpc.model.regex import compiled
from nginx_grpc.records import dataclass, field

__all__ = ["Found", "Place", "Places"]

_LONGEST = 2_000  # characters of a path or name that is looked up
_KEPT = 8_192
_STEPS = 2_000_000  # for the regexes of one look-up
_SOCKET = expression(r"(?:\d+\.\d+\.\d+\.\d+|\[[0-9a-f:]+\]):(\d+)|unix:.*")
_SLASHES = expression(r"//+")


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """A location.

    Args:
        key: its number among all of them.
        document: the document that it is in.
        entry: the configuration's main file.
        server: its server, of the document.
        location: itself, of the document.
        upstreams: the upstream blocks that it leads to.
    """

    key: int
    document: dict[str, Any]
    entry: str
    server: dict[str, Any]
    location: dict[str, Any]
    upstreams: list[dict[str, Any]]

    @property
    def carries_grpc(self) -> bool:
        """Whether gRPC comes to it."""
        return self.location["grpc"]["carries"] in ("pass", "strong")

    @property
    def names(self) -> set[str]:
        """Its name, and those of the locations that its error pages end in."""
        names = {self.location["name"]}
        number = self.location.get("error_page")
        if number is not None:
            uris = {page["uri"] for page in self.document["error_page_lists"][number]["pages"]}
            ends = {page["location"] for page in self.server["pages"] if page["uri"] in uris}
            names.update(
                each["name"]
                for each in self.server["locations"]
                if each["id"] in ends or each["path"] in uris
            )
        return names

    @property
    def scheme(self) -> str:
        """With which scheme its calls go out; empty where none does or it is not known."""
        location = self.location
        if location["grpc_pass"]:
            target = location.get("target")
            known = target is None or target["scheme_known"]
            return (target["scheme"] if target else "") or "grpc" if known else ""
        if location["proxy_pass"]:
            return "https" if location["proxy_pass"].startswith("https:") else "http"
        return ""


@dataclass(frozen=True, slots=True)
class Found:
    """What the configuration says of a line.

    Args:
        place: the location; None where it is not known.
        guessed: whether it is taken only because no other location carries gRPC.
        contradiction: why the line can't be of this configuration; empty where it can.
        doubt: what does not fit, though it may; empty where all does.
    """

    place: Place | None = None
    guessed: bool = False
    contradiction: str = ""
    doubt: str = ""


class _Unhurried(Effort):
    """Bounds each look-up by itself: a log has many."""

    def __init__(self) -> None:
        self._left = _STEPS

    def renew(self) -> None:
        self._left = _STEPS


@dataclass(slots=True)
class _Scope:
    gaps: list[int]


@dataclass(slots=True, eq=False)
class _Node:
    """A location of a document, as `choice` takes one of the model."""

    place: Place
    id: str
    parent: _Node | None
    modifier: str
    path: str
    handler: str
    own_handler: bool
    scope: _Scope
    nested: list[_Node] = field(default_factory=list)


class _Server:
    """One server block, ready to be searched."""

    def __init__(self, server: dict[str, Any], places: list[Place]) -> None:
        self.server = server
        self.places = places
        self._effort = _Unhurried()
        nodes: dict[str, _Node] = {}
        for place in places:
            location = place.location
            if location["modifier"] == "if":
                continue
            parent = nodes.get(location["parent"])
            node = nodes[location["id"]] = _Node(
                place,
                location["id"],
                parent,
                location["modifier"],
                location["path"],
                location["handler"],
                location["own_handler"],
                _Scope([]),
            )
            if parent is not None:
                parent.nested.append(node)
        # It takes locations of the model, of which it reads what a node has.
        self._locations = Locations(
            cast(Any, _Scope([])), cast(Any, list(nodes.values())), self._effort
        )

    def location(self, path: str) -> Place | None:
        """The location that nginx chooses for a path, an `if` in it aside."""
        self._effort.renew()
        chosen = self._locations.serving(path).location
        return cast(_Node, chosen).place if chosen is not None else None

    def conditions(self, place: Place) -> list[Place]:
        """The `if`s in a location."""
        return [
            each
            for each in self.places
            if each.location["modifier"] == "if" and each.location["parent"] == place.location["id"]
        ]


class Places:
    """All locations of the documents."""

    def __init__(self, documents: Iterable[dict[str, Any]]) -> None:
        self.all: list[Place] = []
        self._servers = [server for document in documents for server in self._of(document)]
        self._known: dict[tuple[str, ...], Found] = {}
        of_grpc = [place for place in self.all if place.carries_grpc]
        self.only = of_grpc[0] if len(of_grpc) == 1 else None

    def _of(self, document: dict[str, Any]) -> Iterator[_Server]:
        blocks: dict[str, list[dict[str, Any]]] = {}
        for block in document["upstreams"]:
            blocks.setdefault(block["name"], []).append(block)
        entry = document["source"]["entry"]
        for server in document["servers"]:
            places = []
            for location in server["locations"]:
                target = location.get("target") or location.get("proxy_target") or {}
                upstreams = [
                    b for name in target.get("upstreams", ()) for b in blocks.get(name, ())
                ]
                place = Place(len(self.all), document, entry, server, location, upstreams)
                self.all.append(place)
                places.append(place)
            yield _Server(server, places)

    def find(self, facts: Facts) -> Found:
        """The location of a line."""
        key = (facts.server, facts.host, facts.path[:_LONGEST], facts.scheme, facts.peer)
        found = self._known.get(key)
        if found is None:
            if len(self._known) >= _KEPT:
                self._known.clear()
            found = self._known[key] = self._find(facts)
        return found

    def leads_to_grpc(self, facts: Facts) -> bool:
        """Whether a request comes to a location of gRPC. Calls of gRPC are POSTs."""
        if facts.method not in ("POST", "") or not facts.path:
            return False
        place = self.find(facts).place
        return place is not None and place.carries_grpc

    def _find(self, facts: Facts) -> Found:
        if not facts.path:
            named = self._by_server(facts)
            of_grpc = [p for server in named for p in server.places if p.carries_grpc]
            return Found(of_grpc[0] if len(of_grpc) == 1 else None, guessed=True)
        if len(facts.path) > _LONGEST:
            return Found()
        servers = self._by_server(facts)
        if not servers:
            if facts.server and self._servers:
                return Found(
                    contradiction=f"no server of the configuration is named {facts.server}"
                )
            return Found()
        path = _normalized(facts.path)
        found = [self._in(server, path, facts) for server in servers]
        fits = [each for each in found if each.place is not None and not each.contradiction]
        sure = [each for each in fits if not each.doubt]
        for some in (sure, fits):
            if len(some) == 1 or (some and len({_same(each.place) for each in some}) == 1):
                return some[0]
        if fits:
            return Found()
        return found[0] if len(found) == 1 else Found(contradiction=found[0].contradiction)

    def _by_server(self, facts: Facts) -> list[_Server]:
        if facts.server:
            socket = _SOCKET.fullmatch(facts.server)
            if socket is not None and not facts.path:
                port = int(socket[1] or 0)
                return [
                    each
                    for each in self._servers
                    if any(listen["port"] == port for listen in each.server["listens"])
                ]
            return [each for each in self._servers if _logged_as(each.server) == facts.server]
        if facts.host:
            return self._by_host(facts.host)
        return [each for each in self._servers if not each.server["name"]] or self._servers

    def _by_host(self, host: str) -> list[_Server]:
        """The servers of a name, of all ports: the best kind of match has it."""
        name = re.sub(r":\d+$", "", host.lower()).rstrip(".")[:_LONGEST]
        ranked: dict[tuple[int, int], list[_Server]] = {}
        for each in self._servers:
            ranks = [rank for said in each.server["names"] if (rank := _rank(said, name))]
            if ranks:
                ranked.setdefault(max(ranks), []).append(each)
        if ranked:
            return ranked[max(ranked)]
        return [
            each
            for each in self._servers
            if any(listen["default_server"] for listen in each.server["listens"])
        ]

    def _in(self, server: _Server, path: str, facts: Facts) -> Found:
        chosen = server.location(path)
        if chosen is None:
            return Found()
        family = [chosen, *server.conditions(chosen)]
        kind = "grpc_pass" if facts.scheme in GRPC else "proxy_pass"
        if facts.scheme not in (*GRPC, *HTTP):
            return Found(chosen)
        passing = [place for place in family if place.location[kind]]
        if not passing:
            # A rewrite, try_files or an error page may have led it on.
            passing = [
                place
                for place in server.places
                if place.location[kind]
                and (place.location["modifier"] == "@" or place.location["internal"])
            ]
        if not passing:
            if chosen.location["handler"] == "unknown":
                return Found(chosen)
            return Found(chosen, contradiction=_other_handler(chosen, facts.scheme))
        schemes = [place for place in passing if place.scheme in ("", facts.scheme)]
        if not schemes:
            target = passing[0].location[kind]
            return Found(
                passing[0],
                contradiction=f'the line has upstream: "{facts.scheme}://", and '
                f"{_named(passing[0])} says {kind} {target} ({_at(passing[0].location)})",
            )
        fits = [place for place in schemes if _fits(place, facts.peer) is not False]
        if fits:
            return Found(fits[0])
        return Found(
            schemes[0],
            doubt=f"no server that {_named(schemes[0])} passes to is {facts.peer}: the line may be "
            "older than the configuration, or of another one",
        )


def _other_handler(place: Place, scheme: str) -> str:
    location = place.location
    handler = location["handler"]
    if handler == "proxy_pass":
        says = f"proxy_pass {location['proxy_pass']}"
    elif handler == "grpc_pass":
        says = f"grpc_pass {location['grpc_pass']}"
    else:
        says = "no grpc_pass" if scheme in GRPC else "no proxy_pass"
    of = "grpc_pass" if scheme in GRPC else "proxy_pass"
    return (
        f'a line with upstream: "{scheme}://" is always of a {of}, and {_named(place)}, which '
        f"nginx chooses for this path, has {says} ({_at(location)})"
    )


def _named(place: Place) -> str:
    return f"location {place.location['name']}"


def _at(node: dict[str, Any]) -> str:
    return f"{node['file']}:{node['line']}"


def _same(place: Place | None) -> tuple[str, int]:
    return (place.location["file"], place.location["line"]) if place else ("", 0)


def _fits(place: Place, peer: str) -> bool | None:
    """Whether a location may pass to an address; None where that is not known."""
    target = place.location.get("target") or place.location.get("proxy_target")
    if target is None or not peer:
        return None
    known = True
    for address in peer.replace(" : ", ", ").split(", "):
        if any(block["name"] == address for block in place.upstreams):
            return True
        for block in place.upstreams:
            known = known and bool(block["servers_known"])
            for server in block["servers"]:
                if server["host_is_name"] or server["unresolved"]:
                    known = False
                elif address in (server["address"], f"{server['host']}:{server['port']}"):
                    return True
        if target["kind"] == "address":
            if target["host_is_name"]:
                known = False
            elif address == f"{target['host']}:{target['port']}":
                return True
        elif target["kind"] == "unix":
            if address.startswith("unix:") and address.rstrip(":") in target["text"]:
                return True
        elif target["kind"] != "upstream":
            known = False
    return False if known else None


def _logged_as(server: dict[str, Any]) -> str:
    """A server's name as the error log has it."""
    return str(server["name"]).removeprefix(".")


def _rank(said: str, name: str) -> tuple[int, int] | None:
    """How well a server_name takes a host: exact, *.name, name.*, regex; None for not at all."""
    lower = said.lower()
    if lower == name:
        return (4, 0)
    if lower.startswith(".") and (name == lower[1:] or name.endswith(lower)):
        return (4, 0) if name == lower[1:] else (3, len(lower))
    if lower.startswith("*.") and name.endswith(lower[1:]):
        return (3, len(lower))
    if lower.endswith(".*") and name.startswith(lower[:-1]):
        return (2, len(lower))
    if said.startswith("~"):
        regex = compiled(said[1:], caseless=True)
        match = regex.search(name) if regex is not None else False
        return (1, 0) if match else None
    return None


def _normalized(path: str) -> str:
    """The URI of a request line, as nginx looks for its location."""
    text = re.split(r"[?#]", path, maxsplit=1)[0]
    text = _SLASHES.sub("/", unquote(text, "utf-8", "surrogateescape"))
    parts: list[str] = []
    for part in text.split("/"):
        if part == "..":
            if len(parts) > 1:
                parts.pop()
        elif part != ".":
            parts.append(part)
    if text.endswith(("/.", "/..")):
        parts.append("")
    return "/".join(parts) or "/"
