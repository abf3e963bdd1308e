"""Files are written whole, all of them or none."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest

from nginx_grpc.errors import Refused
from nginx_grpc.fixing import writing


def write(folder: Path, **files: tuple[bytes, bytes]) -> None:
    paths = {os.path.realpath(folder / name): each for name, each in files.items()}
    names = {path: os.path.basename(path) for path in paths}
    writing.write(paths, [os.path.realpath(folder)], names)


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "a").write_bytes(b"a")
    (tmp_path / "b").write_bytes(b"b")
    return tmp_path


def test_all_are_written_with_their_mode_and_owner(folder: Path) -> None:
    (folder / "a").chmod(0o640)
    if os.geteuid() == 0:
        os.chown(folder / "a", 12, 34)
    was = (folder / "a").stat()
    write(folder, a=(b"a", b"A"), b=(b"b", b"B"))
    assert content(folder) == {"a": b"A", "b": b"B"}
    now = (folder / "a").stat()
    assert stat.S_IMODE(now.st_mode) == 0o640
    assert (now.st_uid, now.st_gid) == (was.st_uid, was.st_gid)


def test_what_was_changed_in_the_meantime_is_not_written(folder: Path) -> None:
    (folder / "b").write_bytes(b"other")
    with pytest.raises(Refused, match="b: it was changed in the meantime; nothing was written"):
        write(folder, a=(b"a", b"A"), b=(b"b", b"B"))
    assert content(folder) == {"a": b"a", "b": b"other"}


def test_a_link_out_of_the_root_is_not_written(folder: Path, tmp_path_factory) -> None:  # type: ignore[no-untyped-def]
    outside = tmp_path_factory.mktemp("outside") / "c"
    outside.write_bytes(b"c")
    (folder / "c").symlink_to(outside)
    with pytest.raises(Refused, match="link out of the folder"):
        write(folder, a=(b"a", b"A"), c=(b"c", b"C"))
    assert (outside.read_bytes(), (folder / "a").read_bytes()) == (b"c", b"a")


def test_a_link_inside_stays_one(folder: Path) -> None:
    (folder / "link").symlink_to("a")
    write(folder, link=(b"a", b"A"))
    assert (folder / "link").is_symlink()
    assert (folder / "a").read_bytes() == b"A"


def test_of_a_file_with_two_names_neither_is_written(folder: Path) -> None:
    os.link(folder / "a", folder / "second")
    with pytest.raises(Refused, match="hard link"):
        write(folder, a=(b"a", b"A"))
    assert (folder / "second").read_bytes() == b"a"


def test_a_read_only_file_is_not_replaced(folder: Path) -> None:
    (folder / "b").chmod(0o444)
    with pytest.raises(Refused, match="nothing was written"):
        write(folder, a=(b"a", b"A"), b=(b"b", b"B"))
    assert content(folder) == {"a": b"a", "b": b"b"}


@pytest.mark.parametrize("call", ["fsync", "replace", "link", "fchmod"])
@pytest.mark.parametrize("number", [1, 2])
def test_a_failure_at_any_step_leaves_all_as_it_was(
    folder: Path, monkeypatch: pytest.MonkeyPatch, call: str, number: int
) -> None:
    real, calls = getattr(os, call), []

    def failing(*arguments: object, **options: object) -> object:
        calls.append(arguments)
        if len(calls) == number:
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(*arguments, **options)

    monkeypatch.setattr(os, call, failing)
    with pytest.raises(Refused, match="no space left on device; nothing was written"):
        write(folder, a=(b"a", b"A"), b=(b"b", b"B"))
    assert content(folder) == {"a": b"a", "b": b"b"}


def test_a_full_disk_loses_nothing(folder: Path) -> None:
    """A real one: a file system of 64 KB."""
    import subprocess

    small = folder / "small"
    small.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(small)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("no file system can be mounted here")
    try:
        (small / "a").write_bytes(b"a" * 20_000)
        (small / "b").write_bytes(b"b" * 20_000)
        with pytest.raises(Refused, match="nothing was written"):
            write(small, a=(b"a" * 20_000, b"A" * 30_000), b=(b"b" * 20_000, b"B" * 30_000))
        assert content(small) == {"a": b"a" * 20_000, "b": b"b" * 20_000}
    finally:
        subprocess.run(["umount", str(small)], check=True)
