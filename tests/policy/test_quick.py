"""`make quick`: it knows every rule, and stops where something is wrong."""

import subprocess

import pytest

from nginx_grpc import catalogue
from tools import quick

pytestmark = pytest.mark.engines

RULE = """package nginx.grpc.rules.ports

low contains port if {
	some port in input.ports
	port < 1024
}

high := 1 if input.ports == []
"""
TEST = """package nginx.grpc.rules.ports_test

import data.nginx.grpc.rules.ports

test_low if ports.low == {22} with input as {"ports": [22, 8080]}
"""
OTHER = """
test_high if ports.high == 1 with input as {"ports": []}
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    folder = tmp_path / "policy" / "rules" / "ports"
    folder.mkdir(parents=True)
    (folder / "ports.rego").write_text(RULE)
    monkeypatch.setattr(quick, "ROOT", tmp_path)
    return folder


def test_it_knows_the_rules():
    assert {id_: slug.replace("_", "-") for id_, slug in quick.slugs_by_id().items()} == {
        rule.id: rule.slug for rule in catalogue.rules()
    }


def test_a_rule_that_there_is_not(capsys):
    assert quick.main(["NG999"]) == 2
    assert capsys.readouterr().err == "NG999: no rule of policy/rules; as in RULE=NG103\n"


def test_tests_that_run_every_line(folder):
    (folder / "ports_test.rego").write_text(TEST + OTHER)
    quick.own_tests("ports")


def test_a_line_without_a_test(folder, capsys):
    (folder / "ports_test.rego").write_text(TEST)
    with pytest.raises(SystemExit):
        quick.own_tests("ports")
    assert "policy/rules/ports/ports.rego:8: not run by any test" in capsys.readouterr().out


@pytest.mark.parametrize("text", ["", TEST.replace("{22}", "{23}")], ids=["none", "wrong"])
def test_tests_that_fail(folder, text):
    (folder / "ports_test.rego").write_text(text or "package nginx.grpc.rules.ports_test\n")
    with pytest.raises(SystemExit):
        quick.own_tests("ports")


def test_what_git_sees(folder, tmp_path):
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    example = tmp_path / "examples" / "rules" / "NG103" / "after.conf"
    example.parent.mkdir(parents=True)
    example.write_text("")
    assert quick.changed() == {"ports", "NG103"}
