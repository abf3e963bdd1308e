"""A check from end to end: documents, engine, findings."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from nginx_grpc import documents
from nginx_grpc.engines import Engine
from nginx_grpc.findings import CheckResult, Finding, Input
from nginx_grpc.tree import Configuration

__all__ = ["check"]


def check(
    configurations: Iterable[Configuration],
    engine: Engine,
    *,
    settings: dict[str, Any] | None = None,
    settings_file: str = "",
    fail_on: str = "deny",
) -> CheckResult:
    """Judge configurations with an engine.

    Args:
        configurations: what was read, see `nginx_grpc.sources.read`.
        engine: see `nginx_grpc.engines.by_name`.
        settings: the mapping under `nginx_grpc` of a settings file, or None.
        settings_file: its name, for the report.
        fail_on: the least level that fails the check, for the report.

    Raises Refused where anything could not be read or judged.
    """
    waiting = deque(configurations)
    del configurations
    if not waiting:
        raise documents.nothing()
    texts: dict[str, bytes] = {}
    inputs: list[Input] = []

    def built(configuration: Configuration) -> dict[str, Any]:
        (document,) = documents.build([configuration], settings=settings, validated=False)
        texts.update(configuration.texts)
        inputs.append(Input.of(document))
        return document

    # Neither a tree nor its document is held here while an engine judges: both may be large.
    decisions = engine.decide(map(built, _let_go(waiting)), settings)
    findings: list[Finding] = []
    rules: set[str] = set()
    for given, decision in zip(inputs, decisions, strict=True):
        findings += [replace(finding, entry=given.entry) for finding in decision.findings]
        rules.update(decision.rules)
    if settings_file and any(finding.id in ("NG003", "NG004") for finding in findings):
        from nginx_grpc.settings_file import located

        findings = list(located(findings, settings_file))
    return CheckResult(
        inputs=inputs,
        findings=sorted(findings, key=Finding.order),
        rules=sorted(rules),
        engine=engine.name,
        texts=texts,
        settings=settings_file,
        fail_on=fail_on,
    )


def _let_go(waiting: deque[Configuration]) -> Iterator[Configuration]:
    while waiting:
        yield waiting.popleft()
