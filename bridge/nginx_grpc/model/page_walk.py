"""Where an error page leads: nginx's internal redirect followed to what answers the client.

A page with a URI runs the server's rewrite directives again, then those of the location that nginx
chooses; a named location runs its own alone. Where a condition may go either way both are followed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from nginx_grpc.model.choice import Effort, Locations
from nginx_grpc.model.lists import page_codes, page_response, page_uri
from nginx_grpc.model.locations import Location, condition_of
from nginx_grpc.model.names import beginning_with
from nginx_grpc.model.nodes import by_name
from nginx_grpc.model.page_request import Request, meets, moved, rewritten, setting
from nginx_grpc.model.scopes import Scope
from nginx_grpc.records import dataclass, replace
from nginx_grpc.tree import Directive

__all__ = ["KEPT", "Answer", "Walk", "is_recursive"]

# The status of an answer that keeps the one of the error.
KEPT = -1
# `return 444` closes, and so do 408 and 499, which have a meaning of their own.
_CLOSING = (408, 444, 499)
_REDIRECTS = (301, 302, 303, 307, 308)
# nginx follows ten; a call may have used some of them before.
_MOST_HOPS, _SURE_HOPS = 11, 6
_MOST_WAYS = 64
# Modules that may do with a request, or with its answer, as they like.
_is_script = beginning_with((
    "access_by_", "auth_jwt", "auth_oidc", "body_filter_by_", "header_filter_by_", "js_access",
    "js_body_filter", "js_header_filter", "modsecurity", "more_", "perl_", "precontent_by_",
    "rewrite_by_", "server_rewrite_by_",
))  # fmt: skip
_REWRITING = frozenset(("break", "if", "return", "rewrite", "set"))


@dataclass(frozen=True, slots=True)
class Answer:
    """How a page ends.

    Args:
        kind: see `answer` of a page in the schema.
        scope: what is in effect where it ends.
        location: the location there; None where it is the server itself.
        status: what is sent, KEPT for the status of the error.
        text: the body; None where it is not known.
        uri: the URI by whose extension the content type is chosen; empty where it has none.
        method: of the request in the end.
        why: for unknown, what is not known.
        by: the directive that decides it.
    """

    kind: str
    scope: Scope
    location: Location | None = None
    status: int = KEPT
    text: str | None = ""
    uri: str = ""
    method: str = "POST"
    why: str = ""
    by: Directive | None = None


class _TooMany(Exception):
    """More ways than are followed."""


@dataclass(frozen=True, slots=True)
class _State:
    """A request on its way.

    Args:
        request: what is known of it.
        scope, location: where it is.
        status: what an answer will have: KEPT, 0 for its own, or a code.
        last: whether an error gets no page any more.
        hops: how often a location was looked for.
        changed: whether it has to be looked for again.
    """

    request: Request
    scope: Scope
    location: Location | None
    status: int
    last: bool
    hops: int = 0
    changed: bool = False


# A rewrite directive, and for an `if` in a location the place that it is.
_Code = tuple[Directive, "Location | None"]
_Then = Callable[[_State], Iterator[Answer]]


class Walk:
    """The pages of one server."""

    def __init__(
        self,
        block: list[Directive],
        locations: Locations,
        given: Mapping[str, frozenset[str]],
        effort: Effort,
    ) -> None:
        """Take in a server.

        Args:
            block: its directives.
            locations: its locations.
            given: the variables to which the configuration gives a value somewhere, each with all
                that it can be; with nothing where that is not known.
            effort: bounds the directives that are followed.
        """
        self._effort = effort
        self._codes: list[_Code] = [(item, None) for item in block if item.name in _REWRITING]
        self._locations = locations
        self._given = given
        self._ways = self._deepest = 0

    def answers(self, page: Directive, origin: Scope, *, recursive: bool) -> list[Answer]:
        """How an error page may end.

        Args:
            page: the error_page.
            origin: what is in effect where the error comes up.
            recursive: whether recursive_error_pages is on there.
        """
        request = Request("POST", None, None, (), None, self._given)
        state = _State(request, origin, None, KEPT, last=not recursive)
        self._ways = self._deepest = 0
        try:
            found = list(self._paged(state, page))
        except (_TooMany, RecursionError):
            return [Answer("unknown", origin, why="has too many ways to go", by=page)]
        if _SURE_HOPS < self._deepest < _MOST_HOPS:
            return [Answer("unknown", origin, why="is sent on too often", by=page)]
        return found

    def _paged(self, state: _State, page: Directive) -> Iterator[Answer]:
        response, uri = page_response(page), state.request.expanded(page_uri(page))
        if response:
            code = response[1:]
            state = replace(state, status=int(code) if code.isdigit() else 0)
        if uri is None:
            yield self._unknown(state, "holds a variable", page)
        elif uri.startswith("@"):
            yield from self._named(state, uri, page)
        elif uri.startswith("/"):
            path, _, query = uri.partition("?")
            state = self._hop(state)
            if state.hops >= _MOST_HOPS:
                yield self._own(state, 500, page)
                return
            request = replace(state.request, method="GET", uri=path, query=query, captures=None)
            state = replace(state, request=request, scope=self._locations.scope, location=None)
            yield from self._run(state, self._codes, self._found)
        else:
            status = state.status if state.status in _REDIRECTS else 302
            yield self._own(state, status, page, "redirect")

    def _named(self, state: _State, name: str, page: Directive) -> Iterator[Answer]:
        location = self._locations.named.get(name)
        state = self._hop(state)
        if state.hops >= _MOST_HOPS:
            yield self._own(state, 500, page)
        elif location is not None:
            yield from self._entered(state, location)
        elif self._locations.scope.gaps:
            yield self._unknown(state, "leads to a location that is not seen", page)
        else:
            yield from self._error(state, 500, page, "missing")

    def _found(self, state: _State) -> Iterator[Answer]:
        """After the server's directives: the location that nginx chooses."""
        uri = state.request.uri
        if uri is None:
            yield self._unknown(state, "is sent to a URI that is not known")
            return
        if not uri.isascii() or not uri.isprintable():
            yield self._unknown(state, "leads to a location that is not known")
            return
        choice = self._locations.serving(uri)
        state = replace(state, changed=False)
        if not choice.known:
            yield self._unknown(state, "leads to a location that is not known")
        elif choice.redirects:
            yield from self._error(state, 301)
        elif choice.location is None:
            state = replace(state, scope=self._locations.scope, location=None)
            yield from self._content(state)
        else:
            yield from self._entered(state, choice.location)

    def _entered(self, state: _State, location: Location) -> Iterator[Answer]:
        state = replace(state, scope=location.scope, location=location, changed=False)
        if location.regex:
            state = replace(state, request=replace(state.request, captures=None))
        if _scripted(location.scope):
            yield self._unknown(state, "is in the hands of a module")
        elif location.scope.gaps:
            yield self._unknown(state, "leads to a location that was not read whole")
        elif _excluded(location, state.request.method):
            # Under limit_except the rewrite directives of the location are not in effect.
            limited = location.own["limit_except"][0]
            inside = location.scope.inside("if", by_name(limited.block or []), [])
            yield from self._content(replace(state, scope=inside), limited)
        else:
            yield from self._run(state, _codes(location), self._rewritten)

    def _rewritten(self, state: _State) -> Iterator[Answer]:
        """After a location's directives: again to another one, or its content."""
        if not state.changed:
            yield from self._content(state)
            return
        state = self._hop(state)
        if state.hops >= _MOST_HOPS:
            yield self._own(state, 500)
        else:
            yield from self._found(state)

    def _run(self, state: _State, codes: Sequence[_Code], then: _Then) -> Iterator[Answer]:
        """The rewrite directives one after the other, and what follows on them."""
        if not self._effort.spent(len(codes)):
            raise _TooMany
        for at, (code, inner) in enumerate(codes):
            if code.name == "break":
                break
            if code.name == "return":
                yield from self._returned(state, code)
                return
            if code.name == "set":
                state = replace(state, request=setting(state.request, code))
                continue
            rest = codes[at + 1 :]
            if code.name == "if":
                yield from self._conditional(state, code, inner, rest, then)
            else:
                yield from self._replaced(state, code, rest, then)
            return
        else:
            yield from then(state)
            return
        yield from then(replace(state, changed=False))

    def _conditional(
        self,
        state: _State,
        code: Directive,
        inner: Location | None,
        rest: Sequence[_Code],
        then: _Then,
    ) -> Iterator[Answer]:
        condition = inner.condition if inner is not None else None
        ways = meets(state.request, condition or condition_of(code.args))
        self._count(len(ways) - 1)
        for request, met in ways:
            following = replace(state, request=request)
            if not met:
                yield from self._run(following, rest, then)
                continue
            if inner is not None:
                following = replace(following, scope=inner.scope, location=inner)
            if any(item.unread for item in code.block or ()):
                yield self._unknown(following, "leads to a location that was not read whole", code)
                continue
            own: list[_Code] = [
                (item, None) for item in code.block or () if item.name in _REWRITING
            ]
            yield from self._run(following, [*own, *rest], then)

    def _replaced(
        self, state: _State, code: Directive, rest: Sequence[_Code], then: _Then
    ) -> Iterator[Answer]:
        if len(code.args) not in (2, 3):
            yield self._unknown(state, "has a rewrite that nginx refuses", code)
            return
        pattern, text = code.args[:2]
        flag = code.args[2] if len(code.args) == 3 else ""
        sends_away = text.startswith(("http://", "https://", "$scheme"))
        ways = rewritten(state.request, pattern, text)
        self._count(len(ways) - 1)
        for request, matched, replacement in ways:
            following = replace(state, request=request)
            if not matched:
                yield from self._run(following, rest, then)
            elif sends_away or flag in ("redirect", "permanent"):
                yield from self._error(following, 301 if flag == "permanent" else 302, code)
            elif replacement is not None and replacement.partition("?")[0] == "":
                yield from self._error(following, 500, code)
            else:
                request = moved(request, replacement, keeps_query=not text.endswith("?"))
                following = replace(following, request=request, changed=flag != "break")
                if flag in ("last", "break"):
                    yield from then(following)
                else:
                    yield from self._run(following, rest, then)

    def _returned(self, state: _State, code: Directive) -> Iterator[Answer]:
        first = code.args[0] if code.args else ""
        status, text = 0, code.args[1] if len(code.args) > 1 else ""
        if first.isascii() and first.isdigit():
            status = int(first)
        elif len(code.args) == 1 and first.startswith(("http://", "https://", "$scheme")):
            status, text = 302, first
        else:
            yield self._unknown(state, "has a return that nginx refuses", code)
            return
        if (status >= 400 and not text) or status in _REDIRECTS:
            yield from self._error(state, status, code)
        else:
            yield Answer(
                "page",
                state.scope,
                state.location,
                state.status or status,
                state.request.expanded(text),
                state.request.uri or "",
                by=code,
            )

    def _error(
        self, state: _State, status: int, by: Directive | None = None, kind: str = "error"
    ) -> Iterator[Answer]:
        """An error on the way: a page of its own where pages may follow on each other."""
        if status in _CLOSING:
            yield Answer("closed", state.scope, state.location, status, by=by)
            return
        pages = state.scope.lists.get("error_page")
        if state.last or (pages is None and state.scope.gap is None):
            yield self._own(state, status, by, kind)
            return
        if pages is None or not pages.complete:
            yield self._unknown(state, "may lead to a page that is not seen", by)
            return
        state = replace(state, last=not is_recursive(state.scope), status=status)
        for page in pages.all_directives():
            if status in page_codes(page):
                yield from self._paged(state, page)
                return
        yield self._own(state, status, by, kind)

    def _content(self, state: _State, limited: Directive | None = None) -> Iterator[Answer]:
        """What is behind the rewrite directives: access, files or a handler.

        Args:
            state: the request.
            limited: the limit_except that is in effect.
        """
        location = state.location
        by = limited or (location.directive if location is not None else None)
        refused = _refuses(state.scope)
        handler = _handler(location, limited)
        if refused:
            yield from self._error(state, 403, by)
        elif refused is None:
            yield self._unknown(state, "is refused to some", by)
        elif location is not None and "try_files" in location.own:
            yield self._unknown(state, "depends on the files that are there", by)
        elif handler == "unknown":
            yield self._unknown(state, "leads to a location that was not read whole", by)
        elif handler != "static":
            kind = "pass" if handler.endswith("_pass") else "handler"
            yield Answer(
                kind, state.scope, location, state.status, method=state.request.method, by=by
            )
        elif not state.last and _has_page(state.scope, (301, 403, 404, 405)):
            yield self._unknown(state, "depends on the files that are there", by)
        elif state.request.method == "POST":
            yield Answer("no_file", state.scope, location, by=by)
        else:
            uri = state.request.uri or ""
            yield Answer("file", state.scope, location, state.status or 200, None, uri, by=by)

    def _own(
        self, state: _State, status: int, by: Directive | None = None, kind: str = "error"
    ) -> Answer:
        """nginx's own text."""
        return Answer(kind, state.scope, state.location, status, None, by=by)

    def _unknown(self, state: _State, why: str, by: Directive | None = None) -> Answer:
        return Answer("unknown", state.scope, state.location, why=why, by=by)

    def _hop(self, state: _State) -> _State:
        self._deepest = max(self._deepest, state.hops + 1)
        return replace(state, hops=state.hops + 1)

    def _count(self, ways: int) -> None:
        self._ways += ways
        if self._ways > _MOST_WAYS:
            raise _TooMany


