"""Each form of README's section Install, in an environment that has nothing."""

import re
import sys

import pytest

from tests.actions.runner import commit, copy_of_this_repository
from tests.engines.configurations import ROOT
from tests.packaging.running import run

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("packaging")]

README = (ROOT / "README.md").read_text()
VERSION = re.search(r'^version = "(.+)"', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)[1]
FORMS = re.search(r"## Install\n.*?```sh\n(.*?)```", README, re.DOTALL)[1].splitlines()


@pytest.fixture(scope="module")
def cloned(tmp_path_factory, built):
    """A repository with the version's tag, and the wheel in its dist/."""
    folder = copy_of_this_repository(tmp_path_factory.mktemp("cloned"))
    commit(folder)
    run("git", "tag", f"v{VERSION}", cwd=folder)
    (folder / "dist").mkdir(exist_ok=True)
    (folder / "dist" / built[1].name).write_bytes(built[1].read_bytes())
    return folder


@pytest.mark.parametrize("form", FORMS)
def test_a_form_of_installing(form, cloned, tmp_path):
    assert form.startswith("pip install ")
    commit_id = run("git", "rev-parse", "HEAD", cwd=cloned).strip()
    environment = tmp_path / "environment"
    run(sys.executable, "-m", "venv", environment)
    script = (
        f'REPOSITORY="file://{cloned}" COMMIT={commit_id}\n'
        f"PATH={environment / 'bin'}:/usr/bin:/bin\n"
        f"export PIP_CONSTRAINT={ROOT / 'requirements' / 'dev.txt'}\n"
        "export PIP_DISABLE_PIP_VERSION_CHECK=1\n"
        f"{form}\nnginx-grpc --version"
    )
    said = run("sh", "-ec", script, cwd=cloned)
    assert said.endswith(f"nginx-grpc {VERSION}\n")


def test_each_form_is_there():
    assert len(FORMS) == 4
    assert any("$COMMIT" in form for form in FORMS)
    assert any(f"@v{VERSION}" in form for form in FORMS)
    assert any(form.endswith(f"-{VERSION}-py3-none-any.whl") for form in FORMS)
