"""What is sure of every gRPC call: the values that its variables have.

A call is a POST of HTTP/2 with `te: trailers` and a content type of application/grpc. What else a
client sends, who it is and which files there are is not known: there both ways are possible.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from nginx_grpc.expressions import expression
from nginx_grpc.model.captures import names_in
from nginx_grpc.model.names import names_told
from nginx_grpc.model.patterns import Language, Patterns
from nginx_grpc.model.sent import ALWAYS
from nginx_grpc.records import dataclass, replace
from nginx_grpc.tree import Directive

__all__ = [
    "ANYTHING",
    "Request",
    "Variables",
    "behind",
    "exactly",
    "expand",
    "names_set",
    "of_http",
    "parts",
]

ANYTHING = Language()
_EXACT_EMPTY = Language("", exact=True)
# What comes of a backend; and nginx reads no body before it has chosen a handler.
_OF_BACKENDS = frozenset(
    (
        "gzip_ratio",
        "limit_conn_status",
        "limit_req_status",
        "proxy_host",
        "proxy_port",
        "request_body",
        "request_body_file",
        "request_completion",
    )
)
_OF_ANSWERS = ("sent_http_", "sent_trailer_", "upstream_")
_OF_CONNECTION = ("sent_http_connection", "sent_http_keep_alive")
# Empty where the connection has no TLS.
_OF_TLS = (
    "ssl_alpn_protocol",
    "ssl_cipher",
    "ssl_client_cert",
    "ssl_client_fingerprint",
    "ssl_client_s_dn",
    "ssl_client_serial",
    "ssl_client_verify",
    "ssl_protocol",
    "ssl_server_name",
    "ssl_session_id",
)
_VARIABLE = expression(r"\$(?:\{(\w+)\}|(\w+))", re.ASCII)
# What gives a variable a value: by a named capture, or in a way of its own.
_CAPTURING = frozenset(("if", "location", "rewrite", "server_name"))
_GIVING = frozenset(("geo", "geoip2", "keyval", "map", "set", "split_clients"))
_MOST_VALUES = 8
_DEEPEST = 8
_LONGEST = 2048


def exactly(text: str) -> Language:
    """The language of one text."""
    return Language(text, exact=True)


@dataclass(frozen=True, slots=True)
class Request:
    """A call on its way, as far as it is known.

    Args:
        path: its URI.
        method: POST, or GET behind an error page.
        entry: the URI as the client sent it.
        held: what its variables hold that have been set, or computed once, by name.
        captures: the groups of the last regex that matched, None where they are not known.
        assumed: how the conditions went that may go either way, by their text.
        internal: whether a rewrite or a redirect has brought it here.
        changed: whether nginx has to look for a location again.
        redirected: how often the location was looked for again.
        paged: whether an error page has been taken.
        stale: whether a variable may have been computed before its path or method changed.
        query: what stands behind the path: a client of gRPC sends none, a rewrite may add one.
    """

    path: Language
    method: str = "POST"
    entry: Language = ANYTHING
    held: tuple[tuple[str, Language], ...] = ()
    captures: tuple[Language, ...] | None = None
    assumed: tuple[tuple[str, bool], ...] = ()
    internal: bool = False
    changed: bool = False
    redirected: int = 0
    paged: bool = False
    stale: bool = False
    query: Language = _EXACT_EMPTY

    def holding(self, name: str, value: Language) -> Request:
        """The request once this variable holds this value."""
        kept = tuple(item for item in self.held if item[0] != name)
        return replace(self, held=(*kept, (name, value)))


@dataclass(slots=True)
class Variables:
    """What the variables of one server's calls are given.

    Args:
        known: the values that are the same for every call, by name; several where one of them.
        maps: the maps by name.
        told: names that something gives a value that is not followed.
        set: names that a `set` declares: empty until it runs.
        complete: whether all that could give one a value was seen.
        patterns: what reads regexes.
    """

    known: dict[str, tuple[Language, ...]]
    maps: dict[str, Directive]
    told: set[str]
    set: set[str]
    complete: bool
    patterns: Patterns

    def of_server(
        self, scheme: str, names: Iterable[str], sets: Iterable[str], patterns: Patterns
    ) -> Variables:
        """The variables of one server's calls.

        Args:
            scheme: http or https where all come by it, else empty.
            names: the names by which it is reached, where all are known.
            sets: the names that a `set` in it declares.
            patterns: what reads regexes for it.
        """
        known = dict(self.known)
        if self.complete:
            known.update((name, (_EXACT_EMPTY,)) for name in self.set.difference(sets))
        if scheme == "http":
            known.update((name, (_EXACT_EMPTY,)) for name in _OF_TLS)
        if scheme:
            tls = scheme == "https"
            known["scheme"] = (exactly(scheme),)
            known["https"] = (exactly("on" if tls else ""),)
            known["http2"] = (exactly("h2" if tls else "h2c"),)
        hosts = tuple(map(exactly, names))
        if 0 < len(hosts) <= _MOST_VALUES:
            known["host"] = hosts
        return replace(self, known=known, patterns=patterns)


def of_http(block: list[Directive], complete: bool) -> Variables:
    """The variables of an http block.

    Args:
        block: its directives.
        complete: whether it has no gap.
    """
    found = Variables({}, {}, set(), set(), complete, Patterns(0))
    found.known.update((name, (text,)) for name, text in ALWAYS.items())
    for directive in _all(block, _may_give):
        if not _may_give(directive.name):
            continue
        name, arguments = directive.name, directive.args
        if name == "set" and arguments:
            found.set.add(_name(arguments[0]))
        elif name == "map" and directive.block is not None and arguments:
            mapped = _name(arguments[-1])
            if mapped in found.maps or any(entry.unread for entry in directive.block):
                found.told.add(mapped)
            found.maps[mapped] = directive
            for entry in directive.block:
                found.told.update(names_in(entry.name))
        elif name in ("geo", "split_clients") and (value := _only(directive)) is not None:
            found.known[_name(arguments[-1])] = (exactly(value),)
        elif name in _CAPTURING:
            for text in arguments:
                found.told.update(names_in(text))
        else:
            found.told.update(map(_name, _given(directive)))
    return found


def names_set(block: list[Directive]) -> set[str]:
    """The names that a `set` in a block declares."""
    found = _all(block, "set".__eq__)
    return {_name(item.args[0]) for item in found if item.name == "set" and item.args}


def _all(block: list[Directive], told: Callable[[str], bool]) -> Iterator[Directive]:
    """The blocks in a block, and the directives in all of them of which this is told by name."""
    # Most names are not told of, and are looked up here faster than a function is called.
    others: set[str] = set()
    stack = list(reversed(block))
    while stack:
        directive = stack.pop()
        inner = directive.block
        if not inner and not told(directive.name):
            others.add(directive.name)
            continue
        yield directive
        if inner and directive.name not in ("map", "geo", "split_clients", "types"):
            stack.extend([it for it in reversed(inner) if it.block or it.name not in others])


def _only(directive: Directive) -> str | None:
    """What a geo or split_clients gives, whoever calls; None where that may be several values."""
    entries = directive.block or []
    if not directive.args or any(it.unread or len(it.args) != 1 for it in entries):
        return None
    values = {entry.args[0] for entry in entries}
    rest = "default" if directive.name == "geo" else "*"
    values |= set() if any(entry.name == rest for entry in entries) else {""}
    value = values.pop() if len(values) == 1 else None
    return None if value is None or "$" in value else value


@names_told
def _may_give(name: str) -> bool:
    """Whether a directive of this name may give a variable a value."""
    return name in _CAPTURING or name in _GIVING or _is_giving(name)


def _is_giving(name: str) -> bool:
    return name.startswith(("set_", "js_")) or name.endswith("_set") or name in ("eval", "let")


def _given(directive: Directive) -> list[str]:
    """The variables to which a directive of another module gives a value."""
    name, arguments = directive.name, directive.args
    if name in ("geo", "split_clients"):
        return list(arguments[-1:])
    if name == "keyval":
        return list(arguments[1:2])
    if name == "geoip2":
        return [entry.name for entry in directive.block or ()]
    if _is_giving(name):
        return [text for text in arguments[:1] if text.startswith("$")]
    return []


def _name(text: str) -> str:
    return text[1:].lower() if text.startswith("$") else text.lower()


def parts(text: str) -> list[str]:
    """The names of the variables in a text."""
    return [(match[1] or match[2]).lower() for match in _VARIABLE.finditer(text)]


def expand(
    request: Request, text: str, variables: Variables, deep: int = 0
) -> list[tuple[Request, Language]]:
    """What a text can be, and the request in which it is that."""
    rows = [(request, _EXACT_EMPTY)]
    position = 0
    for match in _VARIABLE.finditer(text):
        literal = text[position : match.start()]
        position = match.end()
        name = (match[1] or match[2]).lower()
        following = []
        for at, value in rows:
            for then, more in _value(at, name, variables, deep):
                following.append((then, _joined(_joined(value, exactly(literal)), more)))
        if len(following) > _MOST_VALUES:
            return [(request, ANYTHING)]
        rows = following
    return [(at, _joined(value, exactly(text[position:]))) for at, value in rows]


def behind(
    request: Request, text: str, variables: Variables
) -> list[tuple[Request, Language, Language]]:
    """The path and the query that a rewrite's text or that of a redirect gives, and the request in
    which it is that; a text without `?` leaves the query as it is."""
    path, question, query = text.partition("?")
    rows = expand(request, path, variables)
    if not question:
        return [(at, to, at.query) for at, to in rows]
    return [(then, to, args) for at, to in rows for then, args in expand(at, query, variables)]


def _joined(first: Language, second: Language) -> Language:
    if not first.exact or second == _EXACT_EMPTY:
        return first
    if first.prefix == "":
        return second
    text = first.prefix + second.prefix
    if len(text) > _LONGEST:
        # `set $a "$a$a"` doubles it.
        return Language(text[:_LONGEST])
    return Language(text, second.exact)


def _value(
    request: Request, name: str, variables: Variables, deep: int
) -> list[tuple[Request, Language]]:
    held = dict(request.held)
    if name in held:
        return [(request, held[name])]
    if name.isdigit():
        groups = request.captures
        known = groups is not None and int(name) < len(groups)
        return [(request, groups[int(name)] if groups and known else ANYTHING)]
    if name in variables.told:
        return [(request, ANYTHING)]
    if name in variables.maps:
        return _mapped(request, name, variables, deep)
    if name == "request_method":
        return [(request, exactly(request.method))]
    if name in ("uri", "document_uri"):
        return [(request, request.path)]
    if name == "request_uri":
        return [(request, request.entry)]
    if name == "request":
        return [(request, Language(f"POST {request.entry.prefix}"))]
    if name in _OF_BACKENDS or (name.startswith(_OF_ANSWERS) and name not in _OF_CONNECTION):
        return [(request, ANYTHING if request.stale else _EXACT_EMPTY)]
    if name in ("args", "query_string"):
        return [(request, request.query)]
    if name == "is_args" or name.startswith("arg_"):
        none = request.query == _EXACT_EMPTY
        asked = exactly("?") if name == "is_args" and request.query.prefix else ANYTHING
        return [(request, _EXACT_EMPTY if none else asked)]
    if name in variables.known:
        # One of them: it stays the same for the call.
        values = variables.known[name]
        if len(values) == 1:
            return [(request, values[0])]
        return [(request.holding(name, value), value) for value in values]
    if name == "secure_link" or (name in variables.set and variables.complete):
        return [(request, _EXACT_EMPTY)]
    return [(request, ANYTHING)]


def _mapped(
    request: Request, name: str, variables: Variables, deep: int
) -> list[tuple[Request, Language]]:
    """nginx computes a map once for a request and keeps the value, unless it is volatile."""
    directive = variables.maps[name]
    source = directive.args[0]
    if not variables.patterns.spend() or deep >= _DEEPEST:
        return [(request, ANYTHING)]
    if request.stale and not _is_constant(source, variables):
        return [(request, ANYTHING)]
    entries = [entry for entry in directive.block or () if entry.name != "hostnames" or entry.args]
    if len(entries) < len(directive.block or ()):
        return [(request, ANYTHING)]
    volatile = any(entry.name == "volatile" and not entry.args for entry in entries)
    found: list[tuple[Request, Language]] = []
    for at, key in expand(request, source, variables, deep + 1):
        for text in _results(entries, key, variables.patterns):
            for then, value in expand(at, text, variables, deep + 1):
                found.append((then if volatile else then.holding(name, value), value))
        if len(found) > _MOST_VALUES:
            return [(request, ANYTHING)]
    return found


def _is_constant(text: str, variables: Variables) -> bool:
    return all(name in variables.known and name not in variables.told for name in parts(text))


def _results(entries: list[Directive], key: Language, patterns: Patterns) -> list[str]:
    """The texts that a map may give for a key: exact entries, then regexes in order, then default.

    An exact entry is found in any case.
    """
    default = ""
    exact: dict[str, str] = {}
    regexes: list[tuple[str, bool, str]] = []
    for entry in entries:
        text = entry.args[0] if entry.args else ""
        if entry.name == "volatile" and not entry.args:
            continue
        if entry.name == "default":
            default = text
        elif entry.name.startswith("~"):
            caseless = entry.name.startswith("~*")
            regexes.append((entry.name[2 if caseless else 1 :], caseless, text))
        else:
            word = entry.name[1:] if entry.name.startswith("\\") else entry.name
            exact.setdefault(word.lower(), text)
    found: dict[str, None] = {}
    if key.exact and key.prefix.lower() in exact:
        return [exact[key.prefix.lower()]]
    if not key.exact:
        start = key.prefix.lower()
        found.update((text, None) for word, text in exact.items() if word.startswith(start))
    for pattern, caseless, text in regexes:
        how = patterns.relation(pattern, caseless, key)
        if how != "never":
            found[text] = None
        if how == "always":
            return list(found)
    found[default] = None
    return list(found)
