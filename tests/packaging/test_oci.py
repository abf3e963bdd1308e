"""One artifact in a real registry: conftest pulls the sources from it, OPA the signed bundle."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tests.engines.configurations import ROOT
from tests.engines.servers import opa_server
from tools import oci_layout

pytestmark = [
    pytest.mark.engines,
    pytest.mark.xdist_group("packaging"),
    pytest.mark.skipif(
        shutil.which("crane") is None, reason="crane is not installed; `make setup`"
    ),
]

BAD = ROOT / "examples" / "checklist" / "bad.conf"


def run(*command, expected=0, **options):
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=120, check=False, **options
    )
    assert done.returncode == expected, f"{done.stdout}\n{done.stderr}"
    return done.stdout


def key_pair(folder: Path, name: str) -> tuple[Path, Path]:
    private, public = folder / f"{name}.pem", folder / f"{name}.pub"
    run("openssl", "genpkey", "-algorithm", "RSA", "-out", private)
    run("openssl", "pkey", "-in", private, "-pubout", "-out", public)
    return private, public


@pytest.fixture(scope="module")
def pushed(registry, tmp_path_factory):
    """The artifact pushed as tag 1; gives (repository, public key, a wrong public key)."""
    folder = tmp_path_factory.mktemp("bundle")
    private, public = key_pair(folder, "right")
    _, wrong = key_pair(folder, "wrong")
    bundle = folder / "bundle.tar.gz"
    run("sh", ROOT / "tools" / "bundle.sh", bundle, env={**os.environ, "KEY": str(private)})
    repository = f"{registry}/team/nginx-grpc-policy"
    run("sh", ROOT / "tools" / "push_oci.sh", repository, "1", bundle)
    return repository, public, wrong


def test_conftest_pulls_and_judges(pushed, tmp_path):
    repository, _, _ = pushed
    run("conftest", "pull", f"oci://{repository}:1", "--policy", "pulled", cwd=tmp_path)
    pulled = {p.relative_to(tmp_path / "pulled") for p in (tmp_path / "pulled").rglob("*.rego")}
    policy = ROOT / "policy"
    assert pulled == {
        path.relative_to(policy)
        for path in policy.rglob("*.rego")
        if not path.name.endswith("_test.rego")
    }
    nginx_grpc = Path(sys.executable).with_name("nginx-grpc")
    document = run(nginx_grpc, "bridge", BAD)
    (tmp_path / "nginx.json").write_text(document)
    command = ["conftest", "test", "--parser", "json", "--policy", "pulled", "--output", "json"]
    said = run(*command, "--namespace", "nginx.grpc", "nginx.json", expected=1, cwd=tmp_path)
    (answer,) = json.loads(said)
    assert any("[NG101]" in failure["msg"] for failure in answer["failures"])


def configuration(repository: str, key: Path, folder: Path) -> str:
    host = repository.split("/")[0]
    path = folder / "opa.json"
    path.write_text(
        json.dumps(
            {
                "services": {"registry": {"url": f"http://{host}", "type": "oci"}},
                "bundles": {
                    "policy": {
                        "service": "registry",
                        "resource": f"{repository}:1",
                        "signing": {"keyid": "nginx-grpc", "scope": "admission"},
                    }
                },
                "keys": {"nginx-grpc": {"algorithm": "RS256", "key": key.read_text()}},
                "persistence_directory": str(folder / "opa"),
            }
        )
    )
    return str(path)


def test_opa_pulls_verifies_and_judges(pushed, tmp_path):
    repository, public, _ = pushed
    with opa_server("--config-file", configuration(repository, public, tmp_path)) as url:
        nginx_grpc = Path(sys.executable).with_name("nginx-grpc")
        said = run(
            nginx_grpc,
            "check",
            "--no-settings",
            "--engine",
            url,
            "--format",
            "json",
            BAD,
            expected=1,
        )
    assert "NG101" in {finding["id"] for finding in json.loads(said)["findings"]}


def test_opa_refuses_a_bundle_of_another_key(pushed, tmp_path):
    repository, _, wrong = pushed
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{held.getsockname()[1]}"
    command = ["opa", "run", "--server", "--addr", address, "--disable-telemetry"]
    log = tmp_path / "log"
    with (
        log.open("w") as said,
        subprocess.Popen(
            [*command, "--config-file", configuration(repository, wrong, tmp_path)],
            stdout=said,
            stderr=said,
        ) as server,
    ):
        try:
            for _ in range(200):
                if "verification" in log.read_text() or server.poll() is not None:
                    break
                time.sleep(0.05)
            assert "verification" in log.read_text()
            with pytest.raises(urllib.error.HTTPError):
                urllib.request.urlopen(f"http://{address}/health?bundles", timeout=5)
        finally:
            server.terminate()


def test_the_artifact_is_the_same_each_time(tmp_path):
    bundle = tmp_path / "bundle.tar.gz"
    bundle.write_bytes(b"bundle")
    for name in ("one", "two"):
        oci_layout.lay_out(bundle, ROOT / "policy", tmp_path / name)
    one, two = (
        {
            p.relative_to(tmp_path / name): p.read_bytes()
            for p in (tmp_path / name).rglob("*")
            if p.is_file()
        }
        for name in ("one", "two")
    )
    assert one == two
    index = json.loads((tmp_path / "one" / "index.json").read_bytes())
    digest = index["manifests"][0]["digest"].removeprefix("sha256:")
    manifest = json.loads((tmp_path / "one" / "blobs" / "sha256" / digest).read_bytes())
    titles = [
        layer.get("annotations", {}).get("org.opencontainers.image.title")
        for layer in manifest["layers"]
    ]
    assert titles[0] is None
    assert "main.rego" in titles
    assert not any(title.endswith("_test.rego") for title in titles[1:])
