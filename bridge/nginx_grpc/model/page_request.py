"""A request on its way to an error page, as far as it is known.

An error page with a URI is asked for by GET, one with a @name by the method of the call. What a
client sends beside what every gRPC client sends is not known, nor is what the call has set before.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from nginx_grpc.expressions import expression
from nginx_grpc.model.locations import Condition
from nginx_grpc.model.regex import compiled
from nginx_grpc.records import dataclass, replace
from nginx_grpc.tree import Directive

__all__ = ["Request", "meets", "moved", "rewritten", "setting"]

_VARIABLE = expression(r"\$(?:\{(\w+)\}|(\w+))", re.ASCII)
# What every gRPC client sends, and what none does: HTTP/2 has no such headers.
_SENT = {
    "http_te": "trailers",
    "server_protocol": "HTTP/2.0",
    "http_connection": "",
    "http_keep_alive": "",
    "http_transfer_encoding": "",
    "http_upgrade": "",
}
# What the client sends is the same all through a request.
_LASTING = ("cookie_", "http_")
_CONTENT_TYPE = frozenset(("content_type", "http_content_type"))
# Regexes that take every URI.
_TAKES_ALL = frozenset(
    ("", "^", "^/", "/", ".*", "(.*)", "^.*", "^(.*)", "^.*$", "^(.*)$", "^/.*$", "^/(.*)$",
     "^/(.*)", "^/.*", ".", "(.)", "^.", ".+", "^.+$", "^(.+)$")
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Request:
    """What is known of it.

    Args:
        method: GET, or POST where the page is a named location.
        uri: the path, None where it is the client's.
        query: what stands behind the `?`, None where it is the client's.
        held: the variables that were set on the way; None for a value that is not known.
        captures: the groups of the last regex, None where they are not known.
        given: the names to which the configuration gives a value somewhere, each with all that it
            can be; with nothing where that is not known.
        answered: how conditions went that ask for what the client alone knows.
    """

    method: str
    uri: str | None
    query: str | None
    held: tuple[tuple[str, str | None], ...]
    captures: tuple[str, ...] | None
    given: Mapping[str, frozenset[str]]
    answered: tuple[tuple[Condition, bool], ...] = ()

    def value(self, name: str) -> str | None:
        """A variable's value; None where it is not known."""
        held = dict(self.held)
        if name in held:
            return held[name]
        if name.isdigit():
            if self.captures is None or name == "0":
                return None
            return self.captures[int(name) - 1] if int(name) <= len(self.captures) else ""
        if name == "request_method":
            return self.method
        if name in ("uri", "document_uri"):
            return self.uri
        if name in ("args", "query_string"):
            return self.query
        if name == "is_args":
            return None if self.query is None else "?" if self.query else ""
        if name.startswith("arg_"):
            return self._argument(name[4:])
        return None if name in self.given else _SENT.get(name)

    def possible(self, name: str) -> frozenset[str]:
        """All that a variable can be; nothing where that is not known."""
        return frozenset() if name in dict(self.held) else self.given.get(name, frozenset())

    def expanded(self, text: str) -> str | None:
        """A text with its variables replaced; None where one is not known."""
        found = []
        position = 0
        for match in _VARIABLE.finditer(text):
            value = self.value((match[1] or match[2]).lower())
            if value is None:
                return None
            found += [text[position : match.start()], value]
            position = match.end()
        found.append(text[position:])
        joined = "".join(found)
        # What is left of a `$` is one more notation for a variable, or none that nginx takes.
        return None if "$" in "".join(found[::2]) else joined

    def _argument(self, name: str) -> str | None:
        if self.query is None or f"arg_{name}" in self.given:
            return None
        for part in self.query.split("&"):
            key, equals, value = part.partition("=")
            if equals and key.lower() == name:
                return value
        return ""


def setting(request: Request, directive: Directive) -> Request:
    """The request behind a `set`."""
    if len(directive.args) != 2:
        return request
    name = directive.args[0].removeprefix("$").lower()
    value = request.expanded(directive.args[1])
    if name == "args":
        return replace(request, query=value)
    kept = tuple(item for item in request.held if item[0] != name)
    return replace(request, held=(*kept, (name, value)))


