"""A check from end to end: documents, engine, findings."""

from __future__ import annotations

import json
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import chain
from operator import itemgetter

from nginx_grpc import documents
from nginx_grpc.engines import Engine
from nginx_grpc.findings import CheckResult, Finding, Input
from nginx_grpc.settings_file import located
from nginx_grpc.settings_search import Given
from nginx_grpc.shards import BYTES, WHOLE, Shards
from nginx_grpc.tree import Configuration

__all__ = ["check"]


def check(
    configurations: Iterable[Configuration],
    engine: Engine,
    *,
    settings_of: Callable[[Configuration], Given] = lambda configuration: Given(),
    fail_on: str = "deny",
    require_grpc: bool = False,
    keep: Callable[[Configuration], object] | None = None,
) -> CheckResult:
    """Judge configurations with an engine.

    Args:
        configurations: what was read, see `nginx_grpc.sources.read`.
        engine: see `nginx_grpc.engines.by_name`.
        settings_of: the settings of each, see `nginx_grpc.settings_search`.
        fail_on, require_grpc: what fails the check, see CheckResult.
        keep: called with each configuration, whose tree is let go otherwise.

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
    for given, waiting in groups.values():
        given_shards: list[tuple[int, Shards]] = []
        # What is in settings that are not here may hang on all servers of a configuration.
        size = WHOLE if given.values is None and engine.has_settings else BYTES
        shards = _shards(waiting, given, texts, given_shards, keep, size)
        decisions = engine.judge(shards, given.values)
        inputs = [(number, shards.input(given.file)) for number, shards in given_shards]
        for (number, each), decision in zip(inputs, decisions, strict=True):
            judged.append((number, replace(each, not_judged=decision.not_judged)))
            rules.update(decision.rules)
        found = [
            [replace(finding, entry=each.entry) for finding in decision.findings]
            for (_, each), decision in zip(inputs, decisions, strict=True)
        ]
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


def _shards(
    waiting: deque[tuple[int, Configuration]],
    given: Given,
    texts: dict[str, bytes],
    shards: list[tuple[int, Shards]],
    keep: Callable[[Configuration], object] | None,
    size: int,
) -> Iterator[Shards]:
    def of(numbered: tuple[int, Configuration]) -> Shards:
        number, configuration = numbered
        texts.update(configuration.texts)
        if keep is not None:
            keep(configuration)
        made = Shards(configuration, given.values, size)
        shards.append((number, made))
        return made

    # No tree is held here while an engine judges: it may be large.
    return map(of, _let_go(waiting))


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
