"""Bugs planted in a copy of the model, one by one: `python -m tests.oracle.served.planting`.

An oracle that does not find them is not known to bite. Each question's bugs stand in its module.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


@dataclass(frozen=True)
class Bug:
    """One wrong line.

    Args:
        name: in a few words.
        file: of the package, as `model/variables.py`.
        right, wrong: the text as it is, once in the file, and as it is planted.
    """

    name: str
    file: str
    right: str
    wrong: str

    def plant(self, package: Path) -> None:
        """Writes it into a copy of the package."""
        path = package / self.file
        text = path.read_text()
        if text.count(self.right) != 1:
            raise SystemExit(f"{self.name}: {self.file} has changed; write the bug anew")
        path.write_text(text.replace(self.right, self.wrong))


def found(question: str, bug: Bug, cases: int) -> str:
    """How the oracle finds a bug: its words; empty if it does not."""
    with tempfile.TemporaryDirectory(prefix="planted-") as name:
        shutil.copytree(ROOT / "bridge", Path(name) / "bridge")
        bug.plant(Path(name) / "bridge" / "nginx_grpc")
        done = subprocess.run(
            [sys.executable, "-m", "tests.oracle.served.run", question, f"--cases={cases}"],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": f"{name}/bridge{os.pathsep}{ROOT}"},
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )
    if done.returncode == 0:
        return ""
    counted = re.search(r"(\d+) unexplained", done.stdout)
    if counted is None:
        return "the model fails: " + (done.stderr.strip().splitlines() or ["?"])[-1]
    return f"{counted[1]} unexplained" if int(counted[1]) else "unknown too often"


def main() -> int:
    """Prints what became of each bug; 1 if one was not found."""
    from tests.oracle.served.run import QUESTIONS, question

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("question", choices=sorted(QUESTIONS))
    parser.add_argument("--cases", type=int, default=1_000)
    args = parser.parse_args()
    missed = 0
    print(f"| bug planted in {args.question} | {args.cases:,} cases find | time |\n|---|---|---|")
    for bug in question(args.question).bugs:
        started = time.monotonic()
        how = found(args.question, bug, args.cases)
        missed += not how
        took = time.monotonic() - started
        print(f"| {bug.name} | {how or 'NOTHING'} | {took:.0f} s |", flush=True)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
