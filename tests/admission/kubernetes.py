"""A real kube-apiserver with etcd, on loopback."""

from __future__ import annotations

import json
import os
import shutil
import ssl
import subprocess
from pathlib import Path
from typing import Any

import httpx

from tests.admission.processes import REPOSITORY, TOOLS, Process, free_port

ADMIN = "admin-token"


def missing() -> str:
    """What this machine lacks for a Kubernetes API server; empty where nothing."""
    for name in ("kube-apiserver", "kubectl"):
        if not (TOOLS / name).exists():
            return f".tools/bin/{name} is not built (tools/build_apiserver.sh)"
    if not _etcd():
        return "etcd is not installed (Debian's etcd-server)"
    return ""


def _etcd() -> str:
    return shutil.which("etcd") or ""


class Kubernetes:
    """etcd and kube-apiserver.

    Args:
        folder: where they keep what they write.
        client: certificate and key that the API server shows to webhooks.
    """

    def __init__(self, folder: Path, client: tuple[Path, Path]) -> None:
        self.folder = folder
        self.client = client
        self.kubeconfig = folder / "kubeconfig"
        self.port = free_port()
        self.url = f"https://127.0.0.1:{self.port}"
        self.etcd: Process | None = None
        self.apiserver: Process | None = None
        self.http: httpx.Client | None = None

    def start(self) -> Kubernetes:
        etcd_port, peer_port = free_port(), free_port()
        etcd_url = f"http://127.0.0.1:{etcd_port}"
        self.etcd = Process(
            "etcd",
            [
                _etcd(),
                f"--data-dir={self.folder / 'etcd'}",
                f"--listen-client-urls={etcd_url}",
                f"--advertise-client-urls={etcd_url}",
                f"--listen-peer-urls=http://127.0.0.1:{peer_port}",
                "--log-level=error",
            ],
            self.folder,
        ).start()
        self.etcd.wait_until(lambda: httpx.get(f"{etcd_url}/health").status_code == 200)
        key = self.folder / "service-account.key"
        subprocess.run(
            ["openssl", "genpkey", "-algorithm", "RSA", "-out", str(key)],
            check=True,
            capture_output=True,
        )
        (self.folder / "tokens.csv").write_text(
            f'{ADMIN},admin,1,"system:masters"\nuser-token,jane,2,"developers"\n'
        )
        for name in ("admission.yaml", "webhooks.kubeconfig"):
            example = REPOSITORY / "examples" / "admission" / "api-server" / name
            (self.folder / name).write_text(self.placed(example.read_text()))
        self.apiserver = Process(
            "kube-apiserver",
            [
                str(TOOLS / "kube-apiserver"),
                f"--etcd-servers={etcd_url}",
                "--bind-address=127.0.0.1",
                "--advertise-address=127.0.0.1",
                f"--secure-port={self.port}",
                f"--cert-dir={self.folder / 'certificates'}",
                "--service-account-issuer=https://kubernetes.default.svc",
                f"--service-account-key-file={key}",
                f"--service-account-signing-key-file={key}",
                f"--token-auth-file={self.folder / 'tokens.csv'}",
                "--authorization-mode=AlwaysAllow",
                "--service-cluster-ip-range=10.0.0.0/24",
                f"--admission-control-config-file={self.folder / 'admission.yaml'}",
                "--disable-admission-plugins=ServiceAccount",
                "--endpoint-reconciler-type=none",
                "--profiling=false",
            ],
            self.folder,
        ).start()
        self.apiserver.wait_until(self._ready, 90)
        assert self.http is not None
        self._write_kubeconfig()
        return self

    def placed(self, example: str) -> str:
        """A file of examples/admission/api-server with the paths and the port of this cluster.

        The certificate is for every webhook: here the Service has another port than 443.
        """
        return (
            example.replace("/etc/kubernetes/nginx-grpc-admission/client.crt", str(self.client[0]))
            .replace("/etc/kubernetes/nginx-grpc-admission/client.key", str(self.client[1]))
            .replace("/etc/kubernetes/nginx-grpc-admission", str(self.folder))
            .replace("name: nginx-grpc-admission.nginx-grpc-admission.svc", 'name: "*"')
        )

    def _write_kubeconfig(self) -> None:
        certificate = str(self.folder / "certificates" / "apiserver.crt")
        self.kubeconfig.write_text(
            json.dumps(
                {
                    "apiVersion": "v1",
                    "kind": "Config",
                    "current-context": "test",
                    "clusters": [
                        {
                            "name": "test",
                            "cluster": {
                                "server": self.url,
                                "certificate-authority": certificate,
                            },
                        }
                    ],
                    "users": [{"name": "admin", "user": {"token": ADMIN}}],
                    "contexts": [{"name": "test", "context": {"cluster": "test", "user": "admin"}}],
                }
            )
        )

    def environment(self) -> dict[str, str]:
        """For commands that are to meet this cluster."""
        return {
            **os.environ,
            "KUBECONFIG": str(self.kubeconfig),
            "KUBECACHEDIR": str(self.folder / "cache"),
            "PATH": f"{TOOLS}:{os.environ['PATH']}",
        }

    def kubectl(self, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(TOOLS / "kubectl"), *arguments],
            input=stdin,
            env=self.environment(),
            capture_output=True,
            text=True,
            timeout=60,
        )

    def _ready(self) -> bool:
        certificate = self.folder / "certificates" / "apiserver.crt"
        if not certificate.exists():
            return False
        if self.http is None:
            trust = ssl.create_default_context(cafile=str(certificate))
            self.http = httpx.Client(
                base_url=self.url,
                verify=trust,
                headers={"Authorization": f"Bearer {ADMIN}"},
                timeout=30,
            )
        return self.http.get("/readyz").status_code == 200

    def stop(self) -> None:
        if self.http is not None:
            self.http.close()
        for process in (self.apiserver, self.etcd):
            if process is not None:
                process.stop()

    def call(self, method: str, path: str, body: Any = None, **query: str) -> httpx.Response:
        assert self.http is not None
        return self.http.request(method, path, json=body, params=query)

    def create(self, namespace: str, item: dict[str, Any], **query: str) -> httpx.Response:
        kind = f"{item['kind'].lower()}s"
        return self.call("POST", f"/api/v1/namespaces/{namespace}/{kind}", item, **query)

    def namespace(self, name: str, labels: dict[str, str] | None = None) -> None:
        body = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
        if labels:
            body["metadata"] = {"name": name, "labels": labels}
        answer = self.call("POST", "/api/v1/namespaces", body)
        assert answer.status_code in (201, 409), answer.text
