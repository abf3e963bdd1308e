"""The table by what one sees: each class with its messages, and each rule with its classes."""

from __future__ import annotations

from functools import cache

from nginx_grpc.explain import table
from nginx_grpc.explain.entries import Candidate, Entry
from nginx_grpc.explain.meanings import connections
from nginx_grpc.explain.meanings.statuses import BY_STATUS, of_status
from nginx_grpc.explain.recognition import ANSWERED
from nginx_grpc.records import dataclass, field

__all__ = ["PAGE", "Symptom", "classes", "of_rule", "shown"]

PAGE = "docs/symptoms.md"
ACCESS_LOG = "access log"

# What Linux has for each; others have other numbers, and the words count.
_NUMBERS = {
    "Connection reset by peer": 104,
    "Broken pipe": 32,
    "Connection refused": 111,
    "No such file or directory": 2,
    "Not a directory": 20,
    "No route to host": 113,
    "Network is unreachable": 101,
    "Cannot assign requested address": 99,
    "Permission denied": 13,
    "Resource temporarily unavailable": 11,
    "Connection timed out": 110,
}
_TIMED_OUT = "upstream timed out (…)"


@dataclass(slots=True)
class Symptom:
    """A class with all its messages.

    Args:
        name, meaning, candidates: see Entry.
        says: the messages by their source, as a reader meets them.
        shown_by: what produced them.
    """

    name: str
    meaning: str
    candidates: tuple[Candidate, ...]
    says: dict[str, list[str]] = field(default_factory=dict)
    shown_by: list[str] = field(default_factory=list)

    @property
    def matters(self) -> bool:
        """Whether it is of concern."""
        return any(candidate.cause != "none" for candidate in self.candidates)


@cache
def classes() -> tuple[Symptom, ...]:
    """All classes, in the table's order."""
    found: dict[str, Symptom] = {}
    for source, entries in table.SOURCES.items():
        for entry in entries:
            _add(found, source, entry, entry.says)
    for status in (*BY_STATUS, 301):
        answer = of_status(status)
        if answer is not None:
            call = f'"POST /pkg.Service/Method HTTP/2.0" {status or "009"}'
            _add(found, ACCESS_LOG, answer, (call,))
    _add(found, ACCESS_LOG, connections.HTTP1, ('"PRI * HTTP/2.0" 400',))
    _add(found, ACCESS_LOG, ANSWERED, ('"POST /pkg.Service/Method HTTP/2.0" 200',))
    return tuple(found.values())


def _add(found: dict[str, Symptom], source: str, entry: Entry, says: tuple[str, ...]) -> None:
    symptom = found.setdefault(entry.name, Symptom(entry.name, entry.meaning, entry.candidates))
    known = symptom.says.setdefault(source, [])
    known += [text for text in map(shown, says) if text not in known]
    for produced in filter(None, entry.shown_by.split(", ")):
        if produced not in symptom.shown_by:
            symptom.shown_by.append(produced)


def shown(pattern: str) -> str:
    """A pattern of the table as a reader meets it."""
    text = pattern.removeprefix("…").strip()
    if text.endswith("("):
        text += "…)"
    if text.startswith(_TIMED_OUT):
        text = text.replace("(…)", "(110: Connection timed out)", 1)
    for words, number in _NUMBERS.items():
        text = text.replace(f"(…: {words}", f"({number}: {words}")
    return text


def of_rule(rule: str) -> list[tuple[Symptom, Candidate]]:
    """The classes that a rule may be the cause of, by its id, those where it comes first first."""
    found = [
        (place, symptom, candidate)
        for symptom in classes()
        for place, candidate in enumerate(symptom.candidates)
        if candidate.id == rule
    ]
    return [(symptom, candidate) for _, symptom, candidate in sorted(found, key=lambda f: f[0])]
