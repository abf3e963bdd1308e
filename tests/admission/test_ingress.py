"""A real API server asks about Ingress objects, and about the ConfigMap of their controller."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.admission.deployment import ENFORCE, apply, wait, withdraw
from tests.admission.kubernetes import Kubernetes
from tests.admission.opa import Opa
from tests.admission.processes import REPOSITORY
from tests.admission.webhook import Webhook

PREFIX = "nginx.ingress.kubernetes.io"
SERVICE = "/helloworld.Greeter"
NAME = "ingress-nginx-controller"
# With these the checklist has nothing to say.
SETTINGS = {
    "upstream-keepalive-timeout": "20",
    "client-body-timeout": "300",
    "http-snippet": "grpc_intercept_errors on;",
    "server-snippet": """\
error_page 502 503 504 = /grpc_unavailable;
location = /grpc_unavailable {
    internal;
    default_type application/grpc;
    add_header grpc-status 14;
    add_header grpc-message "upstream unavailable";
    return 200;
}
""",
}


def ingress(annotations: dict[str, str], *, port: int = 50051, path: str = "/") -> dict[str, Any]:
    backend = {"service": {"name": "greeter", "port": {"number": port}}}
    paths = [{"path": path, "pathType": "Prefix", "backend": backend}]
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": {
            "name": "greeter",
            "annotations": {f"{PREFIX}/{name}": said for name, said in annotations.items()},
        },
        "spec": {
            "ingressClassName": "nginx",
            "tls": [{"hosts": ["greeter.example.com"], "secretName": "greeter"}],
            "rules": [{"host": "greeter.example.com", "http": {"paths": paths}}],
        },
    }


GOOD = {"backend-protocol": "GRPC", "proxy-read-timeout": "300"}


@pytest.fixture(scope="module")
def judged(
    cluster: Kubernetes,
    opa: Opa,
    certificates: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Kubernetes]:
    folder = tmp_path_factory.mktemp("ingress")
    mounted = folder / "controller"
    mounted.mkdir()
    for key, value in SETTINGS.items():
        (mounted / key).write_text(value)
    named = f"--ingress-nginx=ingress-nginx/{NAME}"
    process = Webhook(
        folder / "webhook",
        certificates,
        opa.url,
        opa.folder / "token",
        named,
        f"--controller-configmap={mounted}",
    )
    examples = REPOSITORY / "examples" / "admission"
    with_component = REPOSITORY / "build" / "test-ingress-nginx"
    with_component.mkdir(parents=True, exist_ok=True)
    (with_component / "kustomization.yaml").write_text(
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n"
        "resources: [../../examples/admission/overlays/fail]\n"
        "components: [../../examples/admission/components/ingress-nginx]\n"
    )
    assert (examples / "components" / "ingress-nginx").is_dir()
    try:
        process.start()
        apply(cluster, str(with_component), process)
        cluster.namespace("shop", ENFORCE)
        cluster.namespace("ingress-nginx")
        wait(lambda: "[NG101]" in applied(cluster, ingress({}, path=SERVICE)), 60)
        yield cluster
    finally:
        withdraw(cluster)
        process.stop()


def applied(cluster: Kubernetes, item: dict[str, Any], namespace: str = "shop") -> str:
    """What kubectl says; empty where it went in."""
    done = cluster.kubectl("apply", "-n", namespace, "-f", "-", stdin=json.dumps(item))
    return done.stderr if done.returncode else ""


def test_an_ingress_whose_calls_fail_is_refused_and_the_mended_one_goes_in(
    judged: Kubernetes,
) -> None:
    said = applied(judged, ingress({"proxy-read-timeout": "300"}, path=SERVICE))
    assert 'admission webhook "ingress.admission.nginx-grpc.policy" denied the request' in said
    assert "[NG101] Ingress shop/greeter:1 location /helloworld.Greeter/:" in said
    assert f"{PREFIX}/backend-protocol: GRPC" in said
    assert applied(judged, ingress(GOOD)) == ""


@pytest.mark.parametrize(
    ("annotations", "rule"),
    [
        ({**GOOD, "proxy-read-timeout": "5m"}, "NG601"),
        ({**GOOD, "backend-protocol": "grpc"}, "NG604"),
        ({**GOOD, "configuration-snippet": "grpc_next_upstream off;"}, "NG605"),
        ({**GOOD, "connection-proxy-header": "close"}, "NG214"),
    ],
)
def test_what_it_says_in_vain(judged: Kubernetes, annotations: dict[str, str], rule: str) -> None:
    assert f"[{rule}]" in applied(judged, ingress(annotations))


def test_another_controller_s_is_none_of_ours(judged: Kubernetes) -> None:
    item = ingress({})
    item["spec"]["ingressClassName"] = "traefik"
    assert applied(judged, item) == ""


def test_the_controller_s_config_map(judged: Kubernetes) -> None:
    item: dict[str, Any] = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": NAME},
        "data": {**SETTINGS, "upstream-keepalive-connections": "0"},
    }
    said = applied(judged, item, "ingress-nginx")
    assert 'admission webhook "controller.admission.nginx-grpc.policy" denied the request' in said
    assert "[NG214]" in said
    item["data"] = SETTINGS
    assert applied(judged, item, "ingress-nginx") == ""
    item["metadata"]["name"] = "another"
    item["data"] = {"use-http2": "false"}
    assert applied(judged, item, "ingress-nginx") == ""


def test_the_audit_of_the_whole_cluster(judged: Kubernetes, tmp_path: Path) -> None:
    item: dict[str, Any] = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": NAME},
        "data": SETTINGS,
    }
    assert applied(judged, item, "ingress-nginx") == ""
    judged.namespace("free")
    slow = ingress({"backend-protocol": "GRPC", "proxy-read-timeout": "5m"})
    slow["spec"]["rules"][0]["host"] = "slow.example.com"
    assert applied(judged, slow, "free") == ""
    metrics = tmp_path / "metrics"
    paths = [Path(sys.executable).parent, Path(judged.environment()["PATH"])]
    environment = {
        **judged.environment(),
        "PATH": ":".join(map(str, paths)),
        "METRICS": str(metrics),
        "CONFIGMAP": f"ingress-nginx/{NAME}",
    }
    script = REPOSITORY / "examples" / "admission" / "audit" / "audit.sh"
    done = subprocess.run(
        ["sh", script], env=environment, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert "deny[NG601]" in done.stdout
    told = metrics.read_text()
    assert 'nginx_grpc_findings{rule="NG601",level="deny",namespace="free"} 1\n' in told
    assert "nginx_grpc_failed 1\n" in told
    rendered = judged.kubectl("apply", "-k", str(script.parent))
    assert rendered.returncode == 0, rendered.stderr
