"""Lists that are inherited whole: headers and error pages.

A context that has one directive of its own inherits none of that name. Each list stands once in the
document, in the context that sets it, and only if a location with gRPC refers to it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from nginx_grpc.model.budget import Budget
from nginx_grpc.model.headers_more import told
from nginx_grpc.model.nodes import Alike, Json, alike, placed
from nginx_grpc.model.unsent import value_for_grpc
from nginx_grpc.model.variables import HttpVariables
from nginx_grpc.records import dataclass
from nginx_grpc.tree import Directive

__all__ = [
    "ADDED",
    "HEADERS_MORE",
    "HEADER_LISTS",
    "InheritedList",
    "Lists",
    "page_codes",
    "page_response",
    "page_uri",
]

HEADER_LISTS = (
    "grpc_set_header",
    "add_header",
    "add_trailer",
    "proxy_set_header",
    "grpc_hide_header",
    "grpc_pass_header",
    "more_set_headers",
    "more_clear_headers",
    "more_set_input_headers",
    "more_clear_input_headers",
)
# What nginx adds to an answer; from 1.29.3 on `NAME_inherit` says how a context inherits it.
ADDED = ("add_header", "add_trailer")
# The headers-more module's: a context adds to what those around it say.
HEADERS_MORE = HEADER_LISTS[-4:]
_MOST_KNOWN = 10_000


@dataclass(slots=True, eq=False)
class InheritedList:
    """The directives of one name that one context sets.

    Args:
        name: the directive.
        context: the context's name.
        directives: in the order of the text.
        complete: False where an unread include may add to it or replace it.
        outer: the list it is merged with (`add_header_inherit merge`, `add_trailer_inherit merge`).
    """

    name: str
    context: str
    directives: list[Directive]
    complete: bool = True
    outer: InheritedList | None = None
    _doubtful: InheritedList | None = None

    def doubtful(self) -> InheritedList:
        """The same list where an unread include further in may replace it."""
        if not self.complete:
            return self
        if self._doubtful is None:
            self._doubtful = InheritedList(
                self.name, self.context, self.directives, complete=False, outer=self.outer
            )
        return self._doubtful

    def all_directives(self) -> list[Directive]:
        """Its own, then those of the contexts it is merged with, the innermost first."""
        outer = self.outer
        if outer is None:
            return self.directives
        merged = list(self.directives)
        while outer is not None:
            merged += outer.directives
            outer = outer.outer
        return merged


class Lists:
    """The lists of one document that something refers to.

    Args:
        budget: bounds what is merged.
        written: the lists that stand in another shard already; takes in those that come into this
            one when it is written.
        known: what stands in lists of other shards; takes in what is written alike.

    Attributes:
        variables: those of the http block, once it is open.
    """

    def __init__(
        self,
        budget: Budget,
        written: set[InheritedList] | None = None,
        known: dict[tuple[str, ...], Alike] | None = None,
    ) -> None:
        self._budget = budget
        self._known = {} if known is None else known
        self._written = set() if written is None else written
        self._sizes = [0, 0]
        self._not_counted: list[InheritedList] = []
        self.variables: HttpVariables | None = None
        # Headers with the same value stand in most locations.
        self._sent: dict[str, str | None] = {}
        self._headers: dict[InheritedList, int] = {}
        self._pages: dict[InheritedList, int] = {}

    def index(self, inherited: InheritedList) -> int:
        """The index that a location holds."""
        listed = self._pages if inherited.name == "error_page" else self._headers
        if inherited not in listed:
            listed[inherited] = len(listed)
            self._not_counted.append(inherited)
        return listed[inherited]

    @property
    def fresh(self) -> int:
        """About how many characters its lists take, without those of other shards."""
        return self._counted()[0]

    @property
    def again(self) -> int:
        """The same of those that other shards have, too."""
        return self._counted()[1]

    def _counted(self) -> list[int]:
        for inherited in self._not_counted:
            size = sum(map(_size, inherited.all_directives()))
            self._sizes[inherited in self._written] += size
        self._not_counted.clear()
        return self._sizes

    def header_lists(self) -> list[Json]:
        """`header_lists` of the document."""
        return [
            {
                "directive": item.name,
                "context": item.context,
                "complete": item.complete,
                "headers": self._entries(item, self._header),
            }
            for item in self._headers
        ]

    def error_page_lists(self) -> list[Json]:
        """`error_page_lists` of the document."""
        return [
            {
                "context": item.context,
                "complete": item.complete,
                "pages": self._entries(item, _error_page),
            }
            for item in self._pages
        ]

    def _entries(self, item: InheritedList, write: Callable[[Directive], Json]) -> list[Json]:
        directives = item.all_directives()
        if item not in self._written:
            # What is merged is repeated.
            self._budget.spend(sum(map(_size, directives[len(item.directives) :])))
            self._written.add(item)
        if item.name in HEADERS_MORE:
            return [
                alike(_more(directive, *pair))
                for directive in directives
                for pair in told(directive)
            ]
        known = self._known
        found: list[Json] = []
        for directive in directives:
            like = (directive.name, directive.file, directive.key, *directive.args)
            node = known.get(like)
            if node is None:
                node = alike(write(directive))
                if len(known) < _MOST_KNOWN:
                    known[like] = node
            found.append(node.at(directive))
        return found

    def _header(self, directive: Directive) -> Json:
        arguments = directive.args
        value = arguments[1] if len(arguments) > 1 else ""
        node: Json = {
            "name": arguments[0] if arguments else "",
            "value": value,
            "always": directive.name in ADDED and arguments[2:] == ["always"],
        }
        if directive.name == "grpc_set_header" and "$" in value:
            if value not in self._sent:
                self._sent[value] = value_for_grpc(value, self.variables)
            sent = self._sent[value]
            if sent is not None:
                node["sent"] = sent
        return placed(node, directive)


def _more(directive: Directive, name: str, value: str) -> Json:
    return placed({"name": name, "value": value, "always": True}, directive)


def _size(directive: Directive) -> int:
    return sum(map(len, directive.args)) + len(directive.file) + 64


def page_uri(directive: Directive) -> str:
    """Where an error_page leads."""
    return directive.args[-1] if len(directive.args) > 1 else ""


def page_response(directive: Directive) -> str:
    """What replaces the status: empty, `=` or `=CODE`."""
    if len(directive.args) > 2 and directive.args[-2].startswith("="):
        return directive.args[-2]
    return ""


def page_codes(directive: Directive) -> tuple[int, ...]:
    """The statuses an error_page is for; nginx takes 300 to 599."""
    return _codes(tuple(directive.args[: -2 if page_response(directive) else -1]))


@lru_cache(maxsize=256)
def _codes(texts: tuple[str, ...]) -> tuple[int, ...]:
    return tuple(
        int(text) for text in texts if len(text) == 3 and text[0] in "345" and _is_number(text)
    )


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _error_page(directive: Directive) -> Json:
    uri = page_uri(directive)
    node: Json = {
        "codes": list(page_codes(directive)),
        "response": page_response(directive),
        "uri": uri,
        "unresolved": "$" in uri,
    }
    return placed(node, directive)
