"""OPA beside the webhook: what it answers, what it takes for a bundle, what it writes down."""

from __future__ import annotations

import io
import json
import tarfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.admission.configurations import BAD, GOOD
from tests.admission.conftest import SETTINGS, make_key
from tests.admission.opa import BundleServer, Opa, build_bundle
from tests.admission.processes import TOOLS
from tests.admission.webhook import Webhook

DECISION = "/v1/data/nginx/grpc/decision"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/data"),
        ("GET", "/v1/data/nginx_grpc"),
        ("GET", "/v1/data/nginx_grpc_admission"),
        ("GET", DECISION),
        ("POST", "/v1/data"),
        ("POST", "/v1/data/nginx/grpc"),
        ("POST", "/v1/data/nginx/grpc/decision/allow"),
        ("POST", "/v1/data/nginx/grpc/report"),
        ("POST", "/v1/data/nginx/grpc/../grpc/deny"),
        ("POST", "/v0/data/nginx/grpc/decision"),
        ("POST", "/"),
        ("POST", "/v1/query"),
        ("GET", "/v1/query?q=data"),
        ("POST", "/v1/compile"),
        ("GET", "/v1/policies"),
        ("PUT", "/v1/policies/evil"),
        ("DELETE", "/v1/policies/main.rego"),
        ("PUT", "/v1/data/nginx_grpc"),
        ("PATCH", "/v1/data/nginx_grpc"),
        ("DELETE", "/v1/data/nginx_grpc"),
        ("GET", "/v1/config"),
        ("GET", "/v1/status"),
        ("GET", "/metrics"),
        ("POST", "/health"),
        ("GET", "/health/live"),
        ("GET", "/debug/pprof"),
    ],
)
def test_the_token_opens_one_path_alone(opa: Opa, method: str, path: str) -> None:
    with opa.client() as client:
        answer = client.request(method, path, content=b'{"input": {}}')
    assert answer.status_code in (401, 404, 405), answer.text
    assert "result" not in answer.text


def test_the_decision_takes_the_token_and_health_does_not(opa: Opa) -> None:
    for token, code in (("", 401), ("wrong", 401), (opa.token[:-1], 401), (None, 200)):
        with opa.client(token=token) as client:
            assert client.post(DECISION, json={"input": {}}).status_code == code
            assert client.get("/health?bundles").status_code == 200


def test_an_input_over_the_limit_is_refused(opa: Opa) -> None:
    with opa.client() as client:
        answer = client.post(DECISION, content=b'{"input":"' + b"a" * 34 * 1024 * 1024 + b'"}')
    assert answer.status_code in (400, 413)


def test_diagnostics_tell_health_alone(opa: Opa) -> None:
    assert httpx.get(opa.diagnostics + "/health").status_code == 200
    for path in (DECISION, "/v1/data", "/v1/policies", "/v1/config", "/metrics"):
        assert httpx.get(opa.diagnostics + path).status_code in (401, 404, 405)
        assert httpx.post(opa.diagnostics + path, json={"input": {}}).status_code in (401, 404, 405)


def test_settings_come_from_the_bundle_never_from_the_input(opa: Opa) -> None:
    waived = {"profile": "evidence", "levels": {"NG101": "off"}, "not_judged": "warn"}
    document = {"schema_version": 2, "settings": waived}
    with opa.client() as client:
        plain = client.post(DECISION, json={"input": {"schema_version": 2}}).json()
        with_settings = client.post(DECISION, json={"input": document}).json()
    plain["result"]["deny"] = with_settings["result"]["deny"] = []
    assert plain["result"] == with_settings["result"]


def test_the_socket_is_for_its_group_alone(opa: Opa) -> None:
    assert oct(opa.socket.stat().st_mode)[-3:] == "770"


def test_the_capabilities_of_the_bundle_know_no_network() -> None:
    names = {
        builtin["name"]
        for builtin in json.loads(Path("tools/capabilities.json").read_text())["builtins"]
    }
    assert "time.now_ns" in names
    assert not names & {"http.send", "net.lookup_ip_addr", "opa.runtime", "rego.parse_module"}


