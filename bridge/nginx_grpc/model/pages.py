"""What a client gets of the error pages in effect where gRPC comes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from nginx_grpc.model.budget import Budget
from nginx_grpc.model.captures import pattern_of
from nginx_grpc.model.choice import Effort, Locations
from nginx_grpc.model.journeys import assigned_in
from nginx_grpc.model.lists import ADDED, InheritedList, page_codes, page_response, page_uri
from nginx_grpc.model.nodes import Json, counted, placed
from nginx_grpc.model.page_walk import KEPT, Answer, Walk, is_recursive
from nginx_grpc.model.redirects import scripted
from nginx_grpc.model.scopes import Scope
from nginx_grpc.model.servers import Server
from nginx_grpc.model.types_blocks import content_type
from nginx_grpc.model.variables import is_from_request, name_of
from nginx_grpc.tree import Directive

__all__ = ["find"]

# The headers that decide what a gRPC client makes of an answer.
_TELLING = frozenset(("grpc-status", "content-type", "content-length"))
# Variables that nginx has itself and `set` may change.
_OF_NGINX = frozenset(("args", "limit_rate"))
_MOST_VALUES = 8
# What a page takes in a document, beside its URI.
_ROOM = 400
_PLACE = ("location", "file", "line", "column", "key", "fields", "headers")


def find(servers: Iterable[Server], budget: Budget) -> None:
    """Fill in each server's pages, for the lists in effect where gRPC comes.

    Args:
        servers: the servers, known which locations carry gRPC and which errors may come there.
        budget: bounds the URIs of http that are repeated in each server.
    """
    effective: dict[InheritedList, list[Directive]] = {}
    effort = Effort()
    for server in servers:
        used: dict[tuple[InheritedList, bool], Scope] = {}
        for location in server.locations:
            pages = location.scope.lists.get("error_page")
            if pages is not None and (location.carries != "no" or location.errors.possible):
                used.setdefault((pages, is_recursive(location.scope)), location.scope)
        if not used:
            continue
        locations = Locations(server.scope, server.locations, effort)
        walk = Walk(server.directive.block or [], locations, _Given(server), effort)
        known: set[tuple[str, str, bool]] = set()
        for (pages, recursive), origin in used.items():
            repeated = pages in effective
            if not repeated:
                effective[pages] = _effective(pages)
            for page in effective[pages]:
                key = (page_uri(page), page_response(page), recursive)
                if key not in known:
                    known.add(key)
                    budget.spend(len(page_uri(page)) + _ROOM * repeated)
                    ways = walk.answers(page, origin, recursive=recursive)
                    server.pages.append(_page(page, recursive, ways))


def _effective(pages: InheritedList) -> list[Directive]:
    """The error_pages of a list that are used: for each status the first that names it."""
    taken: set[int] = set()
    found = []
    for directive in pages.all_directives():
        codes = set(page_codes(directive)) - taken
        if codes:
            taken |= codes
            found.append(directive)
    return found


class _Given(Mapping[str, frozenset[str]]):
    """What `_given` says of a server, once somebody asks: most pages have no condition."""

    def __init__(self, server: Server) -> None:
        self._server = server

    @cached_property
    def _known(self) -> dict[str, frozenset[str]]:
        return _given(self._server)

    def __getitem__(self, name: str) -> frozenset[str]:
        return self._known[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)


def _given(server: Server) -> dict[str, frozenset[str]]:
    """The variables to which a configuration gives a value, each with all that it can be.

    One whose values are not known has none here.
    """
    texts: dict[str, set[str]] = {}
    other = {*server.variables.definitions, *server.variables.given, *server.variables.captures}
    stack = [server.directive.block or []]
    while stack:
        for directive in stack.pop():
            if directive.name == "set" and len(directive.args) == 2:
                texts.setdefault(name_of(directive.args[0]), set()).add(directive.args[1])
            elif directive.name in ("if", "location"):
                for argument in directive.args:
                    other.update(pattern_of(argument).names)
                stack.append(directive.block or [])
            else:
                other.update(assigned_in([directive]))
    if not texts:
        return dict.fromkeys(other, frozenset())
    scopes = [server.scope, *(location.scope for location in server.locations)]
    seen = not any(scope.gaps or scripted(scope) for scope in scopes)
    found: dict[str, frozenset[str]] = dict.fromkeys({*texts, *other}, frozenset())
    for name, values in texts.items():
        own = name not in other and not is_from_request(name) and name not in _OF_NGINX
        if seen and own and len(values) <= _MOST_VALUES and not any("$" in it for it in values):
            # It is empty before it is set.
            found[name] = frozenset({"", *values})
    return found


def _page(page: Directive, recursive: bool, ways: list[Answer]) -> Json:
    """A page of the document: how all ways end, or that they differ."""
    found = [_answer(page, way) for way in ways]
    first = found[0]
    for other in found[1:]:
        if other["answer"] == "unknown":
            first = other
            break
        if _sent(page, first) != _sent(page, other):
            first = _unknown(page, ways[0], "may be answered in more than one way")
            break
    key: Json = {"uri": page_uri(page), "response": page_response(page), "recursive": recursive}
    return counted({**key, **first})


def _sent(page: Directive, node: Json) -> Json:
    """What of an answer the client sees."""
    safe = node["status"] < 400 and not (node["kept"] and min(page_codes(page)) >= 400)
    headers = [
        (header["name"], header["value"], header["trailer"])
        for header in node["headers"]
        if safe or header["always"]
    ]
    return {**{name: node[name] for name in node if name not in _PLACE}, "sent": headers}


def _answer(page: Directive, way: Answer) -> Json:
    if way.kind == "unknown":
        return _unknown(page, way, way.why)
    node = _node(page, way)
    if way.kind in ("page", "file") and way.status != 204:
        kind = content_type(way.scope, way.uri)
        if kind is None:
            return _unknown(page, way, "has a content type that is not known")
        node["type"] = kind
        node["body"] = "unknown" if way.text is None else "text" if way.text else "none"
    if way.kind in ("page", "error"):
        headers = _headers(way.scope)
        if headers is not None:
            node["headers"] = headers
        elif node["type"].lower().startswith("application/grpc") and node["body"] != "text":
            return _unknown(page, way, "has headers that are not known")
    return node


def _unknown(page: Directive, way: Answer, why: str) -> Json:
    node = _node(page, way)
    node.update(answer="unknown", why=why, kept=False, status=0, type="", body="none", headers=[])
    if way.scope.gap is not None:
        node["gap"] = way.scope.gap
    return node


def _node(page: Directive, way: Answer) -> Json:
    node: Json = {
        "answer": way.kind,
        "location": way.location.id if way.location is not None else "",
        "kept": way.status == KEPT,
        "status": 0 if way.status == KEPT else way.status,
        "method": way.method,
        "type": "",
        "body": "none",
        "headers": [],
        "why": "",
    }
    return placed(node, way.by or page)


def _headers(scope: Scope) -> list[Json] | None:
    """What add_header and add_trailer say to a gRPC client; None where that is not known."""
    found: list[Json] = []
    lists = [(name, scope.lists[name]) for name in ADDED if name in scope.lists]
    if not lists and scope.gap is not None:
        return None
    for name, inherited in lists:
        if not inherited.complete:
            return None
        for directive in inherited.all_directives():
            header, value = (*directive.args, "", "")[:2]
            trailer = name == "add_trailer"
            if value == "" or not (trailer or header.lower() in _TELLING):
                continue
            if "$" in value:
                return None
            node = {
                "name": header.lower(),
                "value": value,
                "always": directive.args[2:] == ["always"],
                "trailer": trailer,
            }
            found.append(placed(node, directive))
    return found
