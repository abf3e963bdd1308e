"""Edits put into texts, without a policy: what a test says is what is made."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

from nginx_grpc import sources
from nginx_grpc.fixing.applying import Unit, apply, compatible
from nginx_grpc.fixing.edits import Edit
from nginx_grpc.fixing.targets import Targets

STDIN = "-"


def edited(
    text: str | bytes, *edits: Mapping[str, Any], definitions: Mapping[str, bytes] | None = None
) -> str:
    """A text on standard input with edits made. A place is a line, or (line, column)."""
    data = text.encode() if isinstance(text, str) else text
    return edited_bytes(data, edits, definitions or {}).decode()


def edited_bytes(
    data: bytes,
    edits: Sequence[Mapping[str, Any]],
    definitions: Mapping[str, bytes] | None = None,
    key: str = "",
) -> bytes:
    options = sources.ReadOptions(definitions=definitions or {})
    configurations = sources.read([STDIN], options=options, stdin=io.BytesIO(data))
    targets = Targets(configurations, {STDIN: data}, options.definitions)
    file = configurations[0].parts[0].file
    units = [Unit([], [targets.placed(edit_of(each, file, key))]) for each in edits]
    return apply({STDIN: data}, compatible(units))[STDIN]


def edit_of(said: Mapping[str, Any], file: str, key: str = "") -> Edit:
    filled = dict(said)
    for name in ("in", "at", "after"):
        if name in filled:
            filled[name] = place(filled[name], file, key)
    return Edit.of(filled)


def place(where: Any, file: str, key: str) -> dict[str, Any]:
    if isinstance(where, Mapping):
        return dict(where)
    line, column = where if isinstance(where, tuple) else (where, 0)
    return {"file": file, "line": line, "column": column, "key": key}


def put(line: int | tuple[int, int], name: str, *args: str) -> dict[str, Any]:
    return {"op": "set", "in": line, "name": name, "args": list(args)}


def add(line: Any, name: str, *args: str, block: Sequence[Any] = ()) -> dict[str, Any]:
    inner = [{"name": each[0], "args": list(each[1:])} for each in block]
    return {"op": "add", "in": line, "name": name, "args": list(args), "block": inner}


def change(line: Any, was: str, name: str, *args: str) -> dict[str, Any]:
    return {"op": "replace", "at": line, "was": was, "name": name, "args": list(args)}


def remove(line: Any, was: str) -> dict[str, Any]:
    return {"op": "remove", "at": line, "was": was}


def move(line: Any, was: str, after: Any, after_was: str) -> dict[str, Any]:
    return {"op": "move", "at": line, "was": was, "after": after, "after_was": after_was}
