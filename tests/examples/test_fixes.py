"""The fixes of the SARIF report, applied as an editor would, mend what they are for."""

import json
import shutil

import pytest

from nginx_grpc import cli
from tests.engines.configurations import ROOT

RULES = sorted((ROOT / "examples" / "rules").iterdir())


def check(folder, capsys):
    settings = folder / "nginx-grpc.yaml"
    given = ["--settings", str(settings)] if settings.exists() else ["--no-settings"]
    assert cli.main(["check", *given, "--format", "sarif", str(folder / "nginx.conf")]) in (0, 1)
    return json.loads(capsys.readouterr().out)["runs"][0]["results"]


def mark(result):
    return result["partialFingerprints"]["nginxGrpc/v1"]


def apply(text, result):
    lines = text.split("\n")
    for change in result["fixes"][0]["artifactChanges"]:
        for edit in change["replacements"]:
            region = edit["deletedRegion"]
            line = lines[region["startLine"] - 1]
            start, end = region["startColumn"] - 1, region["endColumn"] - 1
            new = line[:start] + edit["insertedContent"]["text"] + line[end:]
            lines[region["startLine"] - 1] = new
    return "\n".join(lines)


@pytest.mark.parametrize("rule", RULES, ids=lambda path: path.name)
def test_each_fix_mends_its_finding(rule, tmp_path, capsys):
    text = (rule / "before.conf").read_text()
    if (rule / "nginx-grpc.yaml").exists():
        shutil.copy(rule / "nginx-grpc.yaml", tmp_path)
    (tmp_path / "nginx.conf").write_text(text)
    before = check(tmp_path, capsys)
    for result in before:
        if "fixes" not in result:
            continue
        (tmp_path / "nginx.conf").write_text(apply(text, result))
        after = check(tmp_path, capsys)
        assert mark(result) not in {mark(other) for other in after}, result["message"]["text"]


def test_the_plainest_faults_have_a_fix(tmp_path, capsys):
    fixed = set()
    for rule in RULES:
        shutil.copytree(rule, tmp_path / rule.name)
        (tmp_path / rule.name / "before.conf").rename(tmp_path / rule.name / "nginx.conf")
        fixed |= {r["ruleId"] for r in check(tmp_path / rule.name, capsys) if "fixes" in r}
    assert fixed >= {"NG101", "NG103", "NG105", "NG106", "NG108", "NG211"}
