"""Whether nginx takes a text where another one includes it.

An include alone proves nothing: nginx refuses a `server` in a location, a `grpc_read_timeout` in an
`if`, and a whole file with a block in a wrong place. A text that is included only so is still one
to judge by itself, or anybody could hide it behind an include.
"""

from __future__ import annotations

from collections.abc import Sequence

from nginx_grpc.parsers import Including
from nginx_grpc.placement import inside, is_handler, nests, takes
from nginx_grpc.sources.contexts import INCLUDABLE, may_stand
from nginx_grpc.tree import Directive

__all__ = ["Tree"]


class Tree:
    """The tree of one text, its includes in place.

    Args:
        directives: the top of it.
        file, key: what its own directives have; those of included texts have others.
        free_names: whether it was read as the body of a map, of types, ...
    """

    def __init__(
        self, directives: Sequence[Directive], file: str, key: str, free_names: bool
    ) -> None:
        self._directives = directives
        self._own = (file, key)
        self._free_names = free_names
        self._contexts: frozenset[str] | None = None

    def takes(self, place: Including, included: Tree) -> bool:
        """Whether nginx reads another text as directives where this one includes it.

        Args:
            place: a block of this text.
            included: the text that is included in it.
        """
        if place.free_names:
            # There a handler is but a word, to which nobody is passed.
            return included._is_values() and (self._free_names or bool(self._taken()))
        if place.depth > len(place.blocks) or not included._nests_in(place.owner):
            return False
        for context in self._taken():
            for block in place.blocks:
                context = inside(context, block)
            if context in included._taken():
                return True
        return False

    def _taken(self) -> frozenset[str]:
        """The contexts in which nginx takes the text: what is at the top of it, included or not,
        and its own blocks and handlers."""
        if self._contexts is None:
            self._contexts = frozenset(
                context
                for context in INCLUDABLE
                if all(may_stand(directive, context) for directive in self._directives)
                and self._blocks_stand(context)
            )
        return self._contexts

    def _blocks_stand(self, context: str) -> bool:
        waiting = [(directive, context) for directive in self._directives if self._wrote(directive)]
        while waiting:
            owner, around = waiting.pop()
            within = inside(around, owner.name)
            for directive in filter(self._wrote, owner.block or ()):
                if takes(within, directive) is False or not _nests(owner, directive):
                    return False
                if directive.block is not None:
                    waiting.append((directive, within))
        return True

    def _wrote(self, directive: Directive) -> bool:
        return (directive.file, directive.key) == self._own

    def _is_values(self) -> bool:
        return not any(each.block is not None or is_handler(each.name) for each in self._directives)

    def _nests_in(self, owner: Directive | None) -> bool:
        return owner is None or all(_nests(owner, directive) for directive in self._directives)


def _nests(owner: Directive, directive: Directive) -> bool:
    locations = owner.name == "location" == directive.name and directive.block is not None
    return not locations or nests(owner, directive)
