"""An account of every handler and of every block: nothing is dropped in silence.

The model says of each block that it visits that it does. What stands in such a block is then a
directive, a block that is to be visited in its turn, or something else: a handler that is in the
document already; one that no call reaches, which the document says; or one that stands where nginx
takes none, and then the whole text is refused. In the end every block was visited.
"""

from __future__ import annotations

from collections.abc import Sequence

from nginx_grpc.errors import Refused
from nginx_grpc.model.addresses import address_of, port_of
from nginx_grpc.model.grpc import PORTS
from nginx_grpc.model.nodes import Json, counted, lined
from nginx_grpc.placement import inside, is_handler, nests, takes
from nginx_grpc.tree import Directive

__all__ = ["Accounts"]

_VISITED = frozenset(
    (
        ("main", "http"),
        ("http", "server"),
        ("http", "upstream"),
        ("server", "location"),
        ("location", "location"),
        ("location", "if"),
    )
)
_ADDRESSES = frozenset(("listen", "proxy_pass", "server"))
_WORDS = {
    "main": "outside of all blocks",
    "server_if": "in an if of server{}",
    "if": "in an if",
    "stream_server": "in a server of stream{}",
    "stream_upstream": "in an upstream of stream{}",
    "mail_server": "in a server of mail{}",
    "other": "in a block that nginx itself does not have",
}


class Accounts:
    """The account of one configuration.

    Args:
        blocks: how many blocks are to be visited from the start.

    Attributes:
        others: `other_handlers` of the document.
    """

    def __init__(self, blocks: int) -> None:
        self.others: list[Json] = []
        # Most names are of no handler, and are found here faster than a function is called.
        self._no_handlers: set[str] = set()
        self._waiting = blocks

    def visit(
        self,
        block: Sequence[Directive],
        context: str,
        *,
        owner: Directive | None = None,
        used: Directive | None = None,
    ) -> None:
        """Take in a block that is visited.

        Args:
            block: its directives.
            context: main, http, server, upstream, location, if or stream.
            owner: of a location, its directive.
            used: of a location, the handler that the document shows.

        Raises Refused for what nginx does not take there.
        """
        self._waiting -= 1
        others = self._no_handlers
        for directive in [it for it in block if it.block is not None or it.name not in others]:
            if directive.block is None:
                if not directive.name.endswith("_pass"):
                    others.add(directive.name)
                elif directive is not used:
                    self._replaced(directive, context, used)
            elif (context, directive.name) in _VISITED:
                self._waiting += 1
                if owner is not None and directive.name == "location":
                    _check_nesting(owner, directive)
            else:
                self._beside(directive, context, used)

    def close(self, entry: str) -> None:
        """Hold that every block was visited. Refused is a fault of this tool, then."""
        if self._waiting:
            raise Refused(
                f"{self._waiting} blocks were left out",
                "this is a fault of nginx-grpc: please report it with the configuration",
                entry,
            )

    def _replaced(self, directive: Directive, context: str, used: Directive | None) -> None:
        if context not in ("location", "if"):
            raise _misplaced(directive, context)
        if used is not None and used.name == directive.name:
            raise Refused(
                f"a second {directive.name} in one block, which nginx rejects",
                "take one out",
                directive.file,
                directive.line,
            )
        self._say(directive, "replaced", 1)

    def _beside(self, top: Directive, context: str, used: Directive | None) -> None:
        """Look through a block that holds no location."""
        passes = 0
        waiting = [(top, context)]
        while waiting:
            directive, around = waiting.pop()
            if directive.block is None:
                if not takes(around, directive):
                    raise _misplaced(directive, around)
                if around == "limit_except":
                    if directive is not used:
                        self._say(directive, "methods", 1)
                else:
                    passes += 1
                continue
            if takes(around, directive) is False:
                raise _misplaced(directive, around)
            within = inside(around, directive.name)
            if within == "values":
                continue
            waiting.extend(
                (inner, within)
                for inner in reversed(directive.block)
                if inner.block is not None or is_handler(inner.name)
            )
        if passes:
            self._say(top, "protocol", passes, _grpc_ports(top))

    def _say(self, directive: Directive, why: str, passes: int, ports: Sequence[int] = ()) -> None:
        node: Json = {
            "name": directive.name,
            "why": why,
            "passes": passes,
            "grpc_ports": list(ports),
        }
        self.others.append(counted(lined(node, directive)))


def _grpc_ports(top: Directive) -> list[int]:
    """The ports of gRPC, by custom, that a block listens on or passes to."""
    found = set()
    waiting = [top]
    while waiting:
        for directive in waiting.pop().block or ():
            if directive.block is not None:
                waiting.append(directive)
            elif directive.name in _ADDRESSES and directive.args:
                text = directive.args[0]
                found.add(port_of(text) or address_of(text).port)
    return sorted(found & PORTS)


def _check_nesting(outer: Directive, inner: Directive) -> None:
    if not nests(outer, inner):
        raise Refused(
            "a location inside another one that does not hold it, which nginx rejects",
            "move it out of the location around it",
            inner.file,
            inner.line,
        )


def _misplaced(directive: Directive, context: str) -> Refused:
    where = _WORDS.get(context) or f"in {context}{{}}"
    if context == "other":
        what, hint = "can't be judged", "give nginx's own configuration, without the block around"
    else:
        what, hint = "nginx takes none there", "move it, or give the file that includes this one"
    return Refused(f"{directive.name} {where}: {what}", hint, directive.file, directive.line)
