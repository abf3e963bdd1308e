"""Edits of Kubernetes' objects: an annotation or a key said, renamed or extended, in YAML as it is.

Comments, quotes and layout of everything else stay. What would touch an alias, or a scalar that no
byte for byte edit is known for, is not placed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping as Map

from nginx_grpc.errors import Refused
from nginx_grpc.expressions import expression
from nginx_grpc.fixing.edits import ObjectEdit
from nginx_grpc.fixing.homes import Change, UnplacedError
from nginx_grpc.sources.kubernetes.yaml_nodes import Mapping, Node, Scalar, Sequence, documents

__all__ = ["ObjectFile", "expected", "said_in"]

_PARTS = {"Ingress": ("metadata", "annotations"), "ConfigMap": ("data",)}
_PLAIN = expression(r"[A-Za-z_][A-Za-z0-9_./-]*\Z")
_UNIT = "  "


class ObjectFile:
    """A file of manifests as something to edit. Offsets are of its text, with LF alone.

    Args:
        file: its name.
        data: its bytes.

    Raises UnplacedError where it can't be read.
    """

    def __init__(self, file: str, data: bytes) -> None:
        raw = data.decode("utf-8-sig", "surrogateescape")
        self._mark = 3 if data.startswith(b"\xef\xbb\xbf") else 0
        self._raw = raw
        self._newline = "\r\n" if "\r\n" in raw else "\n"
        self.text = raw.replace("\r\n", "\n")
        try:
            self.nodes = documents(self.text, file)
        except Refused as refused:
            raise UnplacedError(refused.what) from None

    def changes(self, edit: ObjectEdit) -> list[Change]:
        """What an edit changes in the file's bytes. Raises UnplacedError."""
        node = self.object_of(edit)
        parts = _PARTS[edit.kind]
        around = node
        for part in parts:
            inner = around.items.get(part)
            if isinstance(inner, Mapping) and inner.items:
                around = inner
                continue
            if edit.op == "rename" or (part == "metadata"):
                raise UnplacedError(f"it says no {part}")
            return self._bytes([self._begun(around, part, inner, edit)])
        known = around.items.get(edit.key)
        if edit.op == "rename":
            return self._bytes([self._renamed(around, edit)])
        if known is None:
            return self._bytes([self._added(around, edit)])
        if not isinstance(known, Scalar) or known.start < around.keys[edit.key].end:
            raise UnplacedError("an alias stands there")
        if edit.op == "extend":
            return self._bytes([self._extended(known, edit)])
        if known.style in ("|", ">"):
            raise UnplacedError("a text of several lines stands there")
        new = _quoted(edit.value, known.style)
        return self._bytes([(known.start, known.end, new)])

    def has_part(self, edit: ObjectEdit) -> bool:
        """Whether the object has the part that an edit is about."""
        around: Node | None = self.object_of(edit)
        for part in _PARTS[edit.kind]:
            around = around.items.get(part) if isinstance(around, Mapping) else None
        return isinstance(around, Mapping) and bool(around.items)

    def object_of(self, edit: ObjectEdit) -> Mapping:
        """The object that an edit is about. Raises UnplacedError."""
        for node in _objects(self.nodes):
            if _is_named(node, edit.kind, edit.namespace, edit.name):
                return node
        raise UnplacedError(f"no {edit.kind} {edit.namespace}/{edit.name} stands there")

    def _renamed(self, around: Mapping, edit: ObjectEdit) -> tuple[int, int, str]:
        key = around.keys.get(edit.key)
        if key is None:
            raise UnplacedError(f"it says no {edit.key}")
        if edit.to in around.items:
            raise UnplacedError(f"it says {edit.to} as well")
        return key.start, key.end, _key(edit.to, key.style)

    def _added(self, around: Mapping, edit: ObjectEdit) -> tuple[int, int, str]:
        """One more entry behind the last one."""
        last = list(around.items)[-1]
        value, key = around.items[last], around.keys[last]
        style = key.style
        if around.flow:
            if value.start < key.end:
                raise UnplacedError("an alias stands there")
            indent = self._lead(key.start)
            gap = " " if indent is None else f"\n{indent}"
            entry = f"{_key(edit.key, style)}: {_quoted(edit.value, '')}"
            return value.end, value.end, f",{gap}{entry}"
        at, before = self._behind(value, key)
        indent = " " * (key.start - self._line_start(key.start))
        return at, at, before + _entry(indent, _key(edit.key, style), edit.value, edit.op)

    def _begun(
        self, around: Mapping, part: str, inner: Node | None, edit: ObjectEdit
    ) -> tuple[int, int, str]:
        """A part that the object lacks, with the entry in it."""
        if inner is not None and (not isinstance(inner, Scalar) or inner.start != inner.end):
            if isinstance(inner, Mapping) and inner.flow:
                entry = f"{_key(edit.key, '')}: {_quoted(edit.value, '')}"
                return inner.start, inner.end, "{" + entry + "}"
            raise UnplacedError(f"{part} is none to add to")
        if around.flow:
            last = list(around.items)[-1]
            entry = f"{_key(edit.key, '')}: {_quoted(edit.value, '')}"
            end = around.items[last].end
            return end, end, f", {_key(part, around.keys[last].style)}: {{{entry}}}"
        if inner is not None:
            key = around.keys[part]
            at, before, head = *self._next_line(key.end), ""
        else:
            named = next((k for k, v in around.items.items() if isinstance(v, Scalar)), "")
            if not named:
                raise UnplacedError(f"it says no {part}")
            key = around.keys[named]
            at, before = self._behind(around.items[named], key)
            head = " " * (key.start - self._line_start(key.start)) + f"{part}:\n"
        indent = " " * (key.start - self._line_start(key.start)) + _UNIT
        return at, at, before + head + _entry(indent, _key(edit.key, ""), edit.value, edit.op)

    def _extended(self, known: Scalar, edit: ObjectEdit) -> tuple[int, int, str]:
        """More lines at the end of a literal block."""
        if known.style != "|":
            raise UnplacedError("it stands in a YAML scalar of another kind than |")
        body = self.text.index("\n", known.start) + 1
        lines = self.text[body : known.end].split("\n")
        while lines and not lines[-1].strip():
            lines.pop()
        if not lines:
            raise UnplacedError("its text is empty")
        first = next(line for line in lines if line.strip())
        indent = first[: len(first) - len(first.lstrip(" "))]
        at = body + len("\n".join(lines))
        added = "".join(f"\n{indent}{line}" if line else "\n" for line in edit.value.split("\n"))
        return at, at, added

    def _behind(self, value: Node, key: Scalar) -> tuple[int, str]:
        """Where the line after an entry starts, and what is to stand before it."""
        if not isinstance(value, Scalar) or value.start < key.end:
            raise UnplacedError("what stands last is no text")
        if value.style in ("|", ">"):
            end = value.end
            return end, "" if self.text[:end].endswith("\n") else "\n"
        return self._next_line(value.end)

    def _next_line(self, at: int) -> tuple[int, str]:
        end = self.text.find("\n", at)
        return (len(self.text), "\n") if end < 0 else (end + 1, "")

    def _line_start(self, at: int) -> int:
        return self.text.rfind("\n", 0, at) + 1

    def _lead(self, at: int) -> str | None:
        """The blanks before what starts its line; None for what does not."""
        lead = self.text[self._line_start(at) : at]
        return lead if not lead.strip() else None

    def _bytes(self, changes: list[tuple[int, int, str]]) -> list[Change]:
        return [
            Change(
                self._offset(start),
                self._offset(end),
                text.replace("\n", self._newline)
                .encode("utf-8", "surrogateescape")
                .decode("latin-1"),
            )
            for start, end, text in changes
        ]

    def _offset(self, at: int) -> int:
        """Where a character of the text is in the file's bytes."""
        lines = self.text.count("\n", 0, at)
        if self._newline == "\n":
            return self._mark + len(self.text[:at].encode("utf-8", "surrogateescape"))
        found = 0
        for _ in range(lines):
            found = self._raw.index("\n", found) + 1
        column = at - self._line_start(at)
        head = self._raw[: found + column]
        return self._mark + len(head.encode("utf-8", "surrogateescape"))


