"""The compiled programs: grpc-bench (grpc-go, built here from programs/go) and grpcurl."""

import fcntl
import functools
import os
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[3]
TOOLS = ROOT / ".tools"
SOURCES = Path(__file__).parents[1] / "programs"
PROTO = SOURCES / "greeter.proto"


@functools.cache
def grpc_bench() -> Path:
    """Path of the grpc-go program, built if its sources are newer."""
    target = TOOLS / "bin" / "grpc-bench"
    target.parent.mkdir(parents=True, exist_ok=True)
    with (TOOLS / "grpc-bench.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # several test processes may want it at once
        newest = max(source.stat().st_mtime for source in (SOURCES / "go").iterdir())
        if not target.exists() or target.stat().st_mtime < newest:
            command = [tool("go"), "build", "-o", str(target), "."]
            subprocess.run(command, cwd=SOURCES / "go", check=True, timeout=600)
            os.utime(target)
    return target


@functools.cache
def tool(name: str) -> str:
    """Path of a program, from .tools/bin or the PATH."""
    found = shutil.which(name, path=f"{TOOLS / 'bin'}:{os.environ['PATH']}")
    if found is None:
        raise FileNotFoundError(f"{name} is missing; make setup")
    return found
