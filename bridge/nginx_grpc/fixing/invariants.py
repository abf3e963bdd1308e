"""What no fix may do: change more than its edits say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from nginx_grpc.fixing.differing import differing
from nginx_grpc.fixing.spans import Span, Spans
from nginx_grpc.fixing.targets import Place, Placed
from nginx_grpc.records import dataclass

__all__ = [
    "Difference",
    "Json",
    "differences",
    "place_of_node",
    "places",
    "unsaid",
    "unsaid_in_text",
]

Json = dict[str, Any]

# Where a node stands, numbers that refer to other nodes, and what is not in effect.
_PLACE = frozenset(
    {"file", "line", "column", "key", "fields", "id", "covers", "outer_value", "outer_context"}
)
_LISTS = {
    "grpc_set_header": "header_lists",
    "add_header": "header_lists",
    "add_trailer": "header_lists",
    "proxy_set_header": "header_lists",
    "grpc_hide_header": "header_lists",
    "grpc_pass_header": "header_lists",
    "more_set_headers": "header_lists",
    "more_clear_headers": "header_lists",
    "more_set_input_headers": "header_lists",
    "more_clear_input_headers": "header_lists",
    "error_page": "error_page_lists",
}
_PASSES = frozenset({"grpc_pass", "proxy_pass"})
# Parts of a location, and the directives that they are said by. Of what is not here the edits may
# change anything: it is derived from several.
_SAID_BY = {
    "grpc_pass": _PASSES,
    "target": _PASSES,
    "proxy_pass": _PASSES,
    "proxy_target": _PASSES,
    "return": frozenset({"return"}),
    "internal": frozenset({"internal"}),
    "health_check": frozenset({"health_check"}),
    "listens": frozenset({"listen", "http2"}),
    "balancer": frozenset({"keepalive", "least_conn", "ip_hash", "hash", "random", "least_time"}),
    "servers": frozenset({"server"}),
    **{name: frozenset({name}) for name in _LISTS},
}
# What follows for nodes that an edit is not about from one that it is about.
_FOLLOWS = {
    "http_proxies": _PASSES,
    "mixed": _PASSES,
    "proxied": _PASSES,
    "listens": frozenset({"listen", "http2"}),
    # What calls get of the error pages: their lines may stand in any location.
    "pages": frozenset({"add_header", "add_trailer", "default_type", "error_page", "return"}),
}


@dataclass(frozen=True, slots=True)
class Difference:
    """A node that is not what it was.

    Args:
        kind: upstream, server, location or document.
        place: where it stood before; None for one that was not there, and for the document.
        server, name: the server it is in and its name.
        parts: the parts of it that differ; those of `directives` by the directive's name.
        state: changed, gone or new.
    """

    kind: str
    place: Place | None
    server: str
    name: str
    parts: frozenset[str]
    state: str = "changed"

    def __str__(self) -> str:
        where = f" of server {self.server}" if self.kind == "location" and self.server else ""
        return f"{self.kind} {self.name}{where}".strip()


def places(document: Json) -> Iterator[tuple[str, str, str, Place]]:
    """Kind, server, name and place of each node."""
    for upstream in document["upstreams"]:
        yield "upstream", "", upstream["name"], place_of_node(upstream)
    for server in document["servers"]:
        yield "server", server["name"], server["name"], place_of_node(server)
        for location in server["locations"]:
            yield "location", server["name"], location["name"], place_of_node(location)


def differences(before: Json, after: Json) -> list[Difference]:
    """In which nodes two documents differ; lines and numbers apart."""
    found: list[Difference] = []
    old, new = _Document(before), _Document(after)
    pairs = _aligned(before["upstreams"], after["upstreams"], lambda node: node["name"])
    for one, other in pairs:
        _compare(found, "upstream", "", one and old.plain(one), other and new.plain(other), one)
    servers = _aligned(before["servers"], after["servers"], lambda node: tuple(node["names"]))
    for one, other in servers:
        name = (one or other or {})["name"]
        left, right = (one or {}).get("locations", []), (other or {}).get("locations", [])
        for inner, changed in _aligned(left, right, lambda node: node["name"]):
            _compare(
                found,
                "location",
                name,
                inner and old.plain(inner, one),
                changed and new.plain(changed, other),
                inner,
            )
        _compare(found, "server", name, one and old.own(one), other and new.own(other), one)
    parts = {key for key in _ASIDE if old.plain_list(key) != new.plain_list(key)}
    # A name that nobody knows may go with the words that an edit replaces.
    if not Counter(new.plain_list("gaps")) - Counter(old.plain_list("gaps")):
        parts.discard("gaps")
    if before["complete"] and not after["complete"]:
        parts.add("complete")
    if parts:
        found.append(Difference("document", None, "", "", frozenset(parts)))
    return found


_ASIDE = ("gaps", "waivers", "other_handlers")


def unsaid(
    found: Iterable[Difference], touched: set[Place] | None, placed: Sequence[Placed]
) -> Difference | None:
    """The first difference that the edits do not say, None where there is none.

    Args:
        found: the differences.
        touched: the nodes that the edits are about, None for all.
        placed: the edits.
    """
    names = {str(each[2]) for edit in placed for each in (*edit.gone, *edit.come)}
    found = list(found)
    reached = {
        (each.server) for each in found if each.place is not None and _is_in(each.place, touched)
    }
    for each in found:
        if each.kind == "document":
            # A handler that another one had replaced comes into effect where that one goes.
            if each.parts != {"other_handlers"} or not _PASSES & names:
                return each
            continue
        if each.state != "changed":
            # The condition of an `if` is the name of its location.
            if each.kind not in names and not (each.kind == "location" and "if" in names):
                return each
            continue
        about = _is_in(each.place, touched)
        for part in each.parts:
            if not about:
                if part == "pages" and each.server in reached:
                    continue
                if not _FOLLOWS.get(part, frozenset()) & names:
                    return each
            elif part.startswith("directives."):
                if part.removeprefix("directives.") not in names:
                    return each
            elif part in _SAID_BY and not _SAID_BY[part] & names:
                return each
    return None


def unsaid_in_text(before: Spans, after: Spans, placed: Sequence[Placed]) -> str:
    """What a text's tree has or lacks that the edits do not say; empty where nothing."""
    gone = Counter(each for edit in placed for each in edit.gone)
    come = Counter(each for edit in placed for each in edit.come)
    old, new = _tree(before), _tree(after)
    if old - new != gone - come or new - old != come - gone:
        return "the text would say something else than the edit"
    taken = [edit.taken for edit in placed if edit.taken[1]]
    kept = Counter(
        comment
        for at, comment in before.comments.items()
        if not any(start <= at < end for start, end in taken)
    )
    if kept != Counter(after.comments.values()):
        return "a comment would not be what it was"
    return ""


