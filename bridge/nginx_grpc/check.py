"""A check from end to end: documents, engine, findings."""

from __future__ import annotations

import json
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from operator import itemgetter

from nginx_grpc import documents
from nginx_grpc.engines import Engine
from nginx_grpc.engines.interface import Decision
from nginx_grpc.findings import CheckResult, Finding, Input
from nginx_grpc.records import replace
from nginx_grpc.settings_file import located
from nginx_grpc.settings_search import Given
from nginx_grpc.shards import BYTES, WHOLE, Shards
from nginx_grpc.tree import Configuration

__all__ = ["check"]

_EACH = 8  # inputs that are worth a process

_Groups = list[tuple[Given, deque[tuple[int, Configuration]]]]
_Taken = Callable[[Configuration, "Shards | None"], None]
_Judged = list[list[tuple[int, Input, Decision]]]


def check(
    configurations: Iterable[Configuration],
    engine: Engine,
    *,
    settings_of: Callable[[Configuration], Given] = lambda configuration: Given(),
    fail_on: str = "deny",
    require_grpc: bool = False,
    keep: Callable[[Configuration, Shards | None], object] | None = None,
    jobs: int = 1,
) -> CheckResult:
    """Judge configurations with an engine.

    Args:
        configurations: what was read, see `nginx_grpc.sources.read`.
        engine: see `nginx_grpc.engines.by_name`.
        settings_of: the settings of each, see `nginx_grpc.settings_search`.
        fail_on, require_grpc: what fails the check, see CheckResult.
        keep: called with each configuration, whose tree is let go otherwise, and with its shards
            where they are made in this process.
        jobs: how many processes judge many of them.

    Raises Refused where anything could not be read or judged.
    """
    groups: dict[str, tuple[Given, deque[tuple[int, Configuration]]]] = {}
    for number, configuration in enumerate(configurations):
        given = settings_of(configuration)
        key = json.dumps([given.file, given.values], sort_keys=True)
        groups.setdefault(key, (given, deque()))[1].append((number, configuration))
        del configuration
    del configurations
    if not groups:
        raise documents.nothing()
    texts: dict[str, bytes] = {}
    judged: list[tuple[int, Input]] = []
    findings: list[Finding] = []
    rules: set[str] = set()
    given_groups = list(groups.values())
    del groups

    def taken(configuration: Configuration, shards: Shards | None) -> None:
        texts.update(configuration.texts)
        if keep is not None:
            keep(configuration, shards)

    decided = _decided(given_groups, engine, taken, jobs)
    for (given, _), decisions in zip(given_groups, decided, strict=True):
        found = []
        for number, each, decision in decisions:
            judged.append((number, replace(each, not_judged=decision.not_judged)))
            rules.update(decision.rules)
            found.append([replace(finding, entry=each.entry) for finding in decision.findings])
        findings += located(_said_once(found), given.files) if given.files else chain(*found)
    return CheckResult(
        inputs=[each for _, each in sorted(judged, key=itemgetter(0))],
        findings=sorted(findings, key=Finding.order),
        rules=sorted(rules),
        engine=engine.name,
        texts=texts,
        fail_on=fail_on,
        require_grpc=require_grpc,
    )


def _decided(groups: _Groups, engine: Engine, taken: _Taken, jobs: int) -> _Judged:
    """The decisions of each group, in the order in which the configurations were given."""
    parts = min(jobs, sum(len(waiting) for _, waiting in groups) // _EACH)
    if parts > 1 and engine.forks:
        from nginx_grpc.workers import can_fork, spread

        if can_fork():
            shares = spread(parts, lambda part: _share(groups, engine, part, parts))
            for _, waiting in groups:
                for _, configuration in waiting:
                    taken(configuration, None)
            return [sorted(chain(*each), key=itemgetter(0)) for each in zip(*shares, strict=True)]
    return [list(_decisions(given, waiting, engine, taken)) for given, waiting in groups]


def _share(groups: _Groups, engine: Engine, part: int, parts: int) -> _Judged:
    # In turn, for neighbours are of one kind and size.
    return [
        list(_decisions(given, deque(list(waiting)[part::parts]), engine, lambda *_: None))
        for given, waiting in groups
    ]


def _decisions(
    given: Given,
    waiting: deque[tuple[int, Configuration]],
    engine: Engine,
    taken: _Taken,
) -> Iterator[tuple[int, Input, Decision]]:
    # What is in settings that are not here may hang on all servers of a configuration.
    size = WHOLE if given.values is None and engine.has_settings else BYTES
    made: list[tuple[int, Shards]] = []

    def shards_of(numbered: tuple[int, Configuration]) -> Shards:
        number, configuration = numbered
        shards = Shards(configuration, given.values, size)
        taken(configuration, shards)
        made.append((number, shards))
        return shards

    # No tree is held here while an engine judges: it may be large.
    decisions = engine.judge(map(shards_of, _let_go(waiting)), given.values)
    for (number, shards), decision in zip(made, decisions, strict=True):
        yield number, shards.input(given.file), decision


def _let_go(waiting: deque[tuple[int, Configuration]]) -> Iterator[tuple[int, Configuration]]:
    while waiting:
        yield waiting.popleft()


def _said_once(found: list[list[Finding]]) -> Iterator[Finding]:
    """The findings on several inputs with one settings file: what is wrong with that is said once,
    and a waiver in it accepts nothing, or a name in it is of no upstream, only if that is so in
    every input."""
    everywhere = Counter(_what(finding) for each in found for finding in each if finding.setting)
    seen: set[tuple[str, str, str]] = set()
    for finding in chain(*found):
        if finding.setting:
            what = _what(finding)
            unused = finding.variant == "unused"
            if what in seen or (unused and everywhere[what] < len(found)):
                continue
            seen.add(what)
        yield finding


def _what(finding: Finding) -> tuple[str, str, str]:
    return (finding.id, finding.setting, finding.message)
