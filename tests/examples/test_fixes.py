"""The fixes of the SARIF report, applied as an editor would, mend what they are for."""

import json
import re
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
    lines = text.splitlines(keepends=True)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    (change,) = result["fixes"][0]["artifactChanges"]
    edits = []
    for number, edit in enumerate(change["replacements"]):
        region = edit["deletedRegion"]
        start = starts[region["startLine"] - 1] + region["startColumn"] - 1
        end = starts[region["endLine"] - 1] + region["endColumn"] - 1
        edits.append((start, end, -number, edit["insertedContent"]["text"]))
    for start, end, _, new in sorted(edits, reverse=True):
        text = text[:start] + new + text[end:]
    return text


@pytest.mark.parametrize("rule", RULES, ids=lambda path: path.name)
def test_each_fix_mends_its_finding(rule, tmp_path, capsys):
    (path,) = rule.glob("before.*")
    if path.suffix == ".yaml":
        pytest.skip("an edit of an object is none of one text")
    text = path.read_text()
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


@pytest.mark.parametrize("rule", RULES, ids=lambda path: path.name)
def test_what_fix_makes_of_the_example_is_the_example(rule, monkeypatch, capfd):
    monkeypatch.chdir(ROOT)
    (before,) = rule.glob("before.*")
    path = f"examples/rules/{rule.name}/{before.name}"
    arguments = ["fix", "--unsafe", "--only", rule.name, "--format", "text", path]
    status = cli.main(arguments)
    out, err = capfd.readouterr()
    after = (rule / f"after{before.suffix}").read_text()
    if "to decide" in err:
        # What is to be decided is said, and nothing is made up.
        assert (status, out) == (1, before.read_text())
        assert re.search(rf"^{rule.name} .+ to decide: \w.{{10,}}", err, re.MULTILINE), err
    else:
        assert (status, out) == (0, after), err
