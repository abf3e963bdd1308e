"""Objects of Kubernetes that a configuration was made of: what they say in vain."""

from __future__ import annotations

from nginx_grpc.model.nodes import Json, counted
from nginx_grpc.tree import Configuration, Ineffective

__all__ = ["objects"]

# What is shown of a value; snippets may be long.
_SHOWN = 200


def objects(configuration: Configuration) -> Json:
    """`objects` of the document."""
    namespace, name = configuration.config_map
    return counted(
        {
            "config_map": {
                "kind": "ConfigMap" if name else "",
                "namespace": namespace,
                "name": name,
            },
            "ineffective": [_node(each) for each in configuration.ineffective],
        }
    )


def _node(said: Ineffective) -> Json:
    value = said.value if len(said.value) <= _SHOWN else said.value[:_SHOWN] + "..."
    return counted(
        {
            "owner": {"kind": said.kind, "namespace": said.namespace, "name": said.object},
            "name": said.name,
            "value": value,
            "state": said.state,
            "becomes": said.becomes,
            "nearest": said.nearest,
            "grpc": said.grpc,
            "file": said.file,
            "line": said.line,
            "key": said.name,
        }
    )
