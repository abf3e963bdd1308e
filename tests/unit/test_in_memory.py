"""The command on files that are bytes, as the page runs it."""

import json
import os
import time

import pytest

from nginx_grpc import in_memory, memory, sources
from nginx_grpc.errors import Refused

FIX = ["fix", "--format", "json", "--fail-on", "warn", "."]
TEXT = b"server { listen 80 http2; location / { grpc_pass grpc://10.0.0.1:50051; } }\n"


@pytest.fixture
def folder(tmp_path):
    before = os.getcwd()
    yield str(tmp_path / "input")
    memory.active = None
    os.chdir(before)


def test_a_check(folder):
    in_memory.place(folder, {"conf.d/api.conf": TEXT})
    status, out, errors = in_memory.run(["check", "--format", "json", "."])
    assert (status, errors) == (1, "")
    assert {each["file"] for each in json.loads(out)["findings"]} == {"conf.d/api.conf"}


def test_nothing_of_the_last_files_is_left(folder):
    in_memory.place(folder, {"a.conf": TEXT, "b/c.conf": TEXT})
    in_memory.place(folder, {"b": b""})
    assert in_memory.contents(folder) == {"b": b""}


def test_standard_input_and_what_is_written(folder):
    in_memory.place(folder, {})
    status, out, _ = in_memory.run(["redact", "-"], TEXT)
    assert status == 0
    assert b"10.0.0.1" not in out
    in_memory.place(folder, {"nginx.conf": TEXT})
    in_memory.run(["fix", "--write", "--unsafe", "nginx.conf"])
    assert b"error_page" in in_memory.contents(folder)["nginx.conf"]


def test_arguments_that_are_none(folder):
    in_memory.place(folder, {})
    status, out, errors = in_memory.run(["check", "--no-such"])
    assert (status, out) == (2, b"")
    assert "unrecognized arguments: --no-such" in errors


@pytest.mark.parametrize(
    "names", [["../out.conf"], ["/etc/passwd"], ["a/../../b"], [""], ["a\0b"], ["a", "a/b"], ["."]]
)
def test_a_path_that_is_none(folder, names):
    with pytest.raises(Refused):
        in_memory.place(folder, dict.fromkeys(names, b""))
    assert not os.path.exists(os.path.join(os.path.dirname(folder), "out.conf"))


@pytest.fixture
def reads(monkeypatch):
    """How often a configuration was read."""
    calls = []
    real = sources.read
    monkeypatch.setattr(sources, "read", lambda *a, **b: calls.append(a) or real(*a, **b))
    return calls


@pytest.mark.parametrize("options", [[], ["--profile", "evidence"], ["--unsafe"]])
def test_a_fix_after_a_check_is_the_same_and_reads_once_less(folder, reads, options):
    fix = [*FIX[:-1], *options, "."]
    in_memory.place(folder, {"nginx.conf": TEXT})
    fresh = in_memory.run(fix)
    alone = len(reads)
    in_memory.run(["check", "--format", "json", "."])
    reads.clear()
    # However often it is put there.
    in_memory.place(folder, {"nginx.conf": TEXT})
    assert in_memory.run(fix) == fresh
    # By another profile other things are found.
    assert len(reads) == alone - ("--profile" not in options)


OTHERS = [
    lambda folder: in_memory.place(folder, {"nginx.conf": TEXT.replace(b" http2", b"")}),
    lambda folder: in_memory.place(folder, {"nginx.conf": TEXT, "more.conf": TEXT}),
    lambda folder: in_memory.place(folder, {"nginx.conf": TEXT, "nginx-grpc.yaml": EVIDENCE}),
    lambda folder: in_memory.run(["fix", "--write", "--unsafe", "."]),
    lambda folder: in_memory.run(["check", "--write-baseline", "x.conf", "."]),
    lambda folder: in_memory.run(["redact", "--output", "redacted", "."]),
]
EVIDENCE = b"nginx_grpc:\n  profile: evidence\n"


@pytest.mark.parametrize("change", OTHERS)
def test_where_the_files_are_others_nothing_is_known(folder, reads, change):
    in_memory.place(folder, {"nginx.conf": TEXT})
    in_memory.run(["check", "--format", "json", "."])
    change(folder)
    reads.clear()
    answer = in_memory.run(FIX)
    known = len(reads)
    reads.clear()
    memory.active = None
    assert in_memory.run(FIX) == answer
    assert known == len(reads)


def test_on_the_next_day_nothing_is_known(folder, reads, monkeypatch):
    """A waiver may have ended."""
    in_memory.place(folder, {"nginx.conf": TEXT})
    in_memory.run(["check", "--format", "json", "."])
    now = time.time()
    monkeypatch.setattr(memory.time, "time", lambda: now + 86_400)
    reads.clear()
    in_memory.run(FIX)
    known = len(reads)
    reads.clear()
    memory.active = None
    in_memory.run(FIX)
    assert known == len(reads)
