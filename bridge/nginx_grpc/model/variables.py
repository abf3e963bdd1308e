"""What a variable can hold: the constants of set, map, geo and split_clients, or the client's word.

nginx runs the `set`s of the server before those of the location, and a variable survives an
internal redirect: a location with no unconditional set of its own can hold what any other location
of the server has set.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from nginx_grpc.model.captures import groups_of, names_in
from nginx_grpc.tree import Directive

__all__ = [
    "MOST_VALUES",
    "VARIABLE_BLOCKS",
    "HttpVariables",
    "LocationVariables",
    "ServerVariables",
]

VARIABLE_BLOCKS = frozenset(("map", "geo", "split_clients"))

_FROM_CLIENT = ("arg_", "http_", "cookie_")
_REQUEST = frozenset(
    (
        "args",
        "content_length",
        "content_type",
        "document_uri",
        "host",
        "query_string",
        "remote_user",
        "request",
        "request_body",
        "request_filename",
        "request_method",
        "request_uri",
        "ssl_server_name",
        "uri",
    )
)
_MAP_WORDS = frozenset(("hostnames", "volatile"))
_GEO_WORDS = frozenset(("delete", "proxy", "proxy_recursive", "ranges"))
# Code that may set any variable before a request is passed on.
_SCRIPTS = ("rewrite_by_", "access_by_", "server_rewrite_by_", "js_access", "perl_")
# More values than these are not followed.
MOST_VALUES = 64


@dataclass(slots=True)
class Values:
    """What a variable is given.

    Args:
        texts: the texts, which may hold variables themselves.
        complete: whether these are all.
    """

    texts: list[str] = field(default_factory=list)
    complete: bool = True

    def add(self, text: str) -> None:
        """One more text; beyond what is followed the rest is unknown."""
        if text in self.texts:
            return
        if len(self.texts) < MOST_VALUES:
            self.texts.append(text)
        else:
            self.complete = False

    def join(self, other: Values) -> Values:
        """These and the other's."""
        joined = Values(list(self.texts), self.complete and other.complete)
        for text in other.texts:
            joined.add(text)
        return joined


class HttpVariables:
    """Variables of one http block: map, geo, split_clients, and the captures of maps."""

    def __init__(self, block: list[Directive]) -> None:
        self.values: dict[str, Values] = {}
        self.captures: set[str] = set()
        self.scripted = any(directive.name.startswith(_SCRIPTS) for directive in block)
        self.gaps: list[int] = []
        for directive in block:
            if directive.block is not None and directive.name in VARIABLE_BLOCKS:
                self._define(directive)
            elif _defines_variable(directive):
                self._join(_name(directive.args[0]), Values(complete=False))

    def _define(self, directive: Directive) -> None:
        if not directive.args or not directive.args[-1].startswith("$"):
            return
        words = {"map": _MAP_WORDS, "geo": _GEO_WORDS}.get(directive.name, frozenset())
        values = Values()
        for entry in directive.block or ():
            if entry.unread:
                values.complete = False
            elif entry.name not in words or entry.args:
                # A map without a default gives the empty text, which leads nowhere.
                values.add(entry.args[0] if entry.args else "")
                self.captures.update(names_in(entry.name))
        self._join(_name(directive.args[-1]), values)

    def _join(self, name: str, values: Values) -> None:
        before = self.values.get(name)
        self.values[name] = values if before is None else before.join(values)


