"""The diff is one that `git apply` and `patch -p1` take, to the byte."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nginx_grpc.fixing.diff import unified
from nginx_grpc.fixing.differing import differing

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


@settings(max_examples=200, deadline=None)
@given(
    old=st.lists(st.integers(0, 4), max_size=40),
    new=st.lists(st.integers(0, 4), max_size=40),
    far=st.sampled_from([0, 1, 200]),
)
def test_what_is_between_two_changes_is_equal(old: list[int], new: list[int], far: int) -> None:
    # What is not near is found again by what there is once.
    before = [*old, *range(1000, 1000 + far), 7, *new]
    after = [*new, 7, *old, 9]
    kept, at = [], 0
    for left, right, under, over in differing(before, after):
        kept += [*before[at:left], *after[under:over]]
        assert before[left:right] != after[under:over]
        at = right
    assert [*kept, *before[at:]] == after


def test_a_block_that_goes_is_all_that_goes() -> None:
    before = [f"{number}" for number in range(1000)]
    assert list(differing(before, before[:300] + before[600:])) == [(300, 600, 300, 300)]


def test_lines_that_come_many_times_take_no_longer() -> None:
    # difflib takes minutes for these.
    before = [b"location / {", b"a;", b"b;", b"}"] * 5000
    after = [b"location / {", b"a;", b"c;", b"b;", b"}"] * 5000
    changes = list(differing(before, after))
    assert changes == [(2 + 4 * n, 2 + 4 * n, 2 + 5 * n, 3 + 5 * n) for n in range(5000)]


def test_no_change_is_no_diff() -> None:
    assert unified("a", b"x", b"x") == b""


def test_a_last_line_without_a_line_feed_is_said() -> None:
    assert unified("a", b"x\ny", b"x\nz") == (
        b"--- a/a\n+++ b/a\n@@ -1,2 +1,2 @@\n x\n-y\n\\ No newline at end of file\n"
        b"+z\n\\ No newline at end of file\n"
    )
