"""The bundle that `make bundle` builds."""

from __future__ import annotations

import json
import os
import subprocess
import tarfile
from pathlib import Path

import pytest

from tests.admission.conftest import make_key
from tests.admission.opa import build_bundle
from tests.admission.processes import REPOSITORY, TOOLS


@pytest.fixture(scope="module")
def files(bundle: Path) -> dict[str, bytes]:
    with tarfile.open(bundle) as archive:
        return {
            member.name: content.read()
            for member in archive.getmembers()
            if (content := archive.extractfile(member))
        }


def test_it_holds_the_policy_without_its_tests(files: dict[str, bytes]) -> None:
    policy = REPOSITORY / "policy"
    expected = {
        f"/{path.relative_to(policy)}"
        for path in policy.rglob("*.rego")
        if not path.name.endswith("_test.rego")
    }
    assert {name for name in files if name.endswith(".rego")} == expected
    assert set(files) - expected == {"/.manifest", "/.signatures.json", "/data.json"}


def test_its_roots_are_narrow_and_its_revision_is_said(files: dict[str, bytes]) -> None:
    manifest = json.loads(files["/.manifest"])
    assert manifest["revision"] == "r1"
    assert sorted(manifest["roots"]) == ["nginx/grpc", "nginx_grpc"]


def test_its_settings_are_admissions(files: dict[str, bytes]) -> None:
    assert json.loads(files["/data.json"]) == {
        "nginx_grpc": {
            "profile": "checklist",
            "nginx_version": "1.30.3",
            "not_judged": "deny",
            "inline_waivers": "forbid",
        }
    }


def test_what_settings_say_stays(tmp_path: Path) -> None:
    (tmp_path / "settings.yaml").write_text(
        "nginx_grpc:\n  not_judged: warn\n  inline_waivers: allow\n"
    )
    out = build_bundle(
        tmp_path / "b.tar.gz",
        KEY=str(make_key(tmp_path / "key.pem")),
        SETTINGS=str(tmp_path / "settings.yaml"),
    )
    with tarfile.open(out) as archive:
        content = archive.extractfile("/data.json")
        assert content is not None
        data = json.loads(content.read())
    assert data == {"nginx_grpc": {"not_judged": "warn", "inline_waivers": "allow"}}


def test_it_is_the_same_bytes_each_time(tmp_path: Path, bundle: Path) -> None:
    again = build_bundle(
        tmp_path / "again.tar.gz",
        KEY=str(bundle.with_name("key.pem")),
        SETTINGS=str(bundle.with_name("settings.yaml")),
        REVISION="r1",
    )
    assert again.read_bytes() == bundle.read_bytes()


def test_its_revision_follows_what_is_in_it(tmp_path: Path) -> None:
    key = str(make_key(tmp_path / "key.pem"))
    revisions = []
    for version in ("1.30.2", "1.30.3", "1.30.3"):
        settings = tmp_path / "settings.yaml"
        settings.write_text(f'nginx_grpc:\n  nginx_version: "{version}"\n')
        out = build_bundle(tmp_path / "b.tar.gz", KEY=key, SETTINGS=str(settings))
        with tarfile.open(out) as archive:
            content = archive.extractfile("/.manifest")
            assert content is not None
            revisions.append(json.loads(content.read())["revision"])
    assert revisions[0] != revisions[1] == revisions[2]


@pytest.mark.parametrize(
    ("environment", "word"),
    [
        ({"KEY": "/nonexistent.pem"}, "no such key"),
        ({"SETTINGS": "pyproject.toml"}, "no settings"),
        ({"SETTINGS": "/nonexistent.yaml"}, "no settings"),
        ({"SETTINGS": "tests/admission/apiserver/go.mod"}, "no settings"),
    ],
)
def test_what_it_needs_is_said(tmp_path: Path, environment: dict[str, str], word: str) -> None:
    key = str(make_key(tmp_path / "key.pem"))
    built = subprocess.run(
        ["sh", "tools/bundle.sh", str(tmp_path / "b.tar.gz")],
        cwd=REPOSITORY,
        env={**os.environ, "KEY": key, **environment},
        capture_output=True,
        text=True,
    )
    assert built.returncode != 0
    assert word in built.stderr
    assert not (tmp_path / "b.tar.gz").exists()


@pytest.mark.parametrize("wrong", ["no key", "another key", "another scope", "right"])
def test_opa_verifies_it(tmp_path: Path, bundle: Path, public_key: Path, wrong: str) -> None:
    if wrong == "another key":
        subprocess.run(
            ["openssl", "pkey", "-pubout", "-out", str(tmp_path / "pub.pem")],
            input=make_key(tmp_path / "key.pem").read_bytes(),
            check=True,
        )
        public_key = tmp_path / "pub.pem"
    scope = "other" if wrong == "another scope" else "admission"
    flags = [
        f"--verification-key={public_key}",
        "--verification-key-id=nginx-grpc",
        f"--scope={scope}",
    ]
    asked = subprocess.run(
        [str(TOOLS / "opa"), "run", "--skip-version-check", "--bundle", str(bundle)]
        + ([] if wrong == "no key" else flags),
        input=b"data.nginx.grpc.decision.allow\n",
        capture_output=True,
        timeout=30,
    )
    if wrong == "right":
        assert asked.stdout.strip().endswith(b"false"), asked
    else:
        assert asked.returncode != 0
        assert b"false" not in asked.stdout
