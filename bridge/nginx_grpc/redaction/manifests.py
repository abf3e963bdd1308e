"""Kubernetes manifests: the nginx texts in them as such, all other text by what it is."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from nginx_grpc.errors import Refused
from nginx_grpc.expressions import expression
from nginx_grpc.parsers import parse
from nginx_grpc.redaction.columns import Columns
from nginx_grpc.redaction.grammar import Owner
from nginx_grpc.redaction.object_vocabulary import (
    API_VERSION,
    FIELDS,
    KINDS,
    NAMING_HEADERS,
    PATH_TYPES,
    ROLES,
    SNIPPETS,
)
from nginx_grpc.redaction.objects import ObjectWords, is_plain
from nginx_grpc.redaction.texts import edits_of
from nginx_grpc.redaction.words import Edit, apply
from nginx_grpc.redaction.yaml_marks import outside
from nginx_grpc.redaction.yaml_texts import Mapping, Node, Scalar, Sequence, YamlText
from nginx_grpc.sources.kubernetes.ingress_nginx.annotations import PREFIX
from nginx_grpc.sources.kubernetes.ingress_nginx.settings import KEYS

if TYPE_CHECKING:
    from nginx_grpc.redaction.redactor import Redactor

__all__ = ["named_headers", "redacted_manifest", "redacted_setting"]

_LINE = expression(r"[^\s][^\n]*(?<=[^\s])")
_LETTERS = expression(r"[A-Za-z0-9\x80-\xff]")
_KINDS = frozenset(kind.casefold() for kind in KINDS)
_TEXTS = ("data", "binaryData", "stringData")
_NAMING = ("labels", "annotations", "matchLabels", "selector", "nodeSelector")


class Places(NamedTuple):
    """What is known of the keys, by file and key: the owners, and the columns as they are found."""

    owners: dict[tuple[str, str], Owner]
    columns: dict[tuple[str, str], Columns]


class _At(NamedTuple):
    """What a node is: its role, the kind of its object, and whether that is a ConfigMap of headers.

    The role of a scalar is one of ROLES, `annotation NAME` or empty; of a mapping one of _NAMING
    or _TEXTS, or empty.
    """

    role: str = ""
    kind: str = ""
    headers: bool = False


def redacted_manifest(
    text: YamlText,
    file: str,
    redactor: Redactor,
    owners: dict[tuple[str, str], Owner],
    columns: dict[tuple[str, str], Columns],
    headers: set[str],
) -> bytes:
    """A file of manifests with pseudonyms.

    Args:
        text: its text.
        file: its name, as the owners have it.
        redactor: the run.
        owners: for each key that is nginx text, the block that includes it.
        columns: takes those of each key.
        headers: the ConfigMaps of headers, NAMESPACE/NAME; see `named_headers`.
    """
    walk = _Walk(file, redactor, Places(owners, columns), headers)
    for node in text.documents:
        walk.document(node)
    edits = [edit for each in walk.found.values() for edit in each]
    if redactor.names.settled:
        for scalar in text.scalars:
            redactor.wholes.update(_whole(scalar, walk.found.get(id(scalar), [])))
    edits.extend(outside(text, redactor))
    return apply(text.text, edits).encode("latin-1")


def redacted_setting(key: str, data: bytes, redactor: Redactor) -> bytes:
    """A key of the controller's ConfigMap, in a file of its own."""
    text = data.decode("latin-1")
    return apply(text, _setting(key, text, redactor)).encode("latin-1")


def _whole(scalar: Scalar, edits: list[Edit]) -> Iterator[tuple[str, str]]:
    """A scalar as it is written now and as it was, where its words alone do not say that."""
    end = scalar.start + len(scalar.raw)
    at_once = any(start == scalar.start and stop == end for start, stop, _ in edits)
    if edits and (at_once or (scalar.style == '"' and "\\" in scalar.raw)):
        moved = [Edit(start - scalar.start, stop - scalar.start, new) for start, stop, new in edits]
        yield apply(scalar.raw, moved), scalar.raw


