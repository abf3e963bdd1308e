"""`nginx-grpc check` from its command line to its files, its colours and its exit status."""

import json
import os
import pty
import re
import select
import subprocess
import sys
import time
from pathlib import Path

import pytest

from nginx_grpc import cli
from nginx_grpc.reports import FORMATS

COMMAND = Path(sys.executable).with_name("nginx-grpc")

BAD = """\
events {}
http {
    upstream orders { server 127.0.0.1:50051; server 127.0.0.1:50052; keepalive 8; }
    server {
        listen 127.0.0.1:8080 http2;
        location /shop.Orders/ { proxy_pass http://orders; }
    }
}
"""
CLEAN = "events {}\nhttp { server { listen 8080; location / { return 200; } } }\n"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    (tmp_path / "bad.conf").write_text(BAD)
    (tmp_path / "clean.conf").write_text(CLEAN)
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def test_many_formats_in_one_run(folder, capsys):
    given = [word for form in FORMATS for word in ("--format", form, "--output", f"{form}.out")]
    assert cli.main(["check", *given, "bad.conf"]) == 1
    assert capsys.readouterr().out == ""
    for form in FORMATS:
        assert "NG101" in (folder / f"{form}.out").read_text(), form
    assert not list(folder.glob("*.partial"))


def test_one_format_to_a_file_and_one_to_the_screen(folder, capsys):
    status = cli.main(
        ["check", "--format", "sarif", "--output", "f.sarif", "--format", "github", "bad.conf"]
    )
    assert status == 1
    assert "::error file=bad.conf,line=6,title=NG101" in capsys.readouterr().out
    assert json.loads((folder / "f.sarif").read_text())["version"] == "2.1.0"


@pytest.mark.parametrize(
    "arguments",
    [
        ["--format", "pdf"],
        ["--output", "a", "--output", "b"],
        ["--format", "json", "--output"],
        ["--fail-on", "never"],
        ["--form", "json"],
    ],
)
def test_a_wrong_command_line_is_broken(arguments, folder, capsys):
    with pytest.raises(SystemExit) as ended:
        cli.main(["check", "bad.conf", *arguments])
    assert ended.value.code == 2
    assert capsys.readouterr().out == ""


def test_a_report_that_can_not_be_written_is_broken(folder, capsys):
    assert cli.main(["check", "--output", "none/report", "bad.conf"]) == 2
    said = capsys.readouterr().err
    assert (
        said
        == "nginx-grpc: none/report: can't write: no such file or directory; name another file\n"
    )


def test_a_report_is_never_written_through_a_link(folder, capsys):
    (folder / "mine").write_text("mine")
    for name in ("report", "report.partial"):
        (folder / name).symlink_to(folder / "mine")
    assert cli.main(["check", "--output", "report", "clean.conf"]) == 0
    assert (folder / "mine").read_text() == "mine"
    assert "no gRPC found" in (folder / "report").read_text()
    assert not (folder / "report").is_symlink()
    assert sorted(path.name for path in folder.glob("report*")) == ["report", "report.partial"]