def _tree(spans: Spans) -> Counter[tuple[object, ...]]:
    found: Counter[tuple[object, ...]] = Counter()
    waiting: list[tuple[Span, int]] = [(span, 0) for span in spans.top]
    while waiting:
        span, depth = waiting.pop()
        around = "" if span.parent is None else span.parent.name
        found[(depth, around, span.name, tuple(span.args), span.block is not None)] += 1
        waiting.extend((inner, depth + 1) for inner in span.block or ())
    return found


class _Document:
    """A document whose nodes can be compared with those of another."""

    def __init__(self, document: Json) -> None:
        self._document = document

    def plain(self, node: Json, server: Json | None = None) -> Json:
        """A node without its place, with what it refers to in place of numbers."""
        result = {}
        for key, value in node.items():
            if key in _PLACE:
                continue
            if key in _LISTS and isinstance(value, int) and not isinstance(value, bool):
                value = self._document[_LISTS[key]][value]
            elif key == "parent" and server is not None:
                value = next((x["name"] for x in server["locations"] if x["id"] == value), "")
            result[key] = _bare(value)
        return result

    def own(self, server: Json) -> Json:
        """A server without its locations."""
        names = {location["id"]: location["name"] for location in server["locations"]}
        result = self.plain({key: value for key, value in server.items() if key != "locations"})
        for listen in result.get("listens", ()):
            # Follows from the locations of all its servers, which are compared themselves.
            listen.pop("mixed", None)
        for page in result.get("pages", ()):
            if "location" in page:
                page["location"] = names.get(page["location"], "")
        return result

    def plain_list(self, key: str) -> list[Any]:
        """A list of the document's own."""
        return sorted(map(repr, map(_bare, self._document[key])))


def _bare(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _bare(each) for key, each in value.items() if key not in _PLACE}
    if isinstance(value, list):
        return [_bare(each) for each in value]
    return value


def _compare(
    found: list[Difference],
    kind: str,
    server: str,
    old: Json | None,
    new: Json | None,
    node: Json | None,
) -> None:
    place = place_of_node(node) if node is not None else None
    name = str((old or new or {}).get("name", ""))
    if old is None or new is None:
        state = "new" if old is None else "gone"
        found.append(Difference(kind, place, server, name, frozenset(), state))
        return
    parts = {key for key in {*old, *new} - {"directives"} if old.get(key) != new.get(key)}
    left, right = old.get("directives", {}), new.get("directives", {})
    both = {*left, *right}
    if parts & {"handler", "grpc_pass", "proxy_pass"}:
        # What has no part in a location without a handler of that kind is not in the document.
        both = {*left} & {*right}
        parts -= {key for key in _LISTS if (key in old) != (key in new)}
    parts.update(f"directives.{k}" for k in both if left.get(k) != right.get(k))
    if kind == "upstream" and "keepalive_timeout" in parts:
        # The text of what `directives` has as well.
        parts.discard("keepalive_timeout")
    if parts:
        found.append(Difference(kind, place, server, name, frozenset(parts)))


def _aligned(
    before: Sequence[Json], after: Sequence[Json], label: Any
) -> Iterator[tuple[Json | None, Json | None]]:
    """The nodes of two lists, by their labels and their order."""
    old, new = [label(each) for each in before], [label(each) for each in after]
    if old == new:
        yield from zip(before, after, strict=True)
        return
    at, on = 0, 0
    for left, right, under, over in differing(old, new):
        yield from zip(before[at:left], after[on:under], strict=True)
        yield from ((each, None) for each in before[left:right])
        yield from ((None, each) for each in after[under:over])
        at, on = right, over
    yield from zip(before[at:], after[on:], strict=True)


def place_of_node(node: Mapping[str, Any]) -> Place:
    """Where a node of a document stands."""
    return node["file"], node.get("key", ""), node["line"], node.get("column", 0)


def _is_in(place: Place | None, touched: set[Place] | None) -> bool:
    return touched is None or (place is not None and place in touched)
