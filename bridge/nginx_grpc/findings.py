"""What a check found: the one shape that every engine yields and every report shows."""

from __future__ import annotations

from typing import Any

from nginx_grpc.records import dataclass, field

__all__ = ["CheckResult", "Finding", "Gap", "Gone", "Input", "NotJudged", "Replacement"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding of one rule.

    Args:
        id: the rule's permanent id, as NG103.
        slug: its name in words, as keepalive-timeout.
        title: one line that names the fault.
        level: deny or warn.
        outcome: fault, or unknown where something could not be seen.
        msg: id, place and message in one line, for outputs that show nothing else.
        message: what happens to whom, with the values.
        fix: what mends it: `applicability` (safe, unsafe or manual), `why` (empty where safe) and
            `edits`, each an operation at the place of a node; see docs/decision.md.
        remedy: the same for people: the lines to write, or what is to be decided.
        file, line, key: where; key is the ConfigMap's key, empty elsewhere.
        server, location, upstream: the nodes it is about, by name; empty where none.
        cause: equal for findings of one document that one line would mend.
        evidence: the page that shows the fault happen.
        variant: the wording of the rule that applies; empty for its main one.
        directive: the directive at fault; empty where none.
        setting: for a finding about the settings, the path of the one it is about.
        owner: the object of Kubernetes that the location is of: kind, namespace and name, each
            empty where a user wrote the text; see `nginx_grpc.model.controllers`.
        entry: the configuration it was found in, by its `Input.entry`.
        waived: None, or the waiver with its reason and owner.
        baselined: whether it was there when the check was adopted, see `nginx_grpc.baseline`.
        replacements: what its edits replace in which file, where that was asked for.
        block: file, line and key of the block it is about, whose names may be another's too.
    """

    id: str
    slug: str
    title: str
    level: str
    outcome: str
    msg: str
    message: str
    remedy: str
    file: str
    line: int
    key: str = ""
    server: str = ""
    location: str = ""
    upstream: str = ""
    cause: str = ""
    evidence: str = ""
    variant: str = ""
    directive: str = ""
    setting: str = ""
    fix: dict[str, Any] = field(default_factory=dict)
    owner: dict[str, str] = field(default_factory=dict)
    entry: str = ""
    waived: dict[str, Any] | None = None
    baselined: bool = False
    replacements: tuple[Replacement, ...] = ()
    block: tuple[str, int, str] = ("", 0, "")

    def order(self) -> tuple[str, int, str, str, str, str]:
        """The order of findings in every report."""
        return (self.file, self.line, self.id, self.server, self.location, self.upstream)

    @property
    def is_to_decide(self) -> bool:
        """Whether the remedy is what somebody has to decide, and no line to write."""
        return self.fix.get("applicability") == "manual" and self.remedy == self.fix["why"]

    @property
    def verb(self) -> str:
        """What is to be done with the remedy: write, or to decide."""
        return "to decide" if self.is_to_decide else "write"

    @property
    def counts(self) -> bool:
        """Whether it is part of the verdict."""
        return self.waived is None and not self.baselined


@dataclass(frozen=True, slots=True)
class Replacement:
    """Text that takes the place of other text of a file.

    Args:
        file: the file's name.
        line, column, end_line, end_column: what goes, from 1; columns count UTF-16 code units, and
            the end is the first one kept.
        text: what comes.
    """

    file: str
    line: int
    column: int
    end_line: int
    end_column: int
    text: str


@dataclass(frozen=True, slots=True)
class Gone:
    """Findings of the baseline that are no more.

    Args:
        id: their rule.
        server, location, upstream: what they were about, by name; empty where none.
        count: how many.
    """

    id: str
    server: str
    location: str
    upstream: str
    count: int


@dataclass(frozen=True, slots=True)
class Gap:
    """Something of a configuration that was not seen.

    Args:
        what: an include's name, or the contexts around a fragment.
        reason: why not.
        file, line: where.
        kind: include, or context for what stands around a fragment.
    """

    what: str
    reason: str
    file: str
    line: int
    kind: str = "include"


@dataclass(frozen=True, slots=True)
class NotJudged:
    """Something that a rule could not judge.

    Args:
        rule: its id.
        reason: why not.
        file, line, key: where.
    """

    rule: str
    reason: str
    file: str
    line: int
    key: str = ""


@dataclass(frozen=True, slots=True)
class Input:
    """One configuration that was judged.

    Args:
        entry: its main file, key or name.
        kind: how it was given (file, directory, stdin, dump, manifest).
        files: the files that were read.
        servers, locations: how many it has.
        grpc_locations: how many locations carry gRPC, grpc_pass or not.
        complete: False where something was not seen.
        gaps: what.
        not_judged: what could not be judged, all of it, by place.
        settings: the settings file that it was judged by, empty where there is none.
        streams: the blocks that pass bytes on at ports of gRPC, a sentence each.
    """

    entry: str
    kind: str
    files: list[str]
    servers: int
    locations: int
    grpc_locations: int
    complete: bool
    gaps: list[Gap] = field(default_factory=list)
    not_judged: list[NotJudged] = field(default_factory=list)
    settings: str = ""
    streams: list[str] = field(default_factory=list)

    @property
    def unjudged(self) -> list[str]:
        """The ids of the rules that could not judge everything, sorted."""
        return sorted({each.rule for each in self.not_judged})


@dataclass(frozen=True, slots=True)
class CheckResult:
    """Everything that a report may show.

    Args:
        inputs: the configurations, in the order they were given.
        findings: sorted, the waived ones among them.
        rules: the ids of the rules that ran, sorted.
        engine: the engine's name.
        texts: the files read, by name, for the lines around a finding.
        fail_on: what fails the check: deny, unknown (and deny) or warn (all of them).
        require_grpc: whether it fails where no location carries gRPC.
        left_out: the folders that a search did not look into.
        notes: what else a reader should know, a sentence each.
        unread: the same of each text beside that looks like nginx's and can't be read.
        baseline: the baseline's file, empty where there is none.
        gone: what the baseline holds and the inputs no longer have.
    """

    inputs: list[Input]
    findings: list[Finding]
    rules: list[str]
    engine: str
    texts: dict[str, bytes] = field(default_factory=dict)
    fail_on: str = "deny"
    require_grpc: bool = False
    left_out: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    baseline: str = ""
    gone: list[Gone] = field(default_factory=list)

    def count(self, level: str) -> int:
        """How many findings of a level (deny or warn) count, waived and baselined ones apart."""
        return sum(f.level == level and f.counts for f in self.findings)

    def fails(self, finding: Finding) -> bool:
        """Whether a finding makes the check fail."""
        if not finding.counts:
            return False
        unknown = self.fail_on == "unknown" and finding.outcome == "unknown"
        return finding.level == "deny" or self.fail_on == "warn" or unknown

    @property
    def failed(self) -> bool:
        """Whether the check fails: exit status 1."""
        return any(map(self.fails, self.findings)) or self.fails_apart

    @property
    def fails_apart(self) -> bool:
        """Whether the check fails for more than its findings."""
        return self.misses_grpc or bool(self.untold) or self.lacks_texts

    @property
    def lacks_texts(self) -> bool:
        """Whether a text beside that can't be read fails the check."""
        return self.fail_on in ("unknown", "warn") and bool(self.unread)

    @property
    def untold(self) -> list[str]:
        """The ids of rules that could not judge everything, where that fails the check and NG005,
        which would say so, is off."""
        if self.fail_on != "unknown":
            return []
        told = {finding.entry for finding in self.findings if finding.id == "NG005"}
        return sorted(
            {rule for given in self.inputs if given.entry not in told for rule in given.unjudged}
        )

    @property
    def misses_grpc(self) -> bool:
        """Whether gRPC was required and no location carries it."""
        return self.require_grpc and not self.grpc_locations

    @property
    def settings(self) -> list[str]:
        """The settings files, each once."""
        return list(dict.fromkeys(given.settings for given in self.inputs if given.settings))

    @property
    def waived(self) -> int:
        """How many findings are waived."""
        return sum(f.waived is not None for f in self.findings)

    @property
    def baselined(self) -> int:
        """How many findings are in the baseline."""
        return sum(f.baselined for f in self.findings)

    @property
    def grpc_locations(self) -> int:
        """How many locations carry gRPC, over all inputs."""
        return sum(i.grpc_locations for i in self.inputs)
