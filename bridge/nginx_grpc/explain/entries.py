"""What the table of messages is made of; `table/` holds it, one file a source of messages."""

from __future__ import annotations

from nginx_grpc.records import dataclass, field, replace

__all__ = [
    "ANY",
    "GRPC",
    "HTTP",
    "Candidate",
    "Entry",
    "client",
    "network",
    "none",
    "rule",
    "server",
]

ANY: tuple[str, ...] = ()
GRPC = ("grpc", "grpcs")
HTTP = ("http", "https")


@dataclass(frozen=True, slots=True)
class Candidate:
    """What may be the cause of a message.

    Args:
        cause: rule (nginx's configuration), server, client, network, or none (no concern).
        when: the condition under which it is the cause, for a reader.
        id: the rule that finds it; empty where none does.
        schemes: of the line's `upstream:`, those that it can have; empty for all.
        values: what is in effect and decides, as verdicts names it: `upstream.keepalive_timeout`.
        needs: settings of nginx-grpc without which the rule does not speak of it.
        ask: the question to ask where the cause is not in nginx.
    """

    cause: str
    when: str
    id: str = ""
    schemes: tuple[str, ...] = ANY
    values: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    ask: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """A class of messages with one meaning.

    Args:
        name: the class, as a report, an alert and a link name it.
        meaning: what happened to the call, in a sentence.
        says: the messages. `…` stands for any text; a message may go on after the last word.
        candidates: the likely ones first.
        shown_by: what produced the messages: a live test, or the file of nginx's source.
        vague: whether others say the same words too: then the line has to name gRPC as well.
        matters: whether it is of concern.
    """

    name: str
    meaning: str
    candidates: tuple[Candidate, ...]
    says: tuple[str, ...] = ()
    shown_by: str = ""
    vague: bool = False
    matters: bool = field(init=False, compare=False)

    def __post_init__(self) -> None:
        matters = any(candidate.cause != "none" for candidate in self.candidates)
        object.__setattr__(self, "matters", matters)

    def said(self, *says: str, shown_by: str, vague: bool = False) -> Entry:
        """The same class, in the words of one source."""
        return replace(self, says=says, shown_by=shown_by, vague=vague)


def rule(
    id: str,
    when: str,
    *values: str,
    schemes: tuple[str, ...] = ANY,
    needs: tuple[str, ...] = (),
) -> Candidate:
    """The configuration of nginx, by a rule; an empty id where no rule finds it."""
    return Candidate("rule", when, id, schemes, values, needs)


def server(when: str, ask: str = "", *, schemes: tuple[str, ...] = ANY) -> Candidate:
    """The gRPC server, or who answers in its place."""
    return Candidate("server", when, schemes=schemes, ask=ask)


def client(when: str, ask: str = "") -> Candidate:
    """The one who calls."""
    return Candidate("client", when, ask=ask)


def network(when: str, ask: str = "") -> Candidate:
    """What is between nginx and the server."""
    return Candidate("network", when, ask=ask)


def none(when: str) -> Candidate:
    """No concern."""
    return Candidate("none", when)
