"""The fix of a finding, as an engine answers it."""

from __future__ import annotations

from typing import Any

__all__ = ["MalformedError", "checked"]

_APPLICABILITY = ("safe", "unsafe", "manual")
# What an operation has besides its name: how each of them is checked.
_FIELDS = {
    "set": ("in", "name", "args"),
    "replace": ("at", "was", "name", "args"),
    "remove": ("at", "was"),
    "add": ("in", "name", "args"),
    "move": ("at", "was", "after", "after_was"),
}
# The same for what an object of Kubernetes says.
_OBJECT_FIELDS = {"set": ("key", "value"), "extend": ("key", "value"), "rename": ("key", "to")}
_PLACES = ("at", "in", "after")
_PLACE = {"file": str, "line": int, "column": int, "key": str}


class MalformedError(Exception):
    """An answer is no decision."""


def checked(value: Any) -> dict[str, Any]:
    """The fix, if it is one. Raises MalformedError."""
    if not isinstance(value, dict) or set(value) != {"applicability", "why", "edits"}:
        raise MalformedError("a finding without a fix")
    word, why, edits = value["applicability"], value["why"], value["edits"]
    if word not in _APPLICABILITY or not isinstance(why, str) or not isinstance(edits, list):
        raise MalformedError("a fix of no kind")
    if (word == "safe") == bool(why) or (word == "manual") == bool(edits):
        raise MalformedError(f"a {word} fix that contradicts itself")
    for edit in edits:
        _check(edit)
    return value


def _check(edit: Any) -> None:
    if isinstance(edit, dict) and "owner" in edit:
        _check_object(edit)
        return
    fields = _FIELDS.get(str(edit.get("op"))) if isinstance(edit, dict) else None
    if fields is None or not {"op", *fields} <= set(edit) <= {"op", "block", *fields}:
        raise MalformedError("an edit of no operation")
    for field in fields:
        value = edit[field]
        if field in _PLACES:
            fits = _is_place(value)
        elif field == "args":
            fits = _is_texts(value)
        else:
            fits = isinstance(value, str) and value != ""
        if not fits:
            raise MalformedError(f"an edit whose {field} is none")
    block = edit.get("block", [])
    if not isinstance(block, list) or not all(map(_is_directive, block)):
        raise MalformedError("an edit whose block is none")


def _check_object(edit: dict[str, Any]) -> None:
    fields = _OBJECT_FIELDS.get(str(edit.get("op")))
    owner = edit["owner"]
    if fields is None or set(edit) != {"op", "owner", *fields}:
        raise MalformedError("an edit of no operation")
    if not isinstance(owner, dict) or set(owner) != {"kind", "namespace", "name"}:
        raise MalformedError("an edit whose owner is none")
    if owner["kind"] not in ("Ingress", "ConfigMap"):
        raise MalformedError("an edit whose owner is none")
    if not all(isinstance(value, str) for value in (*owner.values(), *map(edit.get, fields))):
        raise MalformedError("an edit of an object that says no text")


def _is_place(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and set(value) == set(_PLACE)
        and all(type(value[name]) is kind for name, kind in _PLACE.items())
    )


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(text, str) for text in value)


def _is_directive(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and set(value) in ({"name", "args"}, {"name", "args", "block"})
        and isinstance(value["name"], str)
        and _is_texts(value["args"])
        and isinstance(value.get("block", []), list)
        and all(map(_is_directive, value.get("block", [])))
    )
