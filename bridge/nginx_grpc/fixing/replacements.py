"""The edits of a finding as replacements of text, for editors and code scanning."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

from nginx_grpc.findings import CheckResult, Finding, Replacement
from nginx_grpc.fixing.edits import edits_of
from nginx_grpc.fixing.homes import UnplacedError
from nginx_grpc.fixing.targets import Targets
from nginx_grpc.lines import Lines
from nginx_grpc.records import replace
from nginx_grpc.tree import Configuration

__all__ = ["placed"]


def placed(
    result: CheckResult, configurations: Sequence[Configuration], values: Mapping[str, bytes]
) -> CheckResult:
    """The same result, with what each finding's edits replace.

    Args:
        result: what was found.
        configurations: what it was found in.
        values: what was put in for names, see ReadOptions.
    """
    contents = {
        file if file == "-" else os.path.realpath(file): data
        for configuration in configurations
        for file, data in configuration.texts.items()
        if not configuration.container
    }
    targets = Targets(configurations, contents, values)
    lines: dict[bytes, Lines] = {}
    findings = [
        replace(finding, replacements=_of(finding, targets, lines)) if finding.counts else finding
        for finding in result.findings
    ]
    return replace(result, findings=findings)


def _of(finding: Finding, targets: Targets, known: dict[bytes, Lines]) -> tuple[Replacement, ...]:
    """Every replacement of every edit, or none."""
    found: list[Replacement] = []
    try:
        for edit in edits_of(finding.fix):
            name, data, changes = targets.shown(targets.placed(edit))
            lines = known.get(data)
            if lines is None:
                lines = known[data] = Lines(data)
            for change in changes:
                line, column = lines.position(change.start)
                end_line, end_column = lines.position(change.end)
                text = change.text.encode("latin-1").decode("utf-8", "replace")
                found.append(Replacement(name, line, column, end_line, end_column, text))
    except UnplacedError:
        return ()
    return tuple(dict.fromkeys(found))
