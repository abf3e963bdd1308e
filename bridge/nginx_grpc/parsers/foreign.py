"""Text that is no nginx configuration: what it is instead."""

from __future__ import annotations

import re

from nginx_grpc.errors import Refused
from nginx_grpc.expressions import expression
from nginx_grpc.parsers.interface import Place

__all__ = ["explain"]

_BINARY = expression("[\x01-\x08\x0e-\x1a\x7f]")
_KINDS = (
    (expression(r"version https://git-lfs"), "a Git LFS pointer", "fetch the file: git lfs pull"),
    (expression(r"\s*-----BEGIN "), "a key or certificate", ""),
    (
        expression(r"#!|\s*cat <<|(?:.*\n){0,40}?\s*(?:set -[eux]|cat >?>? ?\S* ?<<)"),
        "a script",
        "run it and check what it writes",
    ),
    (expression(r"\s*(?:<!|<\?xml|<html|<[A-Za-z][\w:-]*[\s>])", re.I), "HTML or XML", ""),
    (expression(r"\s*(?:\{\s*(?:\"|\})|\[\s*[\[{\"\]\d])"), "JSON", ""),
    (expression(r"(?:diff --git |--- \S|Index: )"), "a patch", "apply it and check the result"),
    (expression(r"\s*\[[\w .:-]+\]\s*\n"), "an INI or TOML file", ""),
    (expression(r"---\s|(?:[^\S\n]*(?:#[^\n]*)?\n)*[\w.\"'-]+:(?:\s|\Z)"), "YAML", ""),
)
_CONFLICT = expression(r"^(?:<{7} |>{7} )", re.MULTILINE)


def explain(text: str, place: Place) -> Refused | None:
    """What a text is that did not parse as nginx, or None where that can't be told."""
    conflict = _CONFLICT.search(text) if "<<<<<<< " in text or ">>>>>>> " in text else None
    if conflict:
        line = text.count("\n", 0, conflict.start()) + 1
        return place.refused("an unresolved merge conflict", "resolve it", line)
    head = text[:4_096]
    if head and ("\x00" in head or len(_BINARY.findall(head)) * 10 > len(head)):
        return _refused("binary data", "", place)
    for pattern, kind, hint in _KINDS:
        if pattern.match(head):
            return _refused(kind, hint, place)
    return None


def _refused(kind: str, hint: str, place: Place) -> Refused:
    return place.refused(
        f"this is {kind}, no nginx configuration", hint or "give the nginx configuration itself", 1
    )
