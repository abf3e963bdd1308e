"""GitLab's code quality report."""

from __future__ import annotations

import json

from nginx_grpc.findings import CheckResult
from nginx_grpc.fingerprints import Lines, fingerprint
from nginx_grpc.reports.interface import Report

__all__ = ["GitlabReport"]

_SEVERITIES = {"deny": "major", "warn": "minor"}


class GitlabReport(Report):
    """`nginx-grpc check --format gitlab`, for `artifacts:reports:codequality`."""

    name = "gitlab"

    def render(self, result: CheckResult) -> str:
        """See Report."""
        marks = fingerprint(result.findings, Lines(result.texts))
        issues = (
            {
                "type": "issue",
                "description": f"{finding.id}: {finding.message}",
                "check_name": f"{finding.id} {finding.slug}",
                "content": {"body": finding.remedy},
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
        )
        # A line each: Python indents ten times slower than it writes.
        return "[" + ",\n".join(map(json.dumps, issues)) + "]\n"
