"""What a variable is where nothing has set it: map, geo and split_clients, the client's word, none.

nginx evaluates such a variable when it is first read, and keeps what it found for the request.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from nginx_grpc.model.captures import pattern_of
from nginx_grpc.model.patterns import Language
from nginx_grpc.model.values import NOTHING, Leaf, Values, Work, parts_of
from nginx_grpc.records import dataclass, field
from nginx_grpc.tree import Directive

__all__ = ["SCRIPTS", "VARIABLE_BLOCKS", "Definition", "HttpVariables", "name_of", "sets_variable"]

# Whether a regex (that ignores case or not) matches the texts of a language: always, never,
# sometimes, or unknown.
Matches = Callable[[str, bool, Language], str]
VARIABLE_BLOCKS = frozenset(("map", "geo", "split_clients"))
# Code that may set any variable before a request is passed on.
SCRIPTS = ("rewrite_by_", "access_by_", "server_rewrite_by_", "js_access", "perl_")

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
# All that these can be.
_CLOSED = {"scheme": ("http", "https"), "https": ("on", ""), "is_args": ("?", "")}
_GEO_WORDS = frozenset(("delete", "proxy", "proxy_recursive", "ranges"))
_MOST_ENTRIES = 256
_EVERY_ADDRESS = frozenset(("0.0.0.0/0", "0.0.0.0-255.255.255.255"))
# What directives before the rewrite module's and after it evaluate in their own time.
_KEYED = frozenset(("auth_basic", "limit_conn_zone", "limit_req_zone"))


@dataclass(slots=True)
class Definition:
    """A map, geo or split_clients.

    Args:
        directive: the block.
        source: the text it looks at; empty for geo and split_clients, which are not followed.
        entries: those that give a value, in the order of the text.
        exact: the entries for exact texts, in small letters, by text.
        others: whether there are patterns, wildcards, networks or shares among them.
        default: the entry for the rest; None where the rest is nothing.
        whole: whether all entries are seen.
        volatile: whether it is evaluated anew each time.
        captures: the names of its regexes' captures.
        regex: whether it has a regex.
        with_variables: the entries of a map whose value has a variable.
    """

    directive: Directive
    source: str = ""
    entries: list[Directive] = field(default_factory=list)
    exact: dict[str, Directive] = field(default_factory=dict)
    others: bool = False
    default: Directive | None = None
    whole: bool = True
    volatile: bool = False
    captures: tuple[str, ...] = ()
    regex: bool = False
    with_variables: list[Directive] = field(default_factory=list)
    _constants: Values | None = None

    @property
    def name(self) -> str:
        """Of its variable, in small letters."""
        return name_of(self.directive.args[-1])

    @property
    def depends(self) -> frozenset[str]:
        """What chooses an entry of a geo or split_clients."""
        if self.source:
            return frozenset()
        looked_at = "".join(self.directive.args[:-1]) or "$remote_addr"
        return frozenset(name for _, name in parts_of(looked_at) if name)

    def chosen(self, source: Values) -> list[Directive | None] | None:
        """The entries that come out for what the source can be, where that is known.

        None stands for nothing.
        """
        if not (self.source and self.whole and source.rows) or self.others:
            return None
        if not all(map(is_constant, source.rows)):
            return None
        texts = ("".join(map(str, row)).lower() for row in source.rows)
        entries = [self.exact.get(text, self.default) for text in texts]
        return list({id(entry): entry for entry in entries}.values())

    def strangers(self, sources: list[Language], matches: Matches) -> frozenset[int]:
        """The entries without a variable, by id, whose value no gRPC call comes to.

        Args:
            sources: what calls can have there.
            matches: whether a regex matches the texts of a language.
        """
        wild = any(text.startswith((".", "*.")) or text.endswith(".*") for text in self.exact)
        if not self.source or not self.whole or wild or len(self.entries) > _MOST_ENTRIES:
            return frozenset()
        reached: set[str] = set()
        for source in sources:
            reached.update(_value(entry) for entry in self._reached(source, matches))
        constant = [None, *(entry for entry in self.entries if not self.has_variables(entry))]
        return frozenset(
            id(entry or self.directive) for entry in constant if _value(entry) not in reached
        )

    def _reached(self, source: Language, matches: Matches) -> Iterator[Directive | None]:
        start = source.prefix.lower()
        if source.exact and start in self.exact:
            yield self.exact[start]
            return
        for text, entry in () if source.exact else self.exact.items():
            if text.startswith(start) and _may_be(source, text, matches):
                yield entry
        for entry in self.entries:
            if entry.name.startswith("~"):
                pattern = entry.name.removeprefix("~")
                caseless = pattern.startswith("*")
                how = matches(pattern.removeprefix("*"), caseless, source)
                if how != "never":
                    yield entry
                if how == "always":
                    return
        yield self.default

    def constants(self, work: Work) -> Values:
        """What comes out of the entries without a variable, whatever the source is."""
        if self._constants is None:
            found = Values()
            work.spend(len(self.entries))
            for entry in self.entries:
                if not self.has_variables(entry):
                    found = found.join(self.constant(entry))
            if self.default is None:
                found = found.join(self.constant(None))
            self._constants = found
        return self._constants

    def has_variables(self, entry: Directive | None) -> bool:
        """Whether the value of a map's entry has a variable."""
        return bool(self.source) and entry is not None and "$" in "".join(entry.args[:1])

    def constant(self, entry: Directive | None) -> Values:
        """What comes out of an entry without a variable."""
        text = _value(entry)
        return Values({(text,) if text else NOTHING: entry or self.directive})


