"""What a variable is for a gRPC client where it hangs on a header that no gRPC client sends."""

from __future__ import annotations

import re

from nginx_grpc.model.variables import HttpVariables, name_of

__all__ = ["value_for_grpc"]

# HTTP/2 has no Upgrade and no Connection; the others are a browser's.
_UNSENT = frozenset(
    (
        "http_connection",
        "http_keep_alive",
        "http_origin",
        "http_referer",
        "http_sec_websocket_key",
        "http_upgrade",
        "http_x_grpc_web",
    )
)
_VARIABLE = re.compile(r"\$(?:\{(\w+)\}|(\w+))")
_LONGEST = 1000


def value_for_grpc(text: str, variables: HttpVariables | None) -> str | None:
    """The value of a text that is one such variable, or a map over one; None where it is another
    text, or not known."""
    match = _VARIABLE.fullmatch(text)
    if match is None:
        return None
    name = name_of("$" + (match[1] or match[2]))
    if name in _UNSENT:
        return ""
    definition = variables.definitions.get(name) if variables else None
    if definition is None or not definition.whole or definition.others:
        return None
    source = _VARIABLE.fullmatch(definition.source)
    if source is None or name_of("$" + (source[1] or source[2])) not in _UNSENT:
        return None
    entry = definition.exact.get("", definition.default)
    if entry is None or not entry.args:
        return ""
    return None if definition.has_variables(entry) else entry.args[0][:_LONGEST]
