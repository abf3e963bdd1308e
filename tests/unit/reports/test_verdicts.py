"""What a check comes to, said the same way in every report; "clean" of judged locations alone."""

import json
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from nginx_grpc import cli
from nginx_grpc.reports import FORMATS
from tests.unit.reports.test_reports import CODEQUALITY, JUNIT, SARIF

COMMAND = Path(sys.executable).with_name("nginx-grpc")
PASSING = "grpc_read_timeout 400s; grpc_connect_timeout 5s; client_body_timeout 400s;"
WHOLE = f"""events {{ }}
http {{
    upstream up {{ server 10.0.0.1:50051 max_fails=0; server 10.0.0.2:50051 max_fails=0;
        zone up 64k; keepalive 32; keepalive_timeout 20s; }}
    server {{ listen 80 http2; location / {{ grpc_pass grpc://up; {PASSING} }} }}
    MORE
}}
"""
SERVERS = "include /srv/servers.conf;"

# What is given, the word for it, the exit status.
CASES = {
    "clean": (WHOLE.replace("MORE", ""), "clean", 0),
    "no gRPC": ("events { } http { server { location / { return 204; } } }", "no gRPC found", 0),
    "an unread file": (f"events {{ }} http {{ {SERVERS} }}", "failed", 1),
    "an unread main": ("events { } include /srv/http.conf;", "failed", 1),
    "an unread folder": (
        "events { } http { include /etc/nginx/conf.d/*.conf; }",
        "no gRPC found",
        0,
    ),
    "a folder beside gRPC": (WHOLE.replace("MORE", "include sites/*;"), "not judged in full", 0),
    "a fragment": ("server { listen 80 http2; location / { grpc_pass grpc://up; } }", None, None),
    "a web fragment": ("server { location / { return 204; } }", "no gRPC found", 0),
}


@pytest.fixture
def check(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "nginx-grpc.yaml").write_text("nginx_grpc: {profile: evidence}\n")

    def run(text, *arguments, form=""):
        Path("nginx.conf").write_text(text)
        status = cli.main(["check", "--format", form or "json", *arguments, "nginx.conf"])
        said = capsys.readouterr()
        assert said.err == ""
        return status, json.loads(said.out) if form == "" else said.out

    return run


def passed(form, text):
    """Whether a report says no more than that all is well."""
    if form == "json":
        value = json.loads(text)
        return value["summary"]["verdict"] == "clean"
    if form == "sarif":
        log = json.loads(text)
        assert [error.message for error in SARIF.iter_errors(log)] == []
        (run,) = log["runs"]
        return not run["results"] and not run["invocations"][0]["toolExecutionNotifications"]
    if form == "junit":
        JUNIT.validate(text)
        root = ElementTree.fromstring(text)
        return not root.findall(".//failure") and not root.findall(".//skipped")
    if form == "gitlab":
        issues = json.loads(text)
        assert list(CODEQUALITY.iter_errors(issues)) == []
        return not issues
    if form == "github":
        return text == ""
    if form in ("text", "concise"):
        return "\nclean:" in f"\n{text}"
    return {"markdown": ": clean\n", "prometheus": "nginx_grpc_clean 1\n"}[form] in text


@pytest.mark.parametrize("case", CASES)
def test_the_word(check, case):
    text, word, exit_status = CASES[case]
    status, value = check(text)
    if word is None:
        assert value["summary"]["verdict"] in ("failed", "not judged in full")
        return
    assert (value["summary"]["verdict"], status) == (word, exit_status)


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("case", CASES)
def test_every_report_says_whether_all_is_well(check, case, form):
    text, word, _ = CASES[case]
    assert passed(form, check(text, form=form)[1]) is (word == "clean")


@pytest.mark.parametrize("form", FORMATS)
def test_every_report_names_what_was_not_read(check, form):
    for text in (CASES["an unread file"][0], CASES["a folder beside gRPC"][0]):
        name = "/srv/servers.conf" if "/srv" in text else "sites/"
        assert name in check(text, form=form)[1]


@pytest.mark.parametrize("form", FORMATS)
def test_required_grpc_that_is_not_there_fails_in_every_report(check, form):
    status, said = check(CASES["no gRPC"][0], "--require-grpc", form=form)
    assert status == 1
    assert "gRPC is required (--require-grpc)" in said.replace("\\", "")
    failing = {
        "text": "0 denied, 0 warnings (no gRPC found",
        "concise": "0 denied, 0 warnings (no gRPC found",
        "json": '"verdict": "failed"',
        "sarif": '"level": "error"',
        "junit": 'failures="1"',
        "github": "::error title=",
        "gitlab": '"severity": "major"',
        "markdown": "nginx: failed",
        "prometheus": "nginx_grpc_failed 1",
    }
    assert failing[form] in said
    assert "clean:" not in said


