"""What makes nginx read the whole request before it passes any of it on.

grpc_pass sends a request as it comes. Some modules ask for the whole body in an earlier phase: seen
with nginx 1.22.1 and 1.31.3 (mirror), Debian's modsecurity 1.0.3 and lua modules on 1.22.1.
"""

from __future__ import annotations

from nginx_grpc.model.scopes import Scope
from nginx_grpc.model.units import switch_of
from nginx_grpc.tree import Directive

__all__ = ["reads_body_first"]

_LUA_PHASES = ("rewrite_by_lua", "access_by_lua")
_LUA = tuple(phase + kind for phase in _LUA_PHASES for kind in ("", "_block", "_file"))
_may_read = frozenset(("mirror", "modsecurity", *_LUA)).__contains__
_READS_IT = "ngx.req.read_body"


def reads_body_first(scope: Scope) -> Directive | None:
    """The directive by which it does, None where none does."""
    if not scope.says(_may_read):
        return None
    mirrors = scope.in_effect("mirror")
    if (
        mirrors
        and mirrors[0].args != ["off"]
        and _switch(scope, "mirror_request_body") is not False
    ):
        return mirrors[0]
    if _switch(scope, "modsecurity"):
        return scope.in_effect("modsecurity")[0]
    for phase in range(0, len(_LUA), 3):
        for code in scope.in_effect(*_LUA[phase : phase + 3])[:1]:
            if _switch(scope, "lua_need_request_body"):
                return scope.in_effect("lua_need_request_body")[0]
            if any(_READS_IT in text for text in code.args):
                return code
    return None


def _switch(scope: Scope, name: str) -> bool | None:
    said = scope.in_effect(name)
    return switch_of(said[0].args[0]) if said and said[0].args else None
