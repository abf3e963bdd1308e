"""A server block on its way into the document."""

from __future__ import annotations

from collections.abc import Iterator

from nginx_grpc.expressions import expression
from nginx_grpc.model.listeners import Listening
from nginx_grpc.model.locations import Location
from nginx_grpc.model.nodes import Json
from nginx_grpc.model.scopes import Scope
from nginx_grpc.model.targets import Target
from nginx_grpc.model.variables import HttpVariables
from nginx_grpc.records import dataclass, field
from nginx_grpc.tree import Directive

__all__ = ["Server"]

_ERROR = expression("[45][0-9]{2}")
# What error pages come to that are there for nothing else.
_OF_ERRORS = ("page", "error", "file", "no_file")


@dataclass(slots=True, eq=False)
class Server:
    """A server block.

    Args:
        directive: the block.
        scope: what is in effect.
        listening: its sockets.
        variables: those of its http block.
        http: the directives of the http block around it.
        fragment: the location that was built around a fragment of that context.
        fixed: what variables of nginx's own can be in it, by name, where that is known.
        locations: its locations, in the order of the text.
        targets: where a location's grpc_pass or proxy_pass leads, by its id.
        pages: `pages` of the document.
    """

    directive: Directive
    scope: Scope
    listening: Listening
    variables: HttpVariables
    http: list[Directive]
    fragment: Directive | None
    fixed: dict[str, tuple[str, ...]] = field(default_factory=dict)
    locations: list[Location] = field(default_factory=list)
    targets: dict[str, Target] = field(default_factory=dict)
    pages: list[Json] = field(default_factory=list)

    @property
    def names(self) -> list[str]:
        """All its server names."""
        return [
            name for directive in self.scope.own.get("server_name", ()) for name in directive.args
        ]

    def first_name(self) -> str:
        """What `$server_name` holds."""
        first = (self.names or [""])[0].lower()
        return first if first.startswith("~") else first.removeprefix(".")

    def returns(self) -> Iterator[Directive]:
        """The returns of the server itself, also those in its ifs."""
        for directive in self.directive.block or ():
            if directive.name == "return":
                yield directive
            elif directive.name == "if":
                yield from (inner for inner in directive.block or () if inner.name == "return")

    def answers_others(self) -> bool:
        """Whether requests that are not gRPC get more than an error here, or may."""
        if self.scope.gaps or not self.locations:
            return not any(map(_refuses, self.scope.own.get("return", ())))
        if not all(map(_refuses, self.returns())):
            return True
        ends = {page["location"] for page in self.pages if page["answer"] in _OF_ERRORS}
        return any(
            (location.mixed or (location.returns and not _refuses(location.returns)))
            and location.carries not in ("strong", "weak")
            and "internal" not in location.own
            and location.id not in ends
            for location in self.locations
        )

    def plain_names(self) -> tuple[str, ...]:
        """Its names where they are all it can be called by: no wildcard, no regex, no gap."""
        names = self.names
        if self.scope.gaps or not all(map(_is_plain, names)):
            return ()
        return tuple(name.lower() for name in names)


def _refuses(returned: Directive) -> bool:
    return bool(returned.args) and _ERROR.fullmatch(returned.args[0]) is not None


def _is_plain(name: str) -> bool:
    return bool(name) and not name.startswith((".", "~")) and "*" not in name and "$" not in name
