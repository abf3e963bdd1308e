"""The webhook as a process: `nginx-grpc admission serve`, and reviews to send to it."""

from __future__ import annotations

import json
import ssl
import subprocess
import sys
import uuid
from pathlib import Path
from typing import Any

import httpx

from tests.admission.processes import REPOSITORY, Process, free_port

SERVICE = "nginx-grpc-admission.nginx-grpc-admission"
NAMES = f"DNS:{SERVICE}.svc,DNS:localhost,IP:127.0.0.1"


def make_certificates(folder: Path) -> Path:
    """A CA, the webhook's certificate and the API server's; again, to renew the latter two."""
    script = REPOSITORY / "examples" / "admission" / "certificates.sh"
    subprocess.run(["sh", str(script), str(folder), SERVICE, "30", NAMES], check=True)
    return folder


def admission_review(
    data: dict[str, str] | None = None,
    *,
    kind: str = "ConfigMap",
    operation: str = "CREATE",
    labels: dict[str, str] | None = None,
    uid: str = "",
    **item: Any,
) -> dict[str, Any]:
    """An AdmissionReview as the API server sends one."""
    metadata: dict[str, Any] = {"name": "nginx", "namespace": "shop"}
    if labels:
        metadata["labels"] = labels
    body: dict[str, Any] = {"kind": kind, "apiVersion": "v1", "metadata": metadata, **item}
    if data is not None:
        body["data"] = data
    return {
        "kind": "AdmissionReview",
        "apiVersion": "admission.k8s.io/v1",
        "request": {
            "uid": uid or str(uuid.uuid4()),
            "kind": {"group": "", "version": "v1", "kind": kind},
            "resource": {"group": "", "version": "v1", "resource": f"{kind.lower()}s"},
            "name": "nginx",
            "namespace": "shop",
            "operation": operation,
            "userInfo": {"username": "jane"},
            "object": None if operation == "DELETE" else body,
            "oldObject": None,
            "dryRun": False,
        },
    }


class Webhook:
    """A running webhook.

    Args:
        folder: its log.
        certificates: see make_certificates.
        opa: the URL of OPA.
        token: a file with OPA's token.
        arguments: more of the command line.
    """

    def __init__(
        self, folder: Path, certificates: Path, opa: str, token: Path, *arguments: str
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.certificates = certificates
        self.port, probes = free_port(), free_port()
        self.url = f"https://127.0.0.1:{self.port}/validate"
        self.probes = f"http://127.0.0.1:{probes}"
        self.process = Process(
            "webhook",
            [
                sys.executable,
                "-m",
                "nginx_grpc",
                "admission",
                "serve",
                f"--listen=127.0.0.1:{self.port}",
                f"--probes=127.0.0.1:{probes}",
                f"--certificate={certificates / 'tls.crt'}",
                f"--key={certificates / 'tls.key'}",
                f"--client-ca={certificates / 'ca.crt'}",
                "--client-name=kube-apiserver",
                f"--opa={opa}",
                f"--opa-token={token}",
                "--drain=0.2",
                *arguments,
            ],
            folder,
        )
        self.http = self.client()

    def start(self, *, ready: bool = True) -> Webhook:
        self.process.start()
        self.process.wait_until(self.ready if ready else self.alive, 30)
        return self

    def _code(self, path: str) -> int:
        try:
            return httpx.get(self.probes + path, timeout=2).status_code
        except httpx.HTTPError:
            return 0

    def alive(self) -> bool:
        return self._code("/livez") == 200

    def ready(self) -> bool:
        return self._code("/readyz") == 200

    def metrics(self) -> dict[str, float]:
        """The samples by name with labels."""
        text = httpx.get(f"{self.probes}/metrics").text
        lines = [line for line in text.splitlines() if not line.startswith("#")]
        return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}

    def client(self, certificate: tuple[Path, Path] | None = None) -> httpx.Client:
        """Speaks to it as the API server does."""
        trust = ssl.create_default_context(cafile=str(self.certificates / "ca.crt"))
        ours = (self.certificates / "client.crt", self.certificates / "client.key")
        trust.load_cert_chain(*(certificate or ours))
        return httpx.Client(verify=trust, timeout=10)

    def post(self, body: Any, **more: Any) -> httpx.Response:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {"Content-Type": "application/json", **more.pop("headers", {})}
        return self.http.post(self.url, content=content, headers=headers, **more)

    def review(self, data: dict[str, str] | None = None, **more: Any) -> dict[str, Any]:
        """The response to a review of an object; it must be one."""
        review = admission_review(data, **more)
        answer = self.post(review)
        assert answer.status_code == 200, answer.text
        said = answer.json()
        assert (said["apiVersion"], said["kind"]) == ("admission.k8s.io/v1", "AdmissionReview")
        response: dict[str, Any] = said["response"]
        assert response["uid"] == review["request"]["uid"]
        return response

    def logs(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.process.output().splitlines()]

    def stop(self) -> int:
        self.http.close()
        return self.process.stop()
