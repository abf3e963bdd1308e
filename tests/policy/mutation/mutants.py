"""Every mutant of the policy, each with a name that edits elsewhere in its file leave alone."""

from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

from tests.policy.mutation import changes, syntax
from tests.policy.mutation.policy import Policy


@dataclass(frozen=True)
class Mutant:
    """One change to one file: `before` becomes `after` in the line `code` of `rule`.

    Where that is said of several places in the rule, `nth` counts them.
    """

    file: str
    rule: str
    kind: str
    code: str
    before: str
    after: str
    nth: int = 0
    line: int = field(default=0, compare=False)
    text: str = field(default="", compare=False, repr=False)

    def __str__(self) -> str:
        told = f"policy/{self.file}:{self.line}: {self.kind}: {self.before} -> {self.after or '()'}"
        return f"{told}   in   {self.code}"


def of_file(name: str, text: str) -> list[Mutant]:
    """The mutants of a file, in the order of its text."""
    source = syntax.Source(text)
    seen = set()
    found: list[tuple[changes.Change, str]] = []
    for rule in source.rules:
        rule_name = ".".join(str(part["value"]) for part in rule["head"]["ref"])
        for change in changes.of_rule(source, rule):
            if change not in seen:
                seen.add(change)
                found.append((change, rule_name))
    counted: Counter[Mutant] = Counter()
    mutants = []
    for change, rule_name in sorted(found, key=lambda pair: pair[0].span):
        start, end = change.span
        said = Mutant(
            file=name,
            rule=rule_name,
            kind=change.kind,
            code=source.line_text(start),
            before=_in_a_line(source.text[start:end]),
            after=_in_a_line(change.after),
        )
        mutants.append(
            replace(
                said,
                nth=counted[said],
                line=source.line(start),
                text=source.text[:start] + change.after + source.text[end:],
            )
        )
        counted[said] += 1
    return mutants


def of_policy(policy: Policy, names: Iterable[str] | None = None) -> list[Mutant]:
    """The mutants of these files, or of all that are written by hand."""
    chosen = policy.written_by_hand() if names is None else list(names)
    with ThreadPoolExecutor(2) as pool:
        found = pool.map(lambda name: of_file(name, policy.texts[name]), chosen)
        return [mutant for mutants in found for mutant in mutants]


def _in_a_line(text: str) -> str:
    return " ".join(text.split())
