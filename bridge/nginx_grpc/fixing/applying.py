"""Which edits go into one round, and the bytes that come of them."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Mapping
from operator import attrgetter

from nginx_grpc.findings import Finding
from nginx_grpc.fixing.homes import Change, applied
from nginx_grpc.fixing.targets import Placed
from nginx_grpc.records import dataclass

__all__ = ["Unit", "apply", "compatible"]

_place = attrgetter("start", "end", "text")


@dataclass(slots=True)
class Unit:
    """Findings that the same changes mend: all of them are made, or none."""

    findings: list[Finding]
    placed: list[Placed]

    @property
    def key(self) -> tuple[object, ...]:
        """Equal for equal changes."""
        return tuple(
            (path, tuple(changes)) for each in self.placed for path, changes in each.changes.items()
        )

    @property
    def safe(self) -> bool:
        """Whether nothing else may change."""
        return all(each.fix.get("applicability") == "safe" for each in self.findings)


def compatible(units: Iterable[Unit]) -> list[Unit]:
    """Those that can be made at once: of several that touch the same bytes, the first."""
    chosen: list[Unit] = []
    slots: dict[tuple[object, ...], tuple[object, ...]] = {}
    taken: dict[str, list[Change]] = {}
    for unit in units:
        changes = {
            (path, change)
            for placed in unit.placed
            for path, each in placed.changes.items()
            for change in each
        }
        own = {
            placed.slot: tuple((path, *each) for path, each in placed.changes.items())
            for placed in unit.placed
        }
        if any(slots.get(slot, made) != made for slot, made in own.items()):
            continue
        if any(_overlaps(taken.get(path, []), change) for path, change in changes):
            continue
        slots.update(own)
        for path, change in changes:
            insort(taken.setdefault(path, []), change, key=_place)
        chosen.append(unit)
    return chosen


def apply(contents: Mapping[str, bytes], units: Iterable[Unit]) -> dict[str, bytes]:
    """The bytes of all files with the changes made; equal changes of several edits are one."""
    changes: dict[str, dict[tuple[object, ...], Change]] = {}
    for unit in units:
        for placed in unit.placed:
            for path, each in placed.changes.items():
                made = changes.setdefault(path, {})
                for change in each:
                    made.setdefault((placed.slot, change), change)
    result = dict(contents)
    for path, made in changes.items():
        result[path] = applied(contents[path], list(made.values()))
    return result


def _overlaps(taken: list[Change], change: Change) -> bool:
    """Whether a change touches the bytes of one of several that do not touch each other's."""
    at = bisect_left(taken, _place(change), key=_place)
    if at < len(taken) and taken[at] == change:
        return False
    return any(_overlap(change, other) for other in taken[max(at - 1, 0) : at + 1])


def _overlap(one: Change, other: Change) -> bool:
    if one.start == one.end and other.start == other.end:
        return False
    if one.start == one.end:
        return other.start < one.start < other.end
    if other.start == other.end:
        return one.start < other.start < one.end
    return one.start < other.end and other.start < one.end
