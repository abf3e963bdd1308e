"""YAML text with its places: each scalar's value, and where each byte of it stands."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import accumulate

import yaml

from nginx_grpc.expressions import expression
from nginx_grpc.records import dataclass, field
from nginx_grpc.redaction.words import Edit

__all__ = ["Mapping", "Node", "Scalar", "Sequence", "YamlText"]

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_SINGLE = expression(r"''")
_DOUBLE = expression(
    r"\\(?:(?P<sign>[0abtnvfre \"/\\N_LP])|x(?P<x>[0-9A-Fa-f]{2})|u(?P<u>[0-9A-Fa-f]{4})"
    r"|U(?P<U>[0-9A-Fa-f]{8}))"
)
_WORD = expression(r"[^ \t\r\n]+")
_SIGNS = dict(
    zip(
        '0abtnvfre "/\\N_LP',
        '\0\a\b\t\n\v\f\r\x1b "/\\\x85\xa0\u2028\u2029',
        strict=True,
    )
)


@dataclass(slots=True)
class Scalar:
    """A scalar: `value` and `raw` are bytes, one character each; `start` is where `raw` begins.

    `first_line` is the file's line that the first one of a literal (|) is, from 1.
    """

    value: str
    raw: str
    start: int
    style: str
    first_line: int = 0

    def edits(self, edits: list[Edit]) -> Iterator[Edit]:
        """Edits of the value as edits of the file."""
        if not edits:
            return
        places = self._places()
        if places is None or self._folds(places, edits):
            value = self.value
            for start, end, new in sorted(edits, reverse=True):
                value = value[:start] + new + value[end:]
            text = json.dumps(value.encode("latin-1").decode("utf-8"))
            yield Edit(self.start, self.start + len(self.raw), text + "\n" * self.raw.count("\n"))
            return
        for start, end, new in edits:
            if self.style == '"':
                new = new.replace("\\", "\\\\").replace("\n", "\\n")
            yield Edit(self.start + places[start], self.start + places[end], new)

    def _places(self) -> list[int] | None:
        """Where in `raw` each byte of the value stands, and its end; None where that can't be told
        for escapes."""
        if self.style == "|":
            return self._literal()
        if "\n" in self.raw or self.style == ">":
            return self._folded()
        if not self.style:
            return list(range(len(self.value) + 1)) if self.raw == self.value else None
        inner = self.raw[1:-1]
        value: list[str] = []
        places: list[int] = []
        at = 0
        for escape in (_DOUBLE if self.style == '"' else _SINGLE).finditer(inner):
            value.append(inner[at : escape.start()])
            places.extend(range(at + 1, escape.start() + 1))
            done = "'" if self.style == "'" else _unescaped(escape)
            value.append(done)
            places.extend([escape.start() + 1] * len(done))
            at = escape.end()
        value.append(inner[at:])
        places.extend(range(at + 1, len(inner) + 2))
        return places if "".join(value) == self.value else None

    def _folds(self, places: list[int], edits: list[Edit]) -> bool:
        """Whether an edit takes in a line end that the value has as a space."""
        return self.style != "|" and any(
            "\n" in self.raw[places[start] : places[end]] for start, end, _ in edits
        )

    def _folded(self) -> list[int] | None:
        # Folding changes nothing but the space between words.
        head = self.raw.find("\n") if self.style == ">" else 1 if self.style else 0
        written = _WORD.finditer(self.raw, head, len(self.raw) - (self.style in ("'", '"')))
        places: list[int] = []
        for word in _WORD.finditer(self.value):
            found = next(written, None)
            if found is None or found[0] != word[0] or "\\" in word[0]:
                return None
            places += [places[-1] if places else head] * (word.start() - len(places))
            places += range(found.start(), found.end())
            places.append(found.end())
        if next(written, None) is not None:
            return None
        return places + [places[-1] if places else head] * (len(self.value) + 1 - len(places))

    def _literal(self) -> list[int] | None:
        head, _, content = self.raw.partition("\n")
        lines = content.split("\n")
        full = [line for line in lines if line.strip(" \r")]
        if not full:
            return None
        most = min(len(line) - len(line.lstrip(" ")) for line in full)
        for indent in range(most, -1, -1):
            places: list[int] = []
            value: list[str] = []
            at = len(head) + 1
            for line in lines:
                kept = line[indent:].removesuffix("\r")
                cut = min(indent, len(line))
                value.append(kept)
                places.extend(range(at + cut, at + cut + len(kept)))
                places.append(at + cut + len(kept))
                at += len(line) + 1
            text = "\n".join(value)
            if text.startswith(self.value) and not text[len(self.value) :].strip():
                end = places[len(self.value)] if len(self.value) < len(places) else at - 1
                return [*places[: len(self.value)], end]
        return None


@dataclass(slots=True)
class Sequence:
    """A sequence."""

    items: list[Node] = field(default_factory=list)


@dataclass(slots=True)
class Mapping:
    """A mapping, in its order."""

    items: list[tuple[Scalar, Node]] = field(default_factory=list)

    def get(self, key: str) -> Node | None:
        """The value of a key."""
        return next((value for name, value in self.items if name.value == key), None)


Node = Scalar | Sequence | Mapping


class YamlText:
    """A file's text and its documents.

    Args:
        data: valid YAML.

    Attributes:
        scalars: all of them, in their order; an alias is the node that it stands for.
        pairs: the keys of all mappings, each with its value.
        documents: its documents.
    """

    def __init__(self, data: bytes) -> None:
        self.text = data.decode("latin-1")
        decoded = data.decode("utf-8")
        self._skipped = len(decoded) - len(decoded.lstrip("\ufeff"))
        self._decoded = decoded[self._skipped :]
        self._offsets: list[int] | None = None
        if not decoded.isascii():
            sizes = (len(sign.encode()) for sign in decoded)
            self._offsets = list(accumulate(sizes, initial=0))
        self.scalars: list[Scalar] = []
        self.pairs: list[tuple[Scalar, Node]] = []
        self.documents = list(self._documents())

    def _place(self, index: int) -> int:
        index += self._skipped
        return index if self._offsets is None else self._offsets[index]

    def _documents(self) -> Iterator[Node]:
        stack: list[tuple[Sequence | Mapping, list[Scalar]]] = []
        anchors: dict[str, Node] = {}
        for event in yaml.parse(self._decoded, Loader=_LOADER):
            node: Node
            if isinstance(event, yaml.ScalarEvent):
                assert event.start_mark is not None
                assert event.end_mark is not None
                start = self._place(event.start_mark.index)
                end = self._place(event.end_mark.index)
                node = self._scalar(event, start, end)
                self.scalars.append(node)
            elif isinstance(event, yaml.AliasEvent):
                node = anchors[event.anchor or ""]
            elif isinstance(event, yaml.SequenceStartEvent):
                node = Sequence()
            elif isinstance(event, yaml.MappingStartEvent):
                node = Mapping()
            elif isinstance(event, yaml.CollectionEndEvent):
                top = stack.pop()[0]
                if not stack:
                    yield top
                continue
            else:
                if isinstance(event, yaml.DocumentStartEvent):
                    anchors = {}
                continue
            if isinstance(event, yaml.NodeEvent) and event.anchor:
                anchors[event.anchor] = node
            if stack:
                parent, keys = stack[-1]
                if isinstance(parent, Sequence):
                    parent.items.append(node)
                elif keys:
                    parent.items.append((keys.pop(), node))
                    self.pairs.append(parent.items[-1])
                elif isinstance(node, Scalar):
                    keys.append(node)
                else:
                    keys.append(Scalar("", "", 0, ""))
            elif isinstance(node, Scalar):
                yield node
            if isinstance(event, yaml.CollectionStartEvent):
                assert not isinstance(node, Scalar)
                stack.append((node, []))

    def _scalar(self, event: yaml.ScalarEvent, start: int, end: int) -> Scalar:
        raw = self.text[start:end]
        written = start
        style = event.style or ""
        if style in "'\"|>" and style and not raw.startswith(style):
            # An anchor or a tag stands before it.
            skipped = raw.index(style)
            start, raw = start + skipped, raw[skipped:]
        elif not style and raw[:1] in "&!":
            value = event.value.encode().decode("latin-1")
            skipped = len(raw) - len(value) if raw.endswith(value) else 0
            start, raw = start + skipped, raw[skipped:]
        value = event.value.encode("utf-8", "surrogatepass").decode("latin-1")
        assert event.start_mark is not None
        line = event.start_mark.line + self.text.count("\n", written, start) + 2
        return Scalar(value, raw, start, style, line)


def _unescaped(escape: re.Match[str]) -> str:
    sign = escape["sign"]
    if sign is not None:
        return _SIGNS[sign].encode().decode("latin-1")
    number = int(escape["x"] or escape["u"] or escape["U"], 16)
    return chr(number).encode("utf-8", "surrogatepass").decode("latin-1")
