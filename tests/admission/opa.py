"""A real OPA as examples/admission/opa configures it, and a server for its bundle."""

from __future__ import annotations

import hashlib
import http.server
import os
import subprocess
import threading
from pathlib import Path

import httpx

from tests.admission.processes import REPOSITORY, TOOLS, Process, free_port

ADMISSION = REPOSITORY / "examples" / "admission"
BUNDLE = "nginx-grpc-policy.tar.gz"


def build_bundle(out: Path, **environment: str) -> Path:
    """Build the bundle with tools/bundle.sh; its public key stands beside it."""
    subprocess.run(
        ["sh", str(REPOSITORY / "tools" / "bundle.sh"), str(out)],
        env={**os.environ, **environment},
        check=True,
        capture_output=True,
    )
    return out


class BundleServer:
    """Serves one bundle, with its digest as ETag and every ETag of If-None-Match honoured.

    `bundle` is the bytes served; None answers 404. `etags` switched off, it is a server that any
    older bundle can be replayed from.
    """

    def __init__(self, bundle: bytes | None) -> None:
        self.bundle = bundle
        self.etags = True
        self.served = 0
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                data = outer.bundle
                if data is None or not self.path.endswith(BUNDLE):
                    self.send_error(404)
                    return
                etag = f'"{hashlib.sha256(data).hexdigest()[:16]}"'
                asked = [part.strip() for part in self.headers.get("If-None-Match", "").split(",")]
                if outer.etags and etag in asked:
                    self.send_response(304)
                    self.send_header("ETag", etag)
                    self.end_headers()
                    return
                self.send_response(200)
                if outer.etags:
                    self.send_header("ETag", etag)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)
                outer.served += 1

            def log_message(self, *_: object) -> None:
                return

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()


class Opa:
    """`opa run` with the configuration of the examples.

    Args:
        folder: its socket, token, persisted bundle and log.
        bundles: the URL of a BundleServer.
        public_key: what verifies the bundle.
        poll_seconds: how often it asks for a new bundle.
        tcp: listen on loopback rather than on a Unix socket.
    """

    def __init__(
        self,
        folder: Path,
        bundles: str,
        public_key: Path,
        *,
        poll_seconds: int = 1,
        tcp: bool = False,
    ) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / "token").exists():
            subprocess.run(["sh", str(ADMISSION / "token.sh"), str(folder)], check=True)
        self.token = (folder / "token").read_text()
        self.socket = folder / "opa.sock"
        port = free_port()
        self.url = f"http://127.0.0.1:{port}" if tcp else f"unix://{self.socket}"
        diagnostics = free_port()
        self.diagnostics = f"http://127.0.0.1:{diagnostics}"
        self.process = Process(
            "opa",
            [
                str(TOOLS / "opa"),
                "run",
                "--server",
                f"--addr={'127.0.0.1:' + str(port) if tcp else self.url}",
                "--unix-socket-perm=770",
                f"--diagnostic-addr=127.0.0.1:{diagnostics}",
                "--authentication=token",
                "--authorization=basic",
                f"--config-file={ADMISSION / 'opa' / 'config.yaml'}",
                f"--set=persistence_directory={folder / 'var'}",
                f"--set=bundles.nginx-grpc.polling.min_delay_seconds={poll_seconds}",
                f"--set=bundles.nginx-grpc.polling.max_delay_seconds={poll_seconds}",
                f"--set-file=keys.nginx-grpc.key={public_key}",
                "--skip-version-check",
                "--log-level=error",
                str(ADMISSION / "opa" / "authz.rego"),
                str(ADMISSION / "opa" / "mask.rego"),
                str(folder / "token.json"),
            ],
            folder,
            {**os.environ, "BUNDLE_URL": bundles, "GOMEMLIMIT": "180MiB"},
        )

    def start(self, *, ready: bool = True) -> Opa:
        self.process.start()
        self.process.wait_until(self.ready if ready else self.alive, 30)
        return self

    def alive(self) -> bool:
        try:
            return httpx.get(f"{self.diagnostics}/health").status_code == 200
        except httpx.HTTPError:
            return False

    def ready(self) -> bool:
        try:
            return httpx.get(f"{self.diagnostics}/health?bundles").status_code == 200
        except httpx.HTTPError:
            return False

    def client(self, *, token: str | None = None) -> httpx.Client:
        """Speaks to its API."""
        socket = None if self.url.startswith("http") else str(self.socket)
        said = self.token if token is None else token
        return httpx.Client(
            base_url=self.url if self.url.startswith("http") else "http://opa",
            transport=httpx.HTTPTransport(uds=socket),
            headers={"Authorization": f"Bearer {said}"} if said else {},
            timeout=10,
        )

    def stop(self) -> None:
        self.process.stop()

    def kill(self) -> None:
        self.process.kill()
