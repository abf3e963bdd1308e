"""The action and the workflows to copy, run for real on a bad and on a good configuration.

Run by act on this machine. Not run: steps of other repositories that need GitHub itself. Of those
the examples have two, actions/checkout, in whose place act puts the repository's files, and
github/codeql-action/upload-sarif, in whose place tests/actions/upload-sarif stands.
"""

import json
import pathlib
import re
import shutil

import pytest
import trustme
from jsonschema import Draft4Validator

from nginx_grpc import cli
from tests.actions.runner import ROOT, Run, act, workflow

pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("actions"),
    pytest.mark.skipif(shutil.which("act") is None, reason="act is not installed; `make setup`"),
]

BAD = (ROOT / "examples" / "checklist" / "bad.conf").read_text()
GOOD = (ROOT / "examples" / "checklist" / "good.conf").read_text()
SETTINGS = (ROOT / "examples" / "checklist" / "nginx-grpc.yaml").read_text()


def findings(conf: str, tmp_path, monkeypatch, capsys) -> list[dict]:
    """What the command itself finds."""
    folder = tmp_path / "alone"
    folder.mkdir()
    (folder / "nginx.conf").write_text(conf)
    (folder / "nginx-grpc.yaml").write_text(SETTINGS)
    monkeypatch.chdir(folder)
    cli.main(["check", "--format", "json", "nginx.conf"])
    return json.loads(capsys.readouterr().out)["findings"]


def test_a_bad_configuration_fails_with_each_finding_on_its_line(
    site, action, tmp_path, monkeypatch, capsys
):
    run = act(site("check.yml", **{"nginx.conf": BAD, "nginx-grpc.yaml": SETTINGS}), action)
    assert not run.succeeded, run.log
    check = run["1"]
    wanted = findings(BAD, tmp_path, monkeypatch, capsys)
    assert len(wanted) > 2
    for level, command in (("deny", "error"), ("warn", "warning")):
        shown = sorted(
            (where["file"], int(where["line"]), where["title"].split()[0])
            for where, _ in check.annotations(command)
        )
        assert shown == sorted(
            (f["file"], f["line"], f["id"]) for f in wanted if f["level"] == level
        )
        assert check.outputs[level] == str(len(shown))
    rows = re.findall(r"^\| (\d+) \| (?:deny|warn) \[(NG\d+)\]", check.summary, re.MULTILINE)
    assert rows == [(str(f["line"]), f["id"]) for f in wanted]
    assert "grpc_pass grpc://grpc_backend;" in check.output
    assert check.outputs["status"] == "1"


def test_a_good_configuration_passes(site, action):
    run = act(site("check.yml", **{"nginx.conf": GOOD, "nginx-grpc.yaml": SETTINGS}), action)
    assert run.succeeded, run.log
    check = run["1"]
    assert check.annotations("error") == []
    assert check.outputs["status"] == check.outputs["deny"] == "0"
    assert "gRPC behind nginx: " in check.summary


def from_fork(fork: bool) -> dict:
    head = {"ref": "feature", "sha": "0" * 40, "repo": {"fork": fork, "full_name": "x/site"}}
    base = {"ref": "main", "sha": "0" * 40, "repo": {"fork": False, "full_name": "example/site"}}
    return {"pull_request": {"number": 1, "head": head, "base": base}}


@pytest.mark.parametrize("fork", [False, True], ids=["own", "fork"])
def test_sarif_is_uploaded_before_the_job_fails_but_not_from_a_fork(fork, site, action):
    folder = site("code-scanning.yml", **{"nginx.conf": BAD})
    run = act(folder, action, event="pull_request", payload=from_fork(fork))
    assert not run.succeeded, run.log
    check = run["1"]
    assert (check.outputs["status"], check.result) == ("1", "failure")
    uploaded = re.search(r"^uploaded nginx-grpc (\{.*\})$", check.output, re.MULTILINE)
    assert (uploaded is None) == fork, run.log
    if uploaded:
        schema = json.loads((ROOT / "tests/unit/reports/schemas/sarif-2.1.0.json").read_text())
        log = json.loads(uploaded[1])
        assert list(Draft4Validator(schema).iter_errors(log)) == []
        assert len(log["runs"][0]["results"]) > 2


