"""The http blocks of a configuration, built around a fragment where it holds none."""

from __future__ import annotations

from nginx_grpc.records import dataclass
from nginx_grpc.tree import Configuration, Directive

__all__ = ["Http", "http_blocks"]

# From the outside in: what stands around a fragment of each context.
_AROUND = {"http": (), "server": ("server",), "location": ("server", "location")}


@dataclass(frozen=True, slots=True)
class Http:
    """An http block.

    Args:
        block: the directive.
        fragment: the location that was built around a fragment of that context.
    """

    block: Directive
    fragment: Directive | None = None


def http_blocks(configuration: Configuration) -> list[Http]:
    """The http blocks; for a fragment one, with the blocks around the fragment."""
    if configuration.context not in _AROUND:
        return [
            Http(directive)
            for directive in configuration.directives
            if directive.name == "http" and directive.block is not None
        ]
    inner = configuration.directives
    fragment = None
    for name in reversed(_AROUND[configuration.context]):
        wrapped = _wrapped(name, inner, configuration)
        if name == "location":
            fragment = wrapped
        inner = [wrapped]
    return [Http(_wrapped("http", inner, configuration), fragment)]


def _wrapped(name: str, inner: list[Directive], configuration: Configuration) -> Directive:
    file, line, key = configuration.entry, 1, ""
    if inner:
        file, line, key = inner[0].file, inner[0].line, inner[0].key
    return Directive(name, [], file, line, inner, key)
