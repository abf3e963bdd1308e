"""An engine that is missing, old, slow, dying or wrong is broken (exit 2), never clean."""

import shutil
import sys

import pytest

from nginx_grpc import engines, resources
from nginx_grpc.engines import program
from nginx_grpc.errors import Refused

pytestmark = pytest.mark.engines

PROGRAMS = ("conftest", "opa")
VERSIONS = {"conftest": "Conftest: 0.71.1\nOPA: 1.21.1", "opa": "Version: 1.22.2"}


@pytest.fixture
def stand_in(tmp_path, monkeypatch):
    """Puts a program of one's own in the engine's place: `stand_in(name, python_source)`."""

    def put(name, source, version=None):
        path = tmp_path / "bin" / name
        path.parent.mkdir(exist_ok=True)
        said = VERSIONS[name] if version is None else version
        path.write_text(
            f"#!{sys.executable}\nimport os, signal, sys, time\n"
            f"if sys.argv[1] in ('version', '--version'):\n    print({said!r})\n    sys.exit(0)\n"
            f"{source}\n"
        )
        path.chmod(0o755)
        monkeypatch.setenv("PATH", str(path.parent))

    return put


def refusal(name):
    with pytest.raises(Refused) as caught:
        engines.by_name(name).decide([{}], None)
    text = str(caught.value)
    assert "\n" not in text
    assert name in text
    return text


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_missing_program(name, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "no such program on the PATH; install" in refusal(name)


@pytest.mark.parametrize("name", PROGRAMS)
@pytest.mark.parametrize("version", ["Conftest: 0.70.0\nOPA: 1.20.1", "Version: 1.0.0"])
def test_an_old_program(name, version, stand_in):
    stand_in(name, "print('[]')", version)
    assert "too old; install" in refusal(name)


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_that_is_another(name, stand_in):
    stand_in(name, "print('[]')", "hello")
    assert "does not say its version" in refusal(name)


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_that_hangs(name, stand_in, monkeypatch):
    stand_in(name, "time.sleep(60)")
    monkeypatch.setattr(program, "_SECONDS", 1.0)
    assert "gave no answer in 1 s" in refusal(name)


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_that_is_killed(name, stand_in):
    stand_in(name, "os.kill(os.getpid(), signal.SIGKILL)")
    assert "died of signal 9" in refusal(name)


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_that_fails_says_why(name, stand_in):
    stand_in(name, "sys.stderr.write('\\n\\x1b[31mload policies: bad\\nmore\\n'); sys.exit(1)")
    text = refusal(name)
    assert "failed with status 1: \\x1b[31mload policies: bad;" in text


def test_a_policy_that_the_program_can_not_read(tmp_path, monkeypatch):
    if shutil.which("opa") is None:
        pytest.skip("OPA is not installed; run `make setup`")
    (tmp_path / "main.rego").write_text("package nginx.grpc\n\ndecision := data.nginx.nothing(1)\n")
    monkeypatch.setattr(resources, "policy_dir", lambda: str(tmp_path))
    assert "status 2: undefined function data.nginx.nothing;" in refusal("opa")


@pytest.mark.parametrize("name", PROGRAMS)
@pytest.mark.parametrize(
    "said",
    [
        "",
        "null",
        "{}",
        "[]",
        "[" * 100_000,
        '{"result": []}',
        '{"result": [{"expressions": [{"value": []}]}]}',
        '{"result": [{"expressions": [{"value": [{"allow": true}]}]}]}',
        '[{"filename": "0.json", "successes": 1}]',
        '[{"filename": "0.json", "successes": 1, "warnings": []}]',
        '[{"filename": "0.json", "warnings": [{"msg": "decision", "metadata": {}}]}]',
        '[{"filename": "1.json", "warnings": [{"metadata": {"decision": {"allow": true}}}]}]',
        '[{"filename": "0.json", "warnings": [{"metadata": {"decision": {"allow": true}}}]}]',
    ],
)
def test_a_program_that_answers_something_else_with_success(name, said, stand_in):
    stand_in(name, f"print({said!r})")
    assert refusal(name)


@pytest.mark.parametrize("name", PROGRAMS)
@pytest.mark.parametrize(
    "policy",
    [
        "package other",
        "package nginx.grpc\n\ndeny := set()",
        # What each engine reads, and undefined.
        "package nginx.grpc\n\ndecision := 1 if input.nothing\n",
        'package nginx.grpc.report\n\nwarn contains {"msg": "decision"} if input.nothing\n',
        # A decision in which no rule ran.
        "package nginx.grpc\n\ndecision := "
        '{"schema_version": 2, "allow": true, "deny": [], "warn": [], "waived": [], "rules": []}\n',
        "package nginx.grpc.report\n\nwarn contains "
        '{"msg": "decision", "decision": {"schema_version": 2, "allow": true, "deny": [], '
        '"warn": [], "waived": [], "rules": []}}\n',
        "package nginx.grpc\n\ndecision := {",
        "",
    ],
)
def test_a_policy_that_lacks_the_decision(name, policy, tmp_path, monkeypatch):
    """The real program, on a policy that lost a piece."""
    if shutil.which(name) is None:
        pytest.skip(f"{name} is not installed; run `make setup`")
    folder = tmp_path / "policy"
    folder.mkdir()
    if policy:
        (folder / "main.rego").write_text(policy)
    monkeypatch.setattr(resources, "policy_dir", lambda: str(folder))
    assert refusal(name)


@pytest.mark.parametrize("name", ["", "OPA", "ftp://127.0.0.1:1", "opa2", "regorus"])
def test_an_engine_that_there_is_not(name):
    with pytest.raises(Refused, match="no engine"):
        engines.by_name(name)


@pytest.mark.parametrize("folder", ["bin", ".", "./bin", "", "../bin"])
def test_a_program_in_a_relative_folder_of_the_path_is_not_run(folder, tmp_path, monkeypatch):
    """It would be one of the folder that is checked: a pull request's."""
    inside = tmp_path / "bin"
    inside.mkdir()
    for place in (tmp_path, inside):
        (place / "opa").write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
        (place / "opa").chmod(0o755)
    monkeypatch.chdir(inside if folder == "../bin" else tmp_path)
    monkeypatch.setenv("PATH", folder)
    assert "no such program on the PATH" in refusal("opa")
    assert not (tmp_path / "ran").exists()
