"""The manifests: taken by the API server, and as tight as they say."""

from __future__ import annotations

import argparse
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from nginx_grpc.admission.command import add_parser
from tests.admission.kubernetes import Kubernetes
from tests.admission.opa import ADMISSION, Opa
from tests.admission.processes import TOOLS

NAMESPACE = "nginx-grpc-admission"
RENDERED = ["overlays/fail", "overlays/ignore", "."]


def render(kustomization: str | Path) -> list[dict[str, Any]]:
    if not (TOOLS / "kubectl").exists():
        pytest.skip("NOT RUN: .tools/bin/kubectl is not built (tools/build_apiserver.sh)")
    built = subprocess.run(
        [str(TOOLS / "kubectl"), "kustomize", str(ADMISSION / kustomization)],
        capture_output=True,
        text=True,
        check=True,
    )
    return [item for item in yaml.safe_load_all(built.stdout) if item]


def composed(folder: Path, component: str) -> list[dict[str, Any]]:
    examples = os.path.relpath(ADMISSION, folder)
    (folder / "kustomization.yaml").write_text(
        f"resources: [{examples}/overlays/fail]\ncomponents: [{examples}/components/{component}]\n"
    )
    return render(folder)


def one(items: list[dict[str, Any]], kind: str, name: str = NAMESPACE) -> dict[str, Any]:
    (found,) = [item for item in items if item["kind"] == kind and item["metadata"]["name"] == name]
    return found


@pytest.mark.parametrize("kustomization", RENDERED)
def test_the_api_server_takes_every_one(cluster: Kubernetes, kustomization: str) -> None:
    cluster.kubectl("apply", "-f", str(ADMISSION / "base" / "namespace.yaml"))
    applied = cluster.kubectl(
        "apply", "--dry-run=server", "--validate=strict", "-k", str(ADMISSION / kustomization)
    )
    assert applied.returncode == 0, applied.stderr
    assert "Warning" not in applied.stderr
    assert len(applied.stdout.splitlines()) == len(render(kustomization))


@pytest.mark.parametrize("name", ["nginx-grpc-admission", "nginx-grpc-bundles"])
def test_its_pods_are_restricted(cluster: Kubernetes, name: str) -> None:
    """The namespace enforces the restricted profile: the API server refuses any other pod."""
    cluster.kubectl("apply", "-f", str(ADMISSION / "base" / "namespace.yaml"))
    cluster.kubectl(
        "apply", "-f", str(ADMISSION / "base" / "service-account.yaml"), "-n", NAMESPACE
    )
    template = one(render("."), "Deployment", name)["spec"]["template"]
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "probe"},
        "spec": template["spec"],
    }
    answer = cluster.create(NAMESPACE, pod, dryRun="All")
    assert answer.status_code == 201, answer.text
    pod["spec"]["containers"][0]["securityContext"]["allowPrivilegeEscalation"] = True
    assert cluster.create(NAMESPACE, pod, dryRun="All").status_code == 403


def test_nothing_has_rights_or_writes(cluster: Kubernetes) -> None:
    items = render(".")
    assert not [item for item in items if "Role" in item["kind"]]
    for item in items:
        if item["kind"] != "Deployment":
            continue
        pod = item["spec"]["template"]["spec"]
        assert pod["automountServiceAccountToken"] is False
        assert "hostNetwork" not in pod
        for container in pod["containers"]:
            assert container["securityContext"]["readOnlyRootFilesystem"] is True
            assert container["resources"]["limits"]["memory"]
            assert container["resources"]["requests"]["cpu"]
            assert ":" in container["image"]
            assert not container["image"].endswith(":latest")
            assert "readinessProbe" in container or "livenessProbe" in container
        for volume in pod["volumes"]:
            assert "hostPath" not in volume


def test_the_webhook_is_narrow() -> None:
    for kustomization, policy in (("overlays/fail", "Fail"), ("overlays/ignore", "Ignore")):
        configuration = one(render(kustomization), "ValidatingWebhookConfiguration")
        for webhook in configuration["webhooks"]:
            assert webhook["failurePolicy"] == policy
            assert webhook["sideEffects"] == "None"
            assert webhook["timeoutSeconds"] > 2
            assert "objectSelector" in webhook or "matchConditions" in webhook
            (rule,) = webhook["rules"]
            assert rule["resources"] == ["configmaps"]
            assert rule["operations"] == ["CREATE", "UPDATE"]
            (expression,) = [
                one
                for one in webhook["namespaceSelector"]["matchExpressions"]
                if one["key"] == "kubernetes.io/metadata.name"
            ]
            assert {"kube-system", NAMESPACE} <= set(expression["values"])


def test_the_arguments_are_ones_that_the_programs_take() -> None:
    deployment = one(render("overlays/fail"), "Deployment")
    containers = {one["name"]: one for one in deployment["spec"]["template"]["spec"]["containers"]}
    parser = argparse.ArgumentParser()
    add_parser(parser.add_subparsers())
    parsed = parser.parse_args(containers["webhook"]["args"])
    assert parsed.client_name == ["kube-apiserver"]
    assert parsed.opa == "unix:///run/opa/opa.sock"
    assert deployment["spec"]["template"]["spec"]["terminationGracePeriodSeconds"] > (
        parsed.drain + parsed.deadline
    )


