"""Which location nginx chooses for a URI that is known in part: every one that it may be.

nginx's own search: an exact location; else the longest prefix, and within it again; else the first
regex that matches, but not behind `^~`; else that prefix.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable

from nginx_grpc.model.arrival.request import exactly
from nginx_grpc.model.choice import Level
from nginx_grpc.model.locations import Location
from nginx_grpc.model.patterns import Language, Patterns
from nginx_grpc.model.sent import METHOD, OF_SERVICE
from nginx_grpc.model.service_paths import is_service_path

__all__ = ["REDIRECT", "Found", "Routing", "Steps", "TooMany", "language"]

# A prefix that ends with a slash and passes on sends the path without it there by 301.
REDIRECT = "redirect"
_REDIRECTING = frozenset(
    ("fastcgi_pass", "grpc_pass", "memcached_pass", "proxy_pass", "scgi_pass", "uwsgi_pass")
)
_MOST_CANDIDATES = 24
_MOST_REGEXES = 64
_MOST_BEFORE = 3

Found = Location | str | None


class TooMany(Exception):
    """There is more to follow than is followed."""


class Steps:
    """Bounds one walk."""

    def __init__(self) -> None:
        self.left = 0

    def spend(self) -> None:
        """Counts a step; raises TooMany where there are none left."""
        self.left -= 1
        if self.left < 0:
            raise TooMany


def language(location: Location) -> Language:
    """The URIs of calls that match a location's path."""
    if location.modifier == "=":
        return exactly(location.path)
    if location.modifier in ("~", "~*"):
        own = (location.path, location.modifier == "~*")
        prefix = ""
        outer = location.parent
        while outer is not None and not prefix:
            prefix = "" if outer.regex else outer.path
            outer = outer.parent
        literal = _literal(location.path) if location.modifier == "~" else ""
        if literal.startswith(prefix):
            prefix = literal
        uri = Language(prefix, within=(own, METHOD))
        outer = location.parent
        while outer is not None:
            if outer.regex:
                uri = uri.knowing(outer.path, outer.modifier == "~*", True)
            outer = outer.parent
        return uri
    method = OF_SERVICE if is_service_path(location.modifier, location.path) else METHOD
    return Language(location.path, within=(method,))


def _literal(pattern: str) -> str:
    """The text that what a regex matches begins with, as far as its own text shows it."""
    if not pattern.startswith("^") or "|" in pattern:
        return ""
    match = re.match(r"(?:[A-Za-z0-9_/-]|\\\.)*(?![*?{])", pattern[1:])
    return match[0].replace("\\", "") if match else ""


class _Level(Level):
    """The same, ready to be searched for what else a text may lead to."""

    def __init__(self, inside: Iterable[Location]) -> None:
        super().__init__(inside)
        self._every = sorted({*self.prefixes, *self.exact})
        self.lengths = sorted({len(path) for path in self.prefixes}, reverse=True)

    def longer(self, text: str) -> list[str]:
        """The paths that begin with a text, which is not all of them."""
        at = bisect_left(self._every, text)
        found = []
        while at < len(self._every) and self._every[at].startswith(text):
            if self._every[at] != text:
                found.append(self._every[at])
            if len(found) > _MOST_CANDIDATES:
                raise TooMany
            at += 1
        return found

    def better(self, path: str) -> list[str]:
        """The longer prefixes that have what begins with them instead; none if they are many."""
        try:
            return [longer for longer in self.longer(path) if longer in self.prefixes]
        except TooMany:
            return []


