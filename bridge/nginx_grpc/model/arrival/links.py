"""What secure_link and secure_link_secret make of a call: it has no arguments and the path of its
method.
"""

from __future__ import annotations

from nginx_grpc.model.arrival.request import ANYTHING, Request, Variables, exactly, expand
from nginx_grpc.model.patterns import Language
from nginx_grpc.model.scopes import Scope
from nginx_grpc.tree import Directive

__all__ = ["linked", "wanted_hash"]

_VARIABLE = "secure_link"
_NONE = exactly("")
# `/prefix/hash/link`, as the client sent it.
_WITH_HASH = "^/[^/]*/[^/]{32}/."
# The characters of a hash in base64, with or without what fills it up.
_HASH = range(22, 25)


def linked(request: Request, scope: Scope, variables: Variables) -> Request:
    """The request in a context, with $secure_link where that is not plainly empty."""
    secret, seen = _in_effect(scope, "secure_link_secret")
    said, all_seen = _in_effect(scope, "secure_link")
    value = ANYTHING
    if not (seen and all_seen):
        pass
    elif secret is not None:
        hashed = variables.patterns.relation(_WITH_HASH, False, request.entry)
        value = _NONE if hashed == "never" else ANYTHING
    elif said is not None and _in_effect(scope, "secure_link_md5")[0] is not None:
        texts = [text for _, text in expand(request, said.args[0], variables)]
        value = _NONE if all(map(_is_no_hash, texts)) else ANYTHING
    else:
        return request
    held = dict(request.held).get(_VARIABLE, value)
    return request.holding(_VARIABLE, value if held == value else ANYTHING)


def wanted_hash(scope: Scope) -> Directive | None:
    """The secure_link_secret in effect: it wants a hash in the path, which no method has."""
    return _in_effect(scope, "secure_link_secret")[0]


def _in_effect(scope: Scope, name: str) -> tuple[Directive | None, bool]:
    """The directive in effect, and whether nothing unseen may say another."""
    at: Scope | None = scope
    seen = True
    while at is not None:
        seen = seen and not at.gaps
        if name in at.own:
            return at.own[name][0], seen
        at = at.outer
    return None, seen


def _is_no_hash(text: Language) -> bool:
    return text.exact and len(text.prefix.partition(",")[0]) not in _HASH