def is_recursive(scope: Scope) -> bool:
    """Whether recursive_error_pages is on, as far as it is seen."""
    setting = scope.settings.get("recursive_error_pages")
    return setting is not None and setting.get("on") is True


def _has_page(scope: Scope, statuses: Sequence[int]) -> bool:
    pages = scope.lists.get("error_page")
    return pages is not None and any(
        status in page_codes(page) for page in pages.all_directives() for status in statuses
    )


def _codes(location: Location) -> list[_Code]:
    places = {id(inner.directive): inner for inner in location.conditions}
    return [(item, places.get(id(item))) for item in location.block if item.name in _REWRITING]


def _excluded(location: Location, method: str) -> bool:
    """Whether limit_except is in effect for a method."""
    for directive in location.own.get("limit_except", ()):
        return method not in map(str.upper, directive.args)
    return False


def _handler(location: Location | None, limited: Directive | None) -> str:
    handler = location.handler if location is not None else "static"
    for item in (limited.block or ()) if limited is not None else ():
        if item.name.endswith("_pass"):
            handler = item.name
    # A `return` that did not run, for a break or a limit_except stood before it.
    return "static" if handler == "return" else handler


def _scripted(scope: Scope) -> bool:
    at: Scope | None = scope
    while at is not None:
        for name, directives in at.own.items():
            if _is_script(name) and not all(map(_is_about_others, directives)):
                return True
        at = at.outer
    return False


def _is_about_others(directive: Directive) -> bool:
    """Whether a module sets or clears headers that say nothing to a gRPC client, like Server."""
    if directive.name not in ("more_clear_headers", "more_set_headers"):
        return False
    names = [arg.partition(":")[0].strip().lower() for arg in directive.args]
    return not any(
        name.startswith(("-", "content-", "grpc-", "trailer", "transfer-"))
        or "*" in name
        or "$" in name
        for name in names
    )


def _refuses(scope: Scope) -> bool | None:
    """Whether nginx refuses everyone; None where it refuses some."""
    blocks = []
    at: Scope | None = scope
    while at is not None:
        blocks.append(at.own)
        at = at.outer
    for name in ("auth_basic", "auth_request"):
        said = next((block[name] for block in blocks if name in block), None)
        if said is not None and said[0].args[:1] != ["off"]:
            return None
    for block in blocks:
        if "deny" in block:
            everyone = any(item.args == ["all"] for item in block["deny"])
            return True if everyone and "allow" not in block else None
        if "allow" in block:
            return False
    return False
