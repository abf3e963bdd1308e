"""docs/silent-passes.md is true: each way in which a check passes without having checked."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.engines

TOOLS = Path(__file__).parents[2] / ".tools" / "bin"
POLICY = """package nginx.grpc

deny contains {"msg": "denied"} if input.bad

deny contains {"msg": "too small"} if to_number(input.text) < 1
"""


@pytest.fixture
def run(tmp_path):
    """Runs a tool in a folder that holds a policy and a bad input."""
    (tmp_path / "policy").mkdir()
    (tmp_path / "policy" / "p.rego").write_text(POLICY)
    (tmp_path / "empty").mkdir()
    (tmp_path / "bad.json").write_text('{"bad": true, "text": "1"}')
    (tmp_path / "none.json").write_text("[]")
    (tmp_path / "joined.yaml").write_text('{"bad": false, "text": "1"}\n{"bad": true, "text": "1"}')
    (tmp_path / "twice.json").write_text('{"bad": true, "bad": false, "text": "1"}')
    (tmp_path / "word.json").write_text('{"text": "9x"}')

    def run(tool, *arguments, cwd=".", **environment):
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("CONFTEST_", "OPA_"))}
        return subprocess.run(
            [TOOLS / tool, *arguments],
            cwd=tmp_path / cwd,
            env={**clean, **environment},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return run


def conftest_test(run, *arguments, **environment):
    return run("conftest", "test", "--no-color", *arguments, **environment)


def test_asked_rightly_conftest_denies(run):
    asked = conftest_test(run, "--parser", "json", "-n", "nginx.grpc", "bad.json")
    assert (asked.returncode, "denied" in asked.stdout) == (1, True)


@pytest.mark.parametrize(
    ("arguments", "environment"),
    [
        (["-n", "nginx.grcp", "bad.json"], {}),
        (["bad.json"], {}),
        (["bad.json"], {"CONFTEST_NAMESPACE": "stray"}),
        (["-n", "nginx.grpc", "none.json"], {}),
    ],
    ids=["mistyped namespace", "no namespace", "stray environment", "empty array"],
)
def test_conftest_passes_with_no_test_run(run, arguments, environment):
    asked = conftest_test(run, "--parser", "json", *arguments, **environment)
    assert (asked.returncode, "0 tests" in asked.stdout) == (0, True)


def test_the_environment_beats_conftest_toml(run, tmp_path):
    (tmp_path / "conftest.toml").write_text('parser = "json"\nnamespace = ["nginx.grpc"]\n')
    assert conftest_test(run, "bad.json").returncode == 1
    assert conftest_test(run, "bad.json", CONFTEST_NAMESPACE="stray").returncode == 0


def test_a_conftest_toml_of_the_folder_turns_denials_into_a_pass(run, tmp_path):
    (tmp_path / "conftest.toml").write_text("no-fail = true\n")
    asked = conftest_test(run, "--parser", "json", "-n", "nginx.grpc", "bad.json")
    assert (asked.returncode, "denied" in asked.stdout) == (0, True)
    (tmp_path / "else").mkdir()
    arguments = ["--parser", "json", "-n", "nginx.grpc", "-p", "../policy", "../bad.json"]
    assert conftest_test(run, *arguments, cwd="else").returncode == 1


def test_a_module_of_the_folder_ends_a_check_with_0(tmp_path):
    (tmp_path / "json.py").write_text("import os\nos._exit(0)\n")
    ending = "import json, sys; sys.exit(1)"
    for options, status in (([], 0), (["-I"], 1)):
        asked = subprocess.run(
            [sys.executable, *options, "-c", ending], cwd=tmp_path, check=False, timeout=60
        )
        assert asked.returncode == status


def test_the_yaml_parser_drops_the_second_of_two_joined_documents(run):
    asked = conftest_test(run, "--parser", "yaml", "-n", "nginx.grpc", "joined.yaml")
    assert asked.returncode == 0
    loud = conftest_test(run, "--parser", "json", "-n", "nginx.grpc", "joined.yaml")
    assert (loud.returncode, "after top-level value" in loud.stderr + loud.stdout) == (1, True)


def test_of_a_key_that_stands_twice_the_last_counts(run):
    asked = conftest_test(run, "--parser", "json", "-n", "nginx.grpc", "twice.json")
    assert (asked.returncode, "0 failures" in asked.stdout) == (0, True)
    asked = run("opa", "eval", "-d", "policy", "-i", "twice.json", "data.nginx.grpc.deny")
    assert json.loads(asked.stdout)["result"][0]["expressions"][0]["value"] == []


def test_a_folder_without_policies_is_loud(run):
    asked = conftest_test(run, "-p", "empty", "-n", "nginx.grpc", "bad.json")
    assert (asked.returncode, "no policies found" in asked.stdout + asked.stderr) == (1, True)


def test_opa_eval_of_a_package_that_is_not_there_passes(run):
    asked = run("opa", "eval", "-d", "policy", "-i", "bad.json", "data.nginx.grcp.deny")
    assert (asked.returncode, json.loads(asked.stdout)) == (0, {})
    assert run("opa", "eval", "--fail", "-d", "policy", "data.nginx.grcp.deny").returncode != 0


@pytest.mark.parametrize("tool", [("opa", "test"), ("conftest", "verify", "-p")], ids=str)
def test_no_tests_is_a_pass(run, tool):
    assert run(*tool, "policy").returncode == 0


def test_opa_can_be_told_that_no_tests_is_a_failure(run):
    assert run("opa", "test", "--fail-on-empty", "policy").returncode != 0


def test_a_built_in_that_fails_denies_nothing(run):
    asked = conftest_test(run, "--parser", "json", "-n", "nginx.grpc", "word.json")
    assert asked.returncode == 0
