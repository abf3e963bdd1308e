"""Logs that somebody else has filled: no crash, nothing raw on the terminal, bounded work."""

import gzip
import json
import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from nginx_grpc import cli
from nginx_grpc.explain import reading
from nginx_grpc.explain.access import Formats

RESET = (
    "2024/01/15 03:42:17 [error] 31#31: *18423 recv() failed (104: Connection reset by peer) "
    "while reading response header from upstream, client: 10.0.1.45, server: api.internal, "
    'request: "POST /helloworld.Greeter/SayHello HTTP/2.0", upstream: "grpc://10.96.0.42:50051", '
    'host: "api.internal"'
)
# What makes a terminal or a CI system do something.
STEERS = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]|^\s*::|##\[", re.M)


@pytest.fixture
def shown(tmp_path: Path, capsys: pytest.CaptureFixture):
    def run(data: bytes, form: str = "text") -> str:
        log = tmp_path / "hostile.log"
        log.write_bytes(data)
        assert cli.main(["explain", str(log), "--format", form]) in (0, 1)
        return capsys.readouterr().out

    return run


HOSTILE = {
    "nothing": b"",
    "empty lines": b"\n\r\n\n",
    "no end": RESET.encode(),
    "half a line": RESET[:120].encode(),
    "carriage returns": RESET.replace(" ", "\r ").encode() + b"\r\n",
    "nul": b"\0" * 100_000 + RESET.encode() + b"\n",
    "nul within": RESET.replace("request", "\0request").encode(),
    "utf-8 broken": RESET.encode().replace(b"SayHello", b"\xff\xfe\xc3("),
    "ansi": RESET.replace("SayHello", "\x1b[31m\x1b]0;title\x07\x1b[2J").encode(),
    "direction": RESET.replace("api.internal", "\u202elanretni").encode(),
    "c1": RESET.replace("api.internal", "\x9b31m").encode("utf-8"),
    "commands": b"::error::owned\n##[error]owned\n" + RESET.replace("31#31", "1#1").encode(),
    "json deep": b'{"log":' * 20_000,
    "json odd": b'{"status": {}, "request": []}\n{"status": true}\n[1]\n{"log": 7}\n{"time": {}}\n',
    "json huge number": b'{"status": 1e999, "request": "POST /a.B/C HTTP/2.0"}\n'
    + b'{"status": ' + b"9" * 10_000 + b', "request": "POST /a.B/C HTTP/2.0"}',
    "time that is none": b'1.1.1.1 - - [99/Xxx/9999:99:99:99 +9999] "POST /a.B/C HTTP/2.0" 502 1',
    "quotes": RESET.replace("SayHello", '"' * 500).encode(),
    "brackets": b"[" * 50_000,
    "spaces": b" " * 200_000 + RESET.encode(),
    "fields": (", client: " * 5_000).encode(),
    "prefixes": ("[pod/a/b] " * 5_000 + RESET).encode(),
    "escapes": b"\x1b]" * 20_000,
    "utf-16": RESET.encode("utf-16"),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("form", ["text", "json"])
def test_what_a_log_may_hold(shown, name, form) -> None:
    start = time.process_time()
    text = shown(HOSTILE[name], form)
    assert time.process_time() - start < 5
    assert not STEERS.search(text), STEERS.search(text)
    if form == "json":
        json.loads(text)


@pytest.mark.parametrize("name", ["no end", "nul", "utf-16", "ansi"])
def test_lines_are_found_all_the_same(shown, name) -> None:
    report = json.loads(shown(HOSTILE[name], "json"))
    assert [group["class"] for group in report["groups"]] == ["upstream-reset"]


def test_random_bytes(shown) -> None:
    chance = random.Random(7)
    parts = [RESET.encode(), b"\n", b'{"', b"\x1b[", b"\0", b'", upstream: "', b"[15/Jan/2024:"]
    for _ in range(30):
        data = b"".join(
            chance.choice([chance.choice(parts), chance.randbytes(chance.randrange(40))])
            for _ in range(400)
        )
        assert not STEERS.search(shown(data))


def test_nothing_of_a_client_is_told(shown) -> None:
    """Addresses, users, paths with ids, queries, browsers and referrers stay in the log."""
    lines = [
        RESET.replace("SayHello", "SayHello?token=SECRET") + ', referrer: "https://SECRET/"',
        RESET.replace("/helloworld.Greeter/SayHello", "/users/SECRET/orders"),
        RESET.replace("/helloworld.Greeter/SayHello", "/users/of_SECRET"),
        '10.9.8.7 - SECRET [15/Jan/2024:03:42:17 +0000] "POST /a.B/C?k=SECRET HTTP/2.0" 502 1 '
        '"https://SECRET/" "agent SECRET"',
        RESET.replace("recv() failed", 'open() "/srv/SECRET" failed'),
        '10.9.8.7 - - [15/Jan/2024:03:42:17 +0000] "POST /a.B/C HTTP/2.0" 504 1 "-" "-" "10.9.8.7"',
        '10.9.8.7 - - [15/Jan/2024:03:42:17 +0000] "POST /a.B/C HTTP/2.0" 404 1 "-" "-" id=SECRET',
        json.dumps(
            {
                "remote_addr": "10.9.8.7",
                "status": 415,
                "request": "POST /a.B/C HTTP/2.0",
                "http_authorization": "SECRET",
            }
        ),
        RESET.replace("recv() failed", 'client sent invalid header line: "x_id: SE"SECRET"'),
    ]
    for form in ("text", "json"):
        text = shown("\n".join(lines).encode(), form)
        assert "SECRET" not in text
        assert "10.0.1.45" not in text
        assert "10.9.8.7" not in text


def test_what_a_client_says_is_no_line_of_nginx(shown) -> None:
    """In a format that nobody knows, a browser's name may look like a line of the error log."""
    report = json.loads(shown(f'10.9.8.7 502 "{RESET[:90]}" 7'.encode(), "json"))
    assert report["groups"] == []


# Of a configuration that somebody else has written.
FORMATS = {
    "without anything between": "".join(f"$x{number}" for number in range(300)) + " end",
    "upstreams": " ".join(f"$upstream_x{number}" for number in range(200)) + " end",
    "paths": " ".join(f"$x{number}$uri" for number in range(200)) + " end",
    "the same between": "-".join(f"$x{number}" for number in range(300)) + "b",
    "nothing but variables": "$status$uri" * 300,
}


@pytest.mark.parametrize("name", FORMATS)
def test_formats_take_no_time(name) -> None:
    own = Formats([f"$status $request_uri {FORMATS[name]}"])
    lines = [f"200 / {part * 1_000}" for part in ("a", "a, ", "a : ", "a-", "/a", "a/ ", " ")]
    start = time.process_time()
    for line in lines:
        own.line(line)
    assert time.process_time() - start < 1


def test_a_line_of_ten_megabytes(shown) -> None:
    data = RESET.encode() + b"\n" + b"x" * 10_000_000 + b"\n" + RESET.encode() + b"\n"
    report = json.loads(shown(data, "json"))
    assert report["lines"] == 3
    assert report["groups"][0]["count"] == 2
    assert len(report["unknown"]["examples"][0]) < 1_000


def test_many_classes_and_services_stay_bounded(shown) -> None:
    """Names that a client makes up do not fill the memory."""
    lines = (RESET.replace("Greeter", f"Greeter{number}") for number in range(5_000))
    (group,) = json.loads(shown("\n".join(lines).encode(), "json"))["groups"]
    assert group["count"] == 5_000
    assert len(group["services"]) == 50


def test_compressed_logs(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    whole = gzip.compress((RESET + "\n").encode() * 3)
    logs = {"whole": whole + whole, "cut": whole[:-9], "bad": whole[:20] + b"x" * 99}
    for name, data in logs.items():
        (tmp_path / name).write_bytes(data)
    cli.main(["explain", *(str(tmp_path / name) for name in logs), "--format", "json"])
    report = json.loads(capsys.readouterr().out)
    assert report["groups"][0]["count"] >= 6
    assert any("ends too early" in note for note in report["notes"])
    assert len(report["notes"]) == 2


def test_a_folder_and_a_missing_log(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    assert cli.main(["explain", str(tmp_path)]) == 2
    assert "a folder" in capsys.readouterr().err
    assert cli.main(["explain", "\0"]) == 2


def test_a_pipe_that_nobody_writes_to(tmp_path: Path, capsys, monkeypatch) -> None:
    monkeypatch.setattr(reading, "_PATIENCE", 0.2)
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    assert cli.main(["explain", str(pipe)]) == 2
    assert "a pipe that nobody writes to" in capsys.readouterr().err


def test_a_pipe_whose_writer_is_silent_at_first(tmp_path: Path, capsys, monkeypatch) -> None:
    monkeypatch.setattr(reading, "_PATIENCE", 10)
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)

    def write() -> None:
        time.sleep(0.2)
        with pipe.open("w") as log:
            time.sleep(0.3)
            log.write(f"{RESET}\n" * 3)

    writer = threading.Thread(target=write)
    writer.start()
    cli.main(["explain", str(pipe)])
    writer.join()
    assert "upstream-reset  3 times" in capsys.readouterr().out


def test_a_log_that_is_followed_ends_by_ctrl_c(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "nginx_grpc", "explain", "-"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdin is not None
    process.stdin.write((RESET + "\n").encode() * 5)
    process.stdin.flush()
    until = time.monotonic() + 60
    while _cpu(process.pid) < 0.05 or not _waits(process.pid):
        assert time.monotonic() < until
        time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    said, error = process.communicate(timeout=60)
    assert (process.returncode, error) == (0, b"")
    assert b"upstream-reset  5 times" in said


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) / os.sysconf("SC_CLK_TCK")


def _waits(pid: int) -> bool:
    """Whether it sleeps in read(2) of its standard input."""
    return Path(f"/proc/{pid}/syscall").read_text().startswith("0 0x0 ")
