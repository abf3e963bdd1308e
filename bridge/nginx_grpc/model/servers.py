"""A server block on its way into the document."""

from __future__ import annotations

from dataclasses import dataclass, field

from nginx_grpc.model.listeners import Listening
from nginx_grpc.model.locations import Location
from nginx_grpc.model.nodes import Json
from nginx_grpc.model.scopes import Scope
from nginx_grpc.model.targets import Target
from nginx_grpc.model.variables import HttpVariables
from nginx_grpc.tree import Directive

__all__ = ["Server"]


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

    def plain_names(self) -> tuple[str, ...]:
        """Its names where they are all it can be called by: no wildcard, no regex, no gap."""
        names = self.names
        if self.scope.gaps or not all(map(_is_plain, names)):
            return ()
        return tuple(name.lower() for name in names)


def _is_plain(name: str) -> bool:
    return bool(name) and not name.startswith((".", "~")) and "*" not in name and "$" not in name
