"""The load program, and bodies for it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tests.admission.deployment import config_map
from tests.admission.kubernetes import ADMIN, Kubernetes
from tests.admission.opa import Opa
from tests.admission.processes import TOOLS
from tests.admission.webhook import Webhook, admission_review


def write_reviews(folder: Path, good: Iterable[str], bad: Iterable[str]) -> Path:
    """AdmissionReviews, for the webhook."""
    return _write(folder, good, bad, lambda text, _: admission_review({"nginx.conf": text}))


def write_objects(folder: Path, good: Iterable[str], bad: Iterable[str]) -> Path:
    """ConfigMaps, for an API server."""

    def item(text: str, number: int) -> dict[str, Any]:
        return config_map(f"load-{number}", {"nginx.conf": text})

    return _write(folder, good, bad, item)


def write_inputs(folder: Path, good: Iterable[str], bad: Iterable[str]) -> Path:
    """The same as OPA is asked about them."""
    from nginx_grpc import documents
    from nginx_grpc.admission import bridging

    def item(text: str, _: int) -> dict[str, Any]:
        read = bridging.bridge({"nginx.conf": text.encode()}, {"nginx.conf"}).configurations
        (document,) = documents.build(read, validated=False)
        return {"input": document}

    return _write(folder, good, bad, item)


def _write(folder: Path, good: Iterable[str], bad: Iterable[str], item: Any) -> Path:
    folder.mkdir(parents=True)
    for kind, texts in (("good", good), ("bad", bad)):
        # The load program sends them by number: good and bad ones take turns.
        for number, text in enumerate(texts):
            (folder / f"{kind}-{number:04d}").write_text(json.dumps(item(text, number)))
    return folder


class Load:
    """One run under way."""

    def __init__(self, *arguments: str) -> None:
        self.child = subprocess.Popen(
            [str(TOOLS / "admission-load"), *arguments], stdout=subprocess.PIPE, text=True
        )

    def result(self, seconds: float = 120) -> dict[str, Any]:
        said, _ = self.child.communicate(timeout=seconds)
        assert self.child.returncode == 0
        result: dict[str, Any] = json.loads(said)
        return result


def on_webhook(webhook: Webhook, bodies: Path, *arguments: str) -> Load:
    folder = webhook.certificates
    return Load(
        f"-url={webhook.url}",
        f"-bodies={bodies}",
        f"-ca={folder / 'ca.crt'}",
        f"-cert={folder / 'client.crt'}",
        f"-key={folder / 'client.key'}",
        *arguments,
    )


def on_cluster(cluster: Kubernetes, bodies: Path, *arguments: str) -> Load:
    """Dry runs: the webhook is asked all the same, and etcd stays as it is."""
    return Load(
        f"-url={cluster.url}/api/v1/namespaces/shop/configmaps?dryRun=All",
        f"-bodies={bodies}",
        f"-ca={cluster.folder / 'certificates' / 'apiserver.crt'}",
        f"-token={ADMIN}",
        *arguments,
    )


def on_opa(opa: Opa, bodies: Path, *arguments: str) -> Load:
    query = "provenance=true&strict-builtin-errors=true"
    return Load(
        f"-url=http://opa/v1/data/nginx/grpc/decision?{query}",
        f"-unix={opa.socket}",
        f"-bodies={bodies}",
        f"-token={opa.token}",
        "-opa",
        *arguments,
    )
