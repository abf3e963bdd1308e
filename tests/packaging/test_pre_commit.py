"""The pre-commit hook, run by `pre-commit try-repo` on a repository made for it."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.actions.runner import commit, copy_of_this_repository
from tests.engines.configurations import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("packaging")]

CHECKLIST = ROOT / "examples" / "checklist"


@pytest.fixture(scope="module")
def hooks(tmp_path_factory):
    folder = copy_of_this_repository(tmp_path_factory.mktemp("hooks"))
    commit(folder)
    return folder


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """Where pre-commit keeps the hook's environment: made once for all tests."""
    return tmp_path_factory.mktemp("pre-commit")


def try_hook(hooks, home, site: Path, *arguments: str):
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("GIT_")},
        "PRE_COMMIT_HOME": str(home),
        "PIP_CONSTRAINT": str(ROOT / "requirements" / "dev.txt"),
        "NO_COLOR": "1",
    }
    command = [Path(sys.executable).with_name("pre-commit"), "try-repo", hooks, "nginx-grpc"]
    return subprocess.run(
        [*command, *arguments],
        cwd=site,
        env=environment,
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )


def test_it_fails_on_a_bad_configuration_and_passes_on_a_good_one(hooks, home, tmp_path):
    site = tmp_path / "site"
    site.mkdir()
    (site / "nginx-grpc.yaml").write_bytes((CHECKLIST / "nginx-grpc.yaml").read_bytes())
    (site / "nginx.conf").write_bytes((CHECKLIST / "bad.conf").read_bytes())
    commit(site)
    bad = try_hook(hooks, home, site, "--all-files")
    assert bad.returncode == 1, bad.stdout + bad.stderr
    assert "Failed" in bad.stdout
    assert "deny[NG101]" in bad.stdout
    assert re.search(r"--> nginx\.conf:\d+", bad.stdout)

    (site / "nginx.conf").write_bytes((CHECKLIST / "good.conf").read_bytes())
    good = try_hook(hooks, home, site, "--all-files")
    assert good.returncode == 0, good.stdout + good.stderr
    assert "Passed" in good.stdout

    # A change elsewhere is none of its business; one in an included file is.
    (site / "README").write_text("A site.\n")
    assert "Skipped" in try_hook(hooks, home, site, "--files", "README").stdout
    (site / "conf.d").mkdir()
    (site / "conf.d" / "api.conf").write_text("# nothing yet\n")
    assert "Passed" in try_hook(hooks, home, site, "--files", "conf.d/api.conf").stdout
