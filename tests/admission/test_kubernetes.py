"""A real API server asks: what goes into the cluster, what does not, and what its author reads."""

from __future__ import annotations

import base64
import json
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.admission.configurations import BAD, GOOD, WARNED
from tests.admission.deployment import (
    ENFORCE,
    NAMESPACE,
    apply,
    config_map,
    overlay,
    wait,
    withdraw,
)
from tests.admission.kubernetes import Kubernetes
from tests.admission.opa import Opa
from tests.admission.webhook import Webhook

MIB = 1024 * 1024


@pytest.fixture(scope="module", params=["fail", "ignore"])
def policy(request: pytest.FixtureRequest, cluster: Kubernetes, webhook: Webhook) -> Iterator[str]:
    """One overlay, applied, and the namespaces `shop` (enforced) and `free`."""
    name: str = request.param
    apply(cluster, overlay(name), webhook)
    cluster.namespace("shop", ENFORCE)
    cluster.namespace("free")
    wait(lambda: create(cluster, {"nginx.conf": BAD}, dryRun="All")[0] == 403)
    yield name
    withdraw(cluster)


#: For what does not hang on the overlay.
only_fail = pytest.mark.parametrize("policy", ["fail"], indirect=True)


def create(
    cluster: Kubernetes,
    data: dict[str, str],
    namespace: str = "shop",
    labels: dict[str, str] | None = None,
    *,
    name: str = "",
    binary: dict[str, str] | None = None,
    **query: str,
) -> tuple[int, str]:
    item = config_map(name, data, labels)
    if not name:
        del item["metadata"]["name"]
        item["metadata"]["generateName"] = "nginx-"
    if binary:
        item["binaryData"] = binary
    answer = cluster.create(namespace, item, **query)
    return answer.status_code, answer.text


def test_a_bad_one_is_refused_with_our_words(policy: str, cluster: Kubernetes) -> None:
    manifest = json.dumps(config_map("bad", {"nginx.conf": BAD}))
    applied = cluster.kubectl("apply", "-n", "shop", "-f", "-", stdin=manifest)
    assert applied.returncode == 1
    said = applied.stderr
    assert 'admission webhook "enforced.admission.nginx-grpc.policy" denied the request' in said
    assert "[NG101] nginx.conf:22 location /helloworld.Greeter/" in said
    assert "write: grpc_pass grpc://greeter;" in said
    assert cluster.kubectl("get", "configmap", "-n", "shop", "bad").returncode == 1


def test_a_good_one_goes_in(policy: str, cluster: Kubernetes) -> None:
    manifest = json.dumps(config_map(f"good-{policy}", {"nginx.conf": GOOD}))
    applied = cluster.kubectl("apply", "-n", "shop", "-f", "-", stdin=manifest)
    assert applied.returncode == 0, applied.stderr
    assert applied.stderr == ""
    stored = cluster.kubectl(
        "get", "configmap", "-n", "shop", f"good-{policy}", "-o", "json"
    ).stdout
    assert json.loads(stored)["data"] == {"nginx.conf": GOOD}


def test_a_warning_is_shown(policy: str, cluster: Kubernetes) -> None:
    manifest = json.dumps(config_map(f"warned-{policy}", {"nginx.conf": WARNED}))
    applied = cluster.kubectl("apply", "-n", "shop", "-f", "-", stdin=manifest)
    assert applied.returncode == 0, applied.stderr
    assert "Warning: [NG501] nginx.conf:" in applied.stderr


