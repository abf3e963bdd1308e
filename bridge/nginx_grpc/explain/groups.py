"""Counts what was seen: a group for each class, place and scheme, in bounded memory."""

from __future__ import annotations

import re
from collections.abc import Callable

from nginx_grpc.explain.entries import Entry
from nginx_grpc.explain.lines import Facts
from nginx_grpc.explain.recognition import Seen
from nginx_grpc.expressions import expression
from nginx_grpc.records import dataclass, field

__all__ = ["Group", "Groups", "service_of"]

_MOST = 1000  # groups; what is beyond them is counted by its class alone
_SERVICES = 50  # names kept of one group
_UNKNOWN = 5  # examples
_LONGEST = 4096  # characters kept of an example

# `/pkg.Service/Method`, `/pkg.service/Method`, `/Service/Method`: no other path is told.
_SERVICE = expression(
    r"/((?:[a-z_]\w{0,99}\.){1,9}[A-Z]\w{0,99})/[A-Za-z_]\w{0,99}"
    r"|/((?:[a-z_]\w{0,99}\.){0,9}[A-Za-z_]\w{0,99})/[A-Z]\w{0,99}",
    re.ASCII,
)


@dataclass(slots=True)
class Group:
    """Lines of one class, place and scheme.

    Args:
        entry: the class.
        count: how many lines.
        first, last: their times; empty where the lines have none.
        example: the first of them, as it came.
        facts: of that example.
        place: the key of the location that they are of; None where it is not known.
        services: how many lines are of each service, by its name.
        source: of that example.
    """

    entry: Entry
    example: str
    facts: Facts
    source: str
    place: int | None = None
    count: int = 0
    first: str = ""
    last: str = ""
    services: dict[str, int] = field(default_factory=dict)


class Groups:
    """All groups of the logs.

    Args:
        placed: tells the key of a line's location; None where it is not known.
    """

    def __init__(self, placed: Callable[[Facts], int | None] = lambda facts: None) -> None:
        self._placed = placed
        self._groups: dict[tuple[str, int | None, str], Group] = {}
        self.lines = 0
        self.unknown = 0
        self.examples: list[str] = []

    def add(self, seen: Seen) -> None:
        """Count a line."""
        self.lines += 1
        entry = seen.entry
        if entry is None:
            self.unknown += 1
            if len(self.examples) < _UNKNOWN:
                self.examples.append(seen.text[:_LONGEST])
            return
        facts = seen.facts
        place = self._placed(facts) if entry.matters else None
        key = (entry.name, place, facts.scheme if entry.matters else "")
        group = self._groups.get(key)
        if group is None:
            if len(self._groups) >= _MOST:
                key, place = (entry.name, None, ""), None
                group = self._groups.get(key)
            if group is None:
                group = Group(entry, seen.text[:_LONGEST], facts, seen.source, place)
                self._groups[key] = group
        group.count += 1
        time = seen.time
        if time:
            if not group.first or time < group.first:
                group.first = time
            if time > group.last:
                group.last = time
        service = service_of(facts.path)
        if service and (service in group.services or len(group.services) < _SERVICES):
            group.services[service] = group.services.get(service, 0) + 1

    def of_concern(self) -> list[Group]:
        """The groups that matter, the largest first."""
        found = [group for group in self._groups.values() if group.entry.matters]
        return sorted(found, key=lambda group: (-group.count, group.entry.name, group.place or 0))

    def of_none(self) -> list[Group]:
        """The groups of no concern, the largest first."""
        found = [group for group in self._groups.values() if not group.entry.matters]
        return sorted(found, key=lambda group: (-group.count, group.entry.name))


def service_of(path: str) -> str:
    """The service of a call's path, where that is one; else empty."""
    found = _SERVICE.fullmatch(path) if path else None
    return (found[1] or found[2]) if found else ""
