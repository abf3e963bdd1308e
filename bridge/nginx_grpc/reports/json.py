"""JSON for programs: one object, every finding, the waived ones among them."""

from __future__ import annotations

from typing import Any

from nginx_grpc import indented, summary
from nginx_grpc.findings import CheckResult, Finding
from nginx_grpc.reports.interface import Report

__all__ = ["JsonReport", "finding_json"]

SCHEMA_VERSION = 1


class JsonReport(Report):
    """`nginx-grpc check --format json`."""

    name = "json"

    def render(self, result: CheckResult) -> str:
        """See Report."""
        value: dict[str, Any] = {
            "schema_version": SCHEMA_VERSION,
            "inputs": [
                {
                    "entry": given.entry,
                    "kind": given.kind,
                    "files": given.files,
                    "servers": given.servers,
                    "locations": given.locations,
                    "grpc_locations": given.grpc_locations,
                    "complete": given.complete,
                    "gaps": [
                        {
                            "kind": gap.kind,
                            "what": gap.what,
                            "reason": gap.reason,
                            "file": gap.file,
                            "line": gap.line,
                        }
                        for gap in given.gaps
                    ],
                    "unjudged": given.unjudged,
                    "not_judged": [
                        {
                            "rule": each.rule,
                            "reason": each.reason,
                            "at": {"file": each.file, "line": each.line, "key": each.key},
                        }
                        for each in given.not_judged
                    ],
                    "settings": given.settings,
                }
                for given in result.inputs
            ],
            "findings": [finding_json(finding) for finding in result.findings],
            "summary": {
                "verdict": summary.verdict(result),
                "deny": result.count("deny"),
                "warn": result.count("warn"),
                "waived": result.waived,
                "baselined": result.baselined,
                "gone": [
                    {
                        "id": gone.id,
                        "server": gone.server,
                        "location": gone.location,
                        "upstream": gone.upstream,
                        "count": gone.count,
                    }
                    for gone in result.gone
                ],
                "rules": len(result.rules),
                "grpc_locations": result.grpc_locations,
                "engine": result.engine,
                "settings": ", ".join(result.settings),
                "not_seen": summary.reasons(result),
                "left_out": result.left_out,
                "notes": summary.remarks(result),
            },
        }
        return indented.dumps(value)


def finding_json(finding: Finding) -> dict[str, Any]:
    """A finding as every JSON of this tool has it."""
    names = (
        "id",
        "slug",
        "title",
        "level",
        "outcome",
        "msg",
        "message",
        "file",
        "line",
        "key",
        "server",
        "location",
        "upstream",
        "cause",
        "variant",
        "directive",
        "setting",
        "owner",
        "fix",
        "remedy",
        "evidence",
        "waived",
        "baselined",
    )
    return {name: getattr(finding, name) for name in names}
