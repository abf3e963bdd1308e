"""Runs the Rego tests on mutants: which of them do the tests notice?"""

import json
import os
import pathlib
import re
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

from tests.policy.mutation.mutants import Mutant
from tests.policy.mutation.policy import Policy

_WORKERS = 2
_SECONDS = 300


class Inconclusive(Exception):
    """The tests did not run, which says nothing about a mutant."""


class NoRego(Exception):
    """What needs the mutant doesn't compile with it, for the types that OPA infers."""


class Outcome(NamedTuple):
    """Mutants on which every test passes, and those with which no test could run."""

    alive: list[Mutant]
    no_rego: list[Mutant]


def run(
    policy: Policy,
    mutants: Sequence[Mutant],
    progress: Callable[[str, int, int], None] = lambda stage, done, of: None,
) -> Outcome:
    """The tests of each mutant's own file first, then, on what these don't notice, all others."""
    first = _each(
        lambda batch: _after_own_tests(policy, batch),
        _batches(policy, mutants),
        lambda done, of: progress("own tests", done, of),
    )
    left = set(first.alive)
    second = _each(
        lambda mutant: _after_all_tests(policy, mutant),
        [mutant for mutant in mutants if mutant in left],
        lambda done, of: progress("all tests", done, of),
    )
    return Outcome(second.alive, first.no_rego + second.no_rego)


def _each(
    run: Callable[[Any], Outcome], parts: Sequence[Any], progress: Callable[[int, int], None]
) -> Outcome:
    found = Outcome([], [])
    with ThreadPoolExecutor(_WORKERS) as pool:
        for done, outcome in enumerate(pool.map(run, parts), start=1):
            found.alive.extend(outcome.alive)
            found.no_rego.extend(outcome.no_rego)
            progress(done, len(parts))
    return found


def _batches(policy: Policy, mutants: Iterable[Mutant]) -> list[list[Mutant]]:
    """Mutants of different files go together where the own tests of none run another's."""
    queues: dict[str, list[Mutant]] = {}
    for mutant in mutants:
        queues.setdefault(mutant.file, []).append(mutant)
    needs = {name: policy.needed_by(policy.own_tests(name)) for name in queues}
    batches = []
    while queues:
        chosen: list[str] = []
        # The longest first: they'd be alone in the end.
        for name in sorted(queues, key=lambda name: -len(queues[name])):
            if all(name not in needs[other] and other not in needs[name] for other in chosen):
                chosen.append(name)
        batches.append([queues[name].pop(0) for name in chosen])
        queues = {name: waiting for name, waiting in queues.items() if waiting}
    return batches


def _after_own_tests(policy: Policy, batch: Sequence[Mutant]) -> Outcome:
    tests = {mutant: policy.own_tests(mutant.file) for mutant in batch}
    try:
        failed = _failed(policy, batch, {test for own in tests.values() for test in own})
    except NoRego:
        if len(batch) == 1:
            return Outcome([], list(batch))
        apart = [_after_own_tests(policy, [mutant]) for mutant in batch]
        return Outcome(
            [mutant for outcome in apart for mutant in outcome.alive],
            [mutant for outcome in apart for mutant in outcome.no_rego],
        )
    return Outcome([mutant for mutant, own in tests.items() if not failed & set(own)], [])


def _after_all_tests(policy: Policy, mutant: Mutant) -> Outcome:
    try:
        failed = _failed(policy, [mutant], policy.tests(mutant.file))
    except NoRego:
        return Outcome([], [mutant])
    return Outcome([] if failed else [mutant], [])


def _failed(policy: Policy, mutants: Iterable[Mutant], tests: Iterable[str]) -> set[str]:
    """The files of tests in which one fails."""
    changed = {mutant.file: mutant.text for mutant in mutants}
    with tempfile.TemporaryDirectory() as directory:
        for name in policy.needed_by(tests):
            path = pathlib.Path(directory) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(changed.get(name, policy.texts[name]), encoding="utf-8")
        ran = subprocess.run(
            ["opa", "test", "--format", "json", "--fail-on-empty", "--timeout", "120s", "."],
            cwd=directory,
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            env={**os.environ, "GOMAXPROCS": "1"},
        )
    if ran.returncode == 1 and re.search(r"rego_\w+_error", ran.stderr):
        raise NoRego
    if ran.returncode not in (0, 2):
        raise Inconclusive(f"{', '.join(map(str, mutants))}: {ran.stderr or ran.stdout}")
    results = json.loads(ran.stdout)
    return {
        result["location"]["file"]
        for result in results
        if result.get("fail") or result.get("error")
    }
