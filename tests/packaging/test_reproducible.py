"""Two builds of one commit are the same bytes, wherever and whenever they are made."""

import hashlib
import os
import subprocess
import sys
import time

import pytest

from tests.actions.runner import copy_of_this_repository
from tests.packaging.running import run

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("packaging")]


def test_wheel_and_sdist(built, tmp_path):
    source = copy_of_this_repository(tmp_path / "somewhere" / "else")
    for path in source.rglob("*"):
        if path.is_file() and not path.is_symlink():
            os.utime(path, (time.time(), time.time() + 100_000))
    out = tmp_path / "dist"
    old = os.umask(0o077)
    try:
        run(sys.executable, "-m", "build", "--no-isolation", "--outdir", out, source)
    finally:
        os.umask(old)
    for first in built:
        assert digest(out / first.name) == digest(first), first.name


def test_the_versions_are_in_step():
    subprocess.run([sys.executable, "tools/set_version.py", "--check"], check=True)


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()
