"""The manifests applied to the API server, and the webhook where their Service leads."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable
from typing import Any

from tests.admission.kubernetes import Kubernetes
from tests.admission.processes import REPOSITORY
from tests.admission.webhook import Webhook

NAMESPACE = "nginx-grpc-admission"
CONFIGURATION = "nginx-grpc-admission"
ENFORCE = {"nginx-grpc.policy/admission": "enforce"}


def overlay(name: str) -> str:
    return str(REPOSITORY / "examples" / "admission" / "overlays" / name)


def apply(cluster: Kubernetes, kustomization: str, webhook: Webhook) -> None:
    """Apply a kustomization. There is no kubelet and no proxy here: the Service is led to the
    webhook's process instead, and everything else stays as it is."""
    applied = cluster.kubectl("apply", "-k", kustomization)
    assert applied.returncode == 0, applied.stderr
    assert "Warning" not in applied.stderr, applied.stderr
    lead(cluster, webhook)


def lead(cluster: Kubernetes, webhook: Webhook) -> None:
    """The Service to the webhook's process, and its CA into the configuration."""
    service = {"spec": {"type": "ExternalName", "externalName": "localhost", "selector": None}}
    patched = cluster.kubectl(
        "patch", "service", "-n", NAMESPACE, NAMESPACE, "-p", json.dumps(service)
    )
    assert patched.returncode == 0, patched.stderr
    authority = base64.b64encode((webhook.certificates / "ca.crt").read_bytes()).decode()
    patches = []
    named = cluster.kubectl(
        "get", "validatingwebhookconfiguration", CONFIGURATION, "-o", "jsonpath={.webhooks[*].name}"
    )
    for number, _ in enumerate(named.stdout.split()):
        place = f"/webhooks/{number}/clientConfig"
        patches += [
            {"op": "add", "path": f"{place}/caBundle", "value": authority},
            {"op": "replace", "path": f"{place}/service/port", "value": webhook.port},
        ]
    patched = cluster.kubectl(
        "patch",
        "validatingwebhookconfiguration",
        CONFIGURATION,
        "--type=json",
        "-p",
        json.dumps(patches),
    )
    assert patched.returncode == 0, patched.stderr


def withdraw(cluster: Kubernetes) -> None:
    cluster.kubectl("delete", "validatingwebhookconfiguration", CONFIGURATION, "--ignore-not-found")


def config_map(
    name: str, data: dict[str, str], labels: dict[str, str] | None = None, **more: Any
) -> dict[str, Any]:
    metadata: dict[str, Any] = {"name": name}
    if labels:
        metadata["labels"] = labels
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data, **more}


def wait(true: Callable[[], bool], seconds: float = 20.0) -> None:
    """The API server takes a moment to hear of a configuration."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return
        time.sleep(0.1)
    raise AssertionError("waited in vain")
