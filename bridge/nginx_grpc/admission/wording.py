"""The words of a denial and of a warning, for the person who applies the object."""

from __future__ import annotations

from typing import Any

from nginx_grpc.client import Decision
from nginx_grpc.findings import Finding

__all__ = [
    "LARGE",
    "OVERRUN",
    "TOO_MANY",
    "audit",
    "denial",
    "not_judged_here",
    "unread",
    "unreadable",
    "warnings",
]

OVERRUN = (
    "this object's nginx configuration takes more time or memory to judge than an admission has; "
    "split it, or shorten it, and try `nginx-grpc check` on it"
)
TOO_MANY = (
    "this object's nginx configuration has more findings than an admission can tell; "
    "`nginx-grpc check` on the same object shows them"
)
LARGE = (
    "objects of more than 64 KiB are judged one at a time, and others are before this one; "
    "try again in a moment"
)
_MESSAGE = 8000
_ANNOTATION = 1000


def denial(head: dict[str, Any], decision: Decision, shown: int) -> str:
    """Each finding with its id, its key and line, the reason and the line to write."""
    count = len(decision.deny)
    lines = [f"nginx-grpc: {count} finding{'s' if count != 1 else ''} in {_object(head)}"]
    length = len(lines[0])
    for number, finding in enumerate(decision.deny):
        text = finding.msg
        if finding.remedy:
            verb = f"\n    {finding.verb}: "
            text += verb + finding.remedy.strip().replace("\n", "\n" + " " * (len(verb) - 1))
        if number >= shown or length + len(text) > _MESSAGE:
            left = count - number
            lines.append(f"and {left} more; `nginx-grpc check` on the same object shows all")
            break
        lines.append(text)
        length += len(text)
    return "\n".join(lines)


def warnings(decision: Decision) -> list[str]:
    """One line a warning."""
    return [_line(finding) for finding in decision.warn]


def unread(head: dict[str, Any]) -> list[str]:
    """One line an entry that looks like nginx text, could not be read and was not judged."""
    return [
        f"{_place(refusal)}: looks like nginx text and was not judged: {_reason(refusal)}"
        for refusal in head.get("unread", [])
    ]


def unreadable(head: dict[str, Any]) -> str:
    """Why nginx text of the object could not be read, and what to do."""
    lines = [f"nginx-grpc: nginx text that can't be read in {_object(head)}"]
    for refusal in head["refusals"]:
        place = _place(refusal)
        lines.append(f"{place}: {_reason(refusal)}" if place else _reason(refusal))
    return "\n".join(lines)


def not_judged_here(head: dict[str, Any]) -> str:
    """Why an object of this kind is kept out."""
    if head["outcome"] == "secret":
        return (
            "nginx-grpc: Secrets are not judged here, though the webhook is called for them; "
            "start it with --secrets, or take them out of its rules"
        )
    return (
        f"nginx-grpc: objects of kind {head['kind']} are not judged here; "
        "take them out of the webhook's rules"
    )


def audit(decision: Decision) -> dict[str, str]:
    """For the API server's audit log."""
    waived = [f"{f.id}" for f in decision.findings if f.waived is not None]
    values = {
        "revision": decision.revision,
        "denied": ",".join(sorted({finding.id for finding in decision.deny})),
        "warned": ",".join(sorted({finding.id for finding in decision.warn})),
        "waived": ",".join(sorted(set(waived))),
    }
    return {name: value[:_ANNOTATION] for name, value in values.items() if value}


def _line(finding: Finding) -> str:
    remedy = " ".join(finding.remedy.split())
    return f"{finding.msg}; {finding.verb}: {remedy}" if remedy else finding.msg


def _place(refusal: dict[str, Any]) -> str:
    return f"{refusal['key']}:{refusal['line']}" if refusal["line"] else str(refusal["key"])


def _reason(refusal: dict[str, Any]) -> str:
    return f"{refusal['what']}; {refusal['hint']}" if refusal["hint"] else str(refusal["what"])


def _object(head: dict[str, Any]) -> str:
    name = head["name"] or "(unnamed)"
    return f"{head['kind']} {head['namespace']}/{name}"