HOSTILE = "a $(touch pwned) `touch pwned`; touch pwned '\" %0A::error::x.conf"


def test_what_is_given_is_never_run_and_what_is_printed_never_obeyed(site, action):
    injected = BAD.replace(
        "            proxy_http_version 1.1;",
        "            set $x '\n::error file=x::injected\n::warning::injected\n';",
    )
    run = act(
        site(
            workflow(
                hostile={"path": f"  {HOSTILE}\n\n", "settings": "$(touch pwned).yaml"},
                injected={"path": "injected.conf", "format": "junit"},
            ),
            **{HOSTILE: GOOD, "$(touch pwned).yaml": SETTINGS, "injected.conf": injected},
        ),
        action,
    )
    hostile = run["hostile"]
    assert hostile.outputs["status"] == "0", run.log
    assert hostile.annotations("error") == []
    assert list(pathlib.Path(action).parent.rglob("pwned")) == []
    said = run["injected"]
    assert said.outputs["status"] == "1", run.log
    assert said.outputs["report"].endswith("report.xml")
    assert "::error file=x::injected" in said.output
    assert said.annotations("error")
    assert all(text != "injected" for _, text in said.annotations("error", "warning"))


def test_what_can_not_be_judged_fails(site, action):
    cases = {
        "path": ({"path": "none.conf"}, "none.conf"),
        "nothing": ({"path": " "}, "names nothing"),
        "settings": ({"path": "nginx.conf", "settings": "none.yaml"}, "none.yaml"),
        "engine": ({"path": "nginx.conf", "engine": "regorus"}, "no engine"),
        "format": ({"path": "nginx.conf", "format": "pdf"}, "none of json"),
    }
    steps = {name: inputs for name, (inputs, _) in cases.items()}
    run = act(site(workflow(**steps), **{"nginx.conf": GOOD}), action)
    for name, (_, said) in cases.items():
        step = run[name]
        told = step.output + "".join(text for _, text in step.annotations("error"))
        assert said in told, run.log
        assert step.outputs["status"] != "0"
        assert step.annotations("error")
        # continue-on-error makes a success of it; the conclusion of its last step does not lie.
    assert "not judged" in run["engine"].summary


def test_conftest_as_the_engine_finds_the_same(site, action):
    steps = {
        engine: {"path": "nginx.conf", "engine": engine} for engine in ("conftest", "embedded")
    }
    run = act(site(workflow(**steps), **{"nginx.conf": BAD}), action)
    assert run["conftest"].outputs["status"] == "1", run.log
    assert run["conftest"].annotations("error", "warning")
    assert run["conftest"].annotations() == run["embedded"].annotations()
    assert run["conftest"].summary == run["embedded"].summary


@pytest.mark.parametrize(("conf", "succeeds"), [(BAD, False), (GOOD, True)], ids=["bad", "good"])
def test_the_bare_steps(conf, succeeds, site, action, wheels):
    folder = site("conftest.yml", **{"nginx.conf": conf, "nginx-grpc.yaml": SETTINGS})
    run = act(folder, action, environment={"PIP_FIND_LINKS": str(wheels)})
    assert run.succeeded == succeeds, run.log
    judged = run["4"].output
    assert ("[NG101]" in judged) == (not succeeds)
    assert re.search(r"\d+ tests?, ", judged)


@pytest.mark.parametrize(("conf", "succeeds"), [(BAD, False), (GOOD, True)], ids=["bad", "good"])
def test_nginx_t_beside_it(conf, succeeds, site, action):
    authority = trustme.CA()
    issued = authority.issue_cert("api.internal")
    certificate = b"".join(blob.bytes() for blob in issued.cert_chain_pems).decode()
    run = act(
        site(
            "nginx-t.yml",
            **{
                "nginx.conf": conf,
                "nginx-grpc.yaml": SETTINGS,
                "certs/server.crt": certificate,
                "certs/server.key": issued.private_key_pem.bytes().decode(),
            },
        ),
        action,
    )
    # nginx is content with both.
    assert run["nginx-t/2"].result == "success", run.log
    assert (run["1"].outputs["status"] == "0") == succeeds, run.log
    assert run.succeeded == succeeds, run.log


def test_a_run_that_did_nothing_is_no_success():
    assert not Run().succeeded
