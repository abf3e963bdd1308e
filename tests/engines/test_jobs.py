"""Many inputs are judged in several processes, and what comes out is the same."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from nginx_grpc import workers
from nginx_grpc.errors import Refused

GOOD = """
upstream up {{ server 10.0.0.{0}:50051; server 10.0.1.{0}:50051; }}
server {{ listen 80 http2; location /pkg.S{0}/ {{ grpc_pass grpc://up; }} }}
"""
BAD = "server {{ listen 80; location /pkg.S{0}/ {{ grpc_pass grpc://10.0.0.{0}:50051; }} }}\n"
SETTINGS = "nginx_grpc:\n  grpc: {{default: {{max_connection_age: {0}}}}}\n"
CHECK = [sys.executable, "-m", "nginx_grpc", "check"]


@pytest.fixture
def many(tmp_path):
    """Files of which every third has faults, under two settings files."""
    for number in range(40):
        folder = tmp_path / ("a" if number % 2 else "b")
        folder.mkdir(exist_ok=True)
        text = (BAD if number % 3 == 0 else GOOD).format(number)
        (folder / f"{number:02}.conf").write_text(text)
    (tmp_path / "a" / "nginx-grpc.yaml").write_text(SETTINGS.format("5m"))
    return tmp_path


def checked(folder, *options):
    paths = sorted(str(path.relative_to(folder)) for path in folder.glob("*/*.conf"))
    command = [*CHECK, "--format", "json", *options, *paths]
    return subprocess.run(command, cwd=folder, capture_output=True, check=False)


def test_the_same_comes_out(many) -> None:
    one, two, five = (checked(many, "--jobs", number) for number in ("1", "2", "5"))
    assert one.returncode == 1
    assert b'"NG201"' in one.stdout
    assert one.stdout == two.stdout == five.stdout
    assert one.stderr == two.stderr == five.stderr


def test_each_input_is_judged_once(many) -> None:
    """A share that is left out, or judged twice, shows."""
    reports = [checked(many, "--jobs", number, "--format", "concise") for number in ("1", "4")]
    lines = [sorted(report.stdout.splitlines()) for report in reports]
    assert lines[0] == lines[1]
    assert len(lines[0]) > 40


def test_what_is_refused_is_refused_alike(many) -> None:
    (many / "a" / "nginx-grpc.yaml").write_text(SETTINGS.format("often"))
    one, four = (checked(many, "--jobs", number) for number in ("1", "4"))
    assert one.returncode == four.returncode
    assert (one.stdout, one.stderr) == (four.stdout, four.stderr)


@pytest.mark.parametrize("number", ["0", "-1", "257", "two", "1.5"])
def test_a_number_that_is_none(many, number) -> None:
    done = checked(many, f"--jobs={number}")
    assert done.returncode == 2
    assert b"a number from 1 to 256" in done.stderr


def test_an_error_crosses_over() -> None:
    def work(part: int) -> int:
        if part:
            raise Refused("no such thing", "name another", "a.conf", 7)
        return part

    with pytest.raises(Refused, match=r"a\.conf:7: no such thing; name another"):
        workers.spread(3, work)


def test_a_killed_process_is_no_pass() -> None:
    def work(part: int) -> int:
        if part:
            os.kill(os.getpid(), signal.SIGKILL)
        return part

    with pytest.raises(Refused, match="was killed"):
        workers.spread(2, work)


def test_ctrl_c_ends_all(tmp_path) -> None:
    """Of all processes none is left."""
    for number in range(200):
        (tmp_path / f"{number}.conf").write_text(BAD.format(number) * 60)
    paths = [f"{number}.conf" for number in range(200)]
    command = [*CHECK, "--jobs", "3", "--quiet", "--output", "found", *paths]
    with subprocess.Popen(
        command,
        cwd=tmp_path,
        start_new_session=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as run:
        end = time.monotonic() + 60
        while len(of_group(run.pid)) < 4 and time.monotonic() < end:
            time.sleep(0.02)
        assert len(of_group(run.pid)) == 4
        os.killpg(run.pid, signal.SIGINT)
        run.wait(30)
        assert run.returncode in (130, -signal.SIGINT)
        assert of_group(run.pid) == []
        assert b"Traceback" not in run.stderr.read()


INTERRUPTED = """
import os, signal, time
from nginx_grpc import workers
os.register_at_fork(after_in_parent=lambda: signal.raise_signal(signal.SIGINT))
try:
    workers.spread(2, lambda part: time.sleep(60))
except KeyboardInterrupt:
    print("ended")
"""


def test_ctrl_c_while_processes_are_started() -> None:
    """What Python runs after a fork would swallow it."""
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED],
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("ended\n", "")


def of_group(group: int) -> list[int]:
    """The processes of a process group that have not ended."""
    found = []
    for name in os.listdir("/proc"):
        try:
            with open(f"/proc/{name}/stat") as file:
                fields = file.read().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[2]) == group and fields[0] != "Z":
            found.append(int(name))
    return found
