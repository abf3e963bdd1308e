"""The action, repositories that use it, and a wheel of this project."""

import pathlib
import subprocess
import sys

import pytest

from tests.actions.runner import ACTION, REPOSITORY, ROOT, commit, copy_of_this_repository

WORKFLOWS = ROOT / "examples" / "github-actions"


@pytest.fixture(scope="module")
def action(tmp_path_factory):
    return copy_of_this_repository(tmp_path_factory.mktemp("action"))


@pytest.fixture
def site(tmp_path):
    """Makes a repository with files and one workflow, named or written out."""

    def make(workflow: str, **files: str) -> pathlib.Path:
        folder = tmp_path / "site"
        text = example(workflow) if workflow.endswith(".yml") else workflow
        for name, content in {".github/workflows/check.yml": text, **files}.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)
        commit(folder)
        return folder

    return make


def example(name: str) -> str:
    """A workflow of the examples; what it takes from a commit comes from `wheels` in its place."""
    text = (WORKFLOWS / name).read_text()
    return text.replace(f"git+https://github.com/{REPOSITORY}@{ACTION[2]}", "nginx-grpc-policy")


@pytest.fixture(scope="module")
def wheels(tmp_path_factory):
    """A folder with this project's wheel, in place of a commit."""
    folder = tmp_path_factory.mktemp("wheels")
    command = [sys.executable, "-m", "build", "--no-isolation", "--wheel", "--outdir", folder]
    subprocess.run([*command, ROOT], check=True, capture_output=True, timeout=200)
    return folder
