"""Each input is judged by its own settings."""

import json
from pathlib import Path

import pytest

from nginx_grpc import cli

PASS = "events { } http { server { listen 80 http2; location / { grpc_pass grpc://10.0.0.1:1; } } }"


@pytest.fixture
def site(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()
    for name in ("a", "b"):
        write(f"{name}/nginx.conf", PASS)
    return tmp_path


def write(name, text):
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    Path(name).write_text(text)


def check(capsys, *paths):
    status = cli.main(["check", "--format", "json", *paths])
    said = capsys.readouterr()
    return status, json.loads(said.out) if said.out else said.err


def by_file(value, rule="NG106"):
    return {f["file"]: f["level"] for f in value["findings"] if f["id"] == rule}


@pytest.mark.parametrize("paths", [["a", "b"], ["b", "a"], ["."], ["a/nginx.conf", "b/nginx.conf"]])
def test_two_inputs_with_settings_of_their_own(site, capsys, paths):
    write("a/nginx-grpc.yaml", "nginx_grpc: {levels: {NG106: warn}}\n")
    write("b/nginx-grpc.yaml", "nginx_grpc: {levels: {NG106: deny}}\n")
    value = check(capsys, *paths)[1]
    assert by_file(value) == {"a/nginx.conf": "warn", "b/nginx.conf": "deny"}
    assert {i["files"][0]: i["settings"] for i in value["inputs"]} == {
        "a/nginx.conf": "a/nginx-grpc.yaml",
        "b/nginx.conf": "b/nginx-grpc.yaml",
    }


def test_one_without_is_judged_by_the_repository_s(site, capsys):
    write("a/nginx-grpc.yaml", "nginx_grpc: {levels: {NG106: warn}}\n")
    assert by_file(check(capsys, "a", "b")[1]) == {"a/nginx.conf": "warn", "b/nginx.conf": "deny"}
    write("nginx-grpc.yaml", "nginx_grpc: {levels: {NG106: 'off'}}\n")
    assert by_file(check(capsys, "a", "b")[1]) == {"a/nginx.conf": "warn"}


def test_the_order_of_inputs_is_kept(site, capsys):
    write("c/nginx.conf", PASS)
    write("b/nginx-grpc.yaml", "nginx_grpc: {levels: {NG106: warn}}\n")
    value = check(capsys, "c", "b", "a")[1]
    assert [i["files"][0][0] for i in value["inputs"]] == ["c", "b", "a"]


def test_a_folder_without_a_repository(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    write("site/conf.d/a.conf", PASS)
    write("site/nginx-grpc.yaml", "nginx_grpc: {levels: {NG106: warn}}\n")
    write("nginx-grpc.yaml", "nginx_grpc: {levels: {NG106: 'off'}}\n")
    assert by_file(check(capsys, "site")[1]) == {"site/conf.d/a.conf": "warn"}


def test_the_bridge_gives_each_document_its_own(site, capsys):
    write("a/nginx-grpc.yaml", "nginx_grpc: {profile: evidence}\n")
    assert cli.main(["bridge", "a", "b"]) == 0
    first, second = json.loads(capsys.readouterr().out)
    assert first["settings"] == {"profile": "evidence"}
    assert "settings" not in second


WAIVED = PASS.replace(
    "location /",
    "\n# nginx-grpc: ignore NG106 until=2099-01-01 owner=web reason=mine\nlocation /",
)


def test_what_the_repository_forbids_a_folder_can_not_allow(site, capsys):
    write("a/nginx.conf", WAIVED)
    write("a/nginx-grpc.yaml", "nginx_grpc: {inline_waivers: allow}\n")
    waived = [f["waived"] for f in check(capsys, "a")[1]["findings"] if f["id"] == "NG106"]
    assert waived[0]["owner"] == "web"
    write("nginx-grpc.yaml", "nginx_grpc: {inline_waivers: forbid}\n")
    status, value = check(capsys, "a")
    assert status == 1
    assert [f["waived"] for f in value["findings"] if f["id"] == "NG106"] == [None]


def test_nor_that_the_unknown_is_denied(site, capsys):
    write("a/nginx.conf", "server { listen 80 http2; location / { grpc_pass grpc://10.0.0.1:1; } }")
    write("a/nginx-grpc.yaml", "nginx_grpc: {profile: evidence, not_judged: warn}\n")
    assert by_file(check(capsys, "a")[1], "NG005") == {"a/nginx.conf": "warn"}
    write("nginx-grpc.yaml", "nginx_grpc: {not_judged: deny}\n")
    assert by_file(check(capsys, "a")[1], "NG005") == {"a/nginx.conf": "deny"}


def test_a_repository_s_settings_that_are_none_are_refused(site, capsys):
    write("a/nginx-grpc.yaml", "nginx_grpc: {}\n")
    write("nginx-grpc.yaml", "inline_waivers: forbid\n")
    status, said = check(capsys, "a")
    assert status == 2
    assert "nginx-grpc.yaml: no key nginx_grpc" in said


def test_a_fault_of_settings_is_said_once_and_a_waiver_may_serve_one_input(site, capsys):
    write(
        "nginx-grpc.yaml",
        "nginx_grpc:\n  waivers:\n  - {id: NG106, file: a/nginx.conf, reason: r, owner: o,"
        " expires: '2099-01-01'}\n  - {id: NG105, file: c/nginx.conf, reason: r, owner: o,"
        " expires: '2099-01-01'}\n",
    )
    value = check(capsys, "a", "b")[1]
    told = [(f["line"], f["message"]) for f in value["findings"] if f["id"] == "NG004"]
    assert told == [(4, "the waiver of NG105 accepts nothing")]


def test_a_name_that_is_nearly_right_is_said(site, capsys):
    write("a/nginx-grpc.yml", "nginx_grpc: {profile: evidence}\n")
    note = "a/nginx-grpc.yml is not read: settings are in nginx-grpc.yaml"
    assert note in check(capsys, "a", "b")[1]["summary"]["notes"]
    assert cli.main(["check", "a"]) == 1
    assert note in capsys.readouterr().out
    assert cli.main(["bridge", "a"]) == 0
    assert note in capsys.readouterr().err
    assert cli.main(["check", "--no-settings", "a"]) == 1
    assert note not in capsys.readouterr().out


def test_settings_that_are_named_hold_for_all(site, capsys):
    write("a/nginx-grpc.yaml", "nginx_grpc: {levels: {NG106: warn}}\n")
    write("all.yaml", "nginx_grpc: {levels: {NG106: 'off'}}\n")
    assert by_file(check(capsys, "--settings", "all.yaml", "a", "b")[1]) == {}
