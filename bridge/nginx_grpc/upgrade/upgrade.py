"""A configuration judged under two versions of nginx."""

from __future__ import annotations

from collections.abc import Callable

from nginx_grpc import documents
from nginx_grpc.check import check
from nginx_grpc.engines import Engine
from nginx_grpc.findings import CheckResult
from nginx_grpc.records import dataclass, replace
from nginx_grpc.settings_search import Given
from nginx_grpc.tree import Configuration
from nginx_grpc.upgrade import comparison, facts
from nginx_grpc.upgrade.comparison import Change
from nginx_grpc.upgrade.facts import Fact, Place
from nginx_grpc.upgrade.versions import Version

__all__ = ["Upgrade", "upgrade"]


@dataclass(frozen=True, slots=True)
class Upgrade:
    """What another version changes.

    Args:
        old, new: the versions; `new` may be the older one.
        changes: the findings that are not the same.
        facts: what else nginx does differently here, with the places.
        after: what is found in the new version.
    """

    old: Version
    new: Version
    changes: list[Change]
    facts: list[tuple[Fact, list[Place]]]
    after: CheckResult

    @property
    def breaks(self) -> bool:
        """Whether something fails that did not."""
        return any(change.breaks for change in self.changes)

    @property
    def not_judged(self) -> list[str]:
        """The rules that could not judge everything, by id."""
        return sorted({rule for given in self.after.inputs for rule in given.unjudged})


def upgrade(
    configurations: list[Configuration],
    engine: Engine,
    settings_of: Callable[[Configuration], Given],
    old: Version,
    new: Version,
) -> Upgrade:
    """Judge configurations under both versions, see `nginx_grpc.check`."""

    def judged(version: Version) -> CheckResult:
        def of(configuration: Configuration) -> Given:
            given = settings_of(configuration)
            return replace(given, values={**(given.values or {}), "nginx_version": str(version)})

        return check(configurations, engine, settings_of=of)

    before, after = judged(old), judged(new)
    built = documents.build(configurations, validated=False)
    return Upgrade(
        old,
        new,
        comparison.changes(before, after, old, new),
        list(facts.found(built, old, new)),
        after,
    )
