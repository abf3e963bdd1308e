"""The project's own tools come before the machine's, as in make."""

import os
import pathlib

ROOT = pathlib.Path(__file__).resolve().parent.parent


def pytest_configure():
    own = [str(ROOT / ".tools" / "bin"), str(ROOT / ".venv" / "bin")]
    path = [part for part in os.environ.get("PATH", "").split(os.pathsep) if part not in own]
    os.environ["PATH"] = os.pathsep.join([*own, *path])