class ServerVariables:
    """Variables of one server: its own sets, and those of its locations where none is nearer."""

    def __init__(self, http: HttpVariables, block: list[Directive], doubtful: bool) -> None:
        """Take in a server block.

        Args:
            http: the variables around it.
            block: its directives.
            doubtful: whether it has a gap.
        """
        self.http = http
        self.constants: dict[str, tuple[str, ...]] = {}
        self.captures: set[str] = set()
        self._elsewhere: dict[str, Values] = {}
        self.scripted = http.scripted or any(item.name.startswith(_SCRIPTS) for item in block)
        self._doubtful = doubtful or self.scripted
        self._own, self._certain = _sets(block)
        self._captures_of(block)
        for directive in block:
            if directive.name == "server_name":
                self.captures.update(name for text in directive.args for name in names_in(text))

    def take(self, block: list[Directive], pattern: str) -> None:
        """Take in a location's block, for what its sets may leave behind; its regex's captures."""
        sets, _ = _sets(block)
        for name, values in sets.items():
            before = self._elsewhere.get(name)
            self._elsewhere[name] = values if before is None else before.join(values)
        self._captures_of(block)
        self.captures.update(names_in(pattern))

    def values(self, name: str) -> Values | None:
        """What is set for the server, in any location of it or by a map; None where nothing is."""
        mapped = self.http.values.get(name)
        sets = [values for values in (self._own.get(name), self._elsewhere.get(name)) if values]
        if not sets:
            return mapped
        found = Values(complete=not self._doubtful)
        for values in (*sets, mapped) if mapped else sets:
            found = found.join(values)
        return found

    def certain(self, name: str) -> Values | None:
        """What the server itself sets without condition, before any location."""
        if name not in self._certain:
            return None
        values = self._own[name]
        return Values(list(values.texts), values.complete and not self._doubtful)

    def _captures_of(self, block: list[Directive]) -> None:
        for directive in block:
            if directive.name in ("rewrite", "if"):
                self.captures.update(name for text in directive.args for name in names_in(text))


class LocationVariables:
    """Variables where one location passes a request on."""

    def __init__(
        self, server: ServerVariables, block: list[Directive], pattern: str, doubtful: bool
    ) -> None:
        """Take in a location.

        Args:
            server: the variables around it.
            block: its directives.
            pattern: its regex, empty where it has none.
            doubtful: whether its block has a gap.
        """
        self._server = server
        self._outer: LocationVariables | None = None
        self._own, self._certain = _sets(block)
        scripted = server.scripted or any(item.name.startswith(_SCRIPTS) for item in block)
        self._doubtful = doubtful or scripted
        # A rewrite or an `if` with a regex changes the numbered captures.
        other_regex = any(item.name in ("rewrite", "if") for item in block)
        choices = groups_of(pattern)
        self._choices = {
            key: texts for key, texts in choices.items() if not (other_regex and key.isdigit())
        }

    def inside(self, block: list[Directive], doubtful: bool) -> LocationVariables:
        """The variables in an `if` of this location."""
        inner = LocationVariables(self._server, block, "", doubtful or self._doubtful)
        inner._outer = self
        return inner

    def values(self, name: str) -> Values | None:
        """What a variable can hold here; None where nothing seen gives it a value."""
        own = self._own.get(name)
        if own is not None and name in self._certain:
            return Values(list(own.texts), own.complete and not self._doubtful)
        if self._outer is not None:
            around = self._outer.values(name)
        else:
            around = self._server.certain(name) or self._server.values(name)
        if own is not None:
            around = own if around is None else around.join(own)
            around.complete = around.complete and not self._doubtful
        if around is not None:
            return around
        texts = self._choices.get(name) or self._server.constants.get(name)
        return Values(list(texts)) if texts else None

    def is_request(self, name: str) -> bool:
        """Whether the client chooses what the variable holds."""
        return (
            name.isdigit()
            or name.startswith(_FROM_CLIENT)
            or name in _REQUEST
            or name in self._server.captures
            or name in self._server.http.captures
        )


def _sets(block: Iterable[Directive]) -> tuple[dict[str, Values], set[str]]:
    """The sets of a block in nginx's order, and the names that are set without condition."""
    found: dict[str, Values] = {}
    certain: set[str] = set()
    for directive in block:
        if directive.name == "if":
            for inner in filter(_sets_variable, directive.block or ()):
                name = _name(inner.args[0])
                given = _given(inner)
                found[name] = found[name].join(given) if name in found else given
        elif _sets_variable(directive):
            name = _name(directive.args[0])
            found[name] = _given(directive)
            certain.add(name)
    return found, certain


def _sets_variable(directive: Directive) -> bool:
    if directive.name == "set":
        return len(directive.args) == 2
    return _defines_variable(directive)


def _given(directive: Directive) -> Values:
    return Values([directive.args[1]]) if directive.name == "set" else Values(complete=False)


def _defines_variable(directive: Directive) -> bool:
    """A directive of some module that gives a variable a value, as set_by_lua does."""
    # Nearly every directive fails at its first argument.
    if not directive.args or not directive.args[0].startswith("$"):
        return False
    return (
        directive.name.startswith(("set_", "js_", "perl_"))
        or directive.name.endswith("_set")
        or directive.name in ("geoip2", "lua_set", "let", "eval")
    )


def _name(text: str) -> str:
    return text.lstrip("$")
