"""In which block nginx takes which block and which handler, and what a block is then.

A table of what every version of nginx says of itself: no module and no release moves a `location`
or a `grpc_pass` to another place. Held against nginx by a test.
"""

from __future__ import annotations

from collections.abc import Sequence

from nginx_grpc.tree import Directive

__all__ = ["MODIFIERS", "inside", "is_handler", "matching", "nests", "takes"]

# The context that the directives of a block are in, by where the block stands and by its name.
# What is not in it, nginx refuses: "server" directive is not allowed here.
_BLOCKS = {
    ("main", "events"): "events",
    ("main", "http"): "http",
    ("main", "mail"): "mail",
    ("main", "stream"): "stream",
    ("http", "server"): "server",
    ("http", "upstream"): "upstream",
    ("server", "location"): "location",
    ("server", "if"): "server_if",
    ("location", "location"): "location",
    ("location", "if"): "if",
    ("location", "limit_except"): "limit_except",
    ("stream", "server"): "stream_server",
    ("stream", "upstream"): "stream_upstream",
    ("mail", "server"): "mail_server",
    **{(http, name): "values" for http in ("http", "stream") for name in ("geo", "map")},
    **{
        (http, name): "values" for http in ("http", "stream") for name in ("match", "split_clients")
    },
    ("http", "charset_map"): "values",
    **{(place, "types"): "values" for place in ("http", "server", "location")},
}
_NAMES = frozenset(name for _, name in _BLOCKS)
# Third-party blocks, and a block in one of them: anything may stand there.
_OTHER = "other"

_HANDLERS = {
    **dict.fromkeys(
        ("fastcgi_pass", "grpc_pass", "memcached_pass", "scgi_pass", "uwsgi_pass"),
        frozenset(("location", "if")),
    ),
    "proxy_pass": frozenset(("location", "if", "limit_except", "stream_server")),
}
MODIFIERS = ("^~", "~*", "~", "=")
_SERVER = frozenset(("listen", "server_name"))
_SERVERS = frozenset(("server", "stream_server", "mail_server"))


def inside(context: str, block: str) -> str:
    """The context of the directives in a block: that of a server in http{} is `server`.

    Args:
        context: where the block stands: main, http, server, location, if (that of a location),
            server_if, limit_except, upstream, events, stream, stream_server, stream_upstream, mail,
            mail_server, values (map, types, ...) or other.
        block: its name.
    """
    return _BLOCKS.get((context, block), _OTHER)


def matching(arguments: Sequence[str]) -> tuple[str, str]:
    """Modifier and path of a location; nginx also takes them in one word (`=/x`)."""
    if len(arguments) > 1 and arguments[0] in MODIFIERS:
        return arguments[0], arguments[1]
    text = arguments[0] if arguments else ""
    if text.startswith("@"):
        return "@", text
    for modifier in MODIFIERS:
        if text.startswith(modifier):
            return modifier, text[len(modifier) :]
    return "", text


def nests(outer: Directive, inner: Directive) -> bool:
    """Whether nginx takes a location inside another one, by what they match."""
    modifier, path = matching(outer.args)
    inner_modifier, inner_path = matching(inner.args)
    if modifier in ("=", "@") or inner_modifier == "@":
        return False
    # A regular expression has a path, too. On some systems case does not count here.
    return inner_modifier in ("~", "~*") or inner_path.lower().startswith(path.lower())


def is_handler(name: str) -> bool:
    """Whether a directive of this name passes requests on."""
    return name.endswith("_pass")


def takes(context: str, directive: Directive) -> bool | None:
    """Whether nginx takes a directive in a context; None where this table does not know."""
    if context == "values":
        return False if directive.block is not None else None
    if context == _OTHER:
        return None
    name = directive.name
    if directive.block is not None:
        return (context, name) in _BLOCKS if name in _NAMES else None
    if name in _HANDLERS:
        return context in _HANDLERS[name]
    if name == "server":
        return context in ("upstream", "stream_upstream")
    if name in _SERVER:
        return context in _SERVERS
    return None
