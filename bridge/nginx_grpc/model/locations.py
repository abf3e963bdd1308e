"""The locations of a server, flat and in the order of the text, each with what is in effect there.

A content handler is not inherited by a nested location: without one of its own it serves files. An
`if` inherits everything of its location, the handler too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from nginx_grpc.errors import Refused
from nginx_grpc.model.gaps import Gaps
from nginx_grpc.model.names import names_told
from nginx_grpc.model.nodes import Json, by_name
from nginx_grpc.model.scopes import Scope
from nginx_grpc.model.service_paths import is_service_path
from nginx_grpc.placement import MODIFIERS, is_handler, matching
from nginx_grpc.records import dataclass
from nginx_grpc.tree import Directive

if TYPE_CHECKING:
    from nginx_grpc.model.arrival import Arrival

__all__ = ["Condition", "Location", "OwnErrors", "condition_of", "locations"]

# What says which files a location has: one that says so means to serve them.
_FILES = frozenset(("alias", "autoindex", "index", "random_index", "root"))
_HANDLERS = frozenset(
    (
        "api",
        "check_status",
        "content_by_lua",
        "content_by_lua_block",
        "content_by_lua_file",
        "drizzle_query",
        "dyups_interface",
        "echo",
        "empty_gif",
        "f4f",
        "flv",
        "hls",
        "js_content",
        "mp4",
        "perl",
        "status",
        "stub_status",
        "upstream_conf",
        "vhost_traffic_status_display",
    )
)


_is_content_handler = names_told(lambda name: name in _HANDLERS or name.endswith("_pass"))
_WITHIN = frozenset(("location", "if"))
# In the order of their modules.
_OF_MODULES = (
    "proxy_pass",
    "fastcgi_pass",
    "uwsgi_pass",
    "scgi_pass",
    "grpc_pass",
    "memcached_pass",
)


@dataclass(frozen=True, slots=True)
class Condition:
    """The condition of an `if`: `$a = b`, `-f $request_filename`, `$a`."""

    text: str
    variable: str
    operator: str
    value: str

    def as_json(self) -> Json:
        """`condition` of a location."""
        return {
            "text": self.text,
            "variable": self.variable,
            "operator": self.operator,
            "value": self.value,
        }


@dataclass(frozen=True, slots=True)
class OwnErrors:
    """With which statuses nginx itself may answer, beside those that may come anywhere.

    Args:
        statuses: in order.
        any: whether a module in effect may answer with any.
    """

    statuses: tuple[int, ...] = ()
    any: bool = False

    @property
    def possible(self) -> bool:
        """Whether there are some."""
        return self.any or bool(self.statuses)

    def as_json(self) -> Json:
        """`errors` of a location."""
        return {"statuses": list(self.statuses), "any": self.any}


_NO_ERRORS = OwnErrors()


@dataclass(slots=True, eq=False)
class Location:
    """A location, or an `if` in one.

    Args:
        id: unique in the document.
        directive: the block.
        parent: the location around it.
        scope: what is in effect.
        modifier: empty, =, ^~, ~, ~*, @ or if.
        path: the path, pattern or @name; for an `if`, that of its location.
        condition: of an `if`.
        handler: the content handler in effect, by its directive.
        passes: the grpc_pass or proxy_pass that is the handler in effect.
        own_handler: whether the handler is set in this block; for files, whether it says where.
        returns: the unconditional return of this block.
        conditions: the `if`s directly in it.
        nested: the locations directly in it.
        carries, reasons: whether gRPC comes here, and the signs.
        errors: with what nginx itself may answer calls here.
        arrival: whether calls to it arrive; None where that is not asked.
        mixed: whether it or something inside it answers, or may, by another handler than grpc_pass
            and return.
        met: of an `if`, whether its values are in effect for every call to its location, or for
            some; empty where for none, or that is not asked.
    """

    id: str
    directive: Directive
    parent: Location | None
    scope: Scope
    modifier: str
    path: str
    condition: Condition | None
    handler: str
    passes: Directive | None
    own_handler: bool
    returns: Directive | None
    conditions: list[Location]
    nested: list[Location]
    carries: str
    reasons: list[str]
    errors: OwnErrors
    arrival: Arrival | None = None
    mixed: bool = False
    met: str = ""

    @property
    def block(self) -> list[Directive]:
        """Its directives."""
        return self.directive.block or []

    @property
    def own(self) -> dict[str, list[Directive]]:
        """Its directives by name."""
        return self.scope.own

    @property
    def name(self) -> str:
        """As a reader names it."""
        if self.condition is not None:
            return f"if ({self.condition.text})"
        if self.modifier in ("", "@"):
            return self.path
        return f"{self.modifier} {self.path}"

    @property
    def regex(self) -> str:
        """Its regex, empty where it has none."""
        return self.path if self.modifier in ("~", "~*") else ""

    @property
    def grpc_pass(self) -> str:
        """The text of the grpc_pass in effect."""
        return self._passed_by("grpc_pass")

    @property
    def proxy_pass(self) -> str:
        """The text of the proxy_pass in effect."""
        return self._passed_by("proxy_pass")

    @property
    def context(self) -> str:
        """Where the handler in effect stands: location or if."""
        return "if" if self.condition is not None and self.own_handler else "location"

    def _passed_by(self, name: str) -> str:
        if self.handler != name or self.passes is None or not self.passes.args:
            return ""
        return self.passes.args[0]


def locations(
    server: Directive, scope: Scope, number: int, gaps: Gaps, fragment: Directive | None
) -> Iterator[Location]:
    """The locations of a server.

    Args:
        server: the block.
        scope: its scope.
        number: the server's place in the document.
        gaps: where unread includes are noted.
        fragment: the location that was built around a fragment of that context.
    """
    # An `if` in a server holds only the rewrite module's directives: it is no place for a request.
    waiting = [(block, None, scope) for block in _inner(server, frozenset(("location",)))]
    waiting.reverse()
    count = 0
    stack: list[tuple[Directive, Location | None, Scope]] = list(waiting)
    while stack:
        directive, parent, around = stack.pop()
        location = _location(directive, parent, around, f"{number}.{count}", gaps, fragment)
        count += 1
        if parent is not None:
            (parent.conditions if location.condition else parent.nested).append(location)
        yield location
        if not _WITHIN.isdisjoint(location.own):
            inner = _inner(directive, _WITHIN)
            stack.extend((block, location, location.scope) for block in reversed(inner))


def _inner(directive: Directive, names: frozenset[str]) -> list[Directive]:
    block = directive.block or []
    return [item for item in block if item.block is not None and item.name in names]


def _location(
    directive: Directive,
    parent: Location | None,
    around: Scope,
    identity: str,
    gaps: Gaps,
    fragment: Directive | None,
) -> Location:
    if directive.name == "location" and directive is not fragment:
        _check_arguments(directive)
    block = directive.block or []
    own = by_name(block)
    condition = condition_of(directive.args) if directive.name == "if" and parent else None
    context = "if" if condition else "location"
    own_gaps = gaps.around("location") if directive is fragment else []
    if "include" in own:
        own_gaps = own_gaps + gaps.unread(block, context)
    scope = around.inside(context, own, own_gaps)
    returns = _first_return(block) if "return" in own else None
    modifier, path = ("if", parent.path) if condition and parent else matching(directive.args)
    handler = _own_handler(block, own, scope.names.which(_is_content_handler))
    if "limit_except" in own:
        handler = _beyond_limit(own, handler)
    location = Location(
        id=identity,
        directive=directive,
        parent=parent,
        scope=scope,
        modifier=modifier,
        path=path,
        condition=condition,
        handler=handler.name if handler else "static",
        passes=handler,
        own_handler=handler is not None,
        returns=returns,
        conditions=[],
        nested=[],
        carries="no",
        reasons=[],
        errors=_NO_ERRORS,
    )
    if handler is None and returns is not None:
        location.handler, location.own_handler = "return", True
    elif handler is None and scope.gaps:
        location.handler = "unknown"
    elif handler is None and condition and parent:
        location.handler, location.passes = parent.handler, parent.passes
    elif handler is None:
        location.own_handler = not _FILES.isdisjoint(own) or _is_of_files(location, around)
    return location


def _is_of_files(location: Location, around: Scope | None) -> bool:
    """Whether a location without a handler serves the files that a block around it names.

    One that says something of gRPC, or has a service's path, was meant for calls.
    """
    if is_service_path(location.modifier, location.path) or location.path == "/":
        return False
    if any(name.startswith(("grpc_", "client_body", "client_max_body")) for name in location.own):
        return False
    while around is not None:
        if "root" in around.own or "alias" in around.own:
            return True
        around = around.outer
    return False


def _check_arguments(directive: Directive) -> None:
    """Raises Refused for what no nginx takes: no path, or words before it that are no modifier."""
    args = directive.args
    if len(args) == 1 or (len(args) == 2 and args[0] in MODIFIERS):
        return
    raise Refused(
        f"a location with {len(args)} words, which nginx rejects"
        if args
        else "a location of nothing",
        "one path, with =, ^~, ~ or ~* before it at most; quote a path with a space",
        directive.file,
        directive.line,
    )


def _first_return(block: list[Directive]) -> Directive | None:
    """The return that always runs: the first, unless a break stands before it."""
    for directive in block:
        if directive.name == "break":
            return None
        if directive.name == "return":
            return directive
    return None


def _own_handler(
    block: list[Directive], own: dict[str, list[Directive]], names: Sequence[str]
) -> Directive | None:
    """The content handler, of these names: the last of several, for each sets the same pointer."""
    if len(names) < 2:
        return own[names[0]][0] if names else None
    found = None
    for directive in block:
        if directive.name not in names:
            continue
        # A second grpc_pass is refused as a duplicate: the first stays.
        if found is None or found.name != directive.name:
            found = directive
    return found


def _beyond_limit(own: dict[str, list[Directive]], handler: Directive | None) -> Directive | None:
    """The handler of a location with limit_except for a POST, which every call of gRPC is.

    A method that is not named there gets a location of its own, which inherits the handler of the
    first module that has one, not the last one that is written: seen with nginx 1.22.1 and 1.31.3.
    """
    limit = own["limit_except"][0]
    if "POST" in map(str.upper, limit.args):
        return handler
    inner = next((each for each in limit.block or () if is_handler(each.name)), None)
    if inner is not None:
        return handler or inner
    return next((own[name][0] for name in _OF_MODULES if name in own), handler)


def condition_of(arguments: Sequence[str]) -> Condition:
    """The condition of an `if` by its arguments."""
    text = " ".join(arguments)
    first = arguments[0] if arguments else ""
    if first.startswith("$"):
        operator = arguments[1] if len(arguments) > 1 else ""
        return Condition(text, first, operator, " ".join(arguments[2:]))
    return Condition(text, "", first, " ".join(arguments[1:]))
