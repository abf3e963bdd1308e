"""The conftest plugin, installed from this repository and run by conftest."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.engines.configurations import ROOT

pytestmark = [
    pytest.mark.engines,
    pytest.mark.skipif(shutil.which("conftest") is None, reason="no conftest; run `make setup`"),
]

CHECKLIST = ROOT / "examples" / "checklist"


@pytest.fixture
def conftest(tmp_path):
    """Runs conftest with plugins of its own."""
    (tmp_path / "data").mkdir()
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = {
        **os.environ,
        "PATH": path,
        "HOME": str(tmp_path),
        "XDG_DATA_HOME": str(tmp_path / "data"),
        "XDG_DATA_DIRS": str(tmp_path / "data"),
    }

    def run(*arguments):
        return subprocess.run(
            ["conftest", *arguments],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    done = run("plugin", "install", ROOT)
    assert done.returncode == 0, done.stderr
    return run


def test_it_finds_and_exits_as_the_command_does(conftest):
    bad = conftest("nginx-grpc", CHECKLIST / "bad.conf")
    assert bad.returncode == 1, bad.stderr
    assert "deny[NG101]" in bad.stdout
    good = conftest("nginx-grpc", "-q", CHECKLIST / "good.conf")
    assert (good.returncode, good.stdout) == (0, "")


def test_options_come_through(conftest):
    done = conftest("nginx-grpc", "--format", "github", CHECKLIST / "bad.conf")
    assert re.match(r"::error file=.*bad\.conf,line=\d+,", done.stdout)
    assert '"engine": "conftest"' in conftest("nginx-grpc", "--format", "json", CHECKLIST).stdout


def test_what_can_not_be_judged_is_broken(conftest):
    done = conftest("nginx-grpc", "none.conf")
    assert done.returncode == 2
    assert "none.conf" in done.stderr


def test_its_version_is_the_projects():
    plugin = yaml.safe_load((ROOT / "plugin.yaml").read_text())
    assert f'version = "{plugin["version"]}"' in (ROOT / "pyproject.toml").read_text()
