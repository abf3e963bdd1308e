"""Whatever happens to OPA and to the webhook, nothing bad gets in, and good gets in again."""

from __future__ import annotations

import os
import random
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.admission.configurations import BAD, GOOD
from tests.admission.conftest import make_key
from tests.admission.deployment import ENFORCE, apply, overlay, wait, withdraw
from tests.admission.kubernetes import Kubernetes
from tests.admission.load import on_cluster, on_webhook, write_objects, write_reviews
from tests.admission.opa import BundleServer, Opa, build_bundle
from tests.admission.processes import TOOLS
from tests.admission.webhook import Webhook, make_certificates
from tests.sampling import FULL
from tests.unit.client.fake_opa import FAULTS, Behaviour, FakeOpa

# One fault after the other, against one webhook.
pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

REQUESTS = 130 if FULL else 30  # for each kind


def relay(opa: Opa, change: Callable[[bytes], bytes | None] | None = None) -> Behaviour:
    """OPA itself, with what comes back from it changed. None ends the connection."""
    host, port = opa.url.removeprefix("http://").split(":")

    def behave(connection: socket.socket, fake: FakeOpa) -> None:
        with socket.create_connection((host, int(port))) as server:

            def forth() -> None:
                try:
                    while data := connection.recv(65536):
                        server.sendall(data)
                    server.shutdown(socket.SHUT_WR)
                except OSError:
                    return

            thread = threading.Thread(target=forth, daemon=True)
            thread.start()
            while data := server.recv(65536):
                changed = data if change is None else change(data)
                if changed is None:
                    connection.shutdown(socket.SHUT_RDWR)
                    return
                connection.sendall(changed)

    return behave


def flipped(data: bytes) -> bytes:
    at = random.randrange(len(data))
    return data[:at] + bytes([data[at] ^ (1 << random.randrange(8))]) + data[at + 1 :]


def delayed(data: bytes) -> bytes:
    time.sleep(0.03)
    return data


