"""`make rule` makes a skeleton that compiles, and that nobody can take for a rule."""

import shutil
import subprocess
import sys

import pytest

from tests.policy.rego_inputs import ROOT

pytestmark = pytest.mark.engines


@pytest.fixture
def tool(tmp_path, monkeypatch):
    """The tool, in a copy of what it looks at."""
    monkeypatch.syspath_prepend(ROOT / "tools")
    import new_rule
    import quick

    shutil.copytree(ROOT / "policy", tmp_path / "policy")
    monkeypatch.setattr(new_rule, "ROOT", tmp_path)
    monkeypatch.setattr(quick, "ROOT", tmp_path)
    monkeypatch.setattr(quick, "RULES", tmp_path / "policy" / "rules")
    return new_rule


def test_the_skeleton_is_a_rule(tool, tmp_path, capsys):
    assert tool.main(["header_size", "3"]) == 0
    *files, last = capsys.readouterr().out.splitlines()
    assert last.startswith("NG3")
    assert sorted(path.split("/")[0] for path in files) == ["examples"] * 2 + ["policy"] * 2 + [
        "tests"
    ]
    policy = tmp_path / "policy"
    assert not subprocess.run(["opa", "fmt", "--list", policy], capture_output=True).stdout
    subprocess.run(["opa", "check", "--strict", "--schema", ROOT / "schema", policy], check=True)
    (live,) = (tmp_path / "tests" / "live").iterdir()
    subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--config", ROOT / "pyproject.toml", live],
        check=True,
    )
    (made,) = (policy / "rules" / "header_size").glob("*_test.rego")
    assert "test_wrong" in made.read_text()


def test_its_tests_fail_until_it_is_written(tool, tmp_path):
    tool.main(["header_size"])
    command = ["opa", "test", tmp_path / "policy", "--run", r"header_size_test\."]
    done = subprocess.run(command, capture_output=True, text=True)
    assert "test_wrong: FAIL" in done.stdout
    assert "PASS: 2/3" in done.stdout


def test_quick_says_what_is_left(tool, capsys):
    import quick

    tool.main(["header_size", "9"])
    capsys.readouterr()
    with pytest.raises(SystemExit):
        quick.finished("NG901", "header_size")
    left = capsys.readouterr().out.splitlines()
    assert len(left) == 3
    assert all(line.endswith("something is left to WRITE") for line in left)


@pytest.mark.parametrize(
    "arguments", [[], ["Header"], ["header-size"], ["a", "0"], ["read_timeout"]]
)
def test_what_is_no_name(tool, arguments, capsys):
    assert tool.main(arguments) == 2
    assert capsys.readouterr().err