def _phrase(text: str, start: int, end: int, redactor: Redactor) -> Iterator[Edit]:
    written = text[start:end]
    if _LETTERS.search(written):
        done = redactor.names.phrase(written, "comment")
        if done != written:
            yield Edit(start, end, done)


def named_headers(text: YamlText) -> set[str]:
    """The ConfigMaps of headers that settings and annotations name."""
    found: set[str] = set()
    for key, value in text.pairs:
        if key.value.removeprefix(PREFIX) in NAMING_HEADERS and isinstance(value, Scalar):
            found.add(value.value)
    return found


class _Walk:
    """Goes through the nodes of a file; what stands in several places counts where most is known.

    Attributes:
        found: what is replaced in each scalar, by its id.
    """

    def __init__(self, file: str, redactor: Redactor, places: Places, headers: set[str]) -> None:
        self._file = file
        self._redactor = redactor
        self._places = places
        self._headers = headers
        self._words = ObjectWords(redactor)
        self._weights: dict[int, int] = {}
        self._seen: set[tuple[int, _At]] = set()
        self.found: dict[int, list[Edit]] = {}

    def document(self, top: Node) -> None:
        """One document."""
        waiting: list[tuple[Node, _At]] = [(top, _At())]
        while waiting:
            node, at = waiting.pop()
            if isinstance(node, Scalar):
                self._put(node, self._scalar(node, at.role), 1 + bool(at.role))
                continue
            if at.role.startswith("annotation "):
                at = at._replace(role="")
            if (id(node), at) in self._seen:
                continue
            self._seen.add((id(node), at))
            if isinstance(node, Sequence):
                waiting.extend((item, at) for item in reversed(node.items))
            else:
                waiting.extend(self._mapping(node, at))

    def _put(self, scalar: Scalar, edits: list[Edit], weight: int) -> None:
        if weight > self._weights.get(id(scalar), 0):
            self._weights[id(scalar)] = weight
            self.found[id(scalar)] = list(scalar.edits(edits))

    def _mapping(self, node: Mapping, at: _At) -> Iterator[tuple[Node, _At]]:
        kind = node.get("kind")
        if not at.role and isinstance(kind, Scalar) and kind.value:
            at = _At(kind=kind.value.removesuffix("List"), headers=self._is_headers(node))
        if at.role in _NAMING:
            for key, value in node.items:
                self._put(key, self._words.key(key.value), 2)
                role = f"annotation {key.value}" if at.role == "annotations" else ""
                yield value, at._replace(role=role)
        elif at.role in _TEXTS:
            for key, value in node.items:
                if isinstance(value, Scalar):
                    self._text(key, value, at)
                else:
                    self._put(key, self._words.scalar("", key.value), 1)
                    yield value, at._replace(role="")
        else:
            for key, value in node.items:
                if key.value not in FIELDS and key.value != "<<":
                    self._put(key, self._words.scalar("", key.value), 1)
                else:
                    self._put(key, [], 1)
                yield value, at._replace(role=self._role(key.value, value, at.kind))

    @staticmethod
    def _role(key: str, value: Node, kind: str) -> str:
        if isinstance(value, Mapping):
            return key if key in (*_NAMING, *_TEXTS) else ""
        if kind == "IngressClass" and key == "controller":
            return key
        return ROLES.get(key, "")

    def _is_headers(self, node: Mapping) -> bool:
        metadata = node.get("metadata")
        if not self._headers or not isinstance(metadata, Mapping):
            return False
        parts = [metadata.get("namespace"), metadata.get("name")]
        space, name = (part.value if isinstance(part, Scalar) else "" for part in parts)
        return f"{space or 'default'}/{name}" in self._headers

    def _scalar(self, node: Scalar, role: str) -> list[Edit]:
        value = node.value
        if role.startswith("annotation "):
            name = role.removeprefix("annotation ")
            owner = SNIPPETS.get(name.removeprefix(PREFIX)) if name.startswith(PREFIX) else None
            if owner is not None:
                return _nginx(value, owner, self._redactor)
            if "\n" in value.strip():
                return _lines(value, self._redactor)
            return self._words.annotation(name, value)
        kept = {
            "apiVersion": API_VERSION.match(value) is not None,
            # The case of a kind's letters is another matter.
            "kind": value.casefold() in _KINDS,
            "pathType": value in PATH_TYPES,
        }
        return [] if kept.get(role) else self._words.scalar(role, value)

    def _text(self, key: Scalar, value: Scalar, at: _At) -> None:
        """A key of a ConfigMap, or of what has texts as that does."""
        name = key.value.encode("latin-1").decode("utf-8")
        owner = self._places.owners.get((self._file, name))
        edits: list[Edit] = []
        if at.role == "binaryData":
            self._redactor.words.file(key.value, 0, len(key.value), edits)
            self._put(key, edits, 2)
            self._weights[id(value)] = 3
            self.found[id(value)] = list(_binary(value, self._redactor, owner))
        elif owner is not None and _is_nginx(value.value, owner):
            self._redactor.words.file(key.value, 0, len(key.value), edits)
            self._put(key, edits, 2)
            found = list(edits_of(value.value, self._redactor.grammar, self._redactor.names, owner))
            self._places.columns[self._file, name] = Columns(value.value, found, value.first_line)
            self._put(value, found, 3)
        elif at.headers:
            names, values = self._words.header(key.value, value.value)
            self._put(key, names, 2)
            self._put(value, values, 2)
        elif key.value in KEYS:
            self._put(key, [], 2)
            self._put(value, _setting(key.value, value.value, self._redactor), 2)
        else:
            if "." in key.value:
                self._redactor.words.file(key.value, 0, len(key.value), edits)
            else:
                edits = self._words.setting(key.value)
            self._put(key, edits, 2)
            self._put(value, _lines(value.value, self._redactor), 2)


