"""Which location serves an error page: nginx's own search, short of running a regex.

An exact location wins; else the longest prefix, which is final with `^~`; else the regex locations
are tried, and none of them is tried here: where one could take the URI, the answer is unknown.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable

from nginx_grpc.model.budget import Budget
from nginx_grpc.model.lists import InheritedList, page_codes, page_uri
from nginx_grpc.model.locations import Location
from nginx_grpc.model.scopes import Scope
from nginx_grpc.model.servers import Server

__all__ = ["extension_of", "find"]


class _Level:
    """The locations directly in a server or a location, ready to be searched."""

    def __init__(self, inside: Iterable[Location]) -> None:
        self.exact: dict[str, Location] = {}
        self.has_regex = False
        prefixes: dict[str, Location] = {}
        for location in inside:
            if location.modifier == "=":
                self.exact.setdefault(location.path, location)
            elif location.modifier in ("", "^~"):
                prefixes.setdefault(location.path, location)
            elif location.modifier in ("~", "~*"):
                self.has_regex = True
        self._paths = sorted(prefixes)
        self._locations = [prefixes[path] for path in self._paths]
        self._shorter = self._link()

    def longest_prefix(self, uri: str) -> Location | None:
        """The location with the longest path that the URI begins with."""
        at = bisect_right(self._paths, uri) - 1
        while at >= 0 and not uri.startswith(self._paths[at]):
            at = self._shorter[at]
        return self._locations[at] if at >= 0 else None

    def _link(self) -> list[int]:
        """For each path the place of the longest other one that it begins with, -1 for none."""
        links: list[int] = []
        open_paths: list[int] = []
        for at, path in enumerate(self._paths):
            while open_paths and not path.startswith(self._paths[open_paths[-1]]):
                open_paths.pop()
            links.append(open_paths[-1] if open_paths else -1)
            open_paths.append(at)
        return links


class _Matching:
    """The search for a location in one server."""

    def __init__(self, scope: Scope, inside: Iterable[Location]) -> None:
        """Take in a server.

        Args:
            scope: its scope.
            inside: all of its locations, nested ones too.
        """
        self._scope = scope
        self._named: dict[str, Location] = {}
        top = []
        for location in inside:
            if location.modifier == "@":
                self._named.setdefault(location.path, location)
            elif location.parent is None:
                top.append(location)
        self._top = _Level(top)
        self._levels: dict[str, _Level] = {}

    def serves(self, uri: str) -> tuple[str, Location | None]:
        """yes, no or unknown for an error page's URI or @name, and the location for yes."""
        if "$" in uri or not uri:
            return "unknown", None
        if uri.startswith("@"):
            named = self._named.get(uri)
            return ("yes", named) if named else self._absent()
        if not uri.startswith("/"):
            return "no", None
        return self._search(uri.partition("?")[0])

    def _search(self, uri: str) -> tuple[str, Location | None]:
        level, scope = self._top, self._scope
        found: Location | None = None
        certain = True
        while True:
            exact = level.exact.get(uri)
            if exact is not None:
                return "yes", exact
            prefix = level.longest_prefix(uri)
            final = prefix is not None and prefix.modifier == "^~"
            # What was not seen of this block may hold a location with a longer path or a regex.
            certain = certain and not scope.gaps and (final or not level.has_regex)
            if prefix is None:
                break
            found, scope = prefix, prefix.scope
            level = self._level(prefix)
        if not certain:
            return "unknown", None
        return ("yes", found) if found else ("no", None)

    def _level(self, location: Location) -> _Level:
        level = self._levels.get(location.id)
        if level is None:
            level = self._levels[location.id] = _Level(location.nested)
        return level

    def _absent(self) -> tuple[str, Location | None]:
        return ("unknown" if self._scope.gaps else "no"), None


def find(servers: Iterable[Server], budget: Budget) -> None:
    """Fill in each server's pages, for the lists in effect where gRPC comes.

    Args:
        servers: the servers, known which locations carry gRPC.
        budget: bounds the URIs of http that are repeated in each server.
    """
    used: dict[InheritedList, list[str]] = {}
    for server in servers:
        lists = dict.fromkeys(
            location.scope.lists["error_page"]
            for location in server.locations
            if location.carries != "no" and "error_page" in location.scope.lists
        )
        for pages in lists:
            if pages not in used:
                used[pages] = _effective_uris(pages)
        uris = dict.fromkeys(uri for pages in lists for uri in used[pages])
        if not uris:
            continue
        matching = _Matching(server.scope, server.locations)
        for uri in uris:
            budget.spend(len(uri))
            found, location = matching.serves(uri)
            if location is not None:
                location.page_uris.append(uri)
            server.pages.append(
                {"uri": uri, "location": location.id if location else "", "found": found}
            )


def _effective_uris(pages: InheritedList) -> list[str]:
    """The URIs of a list that are used: for each status the first that names it."""
    taken: set[int] = set()
    uris: dict[str, None] = {}
    for directive in pages.all_directives():
        codes = set(page_codes(directive)) - taken
        if codes:
            taken |= codes
            uris[page_uri(directive)] = None
    return list(uris)


def extension_of(uri: str) -> str:
    """The extension by which nginx chooses the content type; empty where there is none."""
    last = uri.partition("?")[0].rpartition("/")[2]
    return last.rpartition(".")[2].lower() if "." in last else ""
