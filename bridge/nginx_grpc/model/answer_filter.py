"""What changes the bodies of gRPC's answers on their way through nginx.

Filters are made for pages: most look at the type of an answer, and at text/html alone unless told
otherwise. Seen with nginx 1.22.1 and Debian's modules for it.
"""

from __future__ import annotations

from collections.abc import Iterator

from nginx_grpc.model.directives import shortened
from nginx_grpc.model.nodes import Json, placed
from nginx_grpc.model.scopes import Scope
from nginx_grpc.parsers.lua import is_lua
from nginx_grpc.tree import Directive

__all__ = ["answer_filter"]

# A filter's directive, what says for which types it is, and what it does to calls: to every one, or
# to those with some text in their messages.
_FILTERS = (
    ("sub_filter", "sub_filter_types", "text"),
    ("subs_filter", "subs_filter_types", "text"),
    ("add_before_body", "addition_types", "every"),
    ("add_after_body", "addition_types", "every"),
    ("xslt_stylesheet", "xslt_types", "every"),
    ("image_filter", "", "every"),
    ("echo_before_body", "", "every"),
    ("echo_after_body", "", "every"),
)
_SCRIPTS = (
    "header_filter_by_lua",
    "header_filter_by_lua_block",
    "header_filter_by_lua_file",
    "body_filter_by_lua",
    "body_filter_by_lua_block",
    "body_filter_by_lua_file",
    "js_body_filter",
    "js_header_filter",
)
_NAMES = frozenset((*(name for name, *_ in _FILTERS), *_SCRIPTS, "source_charset"))
_may_change = _NAMES.__contains__
_OF_CALLS = frozenset(("*", "application/grpc"))


def answer_filter(scope: Scope) -> Json | None:
    """`answer_filter` of a location."""
    return next(_found(scope), None) if scope.says(_may_change) else None


def _found(scope: Scope) -> Iterator[Json]:
    for name, types, effect in _FILTERS:
        for directive in scope.in_effect(name):
            if _is_one(directive) and (not types or _is_of_calls(scope, types)):
                yield _node(directive, effect)
                break
    charset, source = (_text(scope, name) for name in ("charset", "source_charset"))
    recodes = charset != source and {charset, source}.isdisjoint(("", "off"))
    if recodes and "$" not in charset + source and _is_of_calls(scope, "charset_types"):
        yield _node(scope.in_effect("source_charset")[0], "every")
    for name in _SCRIPTS:
        for directive in scope.in_effect(name)[:1]:
            yield _node(directive, "unknown")


def _is_one(directive: Directive) -> bool:
    """An empty text, or off, takes one from outside away."""
    return directive.args[:1] not in ([], [""], ["off"])


def _is_of_calls(scope: Scope, types: str) -> bool:
    said = scope.in_effect(types)
    return any(text.lower() in _OF_CALLS for directive in said for text in directive.args)


def _text(scope: Scope, name: str) -> str:
    said = scope.in_effect(name)
    return said[0].args[0].lower() if said and said[0].args else ""


def _node(directive: Directive, effect: str) -> Json:
    value = "" if is_lua(directive.name) else " ".join(directive.args)
    return placed({"name": directive.name, "value": shortened(value), "effect": effect}, directive)