def _setting(key: str, value: str, redactor: Redactor) -> list[Edit]:
    if key in SNIPPETS:
        return _nginx(value, SNIPPETS[key], redactor)
    if key not in KEYS or "\n" in value.strip():
        return _lines(value, redactor)
    return ObjectWords(redactor).value(key, value)


def _nginx(text: str, owner: Owner, redactor: Redactor) -> list[Edit]:
    """nginx's own text; what it can't read is replaced line by line."""
    if not _is_nginx(text, owner):
        return _lines(text, redactor)
    return list(edits_of(text, redactor.grammar, redactor.names, owner))


def _lines(text: str, redactor: Redactor) -> list[Edit]:
    """A text of another language is replaced line by line."""
    if is_plain(text):
        return []
    return [edit for line in _LINE.finditer(text) for edit in _phrase(text, *line.span(), redactor)]


def _binary(value: Scalar, redactor: Redactor, owner: Owner | None) -> Iterator[Edit]:
    try:
        data = base64.b64decode("".join(value.value.split()), validate=True)
    except (binascii.Error, ValueError):
        yield from value.edits(_lines(value.value, redactor))
        return
    if owner is not None and _is_nginx(data.decode("latin-1"), owner):
        done = redactor.text(data, owner)
    else:
        done = redactor.names.phrase(data.decode("latin-1"), "comment").encode("latin-1")
    if done != data:
        coded = base64.b64encode(done).decode()
        lines = value.raw.count("\n")
        start = value.start
        if value.style in ("|", ">"):
            coded = f'"{coded}"'
        elif value.style:
            coded = value.style + coded + value.style
        yield Edit(start, start + len(value.raw), coded + "\n" * lines)


def _is_nginx(text: str, owner: Owner) -> bool:
    from nginx_grpc.parsers.blocks import body_of

    free = bool(owner[0]) and body_of(owner[0]).free_names
    try:
        parse(text.encode("latin-1"), "", free_names=free)
    except Refused:
        return False
    return True
