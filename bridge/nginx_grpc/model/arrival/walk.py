"""A call's way through nginx's phases: where it may end, given what is known of it.

Server's rewrites, the search for a location, its rewrites and `if`s, access, try_files, the content
handler; and from a refusal on to its error page. Where something may go either way both ways are
followed, so what the walk does not meet does not happen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from nginx_grpc.model.arrival import access
from nginx_grpc.model.arrival.access import (
    FAILS,
    LETS_IN,
    REFUSES,
    Block,
    Word,
    internal_in,
    limit_of,
)
from nginx_grpc.model.arrival.connecting import CLOSED
from nginx_grpc.model.arrival.links import linked
from nginx_grpc.model.arrival.peers import Peers
from nginx_grpc.model.arrival.referers import referred
from nginx_grpc.model.arrival.request import ANYTHING, Request, Variables, exactly, expand
from nginx_grpc.model.arrival.routing import REDIRECT, Found, Routing, Steps, TooMany
from nginx_grpc.model.arrival.script import Script
from nginx_grpc.model.arrival.subrequests import Subrequests
from nginx_grpc.model.arrival.ways import (
    DOUBTS,
    PASSED,
    UNKNOWN,
    UNSEEN,
    Ends,
    Stop,
    Way,
    alike,
)
from nginx_grpc.model.lists import page_codes, page_response, page_uri
from nginx_grpc.model.locations import Location
from nginx_grpc.model.nodes import by_name
from nginx_grpc.model.patterns import Language
from nginx_grpc.model.scopes import Scope
from nginx_grpc.model.servers import Server
from nginx_grpc.records import replace
from nginx_grpc.tree import Directive

__all__ = ["Walk"]

# nginx looks for a location again ten times.
_MOST_REDIRECTED = 10
_MOST_STEPS = 4_000
# What a path of gRPC ends with: a service and its method.
_METHOD = "/[^/]+/[A-Za-z_][A-Za-z0-9_]*$"
# What an auth_request is answered with, for sure.
_SAID = ("files", "return", "rewrite")
# What sends calls on by an error page, and refuses none.
_ROUTING = ("files", "return", "try_files")
# What another server may say: an error page of 403 has no 401, and no 500.
_ANY_WORD: tuple[Word, ...] = (
    (LETS_IN, None, 0),
    (REFUSES, None, 403),
    (REFUSES, None, 401),
    (FAILS, None, 500),
)
# These answer a POST with 405.
_BY_METHOD = frozenset(("empty_gif", "f4f", "flv", "hls", "memcached_pass", "mp4", "stub_status"))
# These answer by themselves, and never hand a call on.
_ANSWERS = _BY_METHOD | frozenset(
    (
        "api",
        "fastcgi_pass",
        "return",
        "scgi_pass",
        "static",
        "status",
        "upstream_conf",
        "uwsgi_pass",
    )
)


class Walk:
    """The ways of calls in one server."""

    def __init__(self, server: Server, variables: Variables, steps: int, peers: Peers) -> None:
        """Take in a server.

        Args:
            server: its locations and targets known.
            variables: what the variables of its calls hold.
            steps: how many directives are walked at most, in all walks.
            peers: the servers that calls may be passed to.
        """
        self._peers = peers
        self._server = server
        self._variables = variables
        self._steps = steps
        # Shared with the script, which does not hold the walk: that would be a cycle.
        self._walked = Steps()
        self.routing = Routing(server.locations, variables.patterns)
        self.script = Script(variables, self._walked)
        self._block = server.directive.block or []
        self.subrequests = Subrequests(server, self.routing, self.script, peers)
        # The locations in which a walk has passed a call on, and those that it came to.
        self.passing: set[str] = set()
        self.visited: set[str] = set()
        # By location, the error page that brings calls to it and keeps its own status.
        self.kept: dict[str, Stop] = {}
        # By location, the blocks whose values are in effect once its rewrites have run: its own, or
        # that of an `if`.
        self.blocks: dict[str, set[str]] = {}
        # By the identity of what answers an auth_request, why that is not known.
        self._doubtful: dict[int, str] = {}
        # Whether a walk was too long to be ended.
        self.cut = False

    def enter(self, location: Location, uri: Language) -> Ends:
        """The ends of calls with this URI, for which nginx chooses this location at first."""
        return self._bounded(lambda: self._follow(Way(Request(uri, entry=uri)), [location]))

    def within(self, location: Location, uri: Language) -> Ends:
        """The same where a location in this one may take them."""

        def walk() -> Ends:
            found = self.routing.within(location, uri)
            return self._follow(Way(Request(uri, entry=uri)), found)

        return self._bounded(walk)

    def search(self, uri: Language) -> Ends:
        """The ends of calls with this URI, wherever it leads."""
        return self._bounded(lambda: self._follow(Way(Request(uri, entry=uri)), None))

    def rewritten(self) -> Ends:
        """The ends of the calls that the server's own rewrites send to another URI."""
        uri = Language("/")
        return self._bounded(lambda: self._follow(Way(Request(uri, entry=uri)), []))

    def reenter(self, location: Location) -> Ends:
        """The ends of calls that something brings to this location, whatever it is."""
        names = sorted(self._variables.set | set(self._variables.maps))
        held = tuple((name, ANYTHING) for name in names)
        request = Request(
            ANYTHING, held=held, internal=True, redirected=1, stale=True, query=ANYTHING
        )
        return self._bounded(lambda: self._located(Way(request, location, location, location)))

    def _bounded(self, walk: Callable[[], Ends]) -> Ends:
        # Another one may be under way: calls can be passed on to their own server.
        outer = self._walked.left
        self._walked.left = min(_MOST_STEPS, self._steps)
        try:
            return walk()
        except TooMany:
            self.cut = True
            return {UNKNOWN: None}
        finally:
            self._steps -= min(_MOST_STEPS, self._steps) - max(self._walked.left, 0)
            self._walked.left = outer

    def _follow(self, way: Way, entry: list[Found] | None) -> Ends:
        """From the server's rewrites on.

        Args:
            way: the call.
            entry: where its URI leads, as long as it is the one that it came with; None to search.
        """
        scope = self._server.scope
        if access.is_scripted_at_first(scope):
            return {UNKNOWN: None}
        ends: Ends = {} if scope.gap is None else {UNSEEN: None}
        way = self._entered(way, scope)
        going, ended = self.script.run(self._block, [way], [])
        for then, stop in ended:
            if stop is None:
                going.append(then)
            else:
                ends.update(self._stopped(then, stop))
        for then in alike(going):
            # A rewrite makes it internal.
            known = entry if then.request.internal == way.request.internal else None
            found = self.routing.search(then.request.path) if known is None else known
            ends.update(self._found(then, found))
        return ends

    def _found(self, way: Way, found: Iterable[Found]) -> Ends:
        ends: Ends = {}
        request = replace(way.request, changed=False)
        for location in found:
            self._walked.spend()
            if location == REDIRECT:
                ends.update(self._stopped(way, Stop("return", None, 301)))
            elif not isinstance(location, Location):
                if access.is_scripted(self._server.scope):
                    return {UNKNOWN: None}
                ends.update(self._stopped(way, Stop("nowhere", None, 404)))
            else:
                then = Way(request, location, location, location, stop=way.stop, kept=way.kept)
                internal = internal_in(location)
                if internal is not None and not request.internal:
                    ends.update(self._stopped(then, Stop("internal", internal, 404)))
                else:
                    ends.update(self._located(then))
        return ends

    def _located(self, way: Way) -> Ends:
        """From a location's rewrites on."""
        location = way.at
        assert location is not None
        self.visited.add(location.id)
        scripted = access.is_scripted(location.scope)
        limited = limit_of(location, way.request.method) is not None
        if scripted and (limited or access.is_scripted_at_first(location.scope)):
            return {UNKNOWN: None}
        ends: Ends = {} if location.scope.gap is None else {UNSEEN: None}
        if limited:
            # What limit_except has in effect knows no rewrite of its location.
            self.blocks.setdefault(location.id, set()).add(location.id)
            ends.update(self._admitted(replace(way, limited=True)))
            return ends
        way = self._entered(way, location.scope)
        going, ended = self.script.run(location.block, [way], location.conditions)
        for then, stop in ended:
            if stop is None:
                going.append(then)
            else:
                ends.update(self._stopped(then, stop))
        for then in going:
            if then.inside is not None and then.stop is None and not then.request.changed:
                self.blocks.setdefault(location.id, set()).add(then.inside.id)
        if scripted:
            return {**ends, UNKNOWN: None} if going else ends
        for then in alike(going):
            ends.update(self._redirected(then) if then.request.changed else self._admitted(then))
        return ends

    def _entered(self, way: Way, scope: Scope) -> Way:
        """The way with what a context says of variables."""
        request = referred(way.request, scope)
        return replace(way, request=linked(request, scope, self._variables))

    def _redirected(self, way: Way) -> Ends:
        request = way.request
        if request.redirected >= _MOST_REDIRECTED:
            return {way.stop or Stop("cycle", self._rewrite_of(way), 500): None}
        # Where no location is found, the server's own values are in effect.
        again = replace(request, redirected=request.redirected + 1)
        then = Way(again, stop=way.stop, kept=way.kept)
        return self._found(then, self.routing.search(request.path))

    def _is_no_method(self, request: Request) -> bool:
        """Whether what is passed on is another path than the client's, and no method's; a query is
        a part of it."""
        path = request.path
        if request.query.prefix:
            return True
        if path == request.entry:
            return False
        relation = self._variables.patterns.relation
        if path.exact:
            return relation(_METHOD, False, path) == "never"
        return relation("^/", False, path) == "never"

    @staticmethod
    def _rewrite_of(way: Way) -> Directive | None:
        block = way.at.block if way.at else []
        for directive in block:
            if directive.name in ("rewrite", "if", "try_files"):
                return directive
        return way.at.directive if way.at else None

    # Access, files, content.

    def _admitted(self, way: Way) -> Ends:
        location = way.at
        assert location is not None
        blocks = self._blocks(way)
        ends: Ends = {}
        limit = location.own["limit_except"][0].block or [] if way.limited else []
        if any(item.unread for item in limit):
            return {UNKNOWN: None}
        asked = access.admitted(
            blocks, lambda uri: self._asked(uri, way.request), self._server.listening.families
        )
        for verdict in asked:
            stops = verdict.stops
            if stops is None:
                ends.update(self._tried(way))
            elif stops in limit:
                stop = Stop("methods", location.own["limit_except"][0], verdict.code)
                ends.update(self._stopped(way, stop))
            else:
                kind = "access" if stops.name in ("deny", "auth_basic") else "auth"
                kind = self._doubtful.get(id(stops), kind)
                then = self._stopped(way, Stop(kind, stops, verdict.code))
                if verdict.held and PASSED in then:
                    then = {end: None for end in then if end != PASSED} | {UNKNOWN: None}
                ends.update(then)
        return ends

    def _blocks(self, way: Way) -> list[Block]:
        location = way.at
        assert location is not None
        blocks = []
        if way.limited:
            inner = location.own["limit_except"][0].block or []
            blocks.append(Block(by_name(inner), inner))
        at: Location | None = location
        while at is not None:
            blocks.append(Block(at.own, at.block))
            at = at.parent
        blocks.append(Block(self._server.scope.own, self._block))
        http = self._server.scope.outer
        if http is not None:
            blocks.append(Block(http.own, None))
        return blocks

    def _asked(self, uri: str, request: Request) -> list[Word]:
        """What an auth_request may answer: 2xx lets in, 401 and 403 refuse, another one fails."""
        if request.redirected > _MOST_REDIRECTED - 2:
            return [(LETS_IN, None, 0), (REFUSES, None, 403)]
        inner = replace(request, path=exactly(uri), internal=True, changed=False, stale=True)
        words: dict[Word, None] = {}
        for end in self.subrequests.ends(inner):
            if isinstance(end, Stop) and end.kind in DOUBTS:
                words[LETS_IN, None, 0] = None
                words[FAILS, end.directive, 500] = None
                self._doubtful[id(end.directive)] = end.kind
            elif isinstance(end, Stop) and end.kind in _SAID and end.directive:
                word = {401: REFUSES, 403: REFUSES}.get(end.code, FAILS)
                if 200 <= end.code < 300:
                    words[LETS_IN, None, 0] = None
                else:
                    words[word, end.directive, end.code if word == REFUSES else 500] = None
            else:
                words.update(dict.fromkeys(_ANY_WORD))
        return list(words)

    def _tried(self, way: Way) -> Ends:
        location = way.at
        assert location is not None
        tried = location.own.get("try_files")
        # An `if` and a limit_except have no try_files.
        if not tried or way.limited or way.inside is not location or len(tried[0].args) < 2:
            return self._handled(way)
        directive = tried[0]
        *files, fallback = directive.args
        ends: Ends = {}
        if not all(_is_of_the_path(text, way.request) for text in files):
            ends.update(self._handled(way))
        if fallback.startswith("="):
            code = int(fallback[1:]) if fallback[1:].isdigit() else 404
            ends.update(self._stopped(way, Stop("try_files", directive, code)))
        else:
            ends.update(self._sent(way, fallback, directive))
        return ends

    def _sent(self, way: Way, to: str, by: Directive, method: str = "") -> Ends:
        """An internal redirect, to a named location or a path."""
        request = way.request
        if request.redirected >= _MOST_REDIRECTED:
            return {way.stop or Stop("cycle", by, 500): None}
        # What auth_request_set and its kin gave a value meanwhile holds that.
        told = self._variables.told
        held = tuple(item for item in request.held if item[0] not in told)
        again = request.redirected + 1
        request = replace(
            request, held=held, redirected=again, internal=True, changed=False, stale=True
        )
        ends: Ends = {}
        for at, target in expand(request, to, self._variables):
            if not target.exact and target.prefix == "":
                return {UNKNOWN: None}
            if target.prefix.startswith("@"):
                if not target.exact:
                    return {UNKNOWN: None}
                named = self.routing.named.get(target.prefix)
                if named is None:
                    ends[way.stop or Stop("nowhere", by, 500)] = None
                    continue
                there = Way(at, named, named, named, stop=way.stop, kept=way.kept)
                ends.update(self._located(there))
                continue
            path, question, rest = target.prefix.partition("?")
            uri = Language(path, target.exact or bool(question))
            query = Language(rest, target.exact or not question)
            then = replace(at, path=uri, query=query, method=method or at.method)
            ends.update(self._follow(Way(then, stop=way.stop, kept=way.kept), None))
        return ends

    def _handled(self, way: Way) -> Ends:
        location = way.at
        handler = way.handler
        assert location is not None
        assert handler is not None
        name, passes = handler.handler, handler.passes
        if way.limited:
            inner = by_name(location.own["limit_except"][0].block or [])
            if "proxy_pass" in inner:
                limit = location.own["limit_except"][0]
                return {way.stop or Stop("methods", limit, 0): None}
        elif way.inside is not handler and way.inside is not location and handler is not location:
            # The handler of one `if`, with the values of another one.
            if name == "grpc_pass" != location.handler:
                return self._stopped(way, _without_pass(way.inside))
            if name != location.handler:
                return {UNKNOWN: None}
            handler, passes = location, location.passes
        if name == "grpc_pass":
            if way.request.method != "POST":
                return {way.stop or Stop("page", passes, 0): None}
            if self._is_no_method(way.request):
                return {way.stop or Stop("path", self._rewrite_of(way), 0): None}
            down = self._down(handler)
            if down is not None:
                return {way.stop or Stop("down", down, 502): None}
            ends = self._peers.ends(self._server, handler, way.request.path)
            if PASSED in ends:
                self.passing.add(handler.id)
                if way.kept is not None:
                    self.kept.setdefault(handler.id, way.kept)
            if PASSED in ends and _is_doubled(way.request):
                ends = {**ends, Stop("slashes", self._rewrite_of(way), 0): None}
            stop = way.stop
            return {(stop or end) if isinstance(end, Stop) else end: None for end in ends}
        if name == "proxy_pass":
            version = location.scope.settings.get("proxy_http_version", {"value": ""})
            if version.get("unresolved"):
                return {UNKNOWN: None}
            if version["value"] != "2":
                return self._answered(way, name, Stop("handler", passes, 0))
            self.passing.add(handler.id)
            return {PASSED: None}
        if name in _ANSWERS:
            by = passes or handler.returns or location.directive
            if name != "static":
                return self._answered(way, name, Stop("handler", by, 0))
            # A POST for a file that there is: 405; for a folder: 403.
            called = not way.request.path.exact or way.request.path == way.request.entry
            ends = {}
            for code in (404,) if called else (404, 403, 405):
                ends.update(self._stopped(way, Stop("files", by, code)))
            return ends
        return {UNKNOWN: None}

    def _answered(self, way: Way, name: str, stop: Stop) -> Ends:
        """By another handler: with what it says, or the error page of what it may fail with."""
        ends: Ends = {way.stop or stop: None}
        place: Location | Server = way.inside or self._server
        pages = place.scope.lists.get("error_page")
        if pages is None:
            return ends
        paged = {code for directive in pages.all_directives() for code in page_codes(directive)}
        if name in _BY_METHOD:
            return self._stopped(way, replace(stop, code=405)) if 405 in paged else ends
        for code in sorted(paged):
            ends.update(self._stopped(way, replace(stop, code=code)))
        return ends

    def _down(self, handler: Location) -> Directive | None:
        """The upstream of a handler, if all of its servers are down, or left to old sessions."""
        target = self._server.targets.get(handler.id)
        blocks = target.upstreams() if target is not None else []
        if len(blocks) != 1 or blocks[0].gaps:
            return None
        servers = blocks[0].own.get("server", [])
        if servers and all(not CLOSED.isdisjoint(server.args[1:]) for server in servers):
            return blocks[0].directive
        return None

    # Refusals.

    def _stopped(self, way: Way, stop: Stop) -> Ends:
        """On to the error page for a refusal, where there is one."""
        first = way.stop or stop
        if stop.kind == "return" and stop.directive is not None and not _has_page(stop):
            return {first: None}
        place: Location | Server = way.inside or self._server
        pages = place.scope.lists.get("error_page")
        recursive = self._recursive(place.scope)
        if pages is None or (way.request.paged and not recursive):
            return {first: None}
        if not pages.complete:
            return {first: None, UNSEEN: None}
        for directive in pages.all_directives():
            if stop.code not in page_codes(directive):
                continue
            uri = page_uri(directive)
            kept = _kept(stop, directive)
            then = replace(way, stop=first, request=replace(way.request, paged=True), kept=kept)
            if uri.startswith("@"):
                return self._sent(then, uri, directive)
            if uri.startswith("/"):
                method = "HEAD" if way.request.method == "HEAD" else "GET"
                return self._sent(then, uri, directive, method)
            return {first: None, UNKNOWN: None} if uri.startswith("$") else {first: None}
        return {first: None}

    @staticmethod
    def _recursive(scope: Scope | None) -> bool:
        while scope is not None:
            said = scope.own.get("recursive_error_pages")
            if said:
                return bool(said[0].args) and said[0].args[0].lower() == "on"
            scope = scope.outer
        return False