def meets(request: Request, condition: Condition) -> list[tuple[Request, bool]]:
    """Whether the condition of an `if` holds; both where that is not known."""
    both = [(replace(request, captures=None), True), (replace(request, captures=None), False)]
    operator, value = condition.operator, condition.value
    if not condition.variable:
        return both
    name = condition.variable.strip("${}").lower()
    if name in _CONTENT_TYPE and name not in request.given:
        answer = _of_content_type(operator, value)
        return both if answer is None else [(replace(request, captures=None), answer)]
    text = request.value(name)
    if text is None:
        return _undecided(request, name, condition) or both
    if operator in ("=", "!="):
        other = request.expanded(value)
        if other is None:
            return both
        return [(request, (text == other) == (operator == "="))]
    if operator in ("~", "~*", "!~", "!~*"):
        found = _searched(value, text, caseless=operator.endswith("*"))
        if found is False:
            return both
        matched = found is not None
        captures = found if isinstance(found, tuple) else ()
        return [(replace(request, captures=captures), matched != operator.startswith("!"))]
    if operator:
        return both
    return [(request, text not in ("", "0"))]


def _undecided(
    request: Request, name: str, condition: Condition
) -> list[tuple[Request, bool]] | None:
    """Whether a condition holds whose variable is not known: as before, or whatever it is."""
    after = replace(request, captures=None)
    texts = [replace(request, held=((name, text),)) for text in sorted(request.possible(name))]
    ways = [way for at in texts for way in meets(at, condition)]
    answers = {met for _, met in ways}
    if len(answers) == 1:
        return [(after, answers.pop())]
    if not name.startswith(_LASTING) or name in request.given or "$" in condition.value:
        return None
    known = dict(request.answered)
    if condition in known:
        return [(after, known[condition])]
    return [
        (replace(after, answered=(*request.answered, (condition, met))), met)
        for met in (True, False)
    ]


def rewritten(request: Request, pattern: str, text: str) -> list[tuple[Request, bool, str | None]]:
    """What a `rewrite` makes of the request.

    Returns:
        Each way that it may go: the request behind the regex, whether the regex matched, and the
        replacement, None where it is not known.
    """
    found = False if request.uri is None else _searched(pattern, request.uri, caseless=False)
    if found is False:
        unknown = replace(request, captures=None)
        matched = (unknown, True, unknown.expanded(text))
        return [matched] if pattern in _TAKES_ALL else [matched, (unknown, False, None)]
    if found is None:
        return [(replace(request, captures=()), False, None)]
    after = replace(request, captures=found if isinstance(found, tuple) else ())
    return [(after, True, after.expanded(text))]


def moved(request: Request, replacement: str | None, *, keeps_query: bool) -> Request:
    """The request at the URI that a `rewrite` gives it.

    Args:
        request: before it.
        replacement: the new URI with its query; None where it is not known.
        keeps_query: whether the old query is added; a `?` at the end of the text says no.
    """
    if replacement is None:
        return replace(request, uri=None, query=None)
    if not keeps_query:
        uri, _, query = replacement[:-1].partition("?")
        return replace(request, uri=uri, query=query)
    uri, mark, query = replacement.partition("?")
    old = request.query
    if not mark:
        return replace(request, uri=uri)
    joined = None if old is None else f"{query}&{old}" if old else query
    return replace(request, uri=uri, query=joined)


def _searched(pattern: str, text: str, *, caseless: bool) -> tuple[str, ...] | bool | None:
    """The groups of a match; None for no match, False where that is not known."""
    regex = compiled(pattern, caseless=caseless)
    if regex is None or regex.names:
        return False
    match = regex.search(text)
    if match is None or isinstance(match, bool):
        return match
    return tuple(group or "" for group in match.captures[1:])


def _of_content_type(operator: str, value: str) -> bool | None:
    """Whether a gRPC content type meets a condition: it begins with application/grpc."""
    start = "application/grpc"
    if operator == "":
        return True
    if operator in ("=", "!="):
        possible = value == start or value.startswith((f"{start}+", f"{start};")) or "$" in value
        return None if possible else operator == "!="
    literal = value.replace("\\", "")
    if not re.fullmatch(r"\^?[a-z/.]+", literal):
        return None
    anchored = literal.startswith("^")
    literal = literal.lstrip("^")
    if (start.startswith(literal)) if anchored else literal in start:
        return not operator.startswith("!")
    return None
