"""What is found in one version and not in another."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from nginx_grpc.findings import CheckResult, Finding
from nginx_grpc.records import dataclass
from nginx_grpc.upgrade.versions import Version

__all__ = ["Change", "changes"]


@dataclass(frozen=True, slots=True)
class Change:
    """A finding that is not the same in both versions.

    Args:
        kind: comes, goes or changes.
        finding: it; of one that changes, as it is in the new version.
        was: of one that changes, as it was.
    """

    kind: str
    finding: Finding
    was: Finding | None = None

    @property
    def breaks(self) -> bool:
        """Whether it makes something fail that did not."""
        if self.kind == "goes" or not self.finding.counts or self.finding.level != "deny":
            return False
        return self.was is None or self.was.level != "deny" or not self.was.counts


def changes(before: CheckResult, after: CheckResult, old: Version, new: Version) -> list[Change]:
    """What comes, goes and changes, what breaks first, then by place."""
    found = list(_changes(before, after, (str(old), str(new))))
    kinds = ("comes", "changes", "goes")
    return sorted(
        found,
        key=lambda each: (not each.breaks, kinds.index(each.kind), each.finding.order()),
    )


def _changes(
    before: CheckResult, after: CheckResult, versions: tuple[str, str]
) -> Iterator[Change]:
    old, new = _by_subject(before.findings), _by_subject(after.findings)
    for subject in {**new, **old}:
        yield from _about_one(old.get(subject, []), new.get(subject, []), versions)


def _about_one(
    old: list[Finding], new: list[Finding], versions: tuple[str, str]
) -> Iterator[Change]:
    """The changes of one rule about one node: those that are the same first, then those that say
    another thing of the same directive, then the rest."""
    for alike in (_words(versions), _directive, _node):
        left = []
        for finding in new:
            twin = next((each for each in old if alike(each) == alike(finding)), None)
            if twin is None:
                left.append(finding)
                continue
            old.remove(twin)
            if alike is _directive or alike is _node:
                yield Change("changes", finding, twin)
        new = left
    for finding in new:
        yield Change("comes", finding)
    for finding in old:
        yield Change("goes", finding)


def _by_subject(findings: Iterable[Finding]) -> dict[tuple[str | int, ...], list[Finding]]:
    found: dict[tuple[str | int, ...], list[Finding]] = {}
    for finding in findings:
        found.setdefault(_subject(finding), []).append(finding)
    return found


def _subject(finding: Finding) -> tuple[str | int, ...]:
    names = (finding.id, finding.entry, finding.server, finding.location, finding.upstream)
    return (*names, finding.setting, *finding.block)


def _words(versions: tuple[str, str]) -> Callable[[Finding], object]:
    """What a finding says, but for the version that it is to run on."""

    def words(finding: Finding) -> object:
        message = finding.message
        for version in versions:
            message = message.replace(f"is to run on {version}", "is to run")
        return finding.level, finding.counts, message

    return words


def _directive(finding: Finding) -> object:
    return finding.directive or finding


def _node(finding: Finding) -> object:
    """Equal for what is about one node, or about one place without a directive of it, as an include
    that was not read; a finding about a directive alone is like no other."""
    if finding.server or finding.location or finding.upstream:
        return True
    return finding if finding.directive else (finding.file, finding.line, finding.key)
