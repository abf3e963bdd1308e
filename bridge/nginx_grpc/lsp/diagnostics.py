"""What was found, and what could not be read, as diagnostics."""

from __future__ import annotations

import os

from lsprotocol import types

from nginx_grpc import catalogue, printable
from nginx_grpc.errors import Refused
from nginx_grpc.findings import Finding
from nginx_grpc.lsp.judging import State
from nginx_grpc.lsp.layout import Layout, uri_of
from nginx_grpc.settings import FILE_NAME
from nginx_grpc.sources.kubernetes.manifest import RenderedError

__all__ = ["SOURCE", "diagnostic", "of"]

SOURCE = "nginx-grpc"
_SEVERITIES = {
    "deny": types.DiagnosticSeverity.Error,
    "warn": types.DiagnosticSeverity.Warning,
}


def of(state: State, layout: Layout) -> dict[str, list[types.Diagnostic]]:
    """The diagnostics of a state by the file's URI; none for a file that is in order."""
    found: dict[str, list[types.Diagnostic]] = {}
    if state.refused is not None:
        _tell_refused(state, state.refused, layout, found)
    if state.judged is not None:
        for file in state.judged.contents:
            found.setdefault(uri_of(file, state.buffers), [])
    if os.path.basename(state.entry) == FILE_NAME and state.refused is None:
        found[uri_of(state.entry, state.buffers)] = []
    findings = state.settings if state.judged is None else state.judged.result.findings
    for finding in findings:
        if finding.counts:
            found.setdefault(layout.uri(finding.file), []).append(diagnostic(finding, layout))
    return found


def diagnostic(finding: Finding, layout: Layout) -> types.Diagnostic:
    """A finding where it stands."""
    unknown = finding.outcome == "unknown"
    rule = catalogue.by_id(finding.id)
    page = types.CodeDescription(catalogue.page(rule.evidence)) if rule is not None else None
    return types.Diagnostic(
        range=layout.range(finding.file, finding.line, finding.key, finding.directive),
        severity=types.DiagnosticSeverity.Information if unknown else _SEVERITIES[finding.level],
        code=finding.id,
        code_description=page,
        source=SOURCE,
        message=printable.block(f"{finding.title}: {finding.message}"),
    )


def _tell_refused(
    state: State, refused: Refused, layout: Layout, found: dict[str, list[types.Diagnostic]]
) -> None:
    """Where reading ended, and in each open file of the same entry that it is not judged."""
    file = refused.file or state.entry
    if os.path.isdir(file):
        file = next(iter(state.buffers), file)
    path = os.path.realpath(file)
    found[uri_of(path, state.buffers)] = [
        _not_read(layout.range(file, refused.line), _words(refused), _severity(refused))
    ]
    for other, buffer in state.buffers.items():
        if other != path and _may_be_of(other, state.entry):
            found[buffer.uri] = [_not_read(types.Range(*_START), f"not judged: {refused}")]


_START = (types.Position(0, 0), types.Position(0, 0))


def _may_be_of(path: str, entry: str) -> bool:
    """Whether a file may be of an entry that could not be read."""
    folder = entry if os.path.isdir(entry) else os.path.dirname(entry)
    return (path + os.sep).startswith(os.path.realpath(folder).rstrip(os.sep) + os.sep)


def _severity(refused: Refused) -> types.DiagnosticSeverity:
    # A chart's template, an object of a controller that we do not read: nobody's fault.
    if isinstance(refused, RenderedError):
        return types.DiagnosticSeverity.Information
    return types.DiagnosticSeverity.Error


def _not_read(
    where: types.Range,
    words: str,
    severity: types.DiagnosticSeverity = types.DiagnosticSeverity.Error,
) -> types.Diagnostic:
    return types.Diagnostic(
        range=where,
        severity=severity,
        source=SOURCE,
        message=printable.line(words),
    )


def _words(refused: Refused) -> str:
    return f"{refused.what}; {refused.hint}" if refused.hint else refused.what
