"""The recorded survivors: mutants that no Rego test notices, and why none could."""

import pathlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, replace

import yaml

from tests.policy.mutation.mutants import Mutant

FILE = pathlib.Path(__file__).with_name("survivors.yaml")
KINDS = {
    "equivalent": "no input tells the mutant from the rule",
    "guarded": "only an input tells them apart that the guard or the settings' check refuses",
    "speed": "the same findings, only slower",
}

_HEADER = """\
# Mutants of the policy that no Rego test notices, and why none could.
# `python -m tests.policy.mutation` finds them; `--lines` puts the lines right after an edit.
"""
_SAID = [each.name for each in fields(Mutant) if each.name not in ("text", "line")]


@dataclass(frozen=True)
class Group:
    """Survivors with one reason."""

    kind: str
    why: str
    mutants: tuple[Mutant, ...]


def load(file: pathlib.Path = FILE) -> list[Group]:
    groups = yaml.safe_load(file.read_text(encoding="utf-8")) or []
    return [
        Group(group["kind"], group["why"], tuple(Mutant(**each) for each in group["mutants"]))
        for group in groups
    ]


def mutants(groups: Iterable[Group]) -> Iterator[Mutant]:
    for group in groups:
        yield from group.mutants


def dump(groups: Iterable[Group]) -> str:
    """The text of the file, in the order of the policy's files."""
    written = [
        {
            "kind": group.kind,
            "why": group.why,
            "mutants": [_shown(mutant) for mutant in sorted(group.mutants, key=_place)],
        }
        for group in groups
    ]
    return _HEADER + yaml.safe_dump(written, sort_keys=False, allow_unicode=True, width=100)


def with_lines(groups: Iterable[Group], known: Iterable[Mutant]) -> list[Group]:
    """The groups with the lines that their mutants now have."""
    by_name = {mutant: mutant for mutant in known}
    return [
        replace(
            group,
            mutants=tuple(
                replace(mutant, line=by_name.get(mutant, mutant).line) for mutant in group.mutants
            ),
        )
        for group in groups
    ]


def _shown(mutant: Mutant) -> dict[str, object]:
    said: dict[str, object] = {"file": mutant.file, "line": mutant.line}
    said.update({name: getattr(mutant, name) for name in _SAID})
    if not mutant.nth:
        del said["nth"]
    return said


def _place(mutant: Mutant) -> tuple[str, int]:
    return mutant.file, mutant.line
