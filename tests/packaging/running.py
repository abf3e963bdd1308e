"""Commands run as on a machine that has nothing of this repository."""

import os
import subprocess

__all__ = ["run"]


def run(*command, expected=0, **options):
    clean = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=250, check=False, env=clean, **options
    )
    assert done.returncode == expected, f"{done.stdout}\n{done.stderr}"
    return done.stdout