@only_fail
def test_an_update_and_a_patch_are_judged(policy: str, cluster: Kubernetes) -> None:
    assert create(cluster, {"nginx.conf": GOOD}, name="changed")[0] == 201
    path = "/api/v1/namespaces/shop/configmaps/changed"
    bad = config_map("changed", {"nginx.conf": BAD})
    assert cluster.call("PUT", path, bad).status_code == 403
    patch = json.dumps({"data": {"nginx.conf": BAD}})
    patched = cluster.kubectl("patch", "configmap", "-n", "shop", "changed", "-p", patch)
    assert "[NG101]" in patched.stderr
    applied = cluster.kubectl(
        "apply",
        "--server-side",
        "--force-conflicts",
        "-n",
        "shop",
        "-f",
        "-",
        stdin=json.dumps(bad),
    )
    assert "[NG101]" in applied.stderr
    harmless = json.dumps({"metadata": {"annotations": {"a": "b"}}})
    patched = cluster.kubectl("patch", "configmap", "-n", "shop", "changed", "-p", harmless)
    assert patched.returncode == 0, patched.stderr
    assert cluster.call("DELETE", path).status_code == 200


@only_fail
def test_a_dry_run_is_judged(policy: str, cluster: Kubernetes) -> None:
    assert create(cluster, {"nginx.conf": GOOD}, dryRun="All")[0] == 201
    assert create(cluster, {"nginx.conf": BAD}, dryRun="All")[0] == 403


@only_fail
def test_what_holds_no_nginx_text_is_not_even_sent(
    policy: str, cluster: Kubernetes, webhook: Webhook
) -> None:
    before = webhook.metrics()["nginx_grpc_admission_request_seconds_count"]
    assert create(cluster, {"redis.conf": "maxmemory 1gb", "a": "b" * 100_000})[0] == 201
    assert webhook.metrics()["nginx_grpc_admission_request_seconds_count"] == before


@only_fail
def test_the_namespace_decides_not_the_object(policy: str, cluster: Kubernetes) -> None:
    other = {"nginx-grpc.policy/check": "false", "nginx-grpc.policy/admission": "off"}
    assert create(cluster, {"nginx.conf": BAD}, labels=other)[0] == 403
    assert create(cluster, {"nginx.conf": BAD}, "free")[0] == 201


@only_fail
def test_a_labelled_object_is_judged_in_every_namespace(policy: str, cluster: Kubernetes) -> None:
    label = {"nginx-grpc.policy/check": "true"}
    status, said = create(cluster, {"nginx.conf": BAD}, "free", label)
    assert status == 403
    assert "labelled.admission.nginx-grpc.policy" in said
    assert create(cluster, {"nginx.conf": GOOD}, "free", label, name="labelled")[0] == 201
    # An update that takes the label off is judged once more.
    path = "/api/v1/namespaces/free/configmaps/labelled"
    assert cluster.call("PUT", path, config_map("labelled", {"nginx.conf": BAD})).status_code == 403


@only_fail
def test_it_stays_out_of_the_clusters_own_namespaces(policy: str, cluster: Kubernetes) -> None:
    labels = json.dumps({"metadata": {"labels": ENFORCE}})
    check = {"nginx-grpc.policy/check": "true"}
    cluster.namespace("kube-system")
    for namespace in ("kube-system", NAMESPACE):
        patched = cluster.kubectl("patch", "namespace", namespace, "-p", labels)
        assert patched.returncode == 0, patched.stderr
        assert create(cluster, {"nginx.conf": BAD}, namespace, check)[0] == 201


@only_fail
@pytest.mark.parametrize(
    "include",
    ["/etc/passwd", "../passwd", "../../etc/nginx/other.conf", "/proc/self/environ", "other.conf"],
)
def test_an_include_reaches_no_file_and_no_other_object(
    policy: str, cluster: Kubernetes, include: str
) -> None:
    create(cluster, {"other.conf": "grpc_read_timeout 300s;", "passwd": ""}, name="other")
    text = GOOD.replace("grpc_read_timeout 300s;", f"include {include};")
    status, said = create(cluster, {"nginx.conf": text})
    assert status == 403
    assert "root:" not in said


