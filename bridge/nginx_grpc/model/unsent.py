"""What a variable is for a gRPC client where it hangs on a header that no gRPC client sends."""

from __future__ import annotations

from nginx_grpc.expressions import expression
from nginx_grpc.model.sent import NEVER_SENT
from nginx_grpc.model.variables import HttpVariables, name_of

__all__ = ["value_for_grpc"]

_VARIABLE = expression(r"\$(?:\{(\w+)\}|(\w+))")
_LONGEST = 1000
# Maps over maps are followed so far.
_MOST = 20


def value_for_grpc(text: str, variables: HttpVariables | None) -> str | None:
    """The value of a text whose variables are all such headers, or maps over them; None where it
    has no variable, or one that is not known."""
    return _filled(text, variables, {}) if "$" in text else None


def _filled(text: str, variables: HttpVariables | None, known: dict[str, str | None]) -> str | None:
    filled, end = "", 0
    for match in _VARIABLE.finditer(text):
        value = _value(name_of("$" + (match[1] or match[2])), variables, known)
        filled += text[end : match.start()] + (value or "")
        end = match.end()
        if value is None or len(filled) > _LONGEST:
            return None
    rest = text[end:]
    return None if "$" in filled + rest else (filled + rest)[:_LONGEST]


def _value(name: str, variables: HttpVariables | None, known: dict[str, str | None]) -> str | None:
    if name in NEVER_SENT:
        return ""
    if name in known or len(known) >= _MOST:
        return known.get(name)
    known[name] = None  # for a map over itself
    definition = variables.definitions.get(name) if variables else None
    # geo and split_clients have no source that is followed.
    if definition is None or not definition.source:
        return None
    if not definition.whole or definition.others:
        return None
    source = _filled(definition.source, variables, known)
    if source is None:
        return None
    entry = definition.exact.get(source.lower(), definition.default)
    known[name] = _filled(entry.args[0], variables, known) if entry and entry.args else ""
    return known[name]
