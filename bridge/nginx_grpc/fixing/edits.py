"""A finding's edits, as the policy says them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nginx_grpc.records import dataclass

__all__ = ["Edit", "ObjectEdit", "Statement", "Where", "edits_of"]


@dataclass(frozen=True, slots=True)
class Where:
    """Where a directive starts.

    Args:
        file, key, line, column: as in a document; line 0 is the text's top level, column 0 is not
            known.
    """

    file: str
    line: int
    column: int = 0
    key: str = ""

    @classmethod
    def of(cls, place: Mapping[str, Any]) -> Where:
        """From a PLACE of the decision."""
        return cls(place["file"], place["line"], place.get("column", 0), place.get("key", "") or "")


@dataclass(frozen=True, slots=True)
class Statement:
    """A directive to write. `block`: its directives, None for a `;`."""

    name: str
    args: tuple[str, ...]
    block: tuple[Statement, ...] | None = None

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> Statement:
        """From an edit, or from an entry of an edit's block."""
        inner = said.get("block")
        block = tuple(map(cls.of, inner)) if inner else None
        return cls(said["name"], tuple(said["args"]), block)


@dataclass(frozen=True, slots=True)
class Edit:
    """One edit.

    Args:
        op: set (in a block, whether it stands there or not), replace, remove, add (in a block, one
            more) or move.
        place: the block for set and add, else the directive itself.
        was: what the directive at `place` is called; empty for set and add.
        new: what to write; None for remove and move.
        after: where move puts it: behind this directive, called `after_was`.
    """

    op: str
    place: Where
    was: str = ""
    new: Statement | None = None
    after: Where | None = None
    after_was: str = ""

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> Edit:
        """From an edit of the decision."""
        op = said["op"]
        if op in ("set", "add"):
            return cls(op, Where.of(said["in"]), new=Statement.of(said))
        at = Where.of(said["at"])
        if op == "replace":
            return cls(op, at, said["was"], Statement.of(said))
        if op == "remove":
            return cls(op, at, said["was"])
        return cls(op, at, said["was"], after=Where.of(said["after"]), after_was=said["after_was"])

    @property
    def name(self) -> str:
        """The directive that it is about."""
        return self.new.name if self.new is not None else self.was


@dataclass(frozen=True, slots=True)
class ObjectEdit:
    """One edit of an object of Kubernetes.

    Args:
        op: set (a key becomes this value, whether it stands there or not), extend (nginx's lines
            are added to its text) or rename.
        kind, namespace, name: the object, an Ingress or a ConfigMap.
        key: the annotation, or the key of the ConfigMap's data.
        value: the value or the lines; empty for rename.
        to: the new key of a rename.
    """

    op: str
    kind: str
    namespace: str
    name: str
    key: str
    value: str = ""
    to: str = ""

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> ObjectEdit:
        """From an edit of the decision."""
        owner = said["owner"]
        return cls(
            said["op"],
            owner["kind"],
            owner["namespace"],
            owner["name"],
            said["key"],
            said.get("value", ""),
            said.get("to", ""),
        )

    @property
    def object(self) -> tuple[str, str, str]:
        """The object that it is about."""
        return self.kind, self.namespace, self.name


def edits_of(fix: Mapping[str, Any]) -> tuple[Edit | ObjectEdit, ...]:
    """The edits of a finding's fix; none where somebody has to decide."""
    return tuple(
        ObjectEdit.of(each) if "owner" in each else Edit.of(each) for each in fix.get("edits") or ()
    )
