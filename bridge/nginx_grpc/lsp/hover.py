"""What a directive comes to: the value in effect and who sets it, and where calls go."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

from nginx_grpc import printable
from nginx_grpc.explain.places import Place, Places
from nginx_grpc.explain.values import DEFAULTS, value
from nginx_grpc.fixing.judging import Judged
from nginx_grpc.model.directives import HTTP_SETTINGS, LOCATION_SETTINGS, UPSTREAM_SETTINGS
from nginx_grpc.model.lists import HEADER_LISTS
from nginx_grpc.placement import is_handler
from nginx_grpc.tree import Directive

__all__ = ["told"]

# What holds for its own block alone, whatever is around it or in it.
_OWN = frozenset(
    (
        "alias",
        "break",
        "if",
        "include",
        "internal",
        "limit_except",
        "listen",
        "location",
        "return",
        "rewrite",
        "server",
        "server_name",
        "set",
        "try_files",
        "upstream",
    )
)
_HTTP = frozenset(("http", "server", "location", "if"))
_GRPC = (
    "grpc_connect_timeout",
    "grpc_send_timeout",
    "grpc_read_timeout",
    "client_body_timeout",
    "client_max_body_size",
    "grpc_next_upstream",
)
_LISTS = (*HEADER_LISTS, "error_page")
_MOST = 5
_LONGEST = 120


def told(judged: Judged, paths: list[list[Directive]]) -> str:
    """A directive as Markdown, in which files are named from its own folder.

    Args:
        judged: the configuration.
        paths: the directive with the blocks around it, once for each place it is included in.
    """
    shown = paths[:_MOST]
    folder = os.path.dirname(paths[0][-1].file) + os.sep if paths else os.sep
    parts = ["\n".join(_one(judged, path)).replace(folder, "") for path in shown]
    if len(paths) > len(shown):
        parts.append(f"and in {len(paths) - len(shown)} more places")
    return "\n\n---\n\n".join(dict.fromkeys(parts))


def _one(judged: Judged, path: list[Directive]) -> Iterator[str]:
    directive = path[-1]
    yield f"{_code(_written(directive))} in {_context(path[:-1])}"
    yield ""
    place = _place(judged, path)
    if directive.name in ("location", "if") and directive.block is not None:
        if place is not None:
            yield from _of_location(place)
    elif directive.name == "server" and directive.block is not None:
        yield from _of_server(judged, directive)
    elif directive.name == "upstream":
        yield from _of_upstream(judged, directive)
    elif is_handler(directive.name) and place is not None:
        yield from _of_location(place)
    elif directive.name == "listen":
        yield from _of_listen(judged, directive)
    elif directive.name not in _OWN and directive.block is None:
        yield from _in_effect(path, place)


def _of_location(place: Place) -> Iterator[str]:
    location = place.location
    yield f"- {_said(value('location.handler', place))}"
    servers = value("upstream.servers", place)
    if servers:
        yield f"- {_said(servers)}"
        for block in place.upstreams[:_MOST]:
            addresses = ", ".join(each["address"] for each in block["servers"][:_MOST])
            more = ", ..." if len(block["servers"]) > _MOST else ""
            yield f"  - {_code(block['name'])}: {_said(addresses + more)}"
    if not place.carries_grpc:
        reasons = "; ".join(location["grpc"]["reasons"])
        yield f"- no calls of gRPC are known to come here{': ' + _said(reasons) if reasons else ''}"
        return
    yield f"- {_said(_arrival(place))}"
    pool = value("upstream.keepalive", place)
    if pool:
        yield f"- {_said(pool)}"
    names = [*_GRPC, *(name for name in location["directives"] if name in LOCATION_SETTINGS)]
    for name in dict.fromkeys(names):
        yield f"- {_said(value(f'location.{name}', place))}"


def _arrival(place: Place) -> str:
    arrival = place.location.get("arrival")
    if arrival is None:
        return "whether calls arrive is for its own handler to say"
    if arrival["answer"] == "yes":
        return "calls arrive: nothing in the configuration keeps them away"
    stop = arrival.get("stop")
    if stop is None:
        return "whether calls arrive can't be told from the configuration"
    return f"no call arrives: {stop['text'] or stop['kind']} ({stop['file']}:{stop['line']})"


def _of_server(judged: Judged, directive: Directive) -> Iterator[str]:
    for document in judged.documents:
        for server in document["servers"]:
            if _is(server, directive):
                yield from map(_speaks, server["listens"][:_MOST])
                names = ", ".join(server["names"][:_MOST]) or "no name"
                yield f"- {_said(names)}"
                carry = [each for each in server["locations"] if each["grpc"]["carries"] == "pass"]
                yield f"- {len(carry)} of {len(server['locations'])} locations pass gRPC on"
                return


def _of_listen(judged: Judged, directive: Directive) -> Iterator[str]:
    for document in judged.documents:
        for server in document["servers"]:
            yield from (_speaks(each) for each in server["listens"] if _is(each, directive))


def _speaks(listen: dict[str, Any]) -> str:
    words = {"yes": "speaks HTTP/2", "no": "speaks no HTTP/2"}
    return f"- {_said(listen['address'])} {words.get(listen['speaks_http2'], 'may speak HTTP/2')}"


def _of_upstream(judged: Judged, directive: Directive) -> Iterator[str]:
    name = "".join(directive.args[:1])
    for document in judged.documents:
        for block in document["upstreams"]:
            if not _is(block, directive):
                continue
            for server in block["servers"][:_MOST]:
                yield f"- {_said(' '.join(server['args']))}"
            pool = block["directives"].get("keepalive")
            if pool:
                at = _said(f"{pool['file']}:{pool['line']}")
                yield f"- a pool of {_said(pool['value'])} connections ({at})"
            else:
                yield "- no keepalive is said: no pool before nginx 1.29.7"
            users = [
                f"{location['name']} of {server['name'] or 'a server without a name'}"
                for server in document["servers"]
                for location in server["locations"]
                if name in location.get("target", {}).get("upstreams", ())
            ]
            more = f" and {len(users) - _MOST} more" if len(users) > _MOST else ""
            yield f"- used by {_said(', '.join(users[:_MOST]) or 'no grpc_pass')}{more}"
            return


def _in_effect(path: list[Directive], place: Place | None) -> Iterator[str]:
    *around, directive = path
    name = directive.name
    contexts = [each.name for each in around]
    block = around[-1].block or [] if around else []
    twins = [each for each in block if each.name == name and each.block is None]
    inherited = not around or contexts[-1] in _HTTP
    known = UPSTREAM_SETTINGS if "upstream" in contexts else HTTP_SETTINGS
    reading = known.get(name)
    if len(twins) > 1 and reading is not None and not reading.words and not reading.repeats:
        others = ", ".join(_at(each) for each in twins if each is not directive)
        yield f"- nginx refuses it: it stands in this block a second time ({others})"
        return
    if place is not None and name in place.location["directives"]:
        yield f"- in effect here: {_said(value(f'location.{name}', place))}"
    elif any("$" in each for each in directive.args):
        yield "- in effect here, with a value that is not known before nginx runs"
    elif len(twins) > 1 and name in _LISTS:
        yield f"- in effect here, with the others of this block ({len(twins)} in all)"
    else:
        yield "- in effect here: said in this block itself"
    if not inherited:
        return
    outer = _outer(around, name)
    if outer:
        merged = name in _LISTS and _merged(around, name)
        how = "beside" if merged else "takes the place of"
        yield f"- {how} {_code(_written(outer))} ({_at(outer)})"
    elif name in DEFAULTS:
        yield f"- nginx's default is {DEFAULTS[name]}"
    inner = list(_inner(around[-1], directive)) if around else []
    for each, said in inner[:_MOST]:
        yield f"- not in {_code(_written(each))}, which says {_code(_written(said))} ({_at(said)})"
    if len(inner) > _MOST:
        yield f"- nor in {len(inner) - _MOST} more blocks inside that say their own"


def _outer(around: list[Directive], name: str) -> Directive | None:
    """What would be in effect without the block's own."""
    for block in reversed(around[:-1]):
        for each in block.block or ():
            if each.name == name and each.block is None:
                return each
    return None


