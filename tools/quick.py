"""Checks what the change of a rule touches, in a minute: `make quick RULE=NG103`.

Without a rule, those whose folder or example git sees changed. The policy's form, the rule's own
tests with coverage, the module and catalogue compiled anew, its example, its page. `make test` is
still to come.
"""

from __future__ import annotations

import json
import os
import pathlib
import re
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
RULES = ROOT / "policy" / "rules"


def main(asked: list[str]) -> int:
    slugs = slugs_by_id()
    unknown = [name for name in asked if name not in slugs]
    if unknown:
        print(f"{unknown[0]}: no rule of policy/rules; as in RULE=NG103", file=sys.stderr)
        return 2
    seen = set() if asked else changed()
    ids = asked or [id_ for id_, slug in slugs.items() if seen & {slug, id_}]
    started = time.monotonic()
    run("opa", "fmt", "--list", "--fail", "policy")
    run("opa", "check", "--strict", "--schema", "schema", "policy")
    run(sys.executable, "tools/build_wasm.py")
    run(sys.executable, "tools/build_rules.py")
    for id_ in ids:
        finished(id_, slugs[id_])
        own_tests(slugs[id_])
    run(sys.executable, "tools/rule_pages.py")
    if ids:
        examples = "tests/examples/test_rules_examples.py"
        run(sys.executable, "-m", "pytest", "-q", examples, "-k", " or ".join(ids))
    steps = "tests/policy/test_rules_in_step.py tests/policy/test_generated_guard.py"
    run(sys.executable, "-m", "pytest", "-q", *steps.split())
    said = ", ".join(ids) or "no rule is changed"
    print(f"quick: {said}; {time.monotonic() - started:.0f} s. Before it goes in: make test")
    return 0


def slugs_by_id() -> dict[str, str]:
    """Folders of policy/rules by the rule's id, as their METADATA say it."""
    found = {}
    for path in sorted(RULES.glob("*/*.rego")):
        said = re.search(r"^#\s+id: (NG\d{3})$", path.read_text(encoding="utf-8"), re.MULTILINE)
        if said:
            found[said[1]] = path.parent.name
    return found


def changed() -> set[str]:
    """The folders below policy/rules and examples/rules in which git sees a change."""
    command = ["git", "status", "--porcelain", "--untracked-files=all"]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    return set(re.findall(r"(?:policy|examples)/rules/([^/\n]+)/", done.stdout))


def finished(id_: str, slug: str) -> None:
    """Nothing of `make rule`'s skeleton is left to write."""
    folders = [RULES / slug, ROOT / "examples" / "rules" / id_]
    files = [path for folder in folders for path in sorted(folder.glob("*"))]
    left = [
        path.relative_to(ROOT)
        for path in [*files, *(ROOT / "tests" / "live").glob(f"test_{id_.lower()}_*.py")]
        if path.is_file() and "WRITE " in path.read_text(encoding="utf-8")
    ]
    for path in left:
        print(f"{path}: something is left to WRITE")
    if left:
        sys.exit(1)


def own_tests(slug: str) -> None:
    """The rule's tests, and every line of it run by them."""
    command = ["opa", "test", "--fail-on-empty", "policy", "--run", rf"rules\.{slug}_test\."]
    run(*command)
    report = run(*command, "--coverage", said=False)
    file = f"policy/rules/{slug}/{slug}.rego"
    missed = json.loads(report)["files"].get(file, {}).get("not_covered", [])
    for span in missed:
        print(f"{file}:{span['start']['row']}: not run by any test of the rule")
    if missed:
        sys.exit(1)


def run(*command: str, said: bool = True) -> str:
    """Runs a step; its failure is the end."""
    if said:
        print("+", *command, flush=True)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        command, cwd=ROOT, env=environment, text=True, stdout=None if said else subprocess.PIPE
    )
    if done.returncode != 0:
        sys.exit(1)
    return done.stdout or ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
