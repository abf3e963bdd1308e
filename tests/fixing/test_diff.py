"""The diff is one that `git apply` and `patch -p1` take, to the byte."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nginx_grpc.fixing.diff import unified

PROGRAMS = {
    "git": ["git", "apply", "--whitespace=nowarn", "-"],
    "patch": ["patch", "-p1", "--binary", "--batch", "--quiet"],
}


def applied(program: str, folder: Path, name: str, before: bytes, after: bytes) -> bytes:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(before)
    subprocess.run(
        PROGRAMS[program], cwd=folder, input=unified(name, before, after), check=True, timeout=60
    )
    return path.read_bytes()


@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize(
    "name", ["nginx.conf", "conf.d/a b.conf", 'q"\\.conf', "é.conf", "-x/+y.conf"]
)
def test_names(program: str, name: str, tmp_path: Path) -> None:
    if shutil.which(program) is None:
        pytest.skip(f"no {program} here")
    assert applied(program, tmp_path, name, b"a;\nb;\n", b"a;\nc;\n") == b"a;\nc;\n"


_LINES = st.sampled_from([b"a;", b"b;\r", b"", b"\t}", b"-- x", b"++ y", b"@@ z", b"\\ n", b"\xff"])
_TEXTS = st.builds(
    lambda lines, end: b"\n".join(lines) + end,
    st.lists(_LINES, min_size=1, max_size=30),
    st.sampled_from([b"", b"\n"]),
)


@pytest.mark.parametrize("program", PROGRAMS)
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(before=_TEXTS, after=_TEXTS)
def test_any_bytes(program: str, tmp_path: Path, before: bytes, after: bytes) -> None:
    if shutil.which(program) is None:
        pytest.skip(f"no {program} here")
    # To these two a file that becomes empty is gone, and one that was is new.
    if before and after and before != after:
        assert applied(program, tmp_path, "n.conf", before, after) == after


def test_no_change_is_no_diff() -> None:
    assert unified("a", b"x", b"x") == b""


def test_a_last_line_without_a_line_feed_is_said() -> None:
    assert unified("a", b"x\ny", b"x\nz") == (
        b"--- a/a\n+++ b/a\n@@ -1,2 +1,2 @@\n x\n-y\n\\ No newline at end of file\n"
        b"+z\n\\ No newline at end of file\n"
    )