def test_a_policy_that_sends_is_no_bundle(tmp_path: Path) -> None:
    import subprocess

    (tmp_path / "evil.rego").write_text(
        'package nginx.grpc.evil\n\nx := http.send({"method": "get", "url": "http://127.0.0.1"})\n'
    )
    built = subprocess.run(
        [str(TOOLS / "opa"), "build", "--capabilities", "tools/capabilities.json", "-b", "."],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert built.returncode != 0
    built = subprocess.run(
        [
            str(TOOLS / "opa"),
            "build",
            "--capabilities",
            str(Path("tools/capabilities.json").resolve()),
            "-b",
            ".",
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert built.returncode != 0
    assert "http.send" in built.stdout + built.stderr


# Bundles


@pytest.fixture
def fresh(tmp_path: Path, bundle: Path, public_key: Path) -> Iterator[tuple[BundleServer, Opa]]:
    """An OPA of its own, with its bundle active."""
    server = BundleServer(bundle.read_bytes())
    opa = Opa(tmp_path / "opa", server.url, public_key).start()
    yield server, opa
    opa.stop()
    server.stop()


def revision(opa: Opa) -> str:
    with opa.client() as client:
        answer = client.post(f"{DECISION}?provenance=true", json={"input": {}}).json()
    said: str = answer["provenance"]["bundles"]["nginx-grpc"]["revision"]
    assert answer["result"]["allow"] is False
    return said


def other_bundle(folder: Path, bundle: Path, name: str, key: Path | None = None) -> bytes:
    folder.mkdir(exist_ok=True)
    (folder / "settings.yaml").write_text(SETTINGS)
    return build_bundle(
        folder / f"{name}.tar.gz",
        KEY=str(key or bundle.with_name("key.pem")),
        SETTINGS=str(folder / "settings.yaml"),
        REVISION=name,
    ).read_bytes()


def repacked(data: bytes, change: Callable[[dict[str, bytes]], None]) -> bytes:
    """A bundle with its files changed."""
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        files = {}
        for member in archive.getmembers():
            content = archive.extractfile(member)
            assert content is not None
            files[member.name] = content.read()
    change(files)
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return out.getvalue()


def tampered(files: dict[str, bytes]) -> None:
    files["/data.json"] = b'{"nginx_grpc": {"levels": {"NG101": "off"}}}'


def unsigned(files: dict[str, bytes]) -> None:
    del files["/.signatures.json"]


def added(files: dict[str, bytes]) -> None:
    files["/evil.rego"] = b"package nginx.grpc.evil\n\nx := 1\n"


def bad_bundles(folder: Path, bundle: Path) -> dict[str, bytes]:
    good = bundle.read_bytes()
    return {
        "tampered": repacked(good, tampered),
        "unsigned": repacked(good, unsigned),
        "with a file added": repacked(good, added),
        "cut short": good[: len(good) // 2],
        "garbage": b"\x1f\x8b" + b"garbage" * 100,
        "empty": b"",
        "of another key": other_bundle(folder, bundle, "evil", make_key(folder / "evil.pem")),
    }


def test_a_bad_bundle_leaves_the_old_one_in_place(
    fresh: tuple[BundleServer, Opa], tmp_path: Path, bundle: Path
) -> None:
    server, opa = fresh
    assert revision(opa) == "r1"
    for name, data in bad_bundles(tmp_path, bundle).items():
        served = server.served
        server.bundle = data
        _wait(lambda: server.served > served)  # noqa: B023
        time.sleep(0.3)
        assert revision(opa) == "r1", name
    server.bundle = other_bundle(tmp_path, bundle, "r2")
    _wait(lambda: revision(opa) == "r2")


@pytest.mark.parametrize("kind", ["tampered", "unsigned", "of another key"])
def test_a_bad_bundle_at_the_start_is_never_ready(
    tmp_path: Path, bundle: Path, public_key: Path, kind: str
) -> None:
    server = BundleServer(bad_bundles(tmp_path, bundle)[kind])
    opa = Opa(tmp_path / "opa", server.url, public_key).start(ready=False)
    try:
        _wait(lambda: server.served >= 2)
        assert not opa.ready()
        with opa.client() as client:
            assert client.post(DECISION, json={"input": {}}).json().get("result") is None
    finally:
        opa.stop()
        server.stop()


def test_an_older_bundle_leaves_the_newer_in_place(
    fresh: tuple[BundleServer, Opa], tmp_path: Path, bundle: Path
) -> None:
    server, opa = fresh
    server.bundle = other_bundle(tmp_path, bundle, "r2")
    _wait(lambda: revision(opa) == "r2")
    server.bundle = bundle.read_bytes()  # a mirror that lags behind
    time.sleep(3)
    assert revision(opa) == "r2"


def test_a_replayed_bundle_is_seen(
    fresh: tuple[BundleServer, Opa],
    tmp_path: Path,
    bundle: Path,
    start_webhook: Callable[..., Webhook],
) -> None:
    """A server that ignores ETags can bring an older bundle back: that is told, by the webhook."""
    server, opa = fresh
    webhook = start_webhook(opa.url, opa.folder / "token")
    server.etags = False
    server.bundle = other_bundle(tmp_path, bundle, "r2")
    _wait(lambda: webhook.review({"nginx.conf": GOOD})["auditAnnotations"]["revision"] == "r2")
    server.bundle = bundle.read_bytes()
    _wait(lambda: webhook.review({"nginx.conf": GOOD})["auditAnnotations"]["revision"] == "r1")
    assert webhook.metrics()["nginx_grpc_admission_bundle_rollbacks_total"] == 1


def test_with_the_bundles_server_away_a_restart_decides_with_what_it_kept(
    fresh: tuple[BundleServer, Opa],
) -> None:
    server, opa = fresh
    server.bundle = None
    opa.kill()
    opa.start()
    assert revision(opa) == "r1"


def test_a_bundle_revoked_by_its_key_is_out(
    tmp_path: Path, bundle: Path, fresh: tuple[BundleServer, Opa]
) -> None:
    """The key is rotated: what the old one signed, also what was kept on disk, counts no more."""
    server, opa = fresh
    opa.stop()
    new = other_bundle(tmp_path, bundle, "r2", make_key(tmp_path / "new.pem"))
    rotated = Opa(opa.folder, server.url, tmp_path / "r2.pub").start(ready=False)
    try:
        time.sleep(2)
        assert not rotated.ready()
        server.bundle = new
        _wait(rotated.ready)
        assert revision(rotated) == "r2"
    finally:
        rotated.stop()


def test_opa_on_loopback_with_a_token(
    tmp_path: Path,
    bundles: BundleServer,
    public_key: Path,
    start_webhook: Callable[..., Webhook],
) -> None:
    opa = Opa(tmp_path / "opa", bundles.url, public_key, tcp=True).start()
    try:
        webhook = start_webhook(opa.url, opa.folder / "token")
        assert webhook.review({"nginx.conf": GOOD})["allowed"] is True
        assert webhook.review({"nginx.conf": BAD})["allowed"] is False
    finally:
        opa.stop()


@pytest.mark.parametrize("word", ["allow", "forbid"])
def test_waivers_in_comments_are_the_settings_to_allow(
    tmp_path: Path,
    bundle: Path,
    public_key: Path,
    start_webhook: Callable[..., Webhook],
    word: str,
) -> None:
    (tmp_path / "settings.yaml").write_text(f"{SETTINGS}  inline_waivers: {word}\n")
    server = BundleServer(
        build_bundle(
            tmp_path / "b.tar.gz",
            KEY=str(bundle.with_name("key.pem")),
            SETTINGS=str(tmp_path / "settings.yaml"),
        ).read_bytes()
    )
    opa = Opa(tmp_path / "opa", server.url, public_key).start()
    try:
        webhook = start_webhook(opa.url, opa.folder / "token")
        comment = "# nginx-grpc: ignore NG101 until=2099-01-01 owner=me reason=please\n"
        text = BAD.replace("            proxy_pass", f"            {comment}            proxy_pass")
        response = webhook.review({"nginx.conf": text})
        assert response["allowed"] is (word == "allow"), response
        if word == "allow":
            assert response["auditAnnotations"]["waived"] == "NG101"
    finally:
        opa.stop()
        server.stop()


def test_decision_logs_hold_the_verdict_and_nothing_of_the_configuration(opa: Opa) -> None:
    secret = "hunter2hunter2"
    with opa.client() as client:
        client.post(DECISION, json={"input": {"schema_version": 2, "source": {"entry": secret}}})
        client.post(DECISION, json={"input": secret})
    said = opa.process.output()
    assert secret not in said
    entries = [json.loads(line) for line in said.splitlines() if '"decision_id"' in line]
    entry = entries[-1]
    assert "input" not in entry
    assert set(entry["result"]) == {"allow", "deny", "warn"}
    assert entry["result"]["allow"] is False
    assert "/input" in entry["erased"]
    assert entry["bundles"]["nginx-grpc"]["revision"]


def _wait(true: Callable[[], bool], seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if true():
                return
        except (KeyError, httpx.HTTPError):
            pass
        time.sleep(0.1)
    pytest.fail("waited in vain")
