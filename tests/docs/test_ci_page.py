"""docs/ci.md says what is there, and its commands run."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from nginx_grpc.reports import FORMATS
from tests.engines.configurations import ROOT

PAGE = (ROOT / "docs" / "ci.md").read_text()
ACTION = yaml.safe_load((ROOT / ".github/actions/nginx-grpc/action.yml").read_text())
BLOCKS = [
    block for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL) if "REGISTRY" not in block
]


def rows(header: str) -> list[list[str]]:
    table = PAGE.split(f"| {header} |", 1)[1].split("\n\n", 1)[0].splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table]


def test_the_inputs_are_the_actions():
    told = {
        name.strip("`"): default.strip("`") for name, default, _ in rows("input | default | what")
    }
    assert told == {name: given["default"] for name, given in ACTION["inputs"].items()}
    for name in ACTION["outputs"]:
        assert f"`{name}`" in PAGE


def test_the_formats_are_those_there_are():
    told = [row[0].strip("`") for row in rows("format | for | what is waived or in the baseline")]
    assert told == list(FORMATS)


def test_what_it_points_to_is_there():
    for target in re.findall(r"\]\(([^)#]+)\)", PAGE):
        assert (ROOT / "docs" / target).exists(), target


def test_the_hook_and_the_version_are_the_projects():
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    shown = yaml.safe_load(re.search(r"```yaml\n(repos:.*?)```", PAGE, re.DOTALL)[1])
    assert [hook["id"] for hook in shown["repos"][0]["hooks"]] == [hook["id"] for hook in hooks]
    version = re.search(r'^version = "(.+)"', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    assert shown["repos"][0]["rev"] == f"v{version[1]}"


@pytest.mark.engines
@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.splitlines()[0][:40])
def test_each_command_runs(block, tmp_path):
    """On the good configuration each of them is content."""
    if "conftest" in block and shutil.which("conftest") is None:
        pytest.skip("conftest is not installed; run `make setup`")
    checklist = ROOT / "examples" / "checklist"
    shutil.copy(checklist / "good.conf", tmp_path / "nginx.conf")
    shutil.copy(checklist / "nginx-grpc.yaml", tmp_path)
    for folder in (
        ".local/share/bash-completion/completions",
        ".zfunc",
        ".config/fish/completions",
    ):
        (tmp_path / folder).mkdir(parents=True)
    # The plugin comes from this repository and not from the network.
    block = block.replace("github.com/nginx-grpc-policy/nginx-grpc-policy", str(ROOT))
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", block],
        cwd=tmp_path,
        env={
            **os.environ,
            "HOME": str(tmp_path),
            "XDG_DATA_HOME": str(tmp_path / ".local" / "share"),
            "XDG_DATA_DIRS": str(tmp_path / ".local" / "share"),
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
