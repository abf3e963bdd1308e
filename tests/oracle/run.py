"""Random texts through the parser and nginx: `python -m tests.oracle.run --cases N`."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from random import Random

from tests.oracle.agreement import ON_PURPOSE, disagreement, reading
from tests.oracle.nginx import Judge, binaries, lua_judge
from tests.oracle.texts import hostile, lua, mutated, planted, valid

KINDS = ("valid", "planted", "mutated", "mutated and planted", "hostile")
SAID = ("accepted", "unknown", "syntax", "other")
HEADS = ("takes it", "names the directive", "rejects the syntax", "stops for the meaning")


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


def run(
    first: int, cases: int, judges: dict[str, Judge], *, with_lua: bool = False
) -> tuple[Counter[tuple[str, str, str]], list[str]]:
    """Counts by version, kind and what nginx said; and each disagreement in words."""
    counts: Counter[tuple[str, str, str]] = Counter()
    differ = []
    for seed in range(first, first + cases):
        kind, data = ("Lua and planted", lua(Random(seed))) if with_lua else text(seed)
        ours = reading(data)
        for version, judge in judges.items():
            verdict = judge.verdict(data)
            problem = disagreement(ours, verdict)
            counts[version, kind, verdict.kind] += 1
            if problem:
                counts[version, kind, "disagree"] += 1
                differ.append(f"seed {seed} ({kind}, {version}): {problem} [nginx: {verdict}]")
            elif verdict.kind == "accepted" and ours.read.why.startswith(ON_PURPOSE):
                counts[version, kind, "on purpose"] += 1
    return counts, differ


def table(counts: Counter[tuple[str, str, str]]) -> str:
    """The counts in Markdown."""
    heads = ["nginx", "texts", "count", *HEADS, "refused on purpose", "disagreements"]
    lines = ["| " + " | ".join(heads) + " |", "|---" * len(heads) + "|"]
    for version, kind in dict.fromkeys((version, kind) for version, kind, _ in counts):
        cells = [counts[version, kind, said] for said in SAID]
        cells = [sum(cells), *cells]
        cells += [counts[version, kind, "on purpose"], counts[version, kind, "disagree"]]
        lines.append(f"| {version} | {kind} | " + " | ".join(f"{cell:,}" for cell in cells) + " |")
    return "\n".join(lines)


def main() -> int:
    """Prints the counts; 1 if there is a disagreement."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=0, help="the first seed")
    parser.add_argument("--lua", action="store_true", help="texts with Lua, for an nginx with Lua")
    args = parser.parse_args()
    if args.lua:
        judge = lua_judge()
        judges = {"1.22.1 with Lua": judge} if judge else {}
    else:
        judges = {version: Judge(binary) for version, binary in binaries().items()}
    if not judges:
        sys.exit("no such nginx on this machine")
    counts, differ = run(args.seed, args.cases, judges, with_lua=args.lua)
    print(table(counts))
    print("\n".join(differ[:50]))
    print(f"{args.cases} texts, {len(differ)} disagreements, nginx {', '.join(judges)}")
    for judge in judges.values():
        judge.close()
    return 1 if differ else 0


if __name__ == "__main__":
    sys.exit(main())
