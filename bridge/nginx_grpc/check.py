"""A check from end to end: documents, engine, findings."""

from __future__ import annotations

from collections.abc import Iterable
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
    read = list(configurations)
    # The policy's own guard (NG001) holds each document against the same schema.
    built = documents.build(read, settings=settings, validated=False)
    findings: list[Finding] = []
    rules: set[str] = set()
    inputs = [Input.of(document) for document in built]
    for given, decision in zip(inputs, engine.decide(built, settings), strict=True):
        findings += [replace(finding, entry=given.entry) for finding in decision.findings]
        rules.update(decision.rules)
    if settings_file and any(finding.id in ("NG003", "NG004") for finding in findings):
        from nginx_grpc.settings_file import located

        findings = list(located(findings, settings_file))
    texts: dict[str, bytes] = {}
    for configuration in read:
        texts.update(configuration.texts)
    return CheckResult(
        inputs=inputs,
        findings=sorted(findings, key=Finding.order),
        rules=sorted(rules),
        engine=engine.name,
        texts=texts,
        settings=settings_file,
        fail_on=fail_on,
    )