def said_in(file: str, data: bytes, edit: ObjectEdit) -> tuple[dict[str, str], list[object]]:
    """What the object of an edit says in the part that it is about, and all else of the file."""
    opened = ObjectFile(file, data)
    node = opened.object_of(edit)
    parts = _PARTS[edit.kind]
    around: Node | None = node
    for part in parts:
        around = around.items.get(part) if isinstance(around, Mapping) else None
    said = {}
    if isinstance(around, Mapping):
        for key, value in around.items.items():
            said[key] = value.value if isinstance(value, Scalar) else ""
    return said, [_plain(each, around) for each in opened.nodes]


def expected(said: Map[str, str], edit: ObjectEdit) -> dict[str, str]:
    """What it is to say after an edit."""
    new = dict(said)
    if edit.op == "rename":
        new[edit.to] = new.pop(edit.key)
    elif edit.op == "extend" and edit.key in new:
        new[edit.key] = new[edit.key].rstrip("\n") + "\n" + edit.value
    else:
        new[edit.key] = edit.value
    return {key: value.rstrip("\n") for key, value in new.items()}


def _objects(nodes: list[Node]) -> list[Mapping]:
    found: list[Mapping] = []
    waiting = list(reversed(nodes))
    while waiting:
        node = waiting.pop()
        if not isinstance(node, Mapping):
            continue
        items = node.items.get("items")
        if isinstance(items, Sequence) and items.items:
            waiting.extend(reversed(items.items))
        else:
            found.append(node)
    return found


def _is_named(node: Mapping, kind: str, namespace: str, name: str) -> bool:
    metadata = node.items.get("metadata")
    said = metadata.items if isinstance(metadata, Mapping) else {}
    values = {
        key: value.value
        for key, value in {**node.items, **said}.items()
        if isinstance(value, Scalar)
    }
    return (
        values.get("kind", kind).casefold() == kind.casefold()
        and values.get("name") == name
        and (values.get("namespace") or "default") == namespace
        and (kind == "ConfigMap") == ("spec" not in node.items)
    )


def _plain(node: Node, without: Node | None) -> object:
    """A node as values; the part that is looked at apart, and what is empty, as nothing."""
    if node is without:
        return None
    if isinstance(node, Scalar):
        return node.tag, node.value
    if isinstance(node, Sequence):
        return [_plain(each, without) for each in node.items]
    plain = {key: _plain(value, without) for key, value in node.items.items()}
    empty: tuple[object, ...] = (None, {}, ("tag:yaml.org,2002:null", ""))
    return {key: value for key, value in plain.items() if value not in empty}


def _entry(indent: str, key: str, value: str, op: str) -> str:
    if op == "extend":
        lines = "".join(f"{indent}{_UNIT}{line}\n" if line else "\n" for line in value.split("\n"))
        return f"{indent}{key}: |\n{lines}"
    return f"{indent}{key}: {_quoted(value, '')}\n"


def _quoted(value: str, style: str) -> str:
    if style == "'" and "\n" not in value:
        return "'" + value.replace("'", "''") + "'"
    return json.dumps(value, ensure_ascii=False)


def _key(name: str, style: str) -> str:
    if style == "" and _PLAIN.match(name):
        return name
    return _quoted(name, style)