class Routing:
    """The search for a location in one server."""

    def __init__(self, locations: Iterable[Location], patterns: Patterns) -> None:
        self._patterns = patterns
        self._relation = patterns.relation
        self.named: dict[str, Location] = {}
        top = []
        for location in locations:
            if location.modifier == "@":
                self.named.setdefault(location.path, location)
            elif location.parent is None:
                top.append(location)
        self._top = _Level(top)
        self._levels: dict[str, _Level] = {}

    def search(self, uri: Language) -> list[Found]:
        """Where a URI may lead: a location, REDIRECT, or None where no location has it."""
        found = dict.fromkeys(item for item, _ in self._search(self._top, uri))
        if len(found) > _MOST_CANDIDATES:
            raise TooMany
        return list(found)

    def within(self, location: Location, uri: Language) -> list[Found]:
        """Where nginx may end that has chosen a location: there, or in one that stands in it."""
        inner = dict.fromkeys(item for item, _ in self._search(self._level(location), uri))
        return [item or location for item in inner]

    def language(self, location: Location) -> Language:
        """The URIs of calls for which nginx chooses a location, as far as it can be said."""
        uri = language(location)
        at: Location | None = location
        while at is not None and location.modifier != "=":
            level = self._level(at.parent) if at.parent else self._top
            before = [] if at.modifier == "^~" else level.regexes
            if at.regex:
                before = before[: before.index(at)]
            for other in before[:_MOST_BEFORE]:
                uri = uri.knowing(other.path, other.modifier == "~*", False)
            if not at.regex:
                for path in level.better(at.path)[:_MOST_BEFORE]:
                    uri = uri.knowing(f"^{re.escape(path)}", False, False)
            at = None if at.regex else at.parent
        return uri

    def is_of_none(self, location: Location) -> bool:
        """Whether no call has a path that this location is for, as `= /status` and `pkg.Svc/`."""
        if location.path.isupper() and "/" not in location.path:
            return False  # WEBPATH: something is put in its place
        uri = language(location)
        if uri.exact:
            return self._relation(*METHOD, uri) == "never"
        return self._patterns.is_empty(uri)

    def taken(self, location: Location) -> list[Location]:
        """The locations that nginx always chooses instead of this one; none if it may be chosen."""
        uri = language(location)
        inner = self._level(location)
        same = inner.prefixes.get(location.path)
        found = [same] if same is not None else self._takers(inner.regexes, uri)
        # A regex in a prefix has them before those around it.
        final = same is None and bool(found)
        at: Location | None = location
        while at is not None:
            # The outermost has them before those within.
            level = self._level(at.parent) if at.parent else self._top
            longest = level.longest_prefix(uri.prefix)
            if at.regex:
                before = level.regexes[: level.regexes.index(at)]
                if longest and self._is_final(level, longest, uri):
                    found = [longest]
                else:
                    found = self._takers(before, uri) or found
                # Within a prefix a regex is final, whatever stands around that.
                at = at.parent
                while at is not None and not at.regex:
                    at = at.parent
                continue
            if at.modifier != "=" and longest and len(longest.path) > len(at.path):
                found, final = [longest], False
            elif at.modifier == "" and not final:
                found = self._takers(level.regexes, uri) or found
            at = at.parent
        return found

    @staticmethod
    def _is_final(level: _Level, prefix: Location, uri: Language) -> bool:
        """Whether regexes are never tried for these URIs, for a `^~` has them all."""
        if prefix.modifier != "^~" or not uri.prefix.startswith(prefix.path):
            return False
        return all(
            level.prefixes[path].modifier == "^~"
            for path in level.longer(prefix.path)
            if path in level.prefixes
        )

    def _takers(self, regexes: list[Location], uri: Language) -> list[Location]:
        """The regex locations that have all of these URIs between them, up to one that has all."""
        found = []
        for location in regexes[:_MOST_REGEXES]:
            how = self._relation(location.path, location.modifier == "~*", uri)
            if how != "never":
                found.append(location)
            if how == "always":
                return found
        return []

    def _level(self, location: Location) -> _Level:
        level = self._levels.get(location.id)
        if level is None:
            level = self._levels[location.id] = _Level(location.nested)
        return level

    def _search(self, level: _Level, uri: Language) -> list[tuple[Found, bool]]:
        """Each with whether it is final: no regex around it is tried any more."""
        found: list[tuple[Found, bool]] = []
        for item, then in self._static(level, uri):
            if item == REDIRECT or (isinstance(item, Location) and item.modifier == "="):
                found.append((item, True))
                continue
            inside: list[tuple[Found, bool]] = [(None, False)]
            if isinstance(item, Location):
                inside = self._search(self._level(item), then)
            found.extend(entry for entry in inside if entry[1])
            fallen = [entry[0] or item for entry in inside if not entry[1]]
            if not fallen:
                continue
            if isinstance(item, Location) and item.modifier == "^~":
                found.extend((entry, False) for entry in fallen)
                continue
            matched, through = self._regexes(level, then)
            found.extend((entry, True) for entry in matched)
            if through:
                found.extend((entry, False) for entry in fallen)
        return found

    def _regexes(self, level: _Level, uri: Language) -> tuple[list[Found], bool]:
        """The regex locations that may take a URI, and whether none of them may."""
        found: list[Found] = []
        if len(level.regexes) > _MOST_REGEXES:
            raise TooMany
        for location in level.regexes:
            how = self._relation(location.path, location.modifier == "~*", uri)
            if how == "never":
                continue
            found.extend(item or location for item, _ in self._search(self._level(location), uri))
            if how == "always":
                return found, False
        return found, True

    def _static(self, level: _Level, uri: Language) -> list[tuple[Found, Language]]:
        """The exact and prefix locations that a URI may have first, with what is known there."""
        text = uri.prefix
        found: list[tuple[Found, Language]] = []
        longest = level.longest_prefix(text)
        if uri.exact:
            if text in level.exact:
                return [(level.exact[text], uri)]
            slashed = [table.get(text + "/") for table in (level.exact, level.prefixes)]
            if text not in level.prefixes and any(item and _redirects(item) for item in slashed):
                return [(REDIRECT, uri)]
            return [(longest, uri)]
        if text in level.exact:
            found.append((level.exact[text], exactly(text)))
        found.append((longest, uri))
        for path in level.longer(text):
            then = Language(path, False, uri.within)
            if path in level.exact:
                found.append((level.exact[path], exactly(path)))
            if path in level.prefixes:
                found.append((level.prefixes[path], then))
            if path.endswith("/") and _redirects(level.prefixes.get(path) or level.exact[path]):
                found.append((REDIRECT, exactly(path[:-1])))
        return [item for item in found if not item[1].exact or self._may_be(item[1], uri)]

    def _may_be(self, text: Language, uri: Language) -> bool:
        return all(self._relation(*item, text) != "never" for item in uri.within)


def _redirects(location: Location) -> bool:
    return location.handler in _REDIRECTING and location.own_handler
