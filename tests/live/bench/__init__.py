"""The vocabulary of the live tests.

`story.denied(CONF, GREETER=server)` and `story.accepted(...)` run a real nginx, after asking
`nginx-grpc check` for its verdict on the same text; `nginx.call()`, `.go_call()`, `.grpcurl()` and
`.codes()` call through it; `grpc_server()`, `c_core_server()` and `raw_server(behaviour)` are
behind it, `far_away()` where the way matters.
"""

from . import text
from .clients import call, go_call, grpcurl
from .distance import far_away
from .misbehaving import raw_server
from .names import name_server
from .nginx import CURRENT, DEBIAN, VERSIONS, nginx, nginx_test, one_server_each
from .ports import black_hole, dead_address
from .servers import c_core_server, grpc_server
from .story import Story, each, every, grpc_settings, is_proxied
from .tls import certificate

__all__ = [
    "CURRENT",
    "DEBIAN",
    "VERSIONS",
    "Story",
    "black_hole",
    "c_core_server",
    "call",
    "certificate",
    "dead_address",
    "each",
    "every",
    "far_away",
    "go_call",
    "grpc_server",
    "grpc_settings",
    "grpcurl",
    "is_proxied",
    "name_server",
    "nginx",
    "nginx_test",
    "one_server_each",
    "raw_server",
    "text",
]
