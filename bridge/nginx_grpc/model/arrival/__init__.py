"""Whether a call arrives: of each location with grpc_pass, what becomes of the calls to it.

The one place that asks. `no` is sure: no call is passed on, neither here nor from where nginx sends
it. `yes` is sure as well: every call for which nginx chooses this location is passed on. Where the
client's address, its metadata or a file decides it is `unknown`, and nobody's fault.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from nginx_grpc.model.arrival import connection
from nginx_grpc.model.arrival.access import internal_in
from nginx_grpc.model.arrival.hosts import Hosts
from nginx_grpc.model.arrival.links import wanted_hash
from nginx_grpc.model.arrival.peers import Peers
from nginx_grpc.model.arrival.plain import Plain
from nginx_grpc.model.arrival.request import Variables, exactly, names_set, of_http
from nginx_grpc.model.arrival.routing import TooMany, language
from nginx_grpc.model.arrival.walk import Walk
from nginx_grpc.model.arrival.ways import DOUBTS, PASSED, UNKNOWN, Ends, Stop
from nginx_grpc.model.directives import shortened
from nginx_grpc.model.listeners import Sockets
from nginx_grpc.model.lists import ADDED, HEADERS_MORE, page_codes, page_uri
from nginx_grpc.model.locations import Location
from nginx_grpc.model.nodes import Json, counted, placed
from nginx_grpc.model.patterns import Patterns
from nginx_grpc.model.scopes import Scope
from nginx_grpc.model.servers import Server
from nginx_grpc.records import dataclass, replace
from nginx_grpc.tree import Directive

__all__ = ["Arrival", "decide"]

# Steps of a server's walks for each directive in it: the work stays linear.
_STEPS_EACH = 40
_STEPS_LEAST = 20_000
_LAST = ("files", "handler", "down")
# What nginx may answer a call with wherever it goes: its size, its form, limits, faults.
_OF_NGINX = frozenset((400, 408, 413, 414, 416, 421, 429, 431, 494, 495, 496, 497, 499))
_OF_NGINX |= frozenset(range(500, 600))


@dataclass(frozen=True, slots=True)
class Arrival:
    """What becomes of the calls to a location.

    Args:
        answer: no, yes or unknown.
        stop: for no, what stops them.
        doubt: for unknown, what may stop all of them, where no client has a say in it.
        kept: the error page that brings calls here and keeps its status.
        lost: a name of its server by which another one answers, and passes none on.
    """

    answer: str
    stop: Stop | None = None
    doubt: Stop | None = None
    kept: Stop | None = None
    lost: tuple[str, Directive] | None = None

    def as_json(self, location: Directive) -> Json:
        """`arrival` of a location.

        Args:
            location: where a stop points that no directive makes.
        """
        node: Json = {"answer": self.answer}
        if self.stop is not None:
            node["stop"] = _stop(self.stop, location)
        if self.doubt is not None:
            node["doubt"] = _stop(self.doubt, location)
        if self.kept is not None:
            node["kept"] = _stop(self.kept, location)
        if self.lost is not None:
            name, said = self.lost
            node["lost"] = counted(placed({"name": shortened(name)}, said))
        return counted(node)


def _stop(stop: Stop, location: Directive) -> Json:
    by = stop.directive
    node: Json = {
        "kind": stop.kind,
        "text": shortened(" ".join([by.name, *by.args]) if by else ""),
        "code": stop.code,
        "condition": shortened(stop.condition),
    }
    return counted(placed(node, by or location))


_YES = Arrival("yes")
# What changes answers where an `if` says it.
_OF_ANSWERS = frozenset((*ADDED, *HEADERS_MORE))


def decide(servers: Sequence[Server], sockets: Sockets) -> None:
    """Say of each location with grpc_pass, also in an `if`, and of those in it without a handler,
    what arrives.

    Args:
        servers: the servers, known which locations carry gRPC, and their error pages.
        sockets: their sockets.
    """
    variables = _HttpVariables()
    hosts = Hosts(servers, sockets)
    peers = Peers(servers, sockets, partial(_walk, sockets, variables))
    plain = Plain(peers, variables.of)
    for server in servers:
        asked = [location for location in server.locations if _is_asked(location)]
        if not asked:
            continue
        instead = hosts.instead(server)
        answers = _Answers(server, peers)
        is_plain = plain.of(server)
        refusal = connection.refusal(server.listening, sockets)
        may_refuse = sockets.scheme(server.listening) != "http" and connection.may_refuse(
            server.scope
        )
        conditional: list[Location] = []
        for location in asked:
            if is_plain(location):
                location.arrival = _YES
            else:
                location.arrival = answers.of(location)
                if any(not _OF_ANSWERS.isdisjoint(item.own) for item in location.conditions):
                    conditional.append(location)
            if location.modifier == "@":
                continue
            if instead:
                others = [_of_other(location, other, peers.walk_of(other)) for other in instead]
                location.arrival = _of_all(others)
            elif location.arrival.answer != "no" and refusal is not None:
                location.arrival = Arrival("no", refusal)
            elif location.arrival.answer == "yes" and may_refuse:
                location.arrival = Arrival("unknown")
        if not instead:
            _note_lost(server, asked, hosts, peers)
        for location in conditional:
            answers.note_conditions(location)
        for location in asked:
            answers.note_kept(location)
            answers.note_link(location)


def _is_asked(location: Location) -> bool:
    if location.condition is not None or "health_check" in location.own:
        return False
    if "grpc_pass" in location.own:
        return True
    if any("grpc_pass" in item.own for item in location.conditions):
        return True
    inside = location.parent is not None and location.parent.handler == "grpc_pass"
    return inside and location.handler == "static" and location.modifier != "@"


class _HttpVariables:
    """The variables of each http block, read once."""

    def __init__(self) -> None:
        self._known: dict[int, Variables] = {}

    def of(self, server: Server) -> Variables:
        """Those of the http block of a server."""
        http = server.scope.outer
        if id(http) not in self._known:
            complete = http is None or http.gap is None
            self._known[id(http)] = of_http(server.http, complete=complete)
        return self._known[id(http)]


def _walk(sockets: Sockets, http: _HttpVariables, server: Server, peers: Peers) -> Walk:
    # A server that is no default is reached by its names alone.
    names = () if sockets.is_default(server.listening) else server.plain_names()
    steps = _STEPS_LEAST + _STEPS_EACH * _size(server.directive)
    scheme = sockets.scheme(server.listening)
    sets = names_set(server.directive.block or [])
    variables = http.of(server).of_server(scheme, names, sets, Patterns(steps))
    variables.known.update(connection.variables(server.listening, sockets))
    for text in server.fixed.get("server_name", ()):
        variables.known["server_name"] = (exactly(text),)
    return Walk(server, variables, steps, peers)


def _size(block: Directive) -> int:
    count, stack = 0, [block]
    while stack:
        inner = stack.pop().block or []
        count += len(inner)
        stack.extend(item for item in inner if item.block)
    return count


class _Answers:
    """The answers of one server's locations."""

    def __init__(self, server: Server, peers: Peers) -> None:
        self._server = server
        self._peers = peers
        self._all: Ends | None = None
        self._aside: set[str] | None = None

    @property
    def _walk(self) -> Walk:
        return self._peers.walk_of(self._server)

    def of(self, location: Location) -> Arrival:
        """What becomes of the calls to a location."""
        if location.modifier == "@" or internal_in(location) is not None:
            return self._of_inner(location)
        routing = self._walk.routing
        if routing.is_of_none(location):
            if self._reached(location) == "no" and not self._is_aside(location):
                return Arrival("no", Stop("unmatched", location.directive, 404))
            return Arrival("unknown")
        taken = routing.taken(location)
        uri = language(location)
        ends: Ends = {}
        if not taken:
            ends = self._walk.enter(location, routing.language(location))
        else:
            # Also where a location in another one has them first.
            ends = self._walk.search(uri)
        answer = _answer(ends)
        if answer.answer == "no":
            reached = self._reached(location)
            if reached != "no":
                return Arrival("unknown")
            if taken:
                return Arrival("no", Stop("taken", taken[-1].directive, 0))
        return answer

    def note_conditions(self, location: Location) -> None:
        """Of a location's `if`s, for which calls what they say is in effect; of one that none
        meets, nothing."""
        # Calls to another location may be sent to this one.
        self._reached(location)
        walk = self._walk
        blocks = walk.blocks.get(location.id, set())
        for inner in location.conditions:
            if blocks == {inner.id} and not walk.cut:
                inner.met = "every"
            elif inner.id in blocks or walk.cut or not blocks:
                inner.met = "some"

    @staticmethod
    def note_link(location: Location) -> None:
        """Of a location that calls may come through, that they need the hash of a secret link."""
        wanted = wanted_hash(location.scope)
        if wanted is None or location.arrival is None or location.arrival.answer != "unknown":
            return
        doubt = location.arrival.doubt or Stop("linked", wanted, 0)
        location.arrival = replace(location.arrival, doubt=doubt)

    def note_kept(self, location: Location) -> None:
        """Of a location to which an error page brings calls, whether that keeps its status."""
        kept = self._walk.kept.get(location.id) if self._all is not None else None
        if kept is not None and location.arrival is not None and location.arrival.answer != "no":
            location.arrival = replace(location.arrival, kept=kept)

    def _of_inner(self, location: Location) -> Arrival:
        """Of a location to which no client comes by itself."""
        reached = self._reached(location)
        visited = location.id in self._walk.visited
        ends = self._walk.reenter(location)
        answer = _answer(ends)
        if answer.answer == "no":
            return answer
        if reached == "no" and not self._is_aside(location):
            said = internal_in(location) or location.directive
            kind = "unused" if location.modifier == "@" else "internal"
            if visited:
                kind = "page"
            return Arrival("no", Stop(kind, said, 404))
        return answer if reached == "yes" else Arrival("unknown")

    def _reached(self, location: Location) -> str:
        """Whether calls to other locations are passed on by this one."""
        if self._all is None:
            self._all = self._walk.rewritten()
            routing = self._walk.routing
            for other in self._server.locations:
                if other.modifier in ("@", "if") or not _may_send(other):
                    continue
                # No call comes to one that others have all of; to those it does.
                if not (routing.is_of_none(other) or routing.taken(other)):
                    self._all.update(self._walk.enter(other, routing.language(other)))
        passing = self._walk.passing
        if location.id in passing or any(item.id in passing for item in location.conditions):
            return "yes"
        return "unknown" if UNKNOWN in self._all else "no"

    def _is_aside(self, location: Location) -> bool:
        """Whether an error page of gRPC or a mirror may lead here, or any page names the location's
        path."""
        if self._aside is None:
            locations = self._server.locations
            quiet = {id(item.scope) for item in locations if _is_quiet(item)}
            http = self._server.scope.outer
            scopes = [self._server.scope, *(item.scope for item in locations)]
            scopes += [http] if http is not None else []
            said = {
                page_uri(item)
                for scope in scopes
                for item in scope.own.get("error_page", ())
                if id(scope) not in quiet or _OF_NGINX.intersection(page_codes(item))
            }
            lists = {
                item.scope.lists["error_page"]
                for item in locations
                if item.carries != "no" and "error_page" in item.scope.lists
            }
            used = {page_uri(item) for pages in lists for item in pages.all_directives()}
            used |= {
                item.args[0]
                for scope in scopes
                for item in scope.own.get("mirror", ())
                if item.args
            }
            self._aside = {item.id for uri in used for item in self._serving(uri)}
            self._aside.update(item.id for item in locations if item.path in said)
        return location.id in self._aside

    def _serving(self, uri: str) -> list[Location]:
        """The locations that an error page may lead to."""
        routing = self._walk.routing
        if uri.startswith("@"):
            return [routing.named[uri]] if uri in routing.named else []
        if "$" in uri:
            return self._server.locations
        if not uri.startswith("/"):
            return []
        try:
            found = routing.search(exactly(uri.partition("?")[0]))
        except TooMany:
            return self._server.locations
        return [item for item in found if isinstance(item, Location)]


