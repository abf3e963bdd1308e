"""Which of a message's possible causes it was: confirmed, possible or ruled out."""

from __future__ import annotations

from typing import Any, Protocol

from nginx_grpc import catalogue
from nginx_grpc.explain.entries import Candidate
from nginx_grpc.explain.groups import Group

__all__ = ["LineAlone", "Verdicts", "known"]


class Verdicts(Protocol):
    """Judges the candidates of groups."""

    entries: list[str]

    def of(self, group: Group) -> list[dict[str, Any]]:
        """The candidates of a group, in the table's order."""

    def location(self, group: Group) -> dict[str, Any] | None:
        """The location that a group is of."""

    def note(self, group: Group) -> str:
        """What contradicts itself between the lines and the configuration; empty for nothing."""


class LineAlone:
    """What can be told from the lines, without a configuration."""

    def __init__(self) -> None:
        self.entries: list[str] = []

    def of(self, group: Group) -> list[dict[str, Any]]:
        """See Verdicts."""
        return [
            verdict(candidate, *by_line(candidate, group))
            for candidate in group.entry.candidates
            if known(candidate)
        ]

    def location(self, group: Group) -> dict[str, Any] | None:
        """See Verdicts."""
        return None

    def note(self, group: Group) -> str:
        """See Verdicts."""
        return ""


def known(candidate: Candidate) -> bool:
    """Whether this version has the candidate's rule."""
    return not candidate.id or catalogue.by_id(candidate.id) is not None


def by_line(candidate: Candidate, group: Group) -> tuple[str, str]:
    """State and reason, as the line itself tells."""
    scheme = group.facts.scheme
    if scheme and candidate.schemes and scheme not in candidate.schemes:
        return "ruled_out", f'the line has upstream: "{scheme}://", {_MEANS.get(scheme, "")}'
    return "possible", candidate.when


_MEANS = {
    "grpc": "so it is of a grpc_pass with grpc:// (or without a scheme), never of proxy_pass",
    "grpcs": "so it is of a grpc_pass with grpcs://, never of proxy_pass",
    "http": "so it is of proxy_pass, never of grpc_pass",
    "https": "so it is of proxy_pass, never of grpc_pass",
}


def verdict(
    candidate: Candidate, state: str, why: str, finding: dict[str, Any] | None = None
) -> dict[str, Any]:
    """A candidate as the report has it."""
    return {
        "cause": candidate.cause,
        "id": candidate.id or None,
        "state": state,
        "why": why,
        "ask": candidate.ask if state == "possible" else "",
        "finding": finding,
    }
