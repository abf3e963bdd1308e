"""The interface of an engine, and the one reading of what an engine answers."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any

from nginx_grpc.engines.fixes import MalformedError, checked
from nginx_grpc.errors import Refused
from nginx_grpc.findings import Finding, NotJudged
from nginx_grpc.records import dataclass

__all__ = [
    "Decision",
    "Engine",
    "Part",
    "Shard",
    "completed",
    "in_one",
    "part_of",
    "read_decision",
    "together",
]

SCHEMA_VERSION = 2


@dataclass(frozen=True, slots=True)
class Shard:
    """A document, whole or in part, see `nginx_grpc.shards`.

    Args:
        text: its JSON, in ASCII.
        last: whether it ends its configuration, as a document does that is no shard.
        share: how much of its configuration is in it and in those before it, from 0 to 1.
    """

    text: bytes
    last: bool = True
    share: float = 1.0


class Decision:
    """The policy's word on one document.

    Args:
        findings: all of them, sorted, the waived ones among them.
        rules: the ids of the rules that ran; empty only where what is denied kept them from it.
        not_judged: what they could not judge, by place.
        part: on a shard that is not the last, where nothing but that is wrong: what it comes to.

    Attributes:
        revision: the revision of the bundle by which an OPA server decided; empty where none is
            said.
        version: that server's own version; empty where it does not say.
    """

    __slots__ = ("findings", "not_judged", "part", "revision", "rules", "version")

    def __init__(
        self,
        findings: list[Finding],
        rules: list[str],
        not_judged: Sequence[NotJudged] = (),
        part: Part | None = None,
    ) -> None:
        self.findings = findings
        self.rules = rules
        self.not_judged = list(not_judged)
        self.part = part
        self.revision = ""
        self.version = ""

    @property
    def allow(self) -> bool:
        """Whether nothing is denied."""
        return not self.deny

    @property
    def deny(self) -> list[Finding]:
        """What denies, the waived left out."""
        return [f for f in self.findings if f.waived is None and f.level == "deny"]

    @property
    def warn(self) -> list[Finding]:
        """What warns, the waived left out."""
        return [f for f in self.findings if f.waived is None and f.level == "warn"]


class Part:
    """What a shard comes to that is not the last.

    Args:
        findings: all but those that are made of the whole.
        judged: what the last shard is told of it, as JSON.
    """

    __slots__ = ("findings", "judged")

    def __init__(self, findings: list[Finding], judged: dict[str, Any]) -> None:
        self.findings = findings
        self.judged = judged


class Engine(ABC):
    """Runs the policy.

    An implementor owes: one Decision a configuration, in their order; every doubt (undefined, a
    missing field, a time-out, a crash, no rules run) raised as Refused, never answered as clean.
    """

    name: str
    has_settings = False
    """Whether it may judge by settings of its own where the caller gives none."""

    @property
    def forks(self) -> bool:
        """Whether processes that are forked from this one can judge with it, each for itself."""
        return False

    @abstractmethod
    def judge(
        self, configurations: Iterable[Iterable[Shard]], settings: dict[str, Any] | None
    ) -> list[Decision]:
        """Judge configurations, each given in shards, with the caller's settings (None: the
        defaults).

        A shard is made when it is asked for, and a large one takes much memory: an engine that can
        hold one at a time does.
        """

    def decide(
        self, documents: Iterable[dict[str, Any]], settings: dict[str, Any] | None
    ) -> list[Decision]:
        """Judge whole documents."""
        return self.judge(map(_alone, documents), settings)


def _alone(document: dict[str, Any]) -> list[Shard]:
    text = json.dumps(document, separators=(",", ":"), allow_nan=False)
    return [Shard(text.encode("ascii"))]


def in_one(shards: Iterable[Shard]) -> Iterator[bytes]:
    """The JSON of a configuration in pieces: its document, or an object with its shards."""
    before = start = b'{"shards":['
    for shard in shards:
        if shard.last and before is start:
            yield shard.text
            return
        yield before
        yield shard.text
        before = b","
    yield b"]}"


def completed(last: Shard, parts: Iterable[Part]) -> bytes:
    """The text of the last shard with what the others came to."""
    before = json.dumps([part.judged for part in parts], separators=(",", ":"), allow_nan=False)
    empty, told = b'"last":true,"before":[]', f'"last":true,"before":{before}'.encode("ascii")
    return last.text.replace(empty, told, 1)


def part_of(decision: Decision) -> Part:
    """What the decision on a shard that is not the last says of it.

    Raises Refused where the shard was no document to the policy.
    """
    if decision.part is None:
        said = decision.findings[0].message if decision.findings else "nothing"
        raise Refused(
            f"a part of the configuration was not judged: {said}",
            "please report this with the configuration",
        )
    return decision.part


def together(parts: list[Part], last: Decision) -> Decision:
    """The decision on a configuration, by that on its last shard, completed, and the others."""
    seen: dict[tuple[object, ...], list[Finding]] = {}
    for finding in chain(last.findings, *(part.findings for part in parts)):
        same = seen.setdefault((*finding.order(), finding.message, finding.block), [])
        if finding not in same:
            same.append(finding)
    findings = sorted(chain(*seen.values()), key=Finding.order)
    return Decision(findings, last.rules, last.not_judged)


def read_decision(value: Any, engine: str) -> Decision:
    """A Decision from the JSON of `data.nginx.grpc.decision`.

    Trusts nothing: an answer that lacks a field, has one of another type, contradicts itself or
    names no rule that ran, and denies nothing, is Refused.
    """
    try:
        return _decision(value)
    except MalformedError as malformed:
        raise Refused(
            f"engine {engine} gave no decision: {malformed}",
            "check that it runs this version's policy (nginx-grpc rules)",
        ) from None


def _decision(value: Any) -> Decision:
    if not isinstance(value, dict):
        raise MalformedError("not an object")
    if value.get("schema_version") != SCHEMA_VERSION:
        raise MalformedError(f"its schema_version is not {SCHEMA_VERSION}")
    rules = [_text(rule, "id") for rule in _list(value, "rules")]
    denied = [_finding(item, "deny") for item in _list(value, "deny")]
    warned = [_finding(item, "warn") for item in _list(value, "warn")]
    # Where the document or the settings are malformed no rule runs, and that is denied.
    if not rules and not denied:
        raise MalformedError("no rule ran")
    waived = [_waived(item) for item in _list(value, "waived")]
    if value.get("allow") is not (not denied):
        raise MalformedError("allow and deny contradict each other")
    not_judged = [_not_judged(item) for item in _list(value, "not_judged")]
    unknown = {rule["id"] for rule in value["rules"] if rule.get("outcome") == "unknown"}
    if unknown != {each.rule for each in not_judged}:
        raise MalformedError("what was not judged and the outcomes of rules contradict each other")
    findings = sorted(denied + warned + waived, key=Finding.order)
    part = _part(value["part"]) if "part" in value else None
    return Decision(findings, rules, not_judged, part)


def _part(value: Any) -> Part:
    found = [
        _waived(item) if "waiver" in item else _finding(item, _text(item, "level"))
        for item in _list(value, "findings")
    ]
    judged = value.get("judged")
    if not isinstance(judged, dict):
        raise MalformedError("a shard without what it came to")
    return Part(found, judged)


def _not_judged(value: Any) -> NotJudged:
    file, line = _place(value.get("at") if isinstance(value, dict) else None)
    return NotJudged(
        _text(value, "rule"), _text(value, "reason"), file, line, _text(value["at"], "key")
    )


def _list(value: dict[str, Any], name: str) -> list[Any]:
    items = value.get(name)
    if not isinstance(items, list):
        raise MalformedError(f"{name} is no list")
    return items


def _text(value: Any, name: str) -> str:
    text = value.get(name) if isinstance(value, dict) else None
    if not isinstance(text, str):
        raise MalformedError(f"{name} is no text")
    return text


def _waived(value: Any) -> Finding:
    level = _text(value, "level")
    if level not in ("deny", "warn"):
        raise MalformedError("a waived finding of no level")
    waiver = value.get("waiver")
    if not isinstance(waiver, dict):
        raise MalformedError("a waived finding without its waiver")
    return _finding(value, level, waiver)


def _finding(value: Any, level: str, waiver: dict[str, Any] | None = None) -> Finding:
    if _text(value, "level") != level:
        raise MalformedError(f"a finding of another level under {level}")
    file, line = _place(value.get("_loc"))
    block = value.get("block")
    around = (*_place(block), _text(block, "key"))
    texts: dict[str, Any] = {name: value.get(name) for name in _TEXTS}
    if set(map(type, texts.values())) != {str}:
        raise MalformedError("a finding without its texts")
    fix = checked(value.get("fix"))
    owner = {name: _text(value.get("owner"), name) for name in ("kind", "namespace", "name")}
    return Finding(
        level=level,
        file=file,
        line=line,
        fix=fix,
        owner=owner,
        waived=waiver,
        baselined=False,
        replacements=(),
        block=around,
        **texts,
    )


_TEXTS = (
    "id",
    "slug",
    "title",
    "outcome",
    "msg",
    "message",
    "remedy",
    "key",
    "server",
    "location",
    "upstream",
    "cause",
    "evidence",
    "variant",
    "directive",
    "setting",
)


def _place(value: Any) -> tuple[str, int]:
    file = _text(value, "file")
    line = value.get("line")
    if not isinstance(line, int) or isinstance(line, bool):
        raise MalformedError("a place without a line")
    return file, line
