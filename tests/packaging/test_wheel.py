"""The wheel and the sdist, installed into an empty environment far from the repository."""

import email
import json
import shutil
import subprocess
import tarfile
import zipfile
from pathlib import Path

import pytest

from nginx_grpc import __version__
from tests.engines.configurations import ROOT
from tests.packaging.running import run

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("packaging")]

BAD = ROOT / "examples" / "checklist" / "bad.conf"

# Which installed distributions a check and the bridge have loaded something of.
LOADED = """
import contextlib, importlib.metadata, io, json, sys
from nginx_grpc import cli
with contextlib.redirect_stdout(io.StringIO()):
    status = [cli.main([command, *sys.argv[1:]]) for command in ("check", "bridge")]
owners = importlib.metadata.packages_distributions()
loaded = {name.partition(".")[0] for name in sys.modules}
with open("/proc/self/maps") as file:  # wasmtime's library is loaded without its modules
    maps = file.read()
loaded |= {name for name in owners if f"/site-packages/{name}/" in maps}
used = {owner for name in loaded for owner in owners.get(name, [])}
print(json.dumps([status, sorted(used)]))
"""


@pytest.fixture
def elsewhere(tmp_path):
    """A folder with a configuration and no repository about it."""
    shutil.copy(BAD, tmp_path / "nginx.conf")
    return tmp_path


def test_the_wheel_holds_what_runs_and_no_tests(built):
    names = set(zipfile.ZipFile(built[1]).namelist())
    assert names >= {
        "nginx_grpc/py.typed",
        "nginx_grpc/_data/policy.wasm",
        "nginx_grpc/_data/policy.sha256",
        "nginx_grpc/_data/rules.json",
        "nginx_grpc/_data/policy/main.rego",
        "nginx_grpc/_data/schema/document.schema.json",
        "nginx_grpc/_data/schema/settings.schema.json",
    }
    rules = {path.name for path in (ROOT / "policy" / "rules").iterdir() if path.is_dir()}
    assert rules
    for rule in rules:
        assert f"nginx_grpc/_data/policy/rules/{rule}/{rule}.rego" in names
    assert not [name for name in names if "_test" in name or name.startswith("tests")]
    assert {name.split("/")[0] for name in names} == {
        "nginx_grpc",
        f"nginx_grpc_policy-{__version__}.dist-info",
    }


def test_the_metadata_is_complete(built):
    archive = zipfile.ZipFile(built[1])
    (name,) = (name for name in archive.namelist() if name.endswith("/METADATA"))
    metadata = email.message_from_bytes(archive.read(name))
    for field in ("Summary", "License-Expression", "Keywords", "Requires-Python", "Author"):
        assert metadata[field], field
    assert metadata["License-File"] == "LICENSE"
    assert metadata["Description-Content-Type"] == "text/markdown"
    assert "Typing :: Typed" in metadata.get_all("Classifier")
    from nginx_grpc import catalogue

    assert f"Homepage, {catalogue.HOME}" in metadata.get_all("Project-URL")
    assert {"opa", "admission"} <= set(metadata.get_all("Provides-Extra"))


def test_it_checks_without_the_repository(installed, elsewhere):
    said = run(installed / "nginx-grpc", "check", "nginx.conf", expected=1, cwd=elsewhere)
    assert "deny[NG101]" in said
    assert (
        run(installed / "nginx-grpc", "--version", cwd=elsewhere) == f"nginx-grpc {__version__}\n"
    )
    assert "NG103" in run(installed / "nginx-grpc", "rules", cwd=elsewhere)
    settings = run(installed / "nginx-grpc", "settings", cwd=elsewhere)
    (elsewhere / "nginx-grpc.yaml").write_text(settings)
    run(installed / "nginx-grpc", "settings", "nginx-grpc.yaml", cwd=elsewhere)
    run(installed / "nginx-grpc", "completion", "bash", cwd=elsewhere)


@pytest.mark.parametrize("form", ["json", "sarif", "junit", "github", "gitlab", "markdown"])
def test_it_reports_in_every_format(form, installed, elsewhere):
    command = ["check", "--format", form, "--output", "report", "nginx.conf"]
    run(installed / "nginx-grpc", *command, expected=1, cwd=elsewhere)
    assert "NG101" in (elsewhere / "report").read_text()


def test_its_policy_is_for_conftest(installed, elsewhere):
    if shutil.which("conftest") is None:
        pytest.skip("conftest is not installed; run `make setup`")
    policy = run(installed / "nginx-grpc", "policy", cwd=elsewhere).strip()
    assert Path(policy).is_relative_to(installed.parent)
    document = run(installed / "nginx-grpc", "bridge", "nginx.conf", cwd=elsewhere)
    (elsewhere / "nginx.json").write_text(document)
    command = ["conftest", "test", "--parser", "json", "--namespace", "nginx.grpc"]
    said = run(*command, "--policy", policy, "nginx.json", expected=1, cwd=elsewhere)
    assert "[NG101]" in said


def test_nothing_is_installed_that_check_and_bridge_do_not_use(installed, elsewhere):
    listing = ("-m", "pip", "list", "--format", "json", "--disable-pip-version-check")
    listed = json.loads(run(installed / "python", *listing))
    there = {entry["name"].lower().replace("_", "-") for entry in listed}
    there -= {"pip", "setuptools", "wheel"}
    (elsewhere / "nginx-grpc.yaml").write_text("nginx_grpc:\n  profile: evidence\n")
    ran = run(installed / "python", "-c", LOADED, "nginx.conf", cwd=elsewhere)
    status, used = json.loads(ran)
    assert status == [1, 0]
    assert there - {name.lower().replace("_", "-") for name in used} == set()


def test_without_the_extra_a_server_is_refused(installed, elsewhere):
    command = ["check", "--engine", "http://127.0.0.1:9", "nginx.conf"]
    done = subprocess.run(
        [installed / "nginx-grpc", *command],
        cwd=elsewhere,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert "pip install 'nginx-grpc-policy[opa]'" in done.stderr


def test_the_sdist_has_what_the_tests_need(built):
    with tarfile.open(built[0]) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    for name in (
        ".github/actions/nginx-grpc/action.yml",
        ".pre-commit-hooks.yaml",
        "LICENSE",
        "Makefile",
        "conftest.toml",
        "plugin.yaml",
        "policy/main.rego",
        "pyproject.toml",
        "requirements/dev.txt",
        "tests/packaging/test_wheel.py",
        "tools/bundle.sh",
    ):
        assert name in names, name