def _is_doubled(request: Request) -> bool:
    """Whether a rewrite has put a second slash before the path: a proxy may take it off again, a
    server of gRPC does not."""
    return request.path != request.entry and request.path.prefix.startswith("//")


def _without_pass(inner: Location | None) -> Stop:
    """The values of an `if` know no grpc_pass: nginx says "no upstream configuration"."""
    assert inner is not None
    assert inner.condition is not None
    return Stop("values", inner.directive, 500, inner.condition.text)


def _has_page(stop: Stop) -> bool:
    """A `return` below 300, with a text of its own or of 444 meets no error page."""
    assert stop.directive is not None
    text = stop.directive.args[1] if len(stop.directive.args) > 1 else ""
    redirects = stop.code in (301, 302, 303, 307, 308)
    return redirects or (stop.code >= 400 and stop.code != 444 and not text)


def _kept(stop: Stop, page: Directive) -> Stop | None:
    """The status that an answer gets behind an error page, whatever the server there says; None
    where that is its own, or 200, or where a refusal may well be what is to be seen."""
    response = page_response(page)
    code = int(response[1:]) if response[1:].isdigit() else 0
    name = stop.directive.name if stop.directive is not None else ""
    if response == "=" or code == 200 or not (stop.kind in _ROUTING or name in _BY_METHOD):
        return None
    return replace(stop, directive=page, code=code or stop.code)


def _is_of_the_path(text: str, request: Request) -> bool:
    """Whether a file of try_files has the name of the call's method: there is none."""
    named = any(sign in text.lower() for sign in ("$uri", "${uri", "$document_uri", "$request_uri"))
    return named and (not request.path.exact or request.path == request.entry)