def test_the_text_names_the_locations_and_the_files(check):
    text = "events { }\nhttp {\n include a.conf;\n server { location /a { return 204; } }\n}\n"
    Path("a.conf").write_text("server { location /b { return 204; } }")
    said = check(text, form="text")[1]
    assert "\nno gRPC found: 2 locations in 2 files (0 denied, 0 warnings" in said


@pytest.mark.parametrize(
    ("text", "status"),
    [
        (CASES["clean"][0], 0),
        (CASES["no gRPC"][0], 0),
        (CASES["an unread folder"][0], 1),
        (CASES["a folder beside gRPC"][0], 1),
        (WHOLE.replace("MORE", "").replace("400s", "$a", 1), 1),
    ],
)
@pytest.mark.parametrize("level", ["warn", "off"])
def test_fail_on_unknown(check, text, status, level):
    Path("nginx-grpc.yaml").write_text(
        "nginx_grpc: {profile: evidence, nginx_version: '1.30.3',"
        f" levels: {{NG005: '{level}'}}}}\n"
    )
    assert check(text, "--fail-on", "unknown")[0] == status
    # What is unknown is no denial, and never clean.
    plain, value = check(text)
    assert plain == 0
    assert (value["summary"]["verdict"] in ("clean", "passed", "no gRPC found")) or status


@pytest.mark.parametrize("form", FORMATS)
def test_fail_on_unknown_is_said_where_ng005_is_off(check, form):
    Path("nginx-grpc.yaml").write_text("nginx_grpc: {profile: evidence, levels: {NG005: 'off'}}\n")
    status, said = check(CASES["a folder beside gRPC"][0], "--fail-on", "unknown", form=form)
    assert status == 1
    assert "not judged in full (--fail-on unknown): NG002" in said.replace("\\", "")


def test_a_waived_unknown_is_accepted_and_not_clean(check):
    Path("nginx-grpc.yaml").write_text(
        "nginx_grpc:\n profile: evidence\n waivers:\n"
        " - {id: NG005, reason: elsewhere, owner: web, expires: '2099-01-01'}\n"
    )
    status, value = check(CASES["a folder beside gRPC"][0], "--fail-on", "unknown")
    assert (status, value["summary"]["verdict"]) == (0, "not judged in full")


# Folders.


def test_nothing_here(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for form in FORMATS:
        assert cli.main(["check", "--format", form, "."]) == 0
        said = capsys.readouterr().out
        assert not passed(form, said) or form in ("github", "gitlab"), form
        if form not in ("gitlab",):
            assert "no nginx configuration here" in said, form
    assert cli.main(["check", "--require-grpc", "."]) == 1
    for arguments in (["check", str(tmp_path)], ["check", "./none"], ["bridge", "."]):
        capsys.readouterr()
        assert cli.main(arguments) == 2
        assert capsys.readouterr().out == ""


def test_what_is_left_out_is_counted(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path("web/node_modules").mkdir(parents=True)
    Path(".git").mkdir()
    Path("nginx.conf").write_text(CASES["clean"][0])
    assert cli.main(["check", "--profile", "evidence", "."]) == 0
    assert "2 folders left out: .git, web/node_modules" in capsys.readouterr().out
    assert cli.main(["check", "--profile", "evidence", "--quiet", "."]) == 0
    assert capsys.readouterr().out == ""


def test_a_file_that_nothing_includes_is_said(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path("nginx.conf").write_text("events { } http { include /etc/nginx/conf.d/*.conf; }")
    Path("default.conf").write_text(
        "server { listen 80 http2; location / { grpc_pass grpc://u; grpc_read_timeout 0; } }"
    )
    assert cli.main(["check", "--profile", "evidence", "."]) == 1
    said = capsys.readouterr().out
    assert "deny[NG211]" in said
    assert "default.conf is included by nothing here, a fragment" in " ".join(said.split())


def test_conftest_is_told_by_the_document(check, tmp_path):
    """`nginx-grpc bridge | conftest test`: what is not clean has a finding there, too."""
    for case, (text, word, _) in CASES.items():
        if "gRPC" in str(word) and "unread" not in case:
            continue
        Path("nginx.conf").write_text(text)
        done = subprocess.run(
            [COMMAND, "check", "--engine", "conftest", "--format", "json", "nginx.conf"],
            capture_output=True,
            check=False,
        )
        if done.returncode == 2 and b"conftest" in done.stderr:
            pytest.skip("no conftest")
        found = json.loads(done.stdout)["findings"]
        assert bool(found) is (word != "clean"), case
