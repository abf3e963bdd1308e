"""What was not seen: unread includes, names to be filled in, the contexts around a fragment."""

from __future__ import annotations

from nginx_grpc.model.nodes import Json, lined
from nginx_grpc.tree import Configuration, Directive, Placeholder

__all__ = ["Gaps"]

# What a fragment of each context leaves unseen. A file of the http context says nothing of the
# other lines of http{}: they may set whatever its servers do not.
_AROUND = {
    "http": "the rest of http{}",
    "server": "http{} and the rest of server{}",
    "location": "http{}, server{} and the rest of location{}",
}
_UNDEFINED = "nothing defines it"
_FRAGMENT = "only a part of a configuration was given"
# Where a location with gRPC can stand, or a value that one depends on.
_PLACES = {"main", "http", "server", "location", "if"}
# Nothing in these is of HTTP.
_APART = {"events", "mail", "stream"}
# Blocks of a place that the model does not open.
_WITHIN = {"if", "limit_except"}


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
                where = lined({}, first[0])
            self._add("context", _AROUND[self._context], _FRAGMENT, self._context, where)
        self._placeholders = [
            self._add("placeholder", f"${{{each.name}}}", _UNDEFINED, "other", _place(each))
            for each in configuration.placeholders
            if each.matters
        ]

    def around(self, context: str) -> list[int]:
        """The gap that a fragment leaves in this context."""
        contexts = list(_AROUND)
        if self._context in _AROUND and contexts.index(context) <= contexts.index(self._context):
            return [0]
        return []

    def unread(self, block: list[Directive], context: str) -> list[int]:
        """The gaps of a block itself: its includes that could not be read."""
        return [self._note(directive, context) for directive in block if directive.unread]

    def rest(self, configuration: Configuration) -> None:
        """Note what stands in any other block, so that no unread include goes unsaid, and the
        patterns whose folder is not here."""
        stack = [("", directive) for directive in reversed(configuration.directives)]
        while stack:
            outer, directive = stack.pop()
            if directive.unread and id(directive) not in self._noted:
                index = self._note(directive, "other")
                if outer in _WITHIN and _names_a_file(directive):
                    self.matter([index])
            if directive.name in _APART and not outer:
                continue
            block, name = directive.block or (), directive.name
            stack.extend([(name, it) for it in reversed(block) if it.block or it.unread])
        for directive in configuration.elsewhere:
            self._note(directive, "other")

    def calls_come(self) -> None:
        """Say that there is a location with gRPC at all: it may depend on each placeholder."""
        self.matter(self._placeholders)

    def matter(self, indexes: list[int]) -> None:
        """Say that a location with gRPC depends on these, or may stand in them."""
        for index in indexes:
            self.found[index]["matters"] = True

    def _note(self, directive: Directive, context: str) -> int:
        self._noted.add(id(directive))
        what = " ".join(directive.args)
        index = self._add("include", what, directive.unread, context, lined({}, directive))
        if context in _PLACES and _names_a_file(directive):
            self.matter([index])
        return index

    def _add(self, kind: str, what: str, reason: str, context: str, where: Json) -> int:
        gap = {"kind": kind, "what": what, "reason": reason, "context": context, "matters": False}
        self.found.append({**gap, **where})
        return len(self.found) - 1


def _names_a_file(directive: Directive) -> bool:
    """Whether an include is no pattern: nginx does not start without what it names."""
    return not any(sign in arg for arg in directive.args for sign in "*?[")


def _place(placeholder: Placeholder) -> Json:
    place: Json = {"file": placeholder.file, "line": placeholder.line}
    if placeholder.key:
        place["key"] = placeholder.key
    return place
