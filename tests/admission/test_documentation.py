"""docs/admission.md, read and done from top to bottom, on a real API server."""

from __future__ import annotations

import ast
import asyncio
import inspect
import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.admission.configurations import BAD, GOOD
from tests.admission.deployment import NAMESPACE, config_map, lead, wait, withdraw
from tests.admission.kubernetes import Kubernetes
from tests.admission.opa import ADMISSION, BundleServer, Opa
from tests.admission.processes import REPOSITORY
from tests.admission.webhook import Webhook, admission_review

PAGE = (REPOSITORY / "docs" / "admission.md").read_text()
BLOCK = re.compile(r"(?:<!-- exit (\d+): (.*?) -->\n)?```sh\n(.*?)```", re.DOTALL)
PYTHON = re.compile(r"```python\n(.*?)```", re.DOTALL)


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory, certificates: Path) -> Path:
    """A place to run the page in: the repository, with a build/ of its own."""
    folder = tmp_path_factory.mktemp("checkout")
    for name in ("examples", "tools", "policy", "pyproject.toml", ".tools"):
        (folder / name).symlink_to(REPOSITORY / name)
    # The API server of the tests already has a client certificate: the page renews from its CA.
    made = folder / "build" / "admission" / "certificates"
    made.mkdir(parents=True)
    for name in ("ca.crt", "ca.key"):
        shutil.copy(certificates / name, made / name)
    return folder


@pytest.fixture(scope="module")
def clean(cluster: Kubernetes) -> Iterator[Kubernetes]:
    """The cluster as somebody finds it who starts with the page.

    A namespace can't go away without a controller, so what other tests left in it is taken out.
    """
    withdraw(cluster)
    for kind in ("secret", "configmap", "service", "deployment", "networkpolicy"):
        cluster.kubectl("delete", kind, "--all", "--namespace", NAMESPACE)
    for namespace in ("shop", "lab"):
        cluster.kubectl("delete", "configmap", "--all", "--namespace", namespace)
        _forget(cluster, namespace)
    yield cluster
    withdraw(cluster)


def _forget(cluster: Kubernetes, namespace: str) -> None:
    """Remove a namespace for good: this is what its controller would do."""
    cluster.kubectl("delete", "namespace", namespace, "--wait=false")
    answer = cluster.call("GET", f"/api/v1/namespaces/{namespace}")
    if answer.status_code == 200:
        body = answer.json()
        body["spec"]["finalizers"] = []
        cluster.call("PUT", f"/api/v1/namespaces/{namespace}/finalize", body)


def test_the_page_from_nothing_to_an_enforced_namespace(
    checkout: Path, clean: Kubernetes, certificates: Path
) -> None:
    blocks = BLOCK.findall(PAGE)
    assert len(blocks) >= 12
    running: list[Any] = []
    webhook: Webhook | None = None
    try:
        for status, word, commands in blocks:
            said = subprocess.run(
                ["bash", "-euo", "pipefail", "-c", commands],
                cwd=checkout,
                env={**clean.environment(), "PATH": _path(clean)},
                capture_output=True,
                text=True,
                timeout=120,
            )
            assert said.returncode == int(status or 0), (commands, said.stdout, said.stderr)
            assert word in said.stderr, (commands, said.stderr)
            if "apply --kustomize" not in commands:
                continue
            # Here a kubelet would start the pods, and a proxy would lead the Service to them.
            if webhook is None:
                webhook = _start(checkout, running)
            lead(clean, webhook)
            if "overlays" in commands:
                _closed(clean)
        assert webhook is not None
        _closed(clean)
    finally:
        for process in reversed(running):
            process.stop()


def _path(cluster: Kubernetes) -> str:
    return f"{REPOSITORY / '.venv' / 'bin'}:{cluster.environment()['PATH']}"


def _start(checkout: Path, running: list[Any]) -> Webhook:
    """What the manifests run, with the files that the page's commands made."""
    made = checkout / "build" / "admission"
    bundles = BundleServer((made / "nginx-grpc-policy.tar.gz").read_bytes())
    running.append(bundles)
    folder = made / "token"
    opa = Opa(folder, bundles.url, made / "nginx-grpc-policy.pub")
    running.append(opa)
    opa.start()
    webhook = Webhook(made / "webhook", made / "certificates", opa.url, folder / "token")
    running.append(webhook)
    return webhook.start()


def _closed(cluster: Kubernetes) -> None:
    def refused() -> bool:
        item = config_map("closed", {"nginx.conf": BAD})
        return cluster.create("shop", item, dryRun="All").status_code in (201, 403)

    wait(refused)


def test_the_api_servers_files_are_the_ones_of_the_tests(cluster: Kubernetes) -> None:
    """tests/admission/kubernetes.py starts it with these files, their paths replaced."""
    for name in ("admission.yaml", "webhooks.kubeconfig"):
        example = (ADMISSION / "api-server" / name).read_text()
        used = (cluster.folder / name).read_text()
        assert used == cluster.placed(example)


@pytest.mark.parametrize("number", range(2))
def test_the_pages_python(number: int, opa: Opa) -> None:
    code = PYTHON.findall(PAGE)[number]
    code = code.replace("unix:///run/opa/opa.sock", opa.url).replace(
        "/token/token", str(opa.folder / "token")
    )
    code = code.replace(
        'Server("http://127.0.0.1:8181", token="...")', f'Server("{opa.url}", token="{opa.token}")'
    )
    from nginx_grpc import documents
    from nginx_grpc.admission import bridging

    read = bridging.bridge({"nginx.conf": GOOD.encode()}, {"nginx.conf"}).configurations
    names: dict[str, Any] = {
        "body": json.dumps(admission_review({"nginx.conf": BAD})).encode(),
        "document": documents.build(read, validated=False)[0],
        "settings": None,
    }
    compiled = compile(code, "page", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)

    async def run() -> None:
        if inspect.iscoroutine(waiting := eval(compiled, names)):
            await waiting
        if "reviewer" in names:
            await names["reviewer"].stop()

    asyncio.run(run())
    if number == 0:
        assert b'"allowed":false' in names["answer"].body
    else:
        assert names["decision"].allow is True


def test_what_is_not_run_is_said() -> None:
    """No image is built here; what its Dockerfile installs by is there."""
    dockerfile = (ADMISSION / "image" / "Dockerfile").read_text()
    assert "requirements/dev.txt" in dockerfile
    assert (REPOSITORY / "requirements" / "dev.txt").exists()
    assert os.access(REPOSITORY / "examples" / "admission" / "certificates.sh", os.X_OK)
