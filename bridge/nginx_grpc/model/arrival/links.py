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
    secret, seen = scope.surely("secure_link_secret")
    said, all_seen = scope.surely("secure_link")
    value = ANYTHING
    if not (seen and all_seen):
        pass
    elif secret is not None:
        hashed = variables.patterns.relation(_WITH_HASH, False, request.entry)
        value = _NONE if hashed == "never" else ANYTHING
    elif said is not None and scope.in_effect("secure_link_md5"):
        texts = [text for _, text in expand(request, said.args[0], variables)]
        value = _NONE if all(map(_is_no_hash, texts)) else ANYTHING
    else:
        return request
    held = dict(request.held).get(_VARIABLE, value)
    return request.holding(_VARIABLE, value if held == value else ANYTHING)


def wanted_hash(scope: Scope) -> Directive | None:
    """The secure_link_secret in effect: it wants a hash in the path, which no method has."""
    return scope.surely("secure_link_secret")[0]


def _is_no_hash(text: Language) -> bool:
    return text.exact and len(text.prefix.partition(",")[0]) not in _HASH