def _value(entry: Directive | None) -> str:
    """The text of an entry as written; nothing for what has no entry."""
    return entry.args[0] if entry is not None and entry.args else ""


class HttpVariables:
    """Variables of one http block.

    Args (attributes):
        definitions: the last map, geo or split_clients of each name, as nginx takes it.
        captures: names of captures in maps.
        given: names that some module's directive gives a value.
        scripted: whether code may set any variable anywhere.
        disturbed: whether a map with a regex may be evaluated outside of the rewrite phase.
        gaps: of the blocks, by index.
    """

    def __init__(self, block: list[Directive]) -> None:
        self.definitions: dict[str, Definition] = {}
        self.captures: set[str] = set()
        self.given: set[str] = set()
        self.assigned: set[str] = set()
        self.scripted = any(directive.name.startswith(SCRIPTS) for directive in block)
        self.gaps: list[int] = []
        self.doubtful = False
        for directive in block:
            if directive.block is not None and directive.name in VARIABLE_BLOCKS:
                self._define(directive)
            elif sets_variable(directive):
                self.given.add(name_of(directive.args[0]))
            elif directive.block is not None and directive.name == "geoip2":
                self.given.update(
                    name_of(entry.name) for entry in directive.block if entry.name[:1] == "$"
                )
        keyed = " ".join(
            argument for item in block if item.name in _KEYED for argument in item.args
        ).lower()
        self.disturbed = "$" in keyed and any(
            definition.regex and f"${name}" in keyed
            for name, definition in self.definitions.items()
        )

    def _define(self, directive: Directive) -> None:
        if not directive.args or not directive.args[-1].startswith("$"):
            return
        of_map = directive.name == "map"
        found = Definition(directive, directive.args[0] if of_map else "")
        for entry in directive.block or ():
            if entry.unread:
                found.whole = False
            elif of_map:
                _map_entry(found, entry)
            elif directive.name == "split_clients":
                _share(found, entry)
            elif entry.name not in _GEO_WORDS:
                found.entries.append(entry)
                if entry.name == "default" or entry.name in _EVERY_ADDRESS:
                    found.default = entry
        shared = [entry for entry in found.entries if entry.name != "*"]
        if directive.name == "split_clients" and sum(_percent(it.name) for it in shared) >= 100:
            # Of 2^32 hashes no more than one a share is left for the rest.
            found.entries, found.default = shared, None
        if directive.name == "split_clients" and found.default is None and found.entries:
            shares = sum(_percent(entry.name) for entry in found.entries)
            if shares >= 100:
                found.default = found.entries[-1]
        # nginx keeps the word of an earlier map of that name.
        earlier = self.definitions.get(found.name)
        found.volatile = found.volatile or (earlier is not None and earlier.volatile)
        self.definitions[found.name] = found
        self.captures.update(found.captures)


def is_from_request(name: str) -> bool:
    """Whether nginx takes a variable of its own from what the client sends."""
    return name.startswith(_FROM_CLIENT) or name in _REQUEST


def closed(name: str) -> Values | None:
    """All that a variable of nginx's own can be, where that is a few words."""
    texts = _CLOSED.get(name)
    return Values({(text,) if text else NOTHING: None for text in texts}) if texts else None


def _may_be(source: Language, text: str, matches: Matches) -> bool:
    """Whether a text, in some case, can be one of a language."""
    exact = f"^{re.escape(text)}$"
    return matches(exact, True, source) != "never"


def _map_entry(found: Definition, entry: Directive) -> None:
    key = entry.name
    if not entry.args:
        # A key without a value is refused, but for `volatile` and `hostnames`.
        found.volatile = found.volatile or key == "volatile"
        return
    found.entries.append(entry)
    if found.has_variables(entry):
        found.with_variables.append(entry)
    if key == "default":
        found.default = entry
    elif key.startswith("~"):
        pattern = pattern_of(key.lstrip("~").removeprefix("*"))
        found.regex = found.others = True
        found.captures += pattern.names
        if pattern.always and found.default is None:
            found.default = entry
    else:
        text = key.removeprefix("\\").lower()
        found.exact[text] = entry
        if text.startswith((".", "*.")) or text.endswith(".*"):
            found.others = True


def _share(found: Definition, entry: Directive) -> None:
    found.entries.append(entry)
    if entry.name == "*":
        found.default = entry


def _percent(text: str) -> float:
    try:
        return float(text.rstrip("%"))
    except ValueError:
        return 0.0


def is_constant(row: Iterable[str | Leaf]) -> bool:
    """Whether an alternative is known as it stands."""
    return not any(isinstance(piece, Leaf) for piece in row)


def sets_variable(directive: Directive) -> bool:
    """A directive of some module that gives a variable a value, as set_by_lua does; not `set`."""
    # Nearly every directive fails at its first argument.
    if not directive.args or not directive.args[0].startswith("$"):
        return False
    return (
        directive.name.startswith(("set_", "js_", "perl_"))
        or directive.name.endswith("_set")
        or directive.name in ("geoip2", "lua_set", "let", "eval")
    )


def name_of(text: str) -> str:
    """The name of `$Name`: nginx takes off one dollar sign, and ignores case."""
    return text[1:].lower()
