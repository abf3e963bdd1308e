"""Which mutants are Rego at all, by `opa check --strict` with the schemas."""

import json
import pathlib
import re
import subprocess
import tempfile
from collections.abc import Iterator, Sequence

from tests.policy.mutation.mutants import Mutant
from tests.policy.mutation.policy import ROOT, Policy

# So many stand beside the policy at once, each in a package of its own.
_AT_ONCE = 150


class MutatorBroken(Exception):
    """A mutant is no Rego by its syntax, so the wrong place was changed."""


def compiling(policy: Policy, mutants: Sequence[Mutant]) -> Iterator[Mutant]:
    """Those of the mutants that compile, in their order."""
    for start in range(0, len(mutants), _AT_ONCE):
        yield from _compiling(policy, mutants[start : start + _AT_ONCE])


def _compiling(policy: Policy, mutants: Sequence[Mutant]) -> list[Mutant]:
    with tempfile.TemporaryDirectory() as directory:
        root = pathlib.Path(directory)
        for name in policy.sources():
            _write(root / name, policy.texts[name])
        beside = {}
        for number, mutant in enumerate(mutants):
            name = f"mutant_{number}/{mutant.file}"
            beside[name] = mutant
            _write(root / name, _renamed(mutant.text, number))
        while wrong := _wrong(root):
            for name in wrong:
                del beside[name]
                (root / name).unlink()
        return list(beside.values())


def _wrong(root: pathlib.Path) -> set[str]:
    """The files that OPA refuses; it gives up after a stage, so there may be others."""
    schema = str(ROOT / "schema")
    checked = subprocess.run(
        ["opa", "check", "--strict", "--schema", schema, "--max-errors", "0", "-f", "json", "."],
        cwd=root,
        capture_output=True,
        text=True,
    )
    if checked.returncode == 0:
        return set()
    errors = json.loads(checked.stderr)["errors"]
    for error in errors:
        if error["code"] == "rego_parse_error":
            raise MutatorBroken(f"{error['location']}: {error['message']}")
    return {error["location"]["file"] for error in errors}


def _renamed(text: str, number: int) -> str:
    return re.sub(r"^(package \S+)", rf"\1_mutant_{number}", text, count=1, flags=re.MULTILINE)


def _write(path: pathlib.Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
