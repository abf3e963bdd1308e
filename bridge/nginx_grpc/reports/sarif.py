"""SARIF 2.1.0, for code scanning and editors."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from nginx_grpc import __version__, catalogue, evidence, printable, summary
from nginx_grpc.findings import CheckResult, Finding, Replacement
from nginx_grpc.fingerprints import Lines, fingerprint
from nginx_grpc.reports.interface import Report

__all__ = ["SarifReport"]

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_LEVELS = {"deny": "error", "warn": "warning"}


class SarifReport(Report):
    """`nginx-grpc check --format sarif`: what counts, without the waived."""

    name = "sarif"

    def render(self, result: CheckResult) -> str:
        """See Report."""
        lines = Lines(result.texts)
        rules = _rules(result)
        index = {rule["id"]: number for number, rule in enumerate(rules)}
        results = [
            json.dumps(_result(finding, index[finding.id], mark, lines))
            for finding, mark in zip(result.findings, fingerprint(result.findings), strict=True)
            if finding.counts
        ]
        run = {
            "tool": {
                "driver": {
                    "name": "nginx-grpc",
                    "semanticVersion": __version__,
                    "informationUri": catalogue.HOME,
                    "rules": rules,
                }
            },
            "invocations": [
                {
                    "executionSuccessful": True,
                    "toolExecutionNotifications": list(_notifications(result)),
                }
            ],
            "columnKind": "utf16CodeUnits",
            "results": [],
        }
        log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
        # A line each: Python indents ten times slower than it writes.
        before, empty, after = json.dumps(log, indent=1).rpartition("[]")
        filled = "[\n" + ",\n".join(results) + "\n]" if results else empty
        return printable.json_text(f"{before}{filled}{after}\n")


def _notifications(result: CheckResult) -> Iterator[dict[str, Any]]:
    """What is no result of a rule: the verdict where it is not about judged locations alone."""
    word = summary.verdict(result)
    if word not in (summary.CLEAN, summary.PASSED) or summary.remarks(result):
        level = "error" if result.failed else "note" if word == summary.CLEAN else "warning"
        yield {"level": level, "message": {"text": _shown(summary.headline(result))}}
    for told in (*summary.reasons(result), *summary.remarks(result)):
        yield {"level": "note", "message": {"text": _shown(told)}}


def _rules(result: CheckResult) -> list[dict[str, Any]]:
    """Every rule of the catalogue, and any other that the result speaks of."""
    known = {rule.id: rule for rule in catalogue.rules()}
    described = {rule.id: _rule(rule) for rule in known.values()}
    for finding in result.findings:
        if finding.id not in described:
            described[finding.id] = {
                "id": finding.id,
                "shortDescription": {"text": _shown(finding.title)},
                "defaultConfiguration": {"level": _LEVELS[finding.level]},
            }
    return [described[name] for name in sorted(described)]


def _rule(rule: catalogue.Rule) -> dict[str, Any]:
    level = rule.levels["checklist"]
    severity = rule.security
    properties: dict[str, Any] = {
        "tags": ["grpc", "nginx", "security" if severity else "reliability"],
        "precision": "high",
        "problem.severity": _LEVELS.get(level, "recommendation"),
    }
    if severity:
        properties["security-severity"] = severity
    url = catalogue.page(rule.evidence)
    change = "\n".join(evidence.of(rule.id).change)
    example = f"\n\nFor example:\n\n{change}" if change else ""
    fenced = f"\n\nFor example:\n\n```diff\n{change}\n```" if change else ""
    return {
        "id": rule.id,
        "name": "".join(word.capitalize() for word in rule.slug.split("-")),
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": " ".join(rule.description.split())},
        "help": {
            "text": f"{rule.description}{example}\n\nThe fault as it happens: {url}",
            "markdown": f"{rule.description}{fenced}\n\n[The fault as it happens]({url})",
        },
        "helpUri": url,
        "defaultConfiguration": (
            {"level": _LEVELS[level]} if level in _LEVELS else {"enabled": False, "level": "none"}
        ),
        "properties": properties,
    }


def _result(finding: Finding, rule: int, mark: str, lines: Lines) -> dict[str, Any]:
    verb = finding.verb.capitalize()
    remedy = f" {verb}: {' '.join(finding.remedy.split())}" if finding.remedy else ""
    result: dict[str, Any] = {
        "ruleId": finding.id,
        "ruleIndex": rule,
        "level": _LEVELS[finding.level],
        "message": {"text": _shown(finding.message + remedy)},
        "locations": [_location(finding)],
        "partialFingerprints": {"nginxGrpc/v1": mark},
        "properties": {"outcome": finding.outcome, "remedy": finding.remedy},
    }
    if finding.replacements:
        result["fixes"] = [_fix(finding)]
    return result


def _location(finding: Finding) -> dict[str, Any]:
    location: dict[str, Any] = {
        "physicalLocation": {
            "artifactLocation": {"uri": _uri(finding.file)},
            "region": {"startLine": max(1, finding.line)},
        }
    }
    parts = {
        "server": finding.server,
        "location": finding.location,
        "upstream": finding.upstream,
        "key": finding.key,
    }
    named = [f"{kind} {name}" for kind, name in parts.items() if name]
    if named:
        location["logicalLocations"] = [{"fullyQualifiedName": printable.line(", ".join(named))}]
    return location


def _fix(finding: Finding) -> dict[str, Any]:
    files: dict[str, list[dict[str, Any]]] = {}
    for each in finding.replacements:
        files.setdefault(each.file, []).append(_replacement(each))
    unsafe = "Unsafe: " if finding.fix.get("applicability") == "unsafe" else ""
    return {
        "description": {"text": _shown(f"{unsafe}{finding.remedy.strip()}")},
        "artifactChanges": [
            {"artifactLocation": {"uri": _uri(file)}, "replacements": replacements}
            for file, replacements in files.items()
        ],
    }


def _replacement(replacement: Replacement) -> dict[str, Any]:
    return {
        "deletedRegion": {
            "startLine": replacement.line,
            "startColumn": replacement.column,
            "endLine": replacement.end_line,
            "endColumn": replacement.end_column,
        },
        "insertedContent": {"text": replacement.text},
    }


def _shown(text: str) -> str:
    """A message's text, in which `[text](url)` would be a link."""
    return printable.block(text).replace("](", "] (")


def _uri(file: str) -> str:
    """A path as a URI: relative ones stay so, for they are seen from the repository's top."""
    quoted = quote(file.encode("utf-8", "surrogatepass"), safe="/")
    return f"file://{quoted}" if file.startswith("/") else quoted.removeprefix("./")
