"""The fixes of findings as code actions. What an action would change is worked out, and proven as
`nginx-grpc fix` does, when somebody takes it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

from lsprotocol import types

from nginx_grpc import printable
from nginx_grpc.findings import Finding
from nginx_grpc.fixing import rounds
from nginx_grpc.fixing.diff import changes
from nginx_grpc.fixing.edits import Edit, ObjectEdit, edits_of
from nginx_grpc.fixing.rounds import Fixed, Outcome
from nginx_grpc.lsp.diagnostics import diagnostic
from nginx_grpc.lsp.judging import State
from nginx_grpc.lsp.layout import Layout, uri_of

__all__ = ["FIX_ALL", "NotProven", "offered", "proven"]

FIX_ALL = f"{types.CodeActionKind.SourceFixAll.value}.nginx-grpc"
_MOST_NAMED = 3
_LONGEST = 60


class NotProven(Exception):
    """A fix that is not made; the message says why."""


def offered(
    state: State, layout: Layout, path: str, params: types.CodeActionParams
) -> Iterator[types.CodeAction]:
    """The actions for a part of a file, whose edits are still to be proven.

    Args:
        state: what was judged.
        layout: its files.
        path: the file's real path.
        params: which part, and what kinds of actions.
    """
    if state.judged is None or any(each.container for each in state.judged.configurations):
        return
    here = [each for each in state.judged.result.findings if layout.path(each.file)[0] == path]
    if _wants(params, types.CodeActionKind.QuickFix.value):
        for finding in here:
            where = layout.range(finding.file, finding.line, finding.key, finding.directive)
            first, last = where.start.line, where.end.line
            asked = params.range
            if _is_offered(finding) and first <= asked.end.line and asked.start.line <= last:
                yield _one(finding, state, layout, params.text_document.uri)
    if _wants(params, FIX_ALL) and any(_is_safe(each) for each in here):
        yield types.CodeAction(
            title="nginx-grpc: fix all that is safe in this file",
            kind=FIX_ALL,
            data={"entry": state.entry, "uri": params.text_document.uri, "all": True},
        )


def proven(state: State, path: str, data: dict[str, Any], versioned: bool) -> types.WorkspaceEdit:
    """The edit of an action. Raises NotProven where it would break something.

    Args:
        state: what is judged now.
        path: the real path of the file that the action is of.
        data: the action's.
        versioned: whether the editor takes edits of a certain version of a file.
    """
    if state.judge is None:
        raise NotProven("the configuration can't be read as it is now")
    if data.get("all"):
        fixed = rounds.fix(state.judge, _of_file(path), unsafe=False)
    else:
        fixed = rounds.fix(state.judge, _alike(data["finding"]), unsafe=data["unsafe"])
    if not any(each.state == "fixed" for each in fixed.outcomes):
        told = next((each for each in fixed.outcomes if each.why), None)
        raise NotProven(_why(told) if told is not None else "it is found no more")
    return _edit(fixed, state, versioned)


def _why(outcome: Outcome) -> str:
    if outcome.state != "unsafe":
        return outcome.why
    found = outcome.finding
    only = f"{found.id}@{os.path.basename(found.file)}:{found.line}"
    return f"{outcome.why}; nginx-grpc fix --unsafe --only {only} makes it all the same"


def _one(finding: Finding, state: State, layout: Layout, uri: str) -> types.CodeAction:
    safe = _is_safe(finding)
    why = "" if safe else f" (unsafe: {finding.fix.get('why') or 'it changes more'})"
    return types.CodeAction(
        title=printable.line(f"{finding.id}: {_said(edits_of(finding.fix))}{why}"),
        kind=types.CodeActionKind.QuickFix,
        diagnostics=[diagnostic(finding, layout)],
        is_preferred=safe,
        data={
            "entry": state.entry,
            "uri": uri,
            "finding": _identity(finding),
            "unsafe": not safe,
        },
    )


def _said(edits: tuple[Edit | ObjectEdit, ...]) -> str:
    told = list(dict.fromkeys(map(_words, edits)))
    more = f" and {len(told) - _MOST_NAMED} more" if len(told) > _MOST_NAMED else ""
    return ", ".join(told[:_MOST_NAMED]) + more


def _words(edit: Edit | ObjectEdit) -> str:
    if isinstance(edit, ObjectEdit):
        said = edit.to if edit.op == "rename" else edit.value.partition("\n")[0]
        return f"{edit.key}: {said}"
    if edit.op in ("remove", "move"):
        return f"{edit.op} {edit.name}"
    assert edit.new is not None
    text = " ".join((edit.new.name, *edit.new.args))
    return f"{edit.op} {text[:_LONGEST]}..." if len(text) > _LONGEST else f"{edit.op} {text}"


def _is_offered(finding: Finding) -> bool:
    applicability = finding.fix.get("applicability")
    return finding.counts and applicability in ("safe", "unsafe") and bool(finding.fix.get("edits"))


def _is_safe(finding: Finding) -> bool:
    return _is_offered(finding) and finding.fix.get("applicability") == "safe"


def _identity(finding: Finding) -> list[str]:
    """Which finding it is, wherever its line stands by then."""
    return [
        finding.id,
        finding.variant,
        finding.entry,
        finding.key,
        finding.server,
        finding.location,
        "" if finding.location else finding.upstream,
    ]


def _alike(identity: list[str]) -> Callable[[Finding], bool]:
    return lambda finding: finding.counts and _identity(finding) == identity


def _of_file(path: str) -> Callable[[Finding], bool]:
    return lambda finding: _is_safe(finding) and os.path.realpath(finding.file) == path


def _wants(params: types.CodeActionParams, kind: str) -> bool:
    only = params.context.only
    return only is None or any(
        kind == each or kind.startswith(f"{each}.") for each in map(_name, only)
    )


def _name(kind: types.CodeActionKind | str) -> str:
    return kind.value if isinstance(kind, types.CodeActionKind) else kind


def _edit(fixed: Fixed, state: State, versioned: bool) -> types.WorkspaceEdit:
    edits: dict[str, list[types.TextEdit]] = {}
    for path, before in fixed.before.contents.items():
        after = fixed.after.contents[path]
        if after != before:
            edits[path] = [_text_edit(*each) for each in changes(before, after)]
    if not versioned:
        by_uri = {uri_of(path, state.buffers): each for path, each in edits.items()}
        return types.WorkspaceEdit(changes=by_uri)
    return types.WorkspaceEdit(
        document_changes=[
            types.TextDocumentEdit(
                types.OptionalVersionedTextDocumentIdentifier(
                    uri=uri_of(path, state.buffers),
                    version=state.buffers[path].version if path in state.buffers else None,
                ),
                list(each),
            )
            for path, each in edits.items()
        ]
    )


def _text_edit(first: int, last: int, data: bytes) -> types.TextEdit:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise NotProven(
            "the line holds bytes that no editor could be told: use nginx-grpc fix"
        ) from None
    return types.TextEdit(types.Range(types.Position(first, 0), types.Position(last, 0)), text)
