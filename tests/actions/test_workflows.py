"""Every workflow is well-formed, pinned, and has the least of permissions."""

import re
import subprocess

import pytest
import yaml

from tests.actions.runner import ROOT

OWN = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
EXAMPLES = sorted((ROOT / "examples" / "github-actions").glob("*.yml"))
ACTION = ROOT / ".github" / "actions" / "nginx-grpc" / "action.yml"
PINNED = re.compile(r"uses: [\w./-]+@[0-9a-f]{40} # v\d+(\.\d+)*\n")


def test_there_are_workflows():
    assert {path.name for path in OWN} >= {"test.yml", "release.yml"}
    assert len(EXAMPLES) >= 4


def test_actionlint_is_content():
    subprocess.run(["actionlint", *OWN, *EXAMPLES], check=True, timeout=120)


@pytest.mark.parametrize("path", [*OWN, *EXAMPLES, ACTION], ids=lambda path: path.name)
def test_what_is_used_is_pinned_by_digest(path):
    for line in path.read_text().splitlines(keepends=True):
        if "uses:" not in line or "uses: ./" in line:
            continue
        assert PINNED.search(line), line


def test_the_examples_own_action_is_one_commit_of_the_version_it_says():
    """`python tools/set_version.py VERSION --commit SHA` writes it."""
    used = {
        found
        for path in EXAMPLES
        for found in re.findall(r"/nginx-grpc@([0-9a-f]{40}) # v(\S+)", path.read_text())
    }
    ((commit, version),) = used
    every = [re.findall(r"[/-](?:grpc|policy)@([0-9a-f]+)", path.read_text()) for path in EXAMPLES]
    assert all(every)
    assert {one for each in every for one in each} == {commit}
    done = subprocess.run(
        ["git", "show", f"{commit}:pyproject.toml"], cwd=ROOT, capture_output=True, text=True
    )
    if done.returncode != 0:
        pytest.skip("no repository here, or one without its history")
    assert f'version = "{version}"' in done.stdout.splitlines()


@pytest.mark.parametrize("path", [*OWN, *EXAMPLES], ids=lambda path: path.name)
def test_a_workflow_may_read_and_no_more(path):
    workflow = yaml.safe_load(path.read_text())
    assert workflow["permissions"] == {"contents": "read"}
    for name, job in workflow["jobs"].items():
        assert "timeout-minutes" in job, name
        for step in job["steps"]:
            if "actions/checkout@" in step.get("uses", ""):
                assert step["with"]["persist-credentials"] is False
    # In YAML 1.1 the key `on` is the boolean true.
    assert not {"pull_request_target", "workflow_run"} & set(workflow[True])


@pytest.mark.parametrize("path", [*OWN, *EXAMPLES, ACTION], ids=lambda path: path.name)
def test_no_expression_stands_in_a_script(path):
    """What an expression gives would be run; it reaches a script by the environment alone."""
    value = yaml.safe_load(path.read_text())
    jobs = value["jobs"].values() if "jobs" in value else [value["runs"]]
    for job in jobs:
        for step in job["steps"]:
            assert "${{" not in step.get("run", "")


@pytest.mark.parametrize("script", sorted(ACTION.parent.glob("*.sh")), ids=lambda path: path.name)
def test_scripts_stop_at_what_fails(script):
    text = script.read_text()
    assert "set -euo pipefail" in text
    assert "eval" not in text
    subprocess.run(["bash", "-n", script], check=True, timeout=20)