def test_opa_is_started_as_it_is_in_the_tests(opa: Opa) -> None:
    deployment = one(render("overlays/fail"), "Deployment")
    (container,) = [
        one for one in deployment["spec"]["template"]["spec"]["containers"] if one["name"] == "opa"
    ]

    def flags(arguments: list[str]) -> set[str]:
        names = {argument.partition("=")[0] for argument in arguments}
        files = {Path(one).name for one in arguments if one.endswith((".rego", ".json"))}
        return {name for name in names if name.startswith("--")} | files

    # --set shortens the polling and moves the folder of the kept bundle.
    assert flags(opa.process.command) - {"--set"} == flags(container["args"])
    assert container["env"][1] == {"name": "GOMEMLIMIT", "value": opa.process.env["GOMEMLIMIT"]}


def test_ports_and_names_lead_to_each_other() -> None:
    items = render(".")
    pod = one(items, "Deployment")["spec"]["template"]
    ports = {
        port["name"]: port["containerPort"]
        for container in pod["spec"]["containers"]
        for port in container["ports"]
    }
    assert {"webhook", "probes"} <= set(ports)
    service = one(items, "Service")
    assert service["spec"]["ports"][0]["targetPort"] in ports
    for name in ("Service", "PodDisruptionBudget"):
        selector = one(items, name)["spec"]["selector"]
        labels = selector.get("matchLabels", selector)
        assert labels.items() <= pod["metadata"]["labels"].items()
    policy = one(items, "NetworkPolicy")["spec"]
    named = {port["port"] for rule in policy["ingress"] for port in rule["ports"]}
    assert named <= set(ports)
    bundles = one(items, "Service", "nginx-grpc-bundles")["spec"]["ports"][0]["port"]
    url = f"http://nginx-grpc-bundles.{NAMESPACE}.svc:{bundles}"
    environment = [container.get("env", []) for container in pod["spec"]["containers"]][1]
    assert environment[0] == {"name": "BUNDLE_URL", "value": url}


def test_the_conditions_name_what_the_webhook_takes_for_nginx_text() -> None:
    from nginx_grpc.admission.options import Options
    from nginx_grpc.client import OpaServer

    assert Options(OpaServer("unix:///x")).keys == ("nginx.conf", "*nginx*.conf")
    expression = one(render("overlays/fail"), "ValidatingWebhookConfiguration")["webhooks"][0][
        "matchConditions"
    ][0]["expression"]
    for word in (
        "key.contains('nginx') && key.endsWith('.conf')",
        "contains('grpc_pass')",
        "contains('proxy_pass')",
        "has(object.binaryData)",
        "'nginx-grpc.policy/check' in object.metadata.labels",
    ):
        assert word in " ".join(expression.split())


def test_cert_manager_makes_the_certificate_that_the_webhook_mounts(tmp_path: Path) -> None:
    items = composed(tmp_path, "cert-manager")
    certificate = one(items, "Certificate", "nginx-grpc-admission-tls")
    pod = one(items, "Deployment")["spec"]["template"]["spec"]
    mounted = {volume["secret"]["secretName"] for volume in pod["volumes"] if "secret" in volume}
    assert certificate["spec"]["secretName"] in mounted
    service = one(items, "Service")["metadata"]
    assert f"{service['name']}.{service['namespace']}.svc" in certificate["spec"]["dnsNames"]
    configuration = one(items, "ValidatingWebhookConfiguration")
    assert configuration["metadata"]["annotations"] == {
        "cert-manager.io/inject-ca-from": f"{NAMESPACE}/nginx-grpc-admission-tls"
    }


def test_secrets_are_asked_for_in_both_places(tmp_path: Path) -> None:
    items = composed(tmp_path, "secrets")
    webhooks = one(items, "ValidatingWebhookConfiguration")["webhooks"]
    assert [one["rules"][0]["resources"] for one in webhooks] == [
        ["configmaps"],
        ["configmaps", "secrets"],
    ]
    container = one(items, "Deployment")["spec"]["template"]["spec"]["containers"][0]
    assert "--secrets" in container["args"]


def test_the_versions_are_the_ones_that_are_tested() -> None:
    from nginx_grpc import __version__

    versions = dict(
        line.split("=")
        for line in Path("tools/versions.env").read_text().splitlines()
        if re.match(r"[A-Z_]+=", line)
    )
    images = {
        container["name"]: container["image"]
        for container in one(render("."), "Deployment")["spec"]["template"]["spec"]["containers"]
    }
    assert images == {
        "webhook": f"nginx-grpc-policy:{__version__}",
        "opa": f"openpolicyagent/opa:{versions['OPA_VERSION']}-static",
    }
