"""`nginx-grpc` on files that are given as bytes, as the page in a browser runs it.

The command is the very one: it reads the files from a folder, which in a browser is in memory.
"""

from __future__ import annotations

import io
import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout

from nginx_grpc import cli, memory
from nginx_grpc.errors import Refused

__all__ = ["contents", "place", "run"]

_MOST_KEPT = 1_000_000  # bytes
_placed: dict[str, Mapping[str, bytes]] = {}


def place(folder: str, files: Mapping[str, bytes]) -> None:
    """Make `folder`, which becomes the current one, hold these files and nothing else.

    Args:
        folder: a folder of its own, made where it is not there; what it held is removed.
        files: their bytes, by their paths in it.

    Raises Refused for a path that leads out of it or that can be none beside the others.
    """
    _remember(folder, files)
    os.chdir("/")
    if os.path.isdir(folder):
        shutil.rmtree(folder)
    os.makedirs(folder)
    os.chdir(folder)
    for name, data in files.items():
        path = os.path.normpath(name)
        if not path or os.path.isabs(path) or path.split(os.sep)[0] == os.pardir or "\0" in path:
            raise Refused("no path inside of a folder", "name it otherwise", name)
        try:
            os.makedirs(os.path.dirname(path) or os.curdir, exist_ok=True)
            with open(path, "xb") as file:
                file.write(data)
        except OSError as error:
            reason = (error.strerror or "failed").lower()
            raise Refused(f"can't be put beside the others: {reason}", "rename it", name) from None


def contents(folder: str) -> dict[str, bytes]:
    """The files of a folder by their paths in it; none where there is no folder."""
    found = {}
    for path, _, names in sorted(os.walk(folder)):
        for name in sorted(names):
            file = os.path.join(path, name)
            with open(file, "rb") as opened:
                found[os.path.relpath(file, folder)] = opened.read()
    return found


def run(argv: Sequence[str], stdin: bytes = b"") -> tuple[int, bytes, str]:
    """Run the command in the current folder.

    Args:
        argv: its arguments.
        stdin: what stands for standard input.

    Returns its exit status, standard output and standard error.
    """
    out, errors = _stream(), _stream()
    before, sys.stdin = sys.stdin, _stream(stdin)
    try:
        with redirect_stdout(out), redirect_stderr(errors):
            try:
                status = cli.main(argv)
            except SystemExit as ended:
                # argparse's, of arguments that are none.
                status = ended.code if isinstance(ended.code, int) else cli.BROKEN
            out.flush()
            errors.flush()
    finally:
        sys.stdin = before
        if memory.active is not None and _may_write(argv):
            memory.active = memory.Memory()
    return status, _bytes(out), _bytes(errors).decode("utf-8", "backslashreplace")


def _stream(data: bytes = b"") -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(data), encoding="utf-8", errors="backslashreplace")


def _bytes(stream: io.TextIOWrapper) -> bytes:
    buffer = stream.buffer
    assert isinstance(buffer, io.BytesIO)
    return buffer.getvalue()


def _may_write(argv: Sequence[str]) -> bool:
    writes = any(each.startswith(("--write", "--output", "-o")) for each in argv)
    return writes or not argv or argv[0] not in ("check", "fix", "rules", "explain")


def _remember(folder: str, files: Mapping[str, bytes]) -> None:
    """What was judged stands until other files come; of large ones it would take much memory."""
    if _placed.get(folder) != files:
        _placed[folder] = dict(files)
        memory.active = memory.Memory() if sum(map(len, files.values())) <= _MOST_KEPT else None
