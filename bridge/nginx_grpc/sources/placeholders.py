"""`${UPPER_CASE}`: a variable of nginx if something defines it, else for envsubst to fill in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from nginx_grpc.errors import Refused
from nginx_grpc.parsers import Placeholder
from nginx_grpc.tree import Directive

__all__ = ["check_placeholders"]

_CAPTURE = re.compile(r"\(\?P?<([A-Za-z_]\w*)>", re.ASCII)
_VARIABLE = re.compile(r"\$([A-Za-z_]\w*)\Z", re.ASCII)
# Directives whose variable is what they set. In `map $a $b` that is the last argument, and the
# first is one that something else has to define.
_FIRST = re.compile(r"(?:\w*_)?set(?:_\w+)?\Z|js_var\Z")
_LAST = re.compile(r"(?:map|geo|split_clients|keyval)\Z")


def check_placeholders(
    placeholders: Sequence[Placeholder], directives: Iterable[Directive]
) -> None:
    """Refuse the first placeholder that nothing in a tree defines. nginx ignores case here."""
    if not placeholders:
        return
    defined = _defined(directives)
    for placeholder in placeholders:
        if placeholder.name.lower() not in defined:
            raise Refused(
                "looks like an envsubst template: nothing defines its ${UPPER_CASE} name",
                "render it first (envsubst), then check the result",
                placeholder.file,
                placeholder.line,
            )


def _defined(directives: Iterable[Directive]) -> set[str]:
    names: set[str] = set()
    stack = list(directives)
    while stack:
        directive = stack.pop()
        args = directive.args
        if args and _LAST.match(directive.name):
            candidates = args[-1:]
        elif args and _FIRST.match(directive.name):
            candidates = args[:1]
        else:
            candidates = []
        if directive.name.startswith("$"):
            candidates = [directive.name]
        for candidate in candidates:
            if found := _VARIABLE.match(candidate):
                names.add(found[1].lower())
        for arg in (directive.name, *args):
            if "(?" in arg:
                names.update(name.lower() for name in _CAPTURE.findall(arg))
        stack.extend(directive.block or ())
    return names
