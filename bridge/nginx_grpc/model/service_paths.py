"""The shape of a gRPC service's path: `/package.Service/`, `/package.Service/Method`."""

from __future__ import annotations

import re

from nginx_grpc.expressions import expression

__all__ = ["is_service_path"]

_PART = "[a-z_][A-Za-z0-9_]*"
# `/helloworld.Greeter/`; `/f5.nginx.agent.Commander`; `/helloworld.greeter/SayHello`. One dot and
# no slash behind is also a file's name: `/static.File`.
_SERVICE = expression(
    rf"/?(?:(?:{_PART}\.)+([A-Z][A-Za-z0-9_]*)/.*|(?:{_PART}\.){{2,}}([A-Z][A-Za-z0-9_]*)"
    rf"|(?:{_PART}\.)+({_PART})/[A-Z][A-Za-z0-9_]*)",
    re.DOTALL,
)
_NO_SERVICES = """
    asp aspx cgi css do exe fcgi gif htm html ico jar jpg js json jsp map md mjs pdf php pl png py
    rb sh svg ttf txt war wasm woff woff2 xml zip
    app com dev edu gov io local net org svc
"""
_FILES_AND_DOMAINS = frozenset(_NO_SERVICES.split())


def is_service_path(modifier: str, path: str) -> bool:
    """Whether a location's path, or one branch of its pattern, is that of a gRPC service."""
    if modifier in ("~", "~*"):
        return _is_service_pattern(path)
    return modifier != "@" and path.startswith("/") and _is_service(path)


def _is_service(text: str) -> bool:
    match = _SERVICE.fullmatch(text)
    return match is not None and (match[1] or match[2] or match[3]).lower() not in (
        _FILES_AND_DOMAINS
    )


def _is_service_pattern(pattern: str) -> bool:
    """`^/a\\.B/`, `^/(a\\.B|c\\.D)/`: the pattern is read as text, never compiled."""
    text = pattern.replace("\\", "")
    if not text.startswith(("/", "^/")):
        return False
    followed = text.rpartition(")")[2].startswith("/")
    branches = re.split(r"[()|]", text.lstrip("^").rstrip("$"))
    return any(
        _is_service(branch if "/" in branch[1:] or not followed else branch + "/")
        for branch in branches
        if branch
    )
