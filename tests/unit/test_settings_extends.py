"""A settings file may extend another one of its checkout; what that one forbids holds."""

import json
from pathlib import Path

import pytest

from nginx_grpc import cli

WAIVER = "# nginx-grpc: ignore NG106 until=2999-01-01 owner=me reason=a test"
PASS = f"""\
events {{ }}
http {{
    server {{
        listen 80 http2;
        location / {{ {WAIVER}
            grpc_pass grpc://10.0.0.1:1;
        }}
    }}
}}
"""


@pytest.fixture
def fleet(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()
    write("service/nginx.conf", PASS)
    write("service/nginx-grpc.yaml", "nginx_grpc: {extends: ../platform/fleet.yaml}\n")
    write("platform/fleet.yaml", "nginx_grpc: {levels: {NG106: warn, NG104: 'off'}}\n")


def write(name, text):
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    Path(name).write_text(text)


def findings(capsys):
    cli.main(["check", "--format", "json", "service"])
    said = capsys.readouterr()
    assert said.out, said.err
    return {f["id"]: f for f in json.loads(said.out)["findings"]}


def refused(capsys, text="nginx_grpc: {extends: ../platform/fleet.yaml}\n"):
    write("service/nginx-grpc.yaml", text)
    assert cli.main(["check", "service"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    return said.err


def test_what_it_does_not_say_itself_is_the_other_s(fleet, capsys):
    write(
        "service/nginx-grpc.yaml",
        "nginx_grpc: {extends: ../platform/fleet.yaml, levels: {NG104: deny}}\n",
    )
    found = findings(capsys)
    assert found["NG106"]["level"] == "warn"
    assert found["NG104"]["level"] == "deny"


def test_a_chain(fleet, capsys):
    write("platform/fleet.yaml", "nginx_grpc: {extends: all/base.yaml, levels: {NG104: 'off'}}\n")
    write("platform/all/base.yaml", "nginx_grpc: {levels: {NG104: deny, NG106: warn}}\n")
    found = findings(capsys)
    assert found["NG106"]["level"] == "warn"
    assert "NG104" not in found


def test_what_it_forbids_holds(fleet, capsys):
    assert findings(capsys)["NG106"]["waived"]
    write("platform/fleet.yaml", "nginx_grpc: {inline_waivers: forbid}\n")
    write(
        "service/nginx-grpc.yaml",
        "nginx_grpc: {extends: ../platform/fleet.yaml, inline_waivers: allow}\n",
    )
    assert not findings(capsys)["NG106"]["waived"]


def test_what_the_outermost_forbids_holds_for_all_that_extend_it(fleet, capsys):
    write("platform/base.yaml", "nginx_grpc: {inline_waivers: forbid}\n")
    write("platform/fleet.yaml", "nginx_grpc: {extends: base.yaml, inline_waivers: allow}\n")
    assert not findings(capsys)["NG106"]["waived"]


def test_of_a_repository_s_settings_too(fleet, capsys):
    write("platform/fleet.yaml", "nginx_grpc: {inline_waivers: forbid}\n")
    write("nginx-grpc.yaml", "nginx_grpc: {extends: platform/fleet.yaml}\n")
    write("service/nginx-grpc.yaml", "nginx_grpc: {inline_waivers: allow}\n")
    assert not findings(capsys)["NG106"]["waived"]


def test_its_waivers_are_its_own(fleet, capsys):
    Path("service/nginx.conf").write_text(PASS.replace(WAIVER, ""))
    waiver = "{id: NG106, reason: r, owner: o, expires: '2999-01-01'}"
    write("platform/fleet.yaml", f"nginx_grpc: {{waivers: [{waiver}]}}\n")
    assert not findings(capsys)["NG106"]["waived"]


def test_a_fault_is_told_in_the_file_that_has_it(fleet, capsys):
    write("platform/fleet.yaml", "nginx_grpc:\n  workers: 2\n  profil: evidence\n")
    found = findings(capsys)["NG003"]
    assert (found["file"], found["line"]) == ("platform/fleet.yaml", 3)
    assert cli.main(["settings", "service/nginx-grpc.yaml"]) == 1
    assert "platform/fleet.yaml:3: " in capsys.readouterr().out


def test_merged_for_engines_that_follow_nothing(fleet, capsys):
    assert cli.main(["settings", "--merged", "service/nginx-grpc.yaml"]) == 0
    merged = json.loads(capsys.readouterr().out)
    assert merged == {"nginx_grpc": {"levels": {"NG106": "warn", "NG104": "off"}}}


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("/etc/nginx-grpc.yaml", "no path from this file's folder"),
        ("[a, b]", "no path from this file's folder"),
        ("", "no path from this file's folder"),
        ("../../outside.yaml", "out of "),
        ("nowhere.yaml", "no such file"),
        ("nginx-grpc.yaml", "a circle"),
    ],
)
def test_what_it_can_not_extend(fleet, capsys, said, told):
    write("../outside.yaml", "nginx_grpc: {profile: evidence}\n")
    error = refused(capsys, f"nginx_grpc:\n  workers: 2\n  extends: {said}\n")
    assert told in error
    assert error.count("\n") == 1
    if told != "no such file":
        assert error.startswith("nginx-grpc: service/nginx-grpc.yaml:3: ")


def test_a_link_out_of_the_checkout(fleet, capsys):
    write("../outside.yaml", "nginx_grpc: {profile: evidence}\n")
    Path("service/link.yaml").symlink_to(Path("../outside.yaml").resolve())
    assert "out of " in refused(capsys, "nginx_grpc: {extends: link.yaml}\n")


def test_a_circle_of_two(fleet, capsys):
    write("platform/fleet.yaml", "nginx_grpc: {extends: ../service/nginx-grpc.yaml}\n")
    assert "platform/fleet.yaml:1: extends leads to a circle" in refused(capsys)


def test_a_chain_without_an_end(fleet, capsys):
    for number in range(20):
        write(f"platform/{number}.yaml", f"nginx_grpc: {{extends: {number + 1}.yaml}}\n")
    assert "more than 8 files" in refused(capsys, "nginx_grpc: {extends: ../platform/0.yaml}\n")


def test_without_a_repository_only_below(tmp_path, monkeypatch, capsys):
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    write("service/nginx.conf", PASS)
    write("../fleet.yaml", "nginx_grpc: {profile: evidence}\n")
    assert "out of " in refused(capsys, "nginx_grpc: {extends: ../../fleet.yaml}\n")


def test_with_pseudonyms_the_verdict_is_the_same(fleet, capsys):
    write("platform/fleet.yaml", "nginx_grpc:\n  workers: 2\n  profil: evidence\n")
    assert cli.main(["check", "--redact", "--format", "json", "service"]) == 1
    (found,) = [f for f in json.loads(capsys.readouterr().out)["findings"] if f["id"] == "NG003"]
    assert found["line"] == 3
    assert "fleet" not in json.dumps(found)


def test_redacted_copies_of_files_that_extend_others(fleet, capsys):
    assert cli.main(["fix", "--redact", "service"]) == 2
    assert "nginx-grpc settings --merged service/nginx-grpc.yaml" in capsys.readouterr().err
