"""YAML documents as nodes with their lines: no object is built, no alias is written out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml

from nginx_grpc.errors import Refused
from nginx_grpc.records import dataclass, field

__all__ = ["Mapping", "Node", "Scalar", "Sequence", "documents"]

_MAX_DEPTH = 100
_MAX_NODES = 1_000_000
_MAX_ALIASES = 1_000
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_RESOLVER = yaml.resolver.Resolver()


@dataclass(slots=True)
class Scalar:
    """A scalar. `line` is where it starts, from 1; `style` is one of | > ' " or empty; `start` and
    `end` are characters of the text, an alias's those of its anchor."""

    value: str
    line: int
    style: str
    tag: str
    start: int = 0
    end: int = 0


@dataclass(slots=True)
class Sequence:
    """A sequence; of one in blocks, `end` is where the next node starts."""

    line: int
    items: list[Node] = field(default_factory=list)
    start: int = 0
    end: int = 0
    flow: bool = False


@dataclass(slots=True)
class Mapping:
    """A mapping with text as keys, in their order; none is there twice. Its end is a Sequence's."""

    line: int
    items: dict[str, Node] = field(default_factory=dict)
    keys: dict[str, Scalar] = field(default_factory=dict)
    start: int = 0
    end: int = 0
    flow: bool = False


Node = Scalar | Sequence | Mapping


def documents(text: str, file: str) -> list[Node]:
    """The documents of a YAML text. Raises Refused, which holds nothing of the text."""
    try:
        return list(_documents(text, file))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise Refused(
            "no valid YAML", "mend it", file, mark.line + 1 if mark is not None else 0
        ) from None


def _documents(text: str, file: str) -> Iterator[Node]:
    # A stack of its own: the composer of PyYAML recurses, in C where libyaml is there.
    anchors: dict[str, Node] = {}
    open_nodes: list[tuple[Sequence | Mapping, list[Scalar]]] = []
    nodes = aliases = 0
    for event in yaml.parse(text, Loader=_LOADER):
        line = event.start_mark.line + 1 if event.start_mark else 0
        start = _index(event.start_mark)
        node: Node
        if isinstance(event, yaml.DocumentStartEvent):
            anchors = {}
            continue
        if isinstance(event, yaml.AliasEvent):
            aliases += 1
            if aliases > _MAX_ALIASES:
                raise Refused(
                    f"more than {_MAX_ALIASES:,} aliases in one file", "write them out", file, line
                )
            if event.anchor not in anchors:
                raise Refused("an alias without its anchor", "mend the YAML", file, line)
            node = anchors[event.anchor]
        elif isinstance(event, yaml.ScalarEvent):
            style, tag = event.style or "", _tag(event)
            node = Scalar(event.value, line, style, tag, start, _index(event.end_mark))
        elif isinstance(event, yaml.SequenceStartEvent):
            node = Sequence(line, start=start, flow=bool(event.flow_style))
        elif isinstance(event, yaml.MappingStartEvent):
            node = Mapping(line, start=start, flow=bool(event.flow_style))
        elif isinstance(event, yaml.CollectionEndEvent):
            node = open_nodes.pop()[0]
            node.end = _index(event.end_mark)
            if not open_nodes:
                yield node
            continue
        else:
            continue
        nodes += 1
        if nodes > _MAX_NODES:
            raise Refused(f"more than {_MAX_NODES:,} YAML nodes", "split the file", file, line)
        if open_nodes:
            _add(open_nodes[-1], node, file, line)
        elif isinstance(node, Scalar):
            yield node
        if (
            isinstance(event, yaml.NodeEvent)
            and event.anchor
            and not isinstance(event, yaml.AliasEvent)
        ):
            anchors[event.anchor] = node
        if isinstance(event, yaml.CollectionStartEvent):
            if len(open_nodes) >= _MAX_DEPTH:
                raise Refused(f"YAML of more than {_MAX_DEPTH} levels", "nest less", file, line)
            open_nodes.append((node, []))  # type: ignore[arg-type]


def _index(mark: Any) -> int:
    return int(mark.index) if mark is not None else 0


def _add(parent: tuple[Sequence | Mapping, list[Scalar]], node: Node, file: str, line: int) -> None:
    collection, keys = parent
    if isinstance(collection, Sequence):
        collection.items.append(node)
    elif keys:
        key = keys.pop()
        collection.items[key.value] = node
        collection.keys[key.value] = key
    elif not isinstance(node, Scalar) or node.tag.endswith(":binary"):
        raise Refused("a YAML key that is no text", "mend the YAML", file, line)
    elif node.value in collection.items:
        raise Refused("a YAML key that is there twice", "take one out", file, line)
    else:
        keys.append(node)


def _tag(event: yaml.ScalarEvent) -> str:
    if event.tag is not None and event.tag != "!":
        return str(event.tag)
    if event.style or event.tag == "!":
        return "tag:yaml.org,2002:str"
    resolved = _RESOLVER.resolve(yaml.ScalarNode, event.value, (True, False))  # type: ignore[no-untyped-call]
    return str(resolved)
