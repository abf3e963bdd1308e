"""Where a name leads: to an upstream, a location, the file of an include."""

from __future__ import annotations

from collections.abc import Iterator

from lsprotocol import types

from nginx_grpc.fixing.judging import Judged
from nginx_grpc.lsp.layout import Layout
from nginx_grpc.placement import is_handler, matching
from nginx_grpc.tree import Directive

__all__ = ["included", "named"]

_NOWHERE = types.Range(types.Position(0, 0), types.Position(0, 0))


def included(
    judged: Judged, layout: Layout, path: str, position: types.Position
) -> list[types.Location]:
    """The files that an include of a line brings in."""
    found = []
    for configuration in judged.configurations:
        for (file, _, line, _), texts in configuration.brought.items():
            own, before = layout.path(file)
            if own != path or line + before != position.line + 1:
                continue
            for name, its_key in texts:
                where = _NOWHERE
                first = next(
                    (p for p in configuration.parts if (p.file, p.key) == (name, its_key)), None
                )
                if first is not None:
                    _, offset = layout.path(name)
                    at = types.Position(first.line_offset + offset, 0)
                    where = types.Range(at, at)
                found.append(types.Location(layout.uri(name), where))
    return found


def named(
    judged: Judged, layout: Layout, paths: list[list[Directive]], word: int
) -> list[types.Location]:
    """What a word of a directive names.

    Args:
        judged: the configuration.
        layout: its files.
        paths: the directive with the blocks around it, for each place it is included in.
        word: which one, 0 for the directive's name.
    """
    found = [each for path in paths for each in _targets(judged, path, word)]
    places = [types.Location(layout.uri(each.file), layout.range_of(each)) for each in found]
    return list({(p.uri, p.range.start.line, p.range.start.character): p for p in places}.values())


def _targets(judged: Judged, path: list[Directive], word: int) -> Iterator[Directive]:
    *around, directive = path
    server = next((each for each in reversed(around) if each.name == "server"), None)
    text = directive.args[word - 1] if 0 < word <= len(directive.args) else ""
    if is_handler(directive.name):
        yield from _upstreams(judged, path, "".join(directive.args[:1]))
    elif directive.name in ("error_page", "try_files", "rewrite") and server is not None:
        target = text.removeprefix("=") or "".join(directive.args[-1:])
        yield from _locations(server, target)


def _upstreams(judged: Judged, path: list[Directive], target: str) -> Iterator[Directive]:
    """The upstream blocks of a handler: by name, and by all that its variables may be."""
    name = target.split("://", 1)[-1].split("/", 1)[0]
    names = {name, *_known(judged, path)}
    for configuration in judged.configurations:
        for block in _blocks(configuration.directives, ("http",)):
            if block.name == "upstream" and "".join(block.args[:1]) in names:
                yield block


def _known(judged: Judged, path: list[Directive]) -> Iterator[str]:
    directive = path[-1]
    for document in judged.documents:
        for server in document["servers"]:
            for location in server["locations"]:
                for field in ("target", "proxy_target"):
                    node = location.get(field)
                    said = node and (node["file"], node["line"], node["column"])
                    if said == (directive.file, directive.line, directive.column):
                        yield from node["upstreams"]


def _locations(server: Directive, target: str) -> Iterator[Directive]:
    path = target.split("?", 1)[0]
    for block in _blocks(server.block or [], ("location",)):
        if block.name == "location":
            modifier, text = matching(block.args)
            if text == path and modifier in ("@", "=", "", "^~"):
                yield block


def _blocks(directives: list[Directive], into: tuple[str, ...]) -> Iterator[Directive]:
    waiting = list(reversed(directives))
    while waiting:
        directive = waiting.pop()
        if directive.block is None:
            continue
        yield directive
        if directive.name in into:
            waiting.extend(reversed(directive.block))