def _merged(around: list[Directive], name: str) -> bool:
    """Whether a list adds to that of the block around it (nginx 1.29.3: add_header_inherit)."""
    said = _outer([*around, Directive("", [], "", 0)], f"{name}_inherit")
    return said is not None and [each.lower() for each in said.args] == ["merge"]


def _inner(block: Directive, directive: Directive) -> Iterator[tuple[Directive, Directive]]:
    """The blocks inside a block that say a directive of the same name."""
    waiting = [each for each in block.block or () if each.name in _HTTP]
    while waiting:
        inside = waiting.pop(0)
        own = [each for each in inside.block or () if each.name == directive.name]
        if own:
            yield inside, own[0]
        waiting.extend(each for each in inside.block or () if each.name in _HTTP)


def _place(judged: Judged, path: list[Directive]) -> Place | None:
    """The location that a directive makes, or is in."""
    for directive in reversed(path):
        if directive.name in ("location", "if") and directive.block is not None:
            places = Places(judged.documents).all
            return next((each for each in places if _is(each.location, directive)), None)
    return None


def _is(node: dict[str, object], directive: Directive) -> bool:
    said = (node["file"], node.get("key", ""), node["line"], node["column"])
    return said == (directive.file, directive.key, directive.line, directive.column)


def _context(around: list[Directive]) -> str:
    return " of ".join(_code(_written(each)) for each in reversed(around)) or "the text itself"


def _written(directive: Directive) -> str:
    return " ".join((directive.name, *directive.args))


def _at(directive: Directive) -> str:
    return _said(f"{directive.file}:{directive.line}")


def _code(text: str) -> str:
    text = printable.line(text[:_LONGEST] + "..." if len(text) > _LONGEST else text)
    ticks = "``" if "`" in text else "`"
    return f"{ticks} {text} {ticks}" if "`" in text else f"`{text}`"


def _said(text: str) -> str:
    """Text of a configuration, in which nothing is a link or HTML."""
    shown = printable.line(text)
    for sign in "\\<[*`":
        shown = shown.replace(sign, f"\\{sign}")
    return shown
