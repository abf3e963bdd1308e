"""The interface of an engine, and the one reading of what an engine answers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from typing import Any

from nginx_grpc.engines.fixes import MalformedError, checked
from nginx_grpc.errors import Refused
from nginx_grpc.findings import Finding, NotJudged

__all__ = ["Decision", "Engine", "read_decision"]

SCHEMA_VERSION = 2


class Decision:
    """The policy's word on one document.

    Args:
        findings: all of them, sorted, the waived ones among them.
        rules: the ids of the rules that ran; empty only where what is denied kept them from it.
        not_judged: what they could not judge, by place.
    """

    __slots__ = ("findings", "not_judged", "rules")

    def __init__(
        self, findings: list[Finding], rules: list[str], not_judged: Sequence[NotJudged] = ()
    ) -> None:
        self.findings = findings
        self.rules = rules
        self.not_judged = list(not_judged)


class Engine(ABC):
    """Runs the policy.

    An implementor owes: one Decision a document, in their order; every doubt (undefined, a missing
    field, a time-out, a crash, no rules run) raised as Refused, never answered as clean.
    """

    name: str

    @abstractmethod
    def decide(
        self, documents: Iterable[dict[str, Any]], settings: dict[str, Any] | None
    ) -> list[Decision]:
        """Judge documents with the caller's settings (None: the defaults).

        They may be made one at a time, and a large one takes much memory: an engine that can hold
        one at a time does.
        """


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
    return Decision(sorted(denied + warned + waived, key=Finding.order), rules, not_judged)


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
    texts = {
        name: _text(value, name)
        for name in (
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
    }
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
        **texts,
    )


def _place(value: Any) -> tuple[str, int]:
    file = _text(value, "file")
    line = value.get("line")
    if not isinstance(line, int) or isinstance(line, bool):
        raise MalformedError("a place without a line")
    return file, line