def test_a_report_for_a_pipe_or_a_device(folder, capsys):
    os.mkfifo(folder / "pipe")
    assert cli.main(["check", "--output", "pipe", "clean.conf"]) == 2
    assert capsys.readouterr().err.startswith("nginx-grpc: pipe: can't write: ")
    reader = os.open(folder / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    assert cli.main(["check", "--output", "pipe", "clean.conf"]) == 0
    assert b"no gRPC found" in os.read(reader, 10_000)
    os.close(reader)
    assert (folder / "pipe").is_fifo()
    (folder / "null").symlink_to("/dev/null")
    assert cli.main(["check", "--output", "null", "clean.conf"]) == 0
    assert (folder / "null").is_char_device()


def test_what_a_command_line_quotes_steers_no_terminal(folder, capsys):
    with pytest.raises(SystemExit):
        cli.main(["check", "--\x1b[31m\u202e##[error]x"])
    assert cli.main(["check", "\x1b[31m\u202e##[error]x"]) == 2
    said = capsys.readouterr().err
    assert said.replace("\n", "").isprintable()
    assert said.count("\\x1b[31m\\u202e#\\#[error]x") == 2


@pytest.mark.parametrize("option", ["--settings", "--baseline", "--env-file"])
@pytest.mark.parametrize("kind", ["pipe", "device", "folder", "name"])
def test_what_is_no_regular_file_is_refused_and_not_waited_for(option, kind, folder, capsys):
    paths = {"pipe": "pipe", "device": "/dev/zero", "folder": ".", "name": "caf\udce9"}
    os.mkfifo(folder / "pipe")
    (folder / "caf\udce9").write_text("a")
    assert cli.main(["check", option, paths[kind], "clean.conf"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert "can't read the " in said.err


def test_a_file_whose_name_is_no_utf_8_is_refused_in_one_line(folder, capsys):
    (folder / "caf\udce9.conf").write_text(BAD)
    assert cli.main(["check", "caf\udce9.conf"]) == 2
    assert capsys.readouterr().err == (
        "nginx-grpc: caf\\udce9.conf: its name is not UTF-8; rename it\n"
    )


def test_quiet_prints_findings_and_nothing_else(folder, capsys):
    assert cli.main(["check", "-q", "clean.conf"]) == 0
    assert capsys.readouterr().out == ""
    assert cli.main(["check", "clean.conf"]) == 0
    assert capsys.readouterr().out.startswith("no gRPC found: 1 location in 1 file")
    assert cli.main(["check", "-q", "bad.conf"]) == 1
    assert "deny[NG101]" in capsys.readouterr().out
    # A format that was asked for is written all the same.
    assert cli.main(["check", "-q", "--format", "json", "clean.conf"]) == 0
    assert json.loads(capsys.readouterr().out)["findings"] == []


def test_require_grpc(folder, capsys):
    assert cli.main(["check", "clean.conf"]) == 0
    assert "no gRPC found" in capsys.readouterr().out
    assert cli.main(["check", "--require-grpc", "clean.conf"]) == 1
    said = capsys.readouterr().out
    assert "gRPC is required" in said
    assert "clean:" not in said


def test_adoption_by_a_baseline(folder, capsys):
    assert cli.main(["check", "--write-baseline", "base.json", "bad.conf"]) == 0
    assert "0 denied, 0 warnings" in capsys.readouterr().out
    assert cli.main(["check", "--baseline", "base.json", "bad.conf"]) == 0
    # Lines move, and nothing is new.
    (folder / "bad.conf").write_text("# one\n# two\n" + BAD)
    assert cli.main(["check", "--baseline", "base.json", "bad.conf"]) == 0
    # A second location with the same fault is.
    more = BAD.replace(
        "    }\n}\n", "        location /shop.Users/ { proxy_pass http://orders; }\n    }\n}\n"
    )
    (folder / "bad.conf").write_text(more)
    capsys.readouterr()
    assert cli.main(["check", "--baseline", "base.json", "--format", "json", "bad.conf"]) == 1
    value = json.loads(capsys.readouterr().out)
    new = [f for f in value["findings"] if f["level"] == "deny" and not f["baselined"]]
    assert {(f["id"], f["location"]) for f in new} == {("NG101", "/shop.Users/")}
    # What was mended is told as gone.
    (folder / "bad.conf").write_text(BAD.replace("proxy_pass http:", "grpc_pass grpc:"))
    cli.main(["check", "--baseline", "base.json", "--format", "json", "bad.conf"])
    gone = json.loads(capsys.readouterr().out)["summary"]["gone"]
    assert ("NG101", "/shop.Orders/") in {(entry["id"], entry["location"]) for entry in gone}
    assert cli.main(["check", "--baseline", "none.json", "bad.conf"]) == 2


def test_a_fault_of_the_settings_stands_at_its_line(folder, capsys):
    (folder / "nginx-grpc.yaml").write_text("nginx_grpc:\n  # prose\n  profle: evidence\n")
    assert cli.main(["check", "--format", "github", "bad.conf"]) == 1
    assert capsys.readouterr().out.startswith("::error file=nginx-grpc.yaml,line=3,title=NG003")


def test_names_that_are_no_utf_8_reach_every_report(folder, capsys):
    (folder / "bad.conf").write_bytes(
        BAD.encode().replace(b"/shop.Orders/", b"/shop.Orders/\xff\x01")
    )
    for form in FORMATS:
        assert cli.main(["check", "--format", form, "bad.conf"]) in (0, 1, 2)
        assert cli.main(["check", "--format", form, "--output", "out", "bad.conf"]) in (0, 1, 2)


@pytest.mark.parametrize(
    ("environment", "colored"),
    [
        ({}, False),
        ({"FORCE_COLOR": "1"}, True),
        ({"FORCE_COLOR": "0"}, False),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, True),
        ({"NO_COLOR": "1"}, False),
    ],
)
def test_colour_where_no_terminal_is(environment, colored, folder, capsys, monkeypatch):
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    cli.main(["check", "bad.conf"])
    assert ("\x1b[" in capsys.readouterr().out) == colored


def on_a_terminal(*arguments, **environment) -> tuple[int, str, str]:
    """Runs the command with a terminal as standard output and another as standard error."""
    out, out_end = pty.openpty()
    err, err_end = pty.openpty()
    clean = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "FORCE_COLOR")}
    process = subprocess.Popen(
        [COMMAND, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=out_end,
        stderr=err_end,
        env={**clean, "TERM": "xterm", **environment},
    )
    os.close(out_end)
    os.close(err_end)
    said = {out: b"", err: b""}
    opened = {out, err}
    until = time.monotonic() + 60
    while opened and time.monotonic() < until:
        for end in select.select(list(opened), [], [], 0.1)[0]:
            try:
                data = os.read(end, 65536)
            except OSError:  # Linux: the other end is closed
                data = b""
            said[end] += data
            if not data:
                opened.remove(end)
                os.close(end)
    return process.wait(10), said[out].decode(), said[err].decode()


def test_colour_on_a_terminal_unless_told_not_to(folder):
    status, out, err = on_a_terminal("check", "bad.conf")
    assert status == 1
    # A machine that is slow shows how far the reading is, and takes that away.
    assert re.fullmatch(r"(?:(?:\r\x1b\[K[^\r]*)*\r\x1b\[K)?", err)
    assert "\x1b[1;31mdeny[NG101]" in out
    assert "\x1b[" not in on_a_terminal("check", "bad.conf", NO_COLOR="1")[1]
    assert "\x1b[" not in on_a_terminal("check", "bad.conf", TERM="dumb")[1]
    # A file gets no colour, whatever the terminal can.
    on_a_terminal("check", "--output", "report", "bad.conf")
    assert "\x1b[" not in (folder / "report").read_text()


def test_progress_on_a_terminal_alone(folder, monkeypatch):
    import io

    from nginx_grpc import terminal

    class Terminal(io.StringIO):
        def isatty(self):
            return True

    monkeypatch.setattr(terminal, "_BEFORE_PROGRESS", 0.0)
    monkeypatch.setattr(terminal, "_BETWEEN", 0.0)
    monkeypatch.setenv("TERM", "xterm")
    shown = Terminal()
    with terminal.Progress(shown) as progress:
        progress.file(1, "a\x1b[31m.conf")
        progress.file(2, "b.conf")
    assert shown.getvalue() == (
        "\r\x1b[K1 files read: a\\x1b[31m.conf\r\x1b[K2 files read: b.conf\r\x1b[K"
    )
    for stream, quiet in ((io.StringIO(), False), (Terminal(), True)):
        with terminal.Progress(stream, quiet=quiet) as progress:
            progress.file(1, "a.conf")
        assert stream.getvalue() == ""


@pytest.mark.parametrize(
    ("pair", "what"),
    [
        ("/etc/nginx/conf.d/default.conf=clean.conf", "clean.conf is no folder"),
        ("/etc/nginx/conf.d=clean.conf", "clean.conf is no folder"),
        ("/etc/nginx/conf.d=nowhere", "nowhere is not there"),
    ],
)
def test_a_map_to_what_is_no_folder(folder, capsys, pair, what):
    assert cli.main(["check", "clean.conf", "--map", pair]) == 2
    assert capsys.readouterr().err == (
        f"nginx-grpc: --map {pair}: {what}; name a folder of this machine\n"
    )


def test_a_text_beside_that_can_not_be_read_is_no_clean_verdict(folder, capsys):
    (folder / "sites").mkdir()
    (folder / "sites/nginx.conf").write_text(BAD.replace("proxy_pass http", "grpc_pass grpc"))
    check = ["check", "--profile", "evidence", "sites"]
    assert cli.main(check) == 0
    before = capsys.readouterr().out
    (folder / "sites/site.conf.j2").write_text("server {\n    listen {{ port }};\n}\n")
    assert cli.main(check) == 0
    after = capsys.readouterr().out
    assert "not judged in full: 0 denied" in after
    assert "not judged in full: 0 denied" not in before
    assert "(sites/site.conf.j2:2): looks like a Jinja template" in " ".join(after.split())
    assert cli.main([*check, "--fail-on", "unknown"]) == 1
