"""GitLab's code quality report."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from nginx_grpc import printable, summary
from nginx_grpc.findings import CheckResult
from nginx_grpc.fingerprints import fingerprint
from nginx_grpc.reports.interface import Report

__all__ = ["GitlabReport"]

_SEVERITIES = {"deny": "major", "warn": "minor"}


class GitlabReport(Report):
    """`nginx-grpc check --format gitlab`, for `artifacts:reports:codequality`."""

    name = "gitlab"

    def render(self, result: CheckResult) -> str:
        """See Report."""
        marks = fingerprint(result.findings)
        issues = [
            {
                "type": "issue",
                "description": printable.line(f"{finding.id}: {finding.message}"),
                "check_name": f"{finding.id} {finding.slug}",
                "content": {"body": printable.block(finding.remedy)},
                "categories": ["Bug Risk"],
                "severity": _SEVERITIES[finding.level],
                "fingerprint": mark,
                "location": {
                    "path": finding.file.removeprefix("./"),
                    "lines": {"begin": max(1, finding.line)},
                },
            }
            for finding, mark in zip(result.findings, marks, strict=True)
            if finding.counts
        ]
        issues += _verdict(result)
        # A line each: Python indents ten times slower than it writes.
        return printable.json_text("[" + ",\n".join(map(json.dumps, issues)) + "]\n")


def _verdict(result: CheckResult) -> list[dict[str, Any]]:
    """An issue on the first file where no gRPC was found, or what was is not judged in full: it has
    no other place for that."""
    word = summary.verdict(result)
    files = [file for given in result.inputs for file in given.files]
    if not files or word in (summary.CLEAN, summary.PASSED):
        return []
    if word == summary.FAILED and not result.fails_apart:
        return []
    told = [summary.headline(result), *summary.reasons(result), *summary.remarks(result)]
    return [
        {
            "type": "issue",
            "description": printable.line("; ".join(told)),
            "check_name": "gRPC behind nginx",
            "categories": ["Bug Risk"],
            "severity": "major" if result.failed else "info",
            "fingerprint": hashlib.sha256(
                f"verdict {files[0]}".encode("utf-8", "surrogatepass")
            ).hexdigest(),
            "location": {"path": files[0].removeprefix("./"), "lines": {"begin": 1}},
        }
    ]
