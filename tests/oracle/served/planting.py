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
from pathlib import Path

from tests.bugs import Bug

# So many cases find each bug.
CASES = 400
ROOT = Path(__file__).resolve().parents[3]


def found(question: str, bug: Bug, cases: int = CASES) -> str:
    """How the oracle finds a bug: its words; empty if it does not.

    Raises RuntimeError where the oracle does not run to its end, which is no finding.
    """
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
    counted = re.search(r"(\d+) unexplained, \d+ s$", done.stdout.strip())
    if counted is None:
        raise RuntimeError(done.stderr[-2_000:])
    return f"{counted[1]} unexplained" if int(counted[1]) else "unknown too often"


def main() -> int:
    """Prints what became of each bug; 1 if one was not found."""
    from tests.oracle.served.run import QUESTIONS, question, write

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("question", choices=sorted(QUESTIONS))
    parser.add_argument("--cases", type=int, default=CASES)
    parser.add_argument(
        "--record", action="store_true", help="write them to docs/development/oracle.md"
    )
    args = parser.parse_args()
    lines = [f"| bug planted | what {args.cases} cases say |", "|---|---|"]
    print("\n".join(lines))
    missed = 0
    for bug in question(args.question).bugs:
        how = found(args.question, bug, args.cases)
        missed += not how
        lines.append(f"| {bug.name} | {how or 'nothing'} |")
        print(lines[-1], flush=True)
    if args.record:
        write(f"planted in {args.question}", "\n".join(lines) + "\n")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
