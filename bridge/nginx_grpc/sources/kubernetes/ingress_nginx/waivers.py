"""Comments in the YAML of an object that speak to this tool: `# nginx-grpc: ignore NG106 ...`."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from itertools import accumulate

from nginx_grpc.errors import Refused
from nginx_grpc.expressions import expression
from nginx_grpc.sources.kubernetes.yaml_nodes import Mapping, Node, Scalar, Sequence
from nginx_grpc.tree import Comment

__all__ = ["waivers"]

_COMMENT = expression(r"(?:^|(?<=[ \t]))#+[ \t]*(?P<text>nginx-grpc:.*)")
_ONLY = expression(r"[ \t]*(?:#.*)?\Z")
# Of the object itself, as its own lines say it.
_HEAD = ("apiVersion", "kind", "metadata")
_MOST = 100_000


def waivers(node: Mapping, file: str, lines: list[str]) -> list[Comment]:
    """The comments of an object, each once for each place that it covers: above the object, or at
    the lines that say what it is, all of it; else what its own line says, or the next one.

    Args:
        node: the object.
        file, lines: where it stands.

    Raises Refused where there are too many.
    """
    first = node.line
    while first > 1 and lines[first - 2].lstrip().startswith("#"):
        first -= 1
    starts = list(accumulate((len(line) + 1 for line in lines), initial=0))
    last = bisect_right(starts, node.end - 1) if node.end else len(lines)
    found = [
        (number, said)
        for number in range(first, min(last, len(lines)) + 1)
        if "nginx-grpc:" in lines[number - 1]
        for said in _COMMENT.finditer(lines[number - 1])
    ]
    if not found:
        return []
    scalars = sorted(
        # The line with the sign of a block may have a comment behind it.
        (starts[each.line] if each.style and each.style in "|>" else each.start, each.end)
        for each in _scalars(node)
    )
    places = list(dict.fromkeys(_places(node)))
    head = {node.keys[name].line for name in _HEAD if name in node.keys}
    comments: list[Comment] = []
    for number, said in found:
        at = starts[number - 1] + said.start()
        inside = bisect_right(scalars, (at, len(starts) * at)) - 1
        if inside >= 0 and at < scalars[inside][1]:
            continue
        covers = _next(number, said.start(), lines)
        whole = number < node.line or covers in head
        own = places if whole else [each for each in places if each[0] == covers] or [(covers, "")]
        comments += [Comment(said["text"].strip(), file, number, line, key) for line, key in own]
        if len(comments) > _MOST:
            raise Refused("too many waivers in one object", "write fewer", file, number)
    return comments


def _next(number: int, column: int, lines: list[str]) -> int:
    """The line that a comment is about."""
    if lines[number - 1][:column].strip():
        return number
    while number < len(lines) and _ONLY.match(lines[number]):
        number += 1
    return number + 1


def _scalars(top: Node) -> Iterator[Scalar]:
    waiting = [top]
    seen: set[int] = set()
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, Scalar):
            yield node
        elif isinstance(node, Sequence):
            waiting.extend(node.items)
        else:
            waiting.extend(node.items.values())
            waiting.extend(node.keys.values())


def _places(node: Mapping) -> Iterator[tuple[int, str]]:
    """The lines and keys at which findings on an object stand."""
    yield node.line, ""
    metadata, spec = node.items.get("metadata"), node.items.get("spec")
    parts = [(node, "data"), (metadata, "annotations")]
    if isinstance(metadata, Mapping):
        yield node.keys["metadata"].line, ""
    for above, name in parts:
        values = above.items.get(name) if isinstance(above, Mapping) else None
        if isinstance(above, Mapping) and isinstance(values, Mapping):
            yield above.keys[name].line, ""
            for key, scalar in values.keys.items():
                yield scalar.line, key
                yield scalar.line, ""
    rules = spec.items.get("rules") if isinstance(spec, Mapping) else None
    for rule in rules.items if isinstance(rules, Sequence) else ():
        yield rule.line, ""
        http = rule.items.get("http") if isinstance(rule, Mapping) else None
        paths = http.items.get("paths") if isinstance(http, Mapping) else None
        for path in paths.items if isinstance(paths, Sequence) else ():
            yield path.line, ""
