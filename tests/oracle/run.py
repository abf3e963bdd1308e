"""Random texts through the parser and nginx: `python -m tests.oracle.run --cases N`."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from random import Random

from tests.oracle.agreement import disagreement, reading
from tests.oracle.nginx import Judge, binaries
from tests.oracle.texts import hostile, mutated, planted, valid

KINDS = ("valid", "planted", "mutated", "mutated and planted", "hostile")


def text(seed: int) -> tuple[str, bytes]:
    """The text of a seed, and its kind."""
    rng = Random(seed)
    kind = KINDS[seed % len(KINDS)]
    if kind == "hostile":
        return kind, hostile(rng)
    data = valid(rng)
    if "mutated" in kind:
        data = mutated(rng, data)
    return kind, planted(rng, data) if "planted" in kind else data


def run(first: int, cases: int, judges: dict[str, Judge]) -> tuple[Counter[str], list[str]]:
    """Counts by kind, version and what nginx said; and each disagreement in words."""
    counts: Counter[str] = Counter()
    differ = []
    for seed in range(first, first + cases):
        kind, data = text(seed)
        ours = reading(data)
        for version, judge in judges.items():
            verdict = judge.verdict(data)
            problem = disagreement(ours, verdict)
            counts[f"{version}|{kind}|{verdict.kind}"] += 1
            if problem:
                counts[f"{version}|{kind}|disagree"] += 1
                differ.append(f"seed {seed} ({kind}, {version}): {problem} [nginx: {verdict}]")
    return counts, differ


def main() -> int:
    """Prints the counts; 1 if there is a disagreement."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=0, help="the first seed")
    args = parser.parse_args()
    judges = {version: Judge(binary) for version, binary in binaries().items()}
    if not judges:
        sys.exit("no nginx found")
    counts, differ = run(args.seed, args.cases, judges)
    for name, count in sorted(counts.items()):
        print(f"{count:7} {name}")
    print("\n".join(differ[:50]))
    print(f"{args.cases} texts, {len(differ)} disagreements, nginx {', '.join(judges)}")
    return 1 if differ else 0


if __name__ == "__main__":
    sys.exit(main())
