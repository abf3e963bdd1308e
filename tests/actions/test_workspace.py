"""A pull request is read, never run: not by the action, nor by a workflow to copy.

Planted is whatever a Python, a pip, a conftest or a shell could take from the folder it runs in.
"""

import importlib.metadata
import json
import re
import shutil
import subprocess
import sys

import pytest

from tests.actions.runner import ROOT, act, workflow

pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("actions"),
    pytest.mark.skipif(shutil.which("act") is None, reason="act is not installed; `make setup`"),
]

BAD = ROOT / "examples" / "checklist" / "bad.conf"
# What the pythons of the action import, in vain or not, and what comes without being asked for.
IMPORTING = (
    ["-m", "nginx_grpc", "check", str(BAD)],
    ["-m", "nginx_grpc", "check", "--engine", "conftest", "--format", "sarif", str(BAD)],
    ["-m", "venv", "--help"],
    ["-m", "pip", "install", "--dry-run", "pip"],
    ["-c", "import json, secrets, sys"],
)
# Not bash: the runner itself looks for it, before the action has a word.
PROGRAMS = ("cat", "conftest", "head", "mktemp", "nginx-grpc", "pip", "python", "python3", "tr")


def imported() -> set[str]:
    names = {"sitecustomize", "usercustomize", "hatchling", "setuptools"}
    for arguments in IMPORTING:
        command = [sys.executable, "-I", "-X", "importtime", *arguments]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        found = re.findall(r"\| +(\w+)[\w.]*$", done.stderr, re.MULTILINE)
        assert len(found) > 20, done.stderr
        names.update(found)
    return names


@pytest.fixture(scope="module")
def modules() -> set[str]:
    """All that is imported, and for good measure all that can be."""
    return {*sys.stdlib_module_names, *importlib.metadata.packages_distributions(), *imported()}


@pytest.fixture
def traces(tmp_path):
    """A file in which each planted one that is run leaves its own name."""
    return tmp_path / "traces"


@pytest.fixture
def planted(traces, modules) -> dict[str, str]:
    """The planted files by name."""
    module = f"import os\nos.write(os.open({str(traces)!r}, 1089, 438), b'{{}} ')\nos._exit(0)\n"
    program = f"#!/bin/sh\nprintf '%s ' {{}} >>{traces}\n"
    return {
        **{f"{name}.py": module.format(name) for name in modules},
        **{name: program.format(name) for name in PROGRAMS},
        ".python-version": "../../..\n",
        "conftest.toml": "no-fail = true\n",
        "nginx.conf": BAD.read_text(),
        "nginx-grpc.yaml": BAD.with_name("nginx-grpc.yaml").read_text(),
        "pip.conf": "[global]\nno-index = true\n",
        "policy/none.rego": "package nginx.grpc\n\ndeny := set()\n",
        "pyproject.toml": '[build-system]\nrequires = []\nbuild-backend = "nginx_grpc"\n',
        "setup.cfg": "[install]\nprefix = .\n",
    }


def run(traces) -> str:
    return traces.read_text() if traces.exists() else ""


def denials() -> int:
    command = [sys.executable, "-I", "-m", "nginx_grpc", "check", "--format", "json", BAD]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    return json.loads(done.stdout)["summary"]["deny"]


def test_what_is_planted_is_run_where_python_is_asked_in_the_usual_way(planted, traces, tmp_path):
    for name, text in planted.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    for arguments in (["-c", "import secrets"], ["-m", "venv", "x"], ["-m", "pip", "--version"]):
        traces.unlink(missing_ok=True)
        subprocess.run([sys.executable, *arguments], cwd=tmp_path, check=False, timeout=60)
        assert run(traces)


def test_the_action_runs_nothing_of_the_workspace(site, action, planted, traces):
    text = workflow(
        first={"path": "nginx.conf"}, conftest={"path": "nginx.conf", "engine": "conftest"}
    )
    before = (
        "env: {PYTHONSTARTUP: json.py, PIP_CONFIG_FILE: pip.conf}\n",
        '      - run: |\n          printf "%s\\n" . "$PWD" >>"$GITHUB_PATH"\n'
        '          echo "PYTHONPATH=.:$PWD" >>"$GITHUB_ENV"\n          chmod +x *\n',
    )
    at = text.index("      - id: first")
    folder = site(before[0] + text[:at] + before[1] + text[at:], **planted)
    done = act(folder, action)
    assert run(traces) == "", done.log
    for step in ("first", "conftest"):
        assert done[step].outputs["status"] == "1", done.log
        assert done[step].outputs["deny"] == str(denials())


def test_the_bare_steps_run_nothing_of_the_workspace(site, action, wheels, planted, traces):
    folder = site("conftest.yml", **planted)
    done = act(folder, action, environment={"PIP_FIND_LINKS": str(wheels)})
    assert run(traces) == "", done.log
    assert not done.succeeded
    assert "[NG101]" in done["4"].output
