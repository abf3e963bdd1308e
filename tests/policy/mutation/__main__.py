"""Mutation tests of the policy: every rule with one thing wrong, and the Rego tests on it.

    python -m tests.policy.mutation              all of policy/, 45 minutes on two cores
    python -m tests.policy.mutation max_fails    the files with this in their name
    python -m tests.policy.mutation --lines      only puts the lines in survivors.yaml right

Fails if a mutant lives that survivors.yaml doesn't give a reason for, if one is recorded there that
is noticed, or if fewer than 98 % are noticed.
"""

import argparse
import sys
import time
from collections import Counter

from tests.policy.mutation import mutants, survivors, trial
from tests.policy.mutation.compiling import compiling
from tests.policy.mutation.policy import Policy

LEAST = 0.98


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.policy.mutation")
    parser.add_argument("files", nargs="*", help="parts of names of files in policy/")
    parser.add_argument("--lines", action="store_true", help="put survivors.yaml's lines right")
    arguments = parser.parse_args()
    policy = Policy()
    names = [
        name
        for name in policy.written_by_hand()
        if not arguments.files or any(part in name for part in arguments.files)
    ]
    if not names:
        parser.error(f"no file of policy/ has {' or '.join(arguments.files)} in its name")
    if arguments.lines:
        known = mutants.of_policy(policy)
        survivors.FILE.write_text(
            survivors.dump(survivors.with_lines(survivors.load(), known)), encoding="utf-8"
        )
        return 0
    return run(policy, names)


def run(policy: Policy, names: list[str]) -> int:
    start = time.monotonic()
    every = mutants.of_policy(policy, names)
    tried = list(compiling(policy, every))
    alive, no_rego = trial.run(policy, tried, progress=_progress)
    tried = [mutant for mutant in tried if mutant not in set(no_rego)]
    print(f"{len(tried)} mutants of {len(names)} files ({len(every) - len(tried)} are no Rego)")
    groups = survivors.load()
    reasons = {mutant: group.kind for group in groups for mutant in group.mutants}
    unexplained = [mutant for mutant in alive if mutant not in reasons]
    noticed = [mutant for mutant in tried if mutant in reasons and mutant not in set(alive)]
    for mutant in unexplained:
        print(f"no test notices: {mutant}")
    for mutant in noticed:
        print(f"in survivors.yaml, but a test notices: {mutant}")
    killed = len(tried) - len(alive)
    print(f"{killed} of {len(tried)} are noticed ({killed / len(tried):.1%}); of the others:")
    for kind, count in Counter(reasons.get(mutant, "unexplained") for mutant in alive).items():
        print(f"  {count} {kind}: {survivors.KINDS.get(kind, 'write a test, or the reason')}")
    print(f"{time.monotonic() - start:.0f} s")
    return 1 if unexplained or noticed or killed < LEAST * len(tried) else 0


def _progress(stage: str, done: int, of: int) -> None:
    if sys.stderr.isatty():
        end = "\n" if done == of else ""
        print(f"\r{stage}: {done} of {of}", end=end, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
