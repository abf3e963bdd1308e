"""Which location nginx chooses for a URI that is known.

An exact location wins; else the longest prefix, in which nginx searches again; else the first regex
that matches, but for one beside a `^~`; else that prefix.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable

from nginx_grpc.model.locations import Location
from nginx_grpc.model.regex import compiled
from nginx_grpc.model.scopes import Scope
from nginx_grpc.records import dataclass

__all__ = ["Choice", "Effort", "Level", "Locations"]

# Of what is followed in one document: characters of patterns by characters of text, and directives.
_MOST_EFFORT = 5_000_000
_REDIRECTING = frozenset(
    ("fastcgi_pass", "grpc_pass", "memcached_pass", "proxy_pass", "scgi_pass", "uwsgi_pass")
)


class Effort:
    """Bounds what is tried in one document: what is behind it is not known."""

    def __init__(self) -> None:
        self._left = _MOST_EFFORT

    def spent(self, amount: int) -> bool:
        """Whether there is so much left, which is then used."""
        self._left -= amount
        return self._left >= 0


@dataclass(frozen=True, slots=True)
class Choice:
    """What nginx chose.

    Args:
        location: None where no location has the URI.
        known: False where it may be another.
        redirects: whether nginx sends the client to the same path with a slash behind it.
    """

    location: Location | None = None
    known: bool = True
    redirects: bool = False


class Level:
    """The locations directly in a server or a location, ready to be searched."""

    def __init__(self, inside: Iterable[Location]) -> None:
        self.exact: dict[str, Location] = {}
        self.prefixes: dict[str, Location] = {}
        self.regexes: list[Location] = []
        for location in inside:
            if location.modifier == "=":
                self.exact.setdefault(location.path, location)
            elif location.modifier in ("", "^~"):
                self.prefixes.setdefault(location.path, location)
            elif location.modifier in ("~", "~*"):
                self.regexes.append(location)
        self._paths = sorted(self.prefixes)
        self._shorter = self._link()

    def longest_prefix(self, uri: str) -> Location | None:
        """The location with the longest path that the URI begins with."""
        at = bisect_right(self._paths, uri) - 1
        while at >= 0 and not uri.startswith(self._paths[at]):
            at = self._shorter[at]
        return self.prefixes[self._paths[at]] if at >= 0 else None

    def redirects(self, uri: str) -> bool:
        """Whether the URI lacks only the slash of a location that passes on."""
        if uri in self.prefixes:
            return False
        slashed = [table.get(uri + "/") for table in (self.exact, self.prefixes)]
        return any(
            item is not None and item.own_handler and item.handler in _REDIRECTING
            for item in slashed
        )

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


class Locations:
    """The locations of one server."""

    def __init__(self, scope: Scope, inside: Iterable[Location], effort: Effort) -> None:
        """Take in a server.

        Args:
            scope: its scope.
            inside: all of its locations, nested ones too.
            effort: bounds the regexes that are tried.
        """
        self.scope = scope
        self.named: dict[str, Location] = {}
        top = []
        for location in inside:
            if location.modifier == "@":
                self.named.setdefault(location.path, location)
            elif location.parent is None:
                top.append(location)
        self._top = Level(top)
        self._levels: dict[str, Level] = {}
        self._effort = effort

    def serving(self, uri: str) -> Choice:
        """The location for a URI."""
        choice, _ = self._search(self._top, self.scope, uri)
        return choice

    def _search(self, level: Level, scope: Scope, uri: str) -> tuple[Choice, bool]:
        """The choice, and whether it is final: no regex around it is tried any more."""
        exact = level.exact.get(uri)
        if exact is not None:
            return Choice(exact), True
        if level.redirects(uri):
            return Choice(redirects=True, known=not scope.gaps), True
        choice, prefix = Choice(), level.longest_prefix(uri)
        if prefix is not None:
            choice, final = self._search(self._level(prefix), prefix.scope, uri)
            if final:
                return self._doubted(choice, scope), True
            if choice.location is None:
                choice = Choice(prefix, choice.known)
        if prefix is None or prefix.modifier != "^~":
            for location in level.regexes:
                matched = self._matches(location, uri)
                if matched is None:
                    return Choice(known=False), True
                if matched:
                    inner, _ = self._search(self._level(location), location.scope, uri)
                    found = Choice(inner.location or location, inner.known, inner.redirects)
                    return self._doubted(found, scope), True
        return self._doubted(choice, scope), False

    @staticmethod
    def _doubted(choice: Choice, scope: Scope) -> Choice:
        # What was not seen of this block may hold a location with a longer path or a regex.
        return Choice(choice.location, choice.known and not scope.gaps, choice.redirects)

    def _matches(self, location: Location, uri: str) -> bool | None:
        """Whether a regex takes the URI; None where that is not known."""
        if not self._effort.spent(len(location.path) * len(uri)):
            return None
        regex = compiled(location.path, caseless=location.modifier == "~*")
        match = regex.search(uri) if regex is not None else False
        return None if match is False else match is not None

    def _level(self, location: Location) -> Level:
        level = self._levels.get(location.id)
        if level is None:
            level = self._levels[location.id] = Level(location.nested)
        return level
