"""What was not seen: includes that could not be read, and the contexts around a fragment."""

from __future__ import annotations

from nginx_grpc.model.nodes import Json, placed
from nginx_grpc.tree import Configuration, Directive

__all__ = ["Gaps"]

# What a fragment of each context leaves unseen. A file of the http context says nothing of the
# other lines of http{}: they may set whatever its servers do not.
_AROUND = {
    "http": "the rest of http{}",
    "server": "http{} and the rest of server{}",
    "location": "http{}, server{} and the rest of location{}",
}
_FRAGMENT = "only a part of a configuration was given"


class Gaps:
    """The gaps of one document, in the order in which they were met."""

    def __init__(self, configuration: Configuration) -> None:
        self.found: list[Json] = []
        self._noted: set[int] = set()
        self._context = configuration.context
        if configuration.context in _AROUND:
            first = configuration.directives[:1]
            where: Json = {"file": configuration.entry, "line": 1}
            if first:
                where = placed({}, first[0])
            self._add("context", _AROUND[self._context], _FRAGMENT, self._context, where)

    def around(self, context: str) -> list[int]:
        """The gap that a fragment leaves in this context."""
        contexts = list(_AROUND)
        if self._context in _AROUND and contexts.index(context) <= contexts.index(self._context):
            return [0]
        return []

    def unread(self, block: list[Directive], context: str) -> list[int]:
        """The gaps of a block itself: its includes that could not be read."""
        return [self._note(directive, context) for directive in block if directive.unread]

    def rest(self, directives: list[Directive]) -> None:
        """Note what stands in any other block, so that no unread include goes unsaid."""
        stack = list(reversed(directives))
        while stack:
            directive = stack.pop()
            if directive.unread and id(directive) not in self._noted:
                self._note(directive, "other")
            for inner in reversed(directive.block or ()):
                if inner.block or inner.unread:
                    stack.append(inner)

    def matter(self, indexes: list[int]) -> None:
        """Say that a location with gRPC depends on these."""
        for index in indexes:
            self.found[index]["matters"] = True

    def _note(self, directive: Directive, context: str) -> int:
        self._noted.add(id(directive))
        what = " ".join(directive.args)
        return self._add("include", what, directive.unread, context, placed({}, directive))

    def _add(self, kind: str, what: str, reason: str, context: str, where: Json) -> int:
        gap = {"kind": kind, "what": what, "reason": reason, "context": context, "matters": False}
        self.found.append({**gap, **where})
        return len(self.found) - 1
