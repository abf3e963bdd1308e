"""What one server answers a request with that is no call: of an auth_request, or of a proxy_pass to
this very nginx.
"""

from __future__ import annotations

from nginx_grpc.model.arrival import access
from nginx_grpc.model.arrival.access import limit_of
from nginx_grpc.model.arrival.peers import Peers
from nginx_grpc.model.arrival.request import Request, exactly
from nginx_grpc.model.arrival.routing import Routing
from nginx_grpc.model.arrival.script import Script, code_of
from nginx_grpc.model.arrival.ways import DOUBTS, UNKNOWN, Ends, Stop, Way
from nginx_grpc.model.lists import page_codes
from nginx_grpc.model.locations import Location
from nginx_grpc.model.servers import Server
from nginx_grpc.records import replace
from nginx_grpc.tree import Directive

__all__ = ["Subrequests"]

_NO_FOLDER = "/dev/null"


class Subrequests:
    """How one server answers what is no call."""

    def __init__(self, server: Server, routing: Routing, script: Script, peers: Peers) -> None:
        """Take in a server.

        Args:
            server: its locations and targets known.
            routing, script: its walk's.
            peers: the servers that requests may be passed to.
        """
        self._server = server
        self._block = server.directive.block or []
        self._routing, self._script, self._peers = routing, script, peers

    def ends(self, request: Request) -> Ends:
        """Where the subrequest of an auth_request ends, which meets no access phase: a return
        without an error page is known, all else is open."""
        going, ended = self._script.run(self._block, [Way(request)], [])
        if any(stop is not None for _, stop in ended):
            return {UNKNOWN: None}
        going.extend(then for then, _ in ended)
        ends: Ends = {}
        for way in going:
            for location in self._routing.search(way.request.path):
                ends.update(self._answered(way, location))
        return ends

    def _answered(self, way: Way, location: Location | str | None) -> Ends:
        outer = self._server.scope
        if location is None and not (outer.gap or outer.lists.get("error_page")):
            return {Stop("asked_file", self._server.directive, 404): None}
        if not isinstance(location, Location) or location.scope.gaps:
            return {UNKNOWN: None}
        if access.is_scripted(location.scope) or limit_of(location, "GET") is not None:
            return {UNKNOWN: None}
        at = replace(way, at=location, inside=location, handler=location)
        going, ended = self._script.run(location.block, [at], location.conditions)
        ended += [(then, self._content(then, location)) for then in going]
        ends: Ends = {}
        for then, stop in ended:
            pages = (then.inside or location).scope.lists.get("error_page")
            said = pages.all_directives() if pages else []
            paged = any(stop is not None and stop.code in page_codes(item) for item in said)
            if stop is None or paged or (said and stop.kind in DOUBTS):
                ends[UNKNOWN] = None
            else:
                ends[stop] = None
        return ends

    def _content(self, way: Way, location: Location) -> Stop | None:
        """What its handler answers a GET with, where that is known."""
        if way.request.changed or way.inside is not location:
            return None
        if "try_files" in location.own:
            code = location.own["try_files"][0].args[-1:]
            refuses = code and code[0].startswith("=") and not code[0].startswith("=2")
            return Stop("asked_file", location.directive, 404) if refuses else None
        if location.handler in ("empty_gif", "stub_status"):
            return Stop("return", location.passes or location.directive, 200)
        if location.handler == "proxy_pass" and way.request.path.exact:
            return self._peers.answer(self._server, location, way.request.path.prefix)
        root, sure = location.scope.surely("alias", "root")
        if location.handler == "static" and sure and root is not None and _has_no_files(root):
            return Stop("files", root, 404)
        if location.handler == "static":
            return Stop("asked_file", location.directive, 404)
        if way.handler is location and location.handler == "grpc_pass":
            return Stop("asked_get", location.passes, 405)
        return None

    def returned(self, path: str) -> Stop | None:
        """The return that answers every request for a path; None if none does."""
        request = Request(exactly(path), method="GET", stale=True)
        found = self._routing.search(request.path)
        if len(found) != 1 or not isinstance(found[0], Location) or found[0].scope.gaps:
            return None
        for directive in (*self._block, *found[0].block):
            if directive.name == "return":
                pages = found[0].scope.lists.get("error_page")
                stop = Stop("return", directive, code_of(directive.args))
                return None if pages is not None else stop
            if directive.name in ("if", "rewrite", "break") or "_by_lua" in directive.name:
                return None
        return None


def _has_no_files(root: Directive) -> bool:
    """Whether there is no file behind a root: one that is none itself."""
    folder = root.args[0] if root.args else ""
    return folder == _NO_FOLDER or folder.startswith(f"{_NO_FOLDER}/")
