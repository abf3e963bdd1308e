"""Findings that were there when the check was adopted: told, but no reason to fail.

A baseline holds the names of `nginx_grpc.fingerprints` and how often each occurs at which level. It
knows no line, so it outlives edits. A finding more than it counts is new, and so is one that was
accepted as a warning and denies now.
"""

from __future__ import annotations

import json
import os.path
from collections import Counter
from functools import cache
from typing import Any

from nginx_grpc import catalogue
from nginx_grpc.errors import Refused
from nginx_grpc.findings import CheckResult, Finding, Gone
from nginx_grpc.fingerprints import Names, names
from nginx_grpc.records import replace

__all__ = ["Baseline", "apply", "dump", "load", "of"]

VERSION = 1
_LIMIT = 64 * 1024 * 1024
_FIELDS = ("id", "input", "server", "location", "upstream", "directive", "level")

# The levels that cover a finding of a level, the nearest first.
_COVER = {"deny": ("deny",), "warn": ("warn", "deny")}

Key = tuple[str, ...]
"""The values of _FIELDS."""

Baseline = Counter[Key]


def load(path: str) -> Baseline:
    """The baseline in a file. Raises Refused where it is none."""
    from nginx_grpc.sources.disk import read_regular
    from nginx_grpc.sources.includes import UnreadError

    try:
        data = read_regular(path, _LIMIT)
    except UnreadError as error:
        raise Refused(
            f"can't read the baseline: {error}", "make one with --write-baseline", path
        ) from None
    try:
        return _read(json.loads(data))
    except (ValueError, KeyError, TypeError, RecursionError):
        raise Refused(
            f"no baseline of version {VERSION}", "make one with --write-baseline", path
        ) from None


def apply(result: CheckResult, baseline: Baseline, path: str) -> CheckResult:
    """A result in which the findings of a baseline count no more, and those gone are named.

    Args:
        result: what the check found.
        baseline: see `load`.
        path: the file it is from: inputs are named as seen from its folder.
    """
    left = Counter(baseline)
    known = set()
    keyed = _keyed(result, path)
    # Those that deny first: a warning may take what is left of them.
    for number, (finding, key) in sorted(enumerate(keyed), key=lambda item: item[1][0].level):
        if not _may_hold(finding):
            continue
        for level in _COVER[finding.level]:
            entry = (*key, level)
            if left[entry] > 0:
                left[entry] -= 1
                known.add(number)
                break
    findings = [
        replace(finding, baselined=number in known)
        for number, finding in enumerate(result.findings)
    ]
    judged = {key[1] for _, key in keyed} | set(_inputs(result, path).values())
    gone = [
        Gone(key[0], key[2], key[3], key[4], count)
        for key, count in sorted(left.items())
        if count > 0 and key[1] in judged
    ]
    return replace(result, findings=findings, gone=gone, baseline=path)


def of(result: CheckResult, path: str) -> Baseline:
    """A baseline with every finding of a result but the waived ones, baselined before or not.

    Args:
        result: what the check found.
        path: the file it is for: inputs are named as seen from its folder.
    """
    return Counter(
        (*key, finding.level) for finding, key in _keyed(result, path) if _may_hold(finding)
    )


def dump(baseline: Baseline) -> str:
    """The text of a baseline's file."""
    entries = [
        {**dict(zip(_FIELDS, key, strict=True)), "count": count}
        for key, count in sorted(baseline.items())
    ]
    return json.dumps({"version": VERSION, "findings": entries}, indent=1) + "\n"


def _may_hold(finding: Finding) -> bool:
    # What was not read or is not in order was not judged: nobody can have accepted it.
    return finding.waived is None and finding.id not in _casting_doubt()


@cache
def _casting_doubt() -> frozenset[str]:
    return frozenset(rule.id for rule in catalogue.rules() if rule.harm == "verdict")


def _inputs(result: CheckResult, path: str) -> dict[str, str]:
    folder = os.path.dirname(os.path.abspath(path))
    return {given.entry: _seen_from(folder, given.entry) for given in result.inputs}


def _keyed(result: CheckResult, path: str) -> list[tuple[Finding, Names]]:
    inputs = _inputs(result, path)
    return [
        (finding, (key[0], inputs.get(key[1], key[1]), *key[2:]))
        for finding in result.findings
        for key in (names(finding),)
    ]


def _seen_from(folder: str, entry: str) -> str:
    """An input's name as seen from the baseline, wherever the command was run.

    A baseline that is kept elsewhere sees it from the top of what it is in (the repository, else
    the current folder), so that it does not depend on where that was put.
    """
    if not os.path.exists(entry):
        return entry
    path = os.path.abspath(entry)
    top = _top(path)
    start = folder if _inside(folder, top) or not _inside(path, top) else top
    return os.path.relpath(path, start).replace(os.sep, "/")


def _top(path: str) -> str:
    folder = path
    while not os.path.exists(os.path.join(folder, ".git")):
        parent = os.path.dirname(folder)
        if parent == folder:
            return os.getcwd()
        folder = parent
    return folder


def _inside(path: str, folder: str) -> bool:
    return os.path.commonpath([path, folder]) == folder


def _read(value: Any) -> Baseline:
    if value["version"] != VERSION or set(value) != {"version", "findings"}:
        raise ValueError
    baseline: Baseline = Counter()
    for entry in value["findings"]:
        key = tuple(entry[name] for name in _FIELDS)
        count = entry["count"]
        if not all(isinstance(part, str) for part in key) or key[-1] not in _COVER:
            raise TypeError
        if not isinstance(count, int) or isinstance(count, bool) or count < 1 or key in baseline:
            raise ValueError
        baseline[key] = count
    return baseline
