"""The rig of the admission tests. All of them run in one worker: what they start is one cluster."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.admission import kubernetes
from tests.admission.kubernetes import Kubernetes
from tests.admission.opa import BundleServer, Opa, build_bundle
from tests.admission.processes import TOOLS
from tests.admission.webhook import Webhook, make_certificates

SETTINGS = """\
nginx_grpc:
  profile: checklist
  nginx_version: "1.30.3"
"""


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/admission/" in item.path.as_posix():
            item.add_marker(pytest.mark.admission)
            item.add_marker(pytest.mark.xdist_group("admission"))


def _absent(what: str) -> None:
    """Skip with a word that is heard; in CI, where everything is to be there, fail."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"NOT RUN: {what}")
    pytest.skip(f"NOT RUN: {what}")


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="session")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A signed bundle; beside it its key (`key.pem`) and public key."""
    if not (TOOLS / "opa").exists():
        _absent("OPA is not there (make setup)")
    folder = tmp_path_factory.mktemp("bundle")
    (folder / "settings.yaml").write_text(SETTINGS)
    make_key(folder / "key.pem")
    return build_bundle(
        folder / "nginx-grpc-policy.tar.gz",
        KEY=str(folder / "key.pem"),
        SETTINGS=str(folder / "settings.yaml"),
        REVISION="r1",
    )


def make_key(path: Path) -> Path:
    """An RSA key."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return path


@pytest.fixture(scope="session")
def public_key(bundle: Path) -> Path:
    return bundle.with_name("nginx-grpc-policy.pub")


@pytest.fixture(scope="module")
def bundles(bundle: Path) -> Iterator[BundleServer]:
    server = BundleServer(bundle.read_bytes())
    yield server
    server.stop()


@pytest.fixture(scope="module")
def opa(
    tmp_path_factory: pytest.TempPathFactory, bundles: BundleServer, public_key: Path
) -> Iterator[Opa]:
    server = Opa(tmp_path_factory.mktemp("opa"), bundles.url, public_key)
    try:
        yield server.start()
    finally:
        server.stop()


@pytest.fixture(scope="module")
def webhook(
    tmp_path_factory: pytest.TempPathFactory, certificates: Path, opa: Opa
) -> Iterator[Webhook]:
    process = Webhook(
        tmp_path_factory.mktemp("webhook"), certificates, opa.url, opa.folder / "token"
    )
    try:
        yield process.start()
    finally:
        process.stop()


@pytest.fixture
def start_webhook(tmp_path: Path, certificates: Path) -> Iterator[Callable[..., Webhook]]:
    """Start one more webhook: `start_webhook(opa_url, token_file, *arguments)`."""
    started: list[Webhook] = []

    def start(opa_url: str, token: Path, *arguments: str, ready: bool = True) -> Webhook:
        folder = tmp_path / f"webhook-{len(started)}"
        process = Webhook(folder, certificates, opa_url, token, *arguments)
        started.append(process)
        return process.start(ready=ready)

    yield start
    for process in started:
        process.stop()


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory, certificates: Path) -> Iterator[Kubernetes]:
    """A Kubernetes API server."""
    if lacking := kubernetes.missing():
        _absent(lacking)
    pair = (certificates / "client.crt", certificates / "client.key")
    server = Kubernetes(tmp_path_factory.mktemp("kubernetes"), pair)
    try:
        yield server.start()
    finally:
        server.stop()
