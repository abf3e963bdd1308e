"""Ingress objects under review, and the ConfigMap of their controller: to configurations."""

from __future__ import annotations

import json
from typing import Any

from nginx_grpc import sources
from nginx_grpc.admission.review import Review
from nginx_grpc.errors import Refused
from nginx_grpc.sources.kubernetes.ingress_nginx.cluster import Cluster, Manifest
from nginx_grpc.sources.kubernetes.yaml_nodes import Mapping, documents
from nginx_grpc.tree import Configuration

__all__ = ["KIND", "configurations", "is_settings", "warm"]

KIND = "Ingress.networking.k8s.io"
_PREFIX = "nginx.ingress.kubernetes.io/"
# What a ConfigMap is judged with: an Ingress that leaves nothing that it can say to the ConfigMap.
_STAND_IN = {
    "apiVersion": "networking.k8s.io/v1",
    "kind": "Ingress",
    "metadata": {
        "name": "any-grpc-ingress",
        "namespace": "any",
        "annotations": {
            f"{_PREFIX}backend-protocol": "GRPC",
            f"{_PREFIX}proxy-body-size": "0",
            f"{_PREFIX}proxy-connect-timeout": "5",
            f"{_PREFIX}proxy-read-timeout": "300",
            f"{_PREFIX}proxy-send-timeout": "300",
        },
    },
    "spec": {
        "ingressClassName": "nginx",
        "tls": [{"hosts": ["any.example"], "secretName": "any"}],
        "rules": [
            {
                "host": "any.example",
                "http": {
                    "paths": [
                        {
                            "path": "/",
                            "pathType": "Prefix",
                            "backend": {"service": {"name": "any", "port": {"number": 1}}},
                        }
                    ]
                },
            }
        ],
    },
}


def is_settings(review: Review, name: str) -> bool:
    """Whether an object under review is the controller's ConfigMap, NAMESPACE/NAME."""
    return review.kind == "ConfigMap" and name == f"{review.namespace}/{review.name}"


def configurations(
    review: Review, settings: dict[str, str] | None, name: str
) -> list[Configuration]:
    """What ingress-nginx makes of an object; none where that is another controller's.

    Args:
        review: an Ingress, or the ConfigMap called `name`.
        settings: the data of the ConfigMap that is in force; None where it is not known.
        name: the controller's ConfigMap, NAMESPACE/NAME.

    Raises Refused.
    """
    assert review.object is not None
    cluster = Cluster(wanted=name if settings is not None or review.kind != KIND else "")
    if review.kind == KIND:
        _add(cluster, review.object, f"Ingress {review.namespace}/{review.name}", review)
        if settings is not None:
            namespace, _, own = name.partition("/")
            metadata = {"namespace": namespace, "name": own}
            mounted = {"kind": "ConfigMap", "metadata": metadata, "data": settings}
            _add(cluster, mounted, f"ConfigMap {name}")
    else:
        _add(cluster, review.object, f"ConfigMap {name}", review)
        _add(cluster, _STAND_IN, "any gRPC Ingress")
    return cluster.configurations()


def _add(cluster: Cluster, item: dict[str, Any], file: str, review: Review | None = None) -> None:
    """An object as one line of JSON: where its author wrote it is not known here."""
    if review is not None:
        metadata = item.get("metadata")
        named = {"namespace": review.namespace, "name": review.name}
        item = {**item, "metadata": {**(metadata if isinstance(metadata, dict) else {}), **named}}
        item["metadata"].pop("managedFields", None)
    # Keys that YAML would read as something else stay texts: JSON has quotes around them.
    text = json.dumps(item, ensure_ascii=True)
    nodes = documents(text, file)
    if len(nodes) != 1 or not isinstance(nodes[0], Mapping):
        raise Refused("no object", "mend it", file)
    manifest = Manifest(file, text.encode(), [text])
    if "data" in item or file.startswith("ConfigMap"):
        cluster.add_config_map(nodes[0], manifest)
    else:
        cluster.add_ingress(nodes[0], manifest)


def warm() -> None:
    """Load all that this needs, while files can still be opened."""
    review = Review("", KIND, "CREATE", "any", "any", dict(_STAND_IN))
    configurations(review, {"keep-alive": "75"}, "ingress-nginx/ingress-nginx-controller")
    sources.ReadOptions()
