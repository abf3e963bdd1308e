"""The fuzz targets without atheris: a short run of the grammar, and that they would see a find."""

import shutil
import socket
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

from tests.fuzz.planted import BUGS
from tests.fuzz.targets import TARGETS, guard, made_up, on_parser
from tests.sampling import FULL

PARSERS = Path(__file__).resolve().parents[2] / "bridge/nginx_grpc/parsers"
INPUTS = 2_500 if FULL else 250


@pytest.fixture
def empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("target", TARGETS)
def test_the_grammar(target, empty_folder):
    for seed in range(INPUTS):
        TARGETS[target](made_up(seed, 16_384))


@pytest.mark.parametrize("target", TARGETS)
def test_raw_bytes(target, empty_folder):
    rng = Random(1)
    for _ in range(INPUTS):
        TARGETS[target](rng.randbytes(rng.randrange(60)))


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_each_bug_can_be_planted(bug, tmp_path):
    copy = tmp_path / "parsers"
    shutil.copytree(PARSERS, copy)
    bug.plant(copy)
    compile((copy / bug.file).read_text(), bug.file, "exec")
    assert (copy / bug.file).read_text() != (PARSERS / bug.file).read_text()


def test_a_wrong_reading_is_seen(monkeypatch):
    from nginx_grpc.parsers import words

    monkeypatch.setattr(words, "_ESCAPES", {**words._ESCAPES, "t": "t"})
    on_parser(b"\0a b;")
    with pytest.raises(AssertionError, match="differ from those read byte by byte"):
        on_parser(b'\0a "\\t";')


@pytest.mark.parametrize(
    "act",
    [
        lambda: open("/etc/passwd").close(),
        lambda: open("written", "w").close(),
        lambda: subprocess.run(["true"], check=True),
        lambda: socket.create_connection(("127.0.0.1", 9)),
    ],
)
def test_the_guard_bites(act, empty_folder):
    with pytest.raises(AssertionError), guard():
        act()


def test_the_guard_lets_reading_here_pass(empty_folder):
    Path("here").write_text("x")
    with guard():
        assert Path("here").read_text() == "x"
    assert subprocess.run([sys.executable, "-c", ""], check=True)
