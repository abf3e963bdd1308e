"""What the lines mean, as one value that every output shows."""

from __future__ import annotations

from typing import Any

from nginx_grpc.explain.groups import Group, Groups
from nginx_grpc.explain.safe import safe
from nginx_grpc.explain.verdicts import Verdicts
from nginx_grpc.records import dataclass, field

__all__ = ["SCHEMA_VERSION", "Explanation"]

SCHEMA_VERSION = 1
_ORDER = {"confirmed": 0, "possible": 1, "ruled_out": 2}


@dataclass(slots=True)
class Explanation:
    """The report, see `schema/explain.schema.json`.

    Args:
        groups: those of concern, the largest first, then those of none.
        unknown: how many lines no entry knows, and examples.
        lines: how many lines counted.
        configuration: the configurations' main files, empty where none was given.
        notes: what else a reader should know.
    """

    groups: list[dict[str, Any]]
    unknown: dict[str, Any]
    lines: int
    configuration: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, groups: Groups, verdicts: Verdicts, notes: list[str]) -> Explanation:
        """Explain what was counted."""
        return cls(
            groups=[
                *(_group(group, verdicts) for group in groups.of_concern()),
                *(_group(group, verdicts) for group in groups.of_none()),
            ],
            unknown={
                "count": groups.unknown,
                "examples": [safe(example) for example in groups.examples],
            },
            lines=groups.lines,
            configuration=verdicts.entries,
            notes=notes,
        )

    @property
    def explained(self) -> bool:
        """Whether there was something, and all of it is known."""
        return self.lines > 0 and not self.unknown["count"]

    def as_json(self) -> dict[str, Any]:
        """The value of `--format json`."""
        return {
            "schema_version": SCHEMA_VERSION,
            "lines": self.lines,
            "configuration": self.configuration,
            "groups": self.groups,
            "unknown": self.unknown,
            "notes": self.notes,
        }


def _group(group: Group, verdicts: Verdicts) -> dict[str, Any]:
    candidates = verdicts.of(group)
    candidates.sort(key=lambda candidate: _ORDER[candidate["state"]])
    services = sorted(group.services.items(), key=lambda item: (-item[1], item[0]))
    return {
        "class": group.entry.name,
        "meaning": group.entry.meaning,
        "count": group.count,
        "first": group.first,
        "last": group.last,
        "example": safe(group.example),
        "services": [{"name": name, "count": count} for name, count in services],
        "location": verdicts.location(group),
        "note": verdicts.note(group),
        "candidates": candidates,
    }