#: On the answers of a real OPA.
ON_THE_WAY: dict[str, Callable[[bytes], bytes | None]] = {
    "a bit flipped": flipped,
    "late by 30 ms": delayed,
    "cut in half": lambda data: data[: len(data) // 2],
    "ended before": lambda _: None,
    "ended now and then": lambda data: data if random.random() < 0.7 else None,
    "doubled": lambda data: data + data,
    "false made true": lambda data: data.replace(b'"allow":false', b'"allow":true '),
    "denials emptied": lambda data: data.replace(b'"deny":[{', b'"deny":[],"d":[{'),
    "rules emptied": lambda data: data.replace(b'"rules":[{', b'"rules":[],"r":[{'),
}


@pytest.fixture(scope="module")
def real(
    tmp_path_factory: pytest.TempPathFactory, bundles: BundleServer, public_key: Path
) -> Iterator[Opa]:
    opa = Opa(tmp_path_factory.mktemp("real"), bundles.url, public_key, tcp=True).start()
    yield opa
    opa.stop()


@pytest.fixture(scope="module")
def between(real: Opa) -> Iterator[FakeOpa]:
    """What the webhook takes for OPA."""
    fake = FakeOpa(relay(real))
    yield fake
    fake.stop()


@pytest.fixture(scope="module")
def asked(
    tmp_path_factory: pytest.TempPathFactory, certificates: Path, real: Opa, between: FakeOpa
) -> Iterator[Webhook]:
    process = Webhook(
        tmp_path_factory.mktemp("asked"),
        certificates,
        between.url,
        real.folder / "token",
        "--deadline=1",
    ).start()
    yield process
    process.stop()


@pytest.fixture(scope="module")
def reviews(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    if not (TOOLS / "admission-load").exists():
        pytest.skip("NOT RUN: .tools/bin/admission-load is not built (tools/build_apiserver.sh)")
    folder = tmp_path_factory.mktemp("reviews")
    small = [text.replace("greeter", f"greeter{number}") for number, text in enumerate([GOOD] * 5)]
    bad = [BAD.replace("greeter", f"greeter{number}") for number in range(8)]
    return {
        "mixed": write_reviews(folder / "mixed", small, bad),
        "good": write_reviews(folder / "good", small, []),
        "objects": write_objects(folder / "objects", small, bad),
        "good objects": write_objects(folder / "good-objects", small, []),
    }


sent: list[int] = []


@pytest.mark.parametrize("fault", [*FAULTS, *ON_THE_WAY])
def test_a_fault_of_opa_lets_nothing_in(
    fault: str, asked: Webhook, between: FakeOpa, real: Opa, reviews: dict[str, Path]
) -> None:
    between.behaviour = FAULTS[fault][0] if fault in FAULTS else relay(real, ON_THE_WAY[fault])
    between.drop_connections()
    load = on_webhook(asked, reviews["mixed"], f"-requests={REQUESTS}", "-clients=20")
    result = load.result()
    between.behaviour = relay(real)
    between.drop_connections()
    assert result["wrongly_allowed"] == 0, result
    assert result["requests"] >= REQUESTS
    sent.append(result["requests"])
    if fault in FAULTS:
        assert "allowed" not in result["outcomes"], result
    recovered(lambda: on_webhook(asked, reviews["mixed"], "-requests=20", "-clients=4").result())


def recovered(run: Callable[[], dict[str, Any]]) -> None:
    """Every good one in, every bad one out, as soon as the machine has time for all of them."""
    end = time.monotonic() + 60
    while True:
        after = run()
        assert after["wrongly_allowed"] == after["wrongly_denied"] == 0, after
        if set(after["outcomes"]) == {"allowed", "denied"}:
            return
        assert time.monotonic() < end, after


@pytest.mark.full
def test_that_were_ten_thousand_requests_over_forty_kinds() -> None:
    if len(sent) < len(FAULTS) + len(ON_THE_WAY):
        pytest.skip("counts a whole run")
    assert len(sent) >= 40
    assert sum(sent) >= 10_000


# Faults of the parts themselves, under load through a real API server.


@pytest.fixture(scope="module")
def enforced(cluster: Kubernetes, webhook: Webhook, opa: Opa) -> Iterator[Kubernetes]:
    apply(cluster, overlay("fail"), webhook)
    cluster.namespace("shop", ENFORCE)
    probe = {
        "kind": "ConfigMap",
        "apiVersion": "v1",
        "metadata": {"name": "p"},
        "data": {"nginx.conf": BAD},
    }
    wait(lambda: cluster.create("shop", probe, dryRun="All").status_code == 403)
    yield cluster
    withdraw(cluster)


def _killed(webhook: Webhook, opa: Opa, _: BundleServer, __: Any) -> None:
    opa.kill()
    time.sleep(1)
    opa.start()


def _killed_again_and_again(webhook: Webhook, opa: Opa, _: BundleServer, __: Any) -> None:
    for _number in range(4):
        opa.kill()
        opa.start(ready=False)
        time.sleep(0.3)


def _hung(webhook: Webhook, opa: Opa, _: BundleServer, __: Any) -> None:
    opa.process.signal(signal.SIGSTOP)
    time.sleep(2.5)
    opa.process.signal(signal.SIGCONT)


def _slow(webhook: Webhook, opa: Opa, _: BundleServer, __: Any) -> None:
    for _number in range(20):
        opa.process.signal(signal.SIGSTOP)
        time.sleep(0.1)
        opa.process.signal(signal.SIGCONT)
        time.sleep(0.02)


def _restarted(webhook: Webhook, opa: Opa, _: BundleServer, __: Any) -> None:
    opa.stop()
    opa.start()


def _corrupt_bundle(webhook: Webhook, opa: Opa, bundles: BundleServer, __: Any) -> None:
    good = bundles.bundle
    bundles.bundle = b"garbage"
    time.sleep(2.5)
    bundles.bundle = good


def _bundle_replaced(webhook: Webhook, opa: Opa, bundles: BundleServer, other: bytes) -> None:
    bundles.bundle = other
    time.sleep(2.5)


def _bundle_revoked(webhook: Webhook, opa: Opa, bundles: BundleServer, _: Any) -> None:
    """OPA restarted with a key that its bundle was not signed with: it never becomes ready."""
    key = next(part for part in opa.process.command if part.startswith("--set-file"))
    at = opa.process.command.index(key)
    stranger = opa.folder / "stranger.pub"
    opa.stop()
    opa.process.command[at] = f"--set-file=keys.nginx-grpc.key={stranger}"
    opa.start(ready=False)
    time.sleep(2)
    assert not opa.ready()
    opa.stop()
    opa.process.command[at] = key
    opa.start()


def _certificates_rotated(webhook: Webhook, opa: Opa, _: BundleServer, __: Any) -> None:
    make_certificates(webhook.certificates)
    time.sleep(6)


def _webhook_restarted(webhook: Webhook, opa: Opa, _: BundleServer, __: Any) -> None:
    webhook.process.stop()
    webhook.start()


def _webhook_killed(webhook: Webhook, opa: Opa, _: BundleServer, __: Any) -> None:
    webhook.process.kill()
    webhook.start()


def _webhook_hung(webhook: Webhook, opa: Opa, _: BundleServer, __: Any) -> None:
    webhook.process.signal(signal.SIGSTOP)
    time.sleep(2)
    webhook.process.signal(signal.SIGCONT)


def _workers_killed(webhook: Webhook, opa: Opa, _: BundleServer, __: Any) -> None:
    pids = Path(f"/proc/{webhook.process.pid}/task/{webhook.process.pid}/children")
    for _number in range(5):
        for pid in pids.read_text().split():
            os.kill(int(pid), signal.SIGKILL)
        time.sleep(0.3)


#: Each with whether requests may fail or be denied for no fault of theirs while it lasts.
PARTS: dict[str, tuple[Callable[[Webhook, Opa, BundleServer, Any], None], bool]] = {
    "OPA killed": (_killed, True),
    "OPA killed again and again": (_killed_again_and_again, True),
    "OPA hung": (_hung, True),
    "OPA slow": (_slow, True),
    "OPA restarted": (_restarted, True),
    "bundle corrupt": (_corrupt_bundle, False),
    "bundle replaced": (_bundle_replaced, False),
    "bundle revoked": (_bundle_revoked, True),
    "certificates rotated": (_certificates_rotated, False),
    "webhook restarted": (_webhook_restarted, True),
    "webhook killed": (_webhook_killed, True),
    "webhook hung": (_webhook_hung, True),
    "workers killed": (_workers_killed, True),
}


@pytest.mark.parametrize("fault", PARTS)
def test_a_fault_of_a_part_lets_nothing_in(
    fault: str,
    enforced: Kubernetes,
    webhook: Webhook,
    opa: Opa,
    bundles: BundleServer,
    bundle: Path,
    reviews: dict[str, Path],
    tmp_path: Path,
) -> None:
    key = make_key(tmp_path / "stranger.pem")
    other = build_bundle(
        tmp_path / "other.tar.gz",
        KEY=str(bundle.with_name("key.pem")),
        SETTINGS=str(bundle.with_name("settings.yaml")),
        REVISION=f"r-{fault.replace(' ', '-')}",
    ).read_bytes()
    build_bundle(opa.folder / "stranger.tar.gz", KEY=str(key))
    breaking, may_fail = PARTS[fault]
    # Behind by too much, the webhook sheds: few clients where none may be refused.
    clients = 8 if may_fail else 2
    load = on_cluster(enforced, reviews["objects"], "-seconds=60", f"-clients={clients}")
    try:
        time.sleep(0.3)
        breaking(webhook, opa, bundles, other)
    finally:
        load.child.send_signal(signal.SIGINT)
        result = load.result()
    assert result["wrongly_allowed"] == 0, result
    assert result["requests"] >= 8
    if not may_fail:
        assert result["wrongly_denied"] == 0, result
        assert "failed" not in result["outcomes"], result
    wait(webhook.ready)
    recovered(
        lambda: on_cluster(enforced, reviews["objects"], "-requests=60", "-clients=4").result()
    )