@only_fail
def test_hostile_objects(policy: str, cluster: Kubernetes) -> None:
    keys = {f"k{number}.conf": "grpc_read_timeout 300s;" for number in range(999)}
    assert create(cluster, {**keys, "nginx.conf": BAD})[0] == 403
    assert create(cluster, {"nginx.conf": "{" * (MIB - 2000)})[0] in (403, 422)
    assert create(cluster, {"nginx.conf": "http{" * ((MIB - 2000) // 5)})[0] in (403, 422)
    encoded = base64.b64encode(BAD.encode()).decode()
    assert create(cluster, {}, binary={"nginx.conf": encoded})[0] == 403
    assert create(cluster, {}, binary={"anything": encoded})[0] == 403
    good = base64.b64encode(GOOD.encode()).decode()
    assert create(cluster, {}, binary={"nginx.conf": good})[0] == 201
    noise = base64.b64encode(os.urandom(100_000)).decode()
    assert create(cluster, {}, binary={"nginx.conf": noise})[0] == 422
    assert create(cluster, {}, binary={"logo.png": noise})[0] == 201


@only_fail
def test_waivers_in_comments_do_not_count(policy: str, cluster: Kubernetes) -> None:
    comment = "# nginx-grpc: ignore NG101 until=2099-01-01 owner=me reason=please\n"
    text = BAD.replace("            proxy_pass", f"            {comment}            proxy_pass")
    status, said = create(cluster, {"nginx.conf": text})
    assert status == 403
    assert "NG101" in said


@only_fail
def test_yaml_aliases_are_the_api_servers_to_read(policy: str, cluster: Kubernetes) -> None:
    text = BAD.replace("\n", "\n    ")
    manifest = (
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: aliased}\n"
        f"data:\n  a: &a |\n    {text}\n  nginx.conf: *a\n"
    )
    applied = cluster.kubectl("apply", "-n", "shop", "-f", "-", stdin=manifest)
    assert applied.returncode == 1
    assert "[NG101] nginx.conf:22" in applied.stderr


def test_the_answer_is_in_time_for_a_hung_webhook(
    policy: str, cluster: Kubernetes, webhook: Webhook
) -> None:
    os.kill(webhook.process.pid, signal.SIGSTOP)
    try:
        start = time.monotonic()
        status, said = create(cluster, {"nginx.conf": BAD}, dryRun="All")
        assert time.monotonic() - start < 8
    finally:
        os.kill(webhook.process.pid, signal.SIGCONT)
    assert status == (500 if policy == "fail" else 201), said


def test_with_opa_down_the_overlay_decides(policy: str, cluster: Kubernetes, opa: Opa) -> None:
    opa.kill()
    try:
        status, said = create(cluster, {"nginx.conf": BAD}, dryRun="All")
        if policy == "fail":
            assert status == 500
            assert "nginx-grpc admission: no decision: OPA can't be reached" in said
            assert create(cluster, {"nginx.conf": GOOD}, dryRun="All")[0] == 500
        else:
            assert status == 201
    finally:
        opa.start()
    wait(lambda: create(cluster, {"nginx.conf": GOOD}, dryRun="All")[0] == 201)
    assert create(cluster, {"nginx.conf": BAD}, dryRun="All")[0] == 403


def test_what_the_object_is_guilty_of_is_refused_in_both_overlays(
    policy: str, cluster: Kubernetes
) -> None:
    """`ignore` is for a webhook that is down, not for text that it can't read."""
    assert create(cluster, {"nginx.conf": "http {"}, dryRun="All")[0] == 422
    heavy = "http{" + "server{location /{}}" * 45_000 + "}grpc_pass "
    assert create(cluster, {"nginx.conf": heavy}, dryRun="All")[0] in (403, 422)


def test_with_the_webhook_dead_the_cluster_can_bring_it_back(
    policy: str, cluster: Kubernetes, webhook: Webhook
) -> None:
    webhook.process.stop()
    try:
        status, said = create(cluster, {"nginx.conf": GOOD})
        assert status == (500 if policy == "fail" else 201), said
        # What the cluster needs to heal goes through: its own namespaces, leases, the webhook's
        # namespace with its Deployment and configuration, and everything that is no nginx text.
        check = {"nginx-grpc.policy/check": "true"}
        cluster.namespace("kube-system")
        for namespace in ("kube-system", NAMESPACE):
            assert create(cluster, {"nginx.conf": BAD}, namespace, check)[0] == 201
        lease = {
            "apiVersion": "coordination.k8s.io/v1",
            "kind": "Lease",
            "metadata": {"generateName": "node-"},
        }
        for namespace in ("kube-node-lease", "kube-system", "shop"):
            cluster.namespace(namespace)
            path = f"/apis/coordination.k8s.io/v1/namespaces/{namespace}/leases"
            assert cluster.call("POST", path, lease).status_code == 201
        assert create(cluster, {"app.yaml": "a: b"}, "shop")[0] == 201
        assert create(cluster, {"nginx.conf": BAD}, "free")[0] == 201
        restarted = cluster.kubectl("rollout", "restart", "-n", NAMESPACE, "deployment")
        assert restarted.returncode == 0, restarted.stderr
        # The way out by hand.
        patch = '[{"op":"replace","path":"/webhooks/0/failurePolicy","value":"Ignore"}]'
        opened = cluster.kubectl(
            "patch",
            "validatingwebhookconfiguration",
            "nginx-grpc-admission",
            "--type=json",
            "-p",
            patch,
        )
        assert opened.returncode == 0, opened.stderr
        wait(lambda: create(cluster, {"nginx.conf": GOOD}, dryRun="All")[0] == 201)
        closed = cluster.kubectl(
            "patch",
            "validatingwebhookconfiguration",
            "nginx-grpc-admission",
            "--type=json",
            "-p",
            patch.replace("Ignore", policy.title()),
        )
        assert closed.returncode == 0, closed.stderr
    finally:
        webhook.start()
    wait(lambda: create(cluster, {"nginx.conf": BAD}, dryRun="All")[0] == 403)


@only_fail
def test_an_api_server_without_the_certificate_is_not_answered(
    tmp_path: Path, policy: str, cluster: Kubernetes, webhook: Webhook, opa: Opa
) -> None:
    """What the webhook trusts is the certificate alone: with another CA the call fails."""
    from tests.admission.deployment import lead
    from tests.admission.webhook import make_certificates

    folder = make_certificates(tmp_path / "certificates")
    stranger = Webhook(tmp_path, folder, opa.url, opa.folder / "token").start()
    try:
        lead(cluster, stranger)
        wait(lambda: create(cluster, {"nginx.conf": GOOD}, dryRun="All")[0] == 500)
    finally:
        lead(cluster, webhook)
        stranger.stop()
    wait(lambda: create(cluster, {"nginx.conf": GOOD}, dryRun="All")[0] == 201)


@only_fail
def test_secrets_by_opt_in(
    tmp_path: Path, policy: str, cluster: Kubernetes, webhook: Webhook, opa: Opa, certificates: Path
) -> None:
    component = tmp_path / "kustomization.yaml"
    examples = os.path.relpath(Path(overlay("fail")).parents[1], tmp_path)
    component.write_text(
        f"resources: [{examples}/overlays/fail]\ncomponents: [{examples}/components/secrets]\n"
    )
    judging = Webhook(tmp_path, certificates, opa.url, opa.folder / "token", "--secrets").start()
    try:
        apply(cluster, str(tmp_path), judging)
        rendered = cluster.kubectl("kustomize", str(tmp_path)).stdout
        assert "- --secrets" in rendered
        secret = {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"generateName": "a-", "labels": {"nginx-grpc.policy/check": "true"}},
            "stringData": {"nginx.conf": BAD},
        }
        wait(lambda: cluster.create("free", secret, dryRun="All").status_code == 403)
        secret["stringData"] = {"nginx.conf": GOOD}
        assert cluster.create("free", secret, dryRun="All").status_code == 201
    finally:
        apply(cluster, overlay("fail"), webhook)
        judging.stop()