def _is_quiet(location: Location) -> bool:
    """Whether a location answers by itself: with what the walk of its calls meets, or _OF_NGINX."""
    return (
        location.handler in ("return", "static")
        and not location.scope.gaps
        and not any(item.own_handler for item in location.conditions)
        and not any(item.handler not in ("return", "static") for item in location.nested)
        and not _limits(location.scope)
    )


def _limits(scope: Scope | None) -> bool:
    """Whether a limit may answer with a status of its own."""
    while scope is not None:
        if "limit_req_status" in scope.own or "limit_conn_status" in scope.own:
            return True
        scope = scope.outer
    return False


def _may_send(location: Location) -> bool:
    own = location.own
    return (
        "rewrite" in own
        or "try_files" in own
        or "error_page" in location.scope.lists
        or any("rewrite" in inner.own for inner in location.conditions)
    )


def _answer(ends: Ends) -> Arrival:
    stops = [end for end in ends if isinstance(end, Stop)]
    if set(ends) == {PASSED}:
        return Arrival("yes")
    if stops and PASSED not in ends and UNKNOWN not in ends:
        # What comes last stops whatever came so far.
        last = [stop for stop in stops if stop.kind in _LAST]
        return Arrival("no", (last or stops)[0])
    doubts = [stop for stop in stops if stop.kind in DOUBTS]
    return Arrival("unknown", doubt=doubts[0] if doubts else None)


def _of_all(arrivals: list[Arrival]) -> Arrival:
    """Of calls that go to several servers."""
    if len({arrival.answer for arrival in arrivals}) == 1:
        return arrivals[0]
    return Arrival("unknown")


def _note_lost(server: Server, asked: list[Location], hosts: Hosts, peers: Peers) -> None:
    """Note a name that another server has, with the first location whose calls that one stops."""
    for name, others in hosts.lost(server).items():
        for location in asked:
            arrival = location.arrival
            if location.modifier == "@" or arrival is None or arrival.answer == "no":
                continue
            found = [_of_other(location, other, peers.walk_of(other)) for other in others]
            if found and _of_all(found).answer == "no":
                said = server.scope.own["server_name"][0]
                location.arrival = replace(arrival, lost=(name, said))
                return


def _of_other(location: Location, other: Server, walk: Walk) -> Arrival:
    """What becomes of calls that were meant for a location, in the server that has them."""
    uri = language(location)
    answer = _answer(walk.search(uri))
    if answer.answer == "no":
        return Arrival("no", Stop("server", other.directive, 0))
    return answer
