"""`make fuzz`: atheris, guided by coverage, on the parser and on the whole bridge.

Inputs come from a grammar of configurations (valid, nearly valid, hostile) and from atheris's own
changes to them. `--planted` plants ten bugs in the parser, one by one, and sees that each is found.
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
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENT = ROOT / ".tools" / "fuzz"
NEEDS = ("atheris==3.0.0", "crossplane==0.5.8", "jsonschema-rs>=0.61,<1", "pyyaml>=6.0.1,<7")
# Also for what a single input may take: a hang is a find.
SECONDS_FOR_ONE = 5
MEGABYTES = 1_024
OURS = ROOT / "bridge"


def environment() -> str:
    """A Python with atheris, in an environment of its own."""
    python = ENVIRONMENT / "bin" / "python"
    stamp = ENVIRONMENT / "needs"
    if not stamp.exists() or stamp.read_text() != "\n".join(NEEDS):
        subprocess.run([sys.executable, "-m", "venv", str(ENVIRONMENT)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", *NEEDS], check=True)
        stamp.write_text("\n".join(NEEDS))
    return str(python)


def fuzz(
    target: str, seconds: int, *, runs: int = -1, seed: int = 0, source: Path = OURS
) -> tuple[bool, int, str]:
    """Whether a target held, how many inputs it got, and what was found."""
    with tempfile.TemporaryDirectory(prefix="fuzz-") as name:
        folder = Path(name)
        corpus = folder / "corpus"
        corpus.mkdir()
        (folder / "root").mkdir()
        command = [
            environment(),
            str(Path(__file__).with_name("fuzzing.py")),
            target,
            f"-max_total_time={seconds}",
            f"-runs={runs}",
            f"-seed={seed or int(time.time())}",
            f"-timeout={SECONDS_FOR_ONE}",
            f"-rss_limit_mb={MEGABYTES}",
            "-max_len=16384",
            "-len_control=0",
            "-print_final_stats=1",
            f"-dict={Path(__file__).with_name('words.dict')}",
            f"-artifact_prefix={folder}/",
            str(corpus),
        ]
        paths = [str(source), str(ROOT)]
        done = subprocess.run(
            command,
            cwd=folder / "root",
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )
        said = done.stdout + done.stderr
        counted = re.search(r"stat::number_of_executed_units:\s*(\d+)", said)
        last = re.findall(r"^#(\d+)\s", said, re.MULTILINE)
        count = int(counted[1]) if counted else int(last[-1]) if last else 0
        if done.returncode == 0:
            return True, count, ""
        reason = re.search(r"^.*(?:Error|ERROR|[Tt]imeout).*$", said, re.MULTILINE)
        found = reason[0].strip()[:160] if reason else f"exit {done.returncode}"
        if source == OURS:
            kept = ROOT / ".tools" / "finds"
            kept.mkdir(parents=True, exist_ok=True)
            for path in folder.iterdir():
                if path.is_file():
                    found += f" ({shutil.copy(path, kept)})"
        return False, count, found


def planted(seconds: int, only: list[str]) -> int:
    """Plants each bug in a copy of the package and fuzzes the copy."""
    from tests.fuzz.planted import BUGS

    missed = 0
    print("| bug | found as | inputs | time |\n|---|---|---|---|")
    for bug in BUGS:
        if only and bug.name not in only:
            continue
        with tempfile.TemporaryDirectory(prefix="planted-") as name:
            source = Path(name) / "bridge"
            shutil.copytree(ROOT / "bridge", source)
            bug.plant(source / "nginx_grpc" / "parsers")
            started = time.perf_counter()
            held, count, found = fuzz("parser", seconds, source=source)
        took = time.perf_counter() - started
        missed += held
        outcome = "NOT FOUND" if held else found
        print(f"| {bug.name} | {outcome} | {count:,} | {took:.0f} s |", flush=True)
    return 1 if missed else 0


def main() -> int:
    """Fuzzes; 1 for a find (or for a planted bug that was not found)."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--target", choices=("parser", "bridge"), action="append")
    parser.add_argument("--seconds", type=int, default=120, help="for each target")
    parser.add_argument("--runs", type=int, default=-1, help="inputs for each target")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--planted", nargs="*", metavar="BUG", help="plant bugs, all by default")
    args = parser.parse_args()
    if args.planted is not None:
        return planted(args.seconds if args.seconds != 120 else 600, args.planted)
    failed = 0
    for target in args.target or ("parser", "bridge"):
        held, count, found = fuzz(target, args.seconds, runs=args.runs, seed=args.seed)
        print(f"{target}: {count} inputs: {'nothing found' if held else found}", flush=True)
        failed += not held
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
