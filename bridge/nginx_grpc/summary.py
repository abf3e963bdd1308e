"""What a check comes to, in the words that every report uses.

"clean" is said of gRPC locations that were judged, and of nothing else.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from nginx_grpc.findings import CheckResult, Gap, Input

__all__ = ["fixes", "headline", "is_quiet", "judged", "plural", "reasons", "remarks", "verdict"]

FAILED = "failed"
CLEAN = "clean"
PASSED = "passed"
NOT_JUDGED = "not judged in full"
NO_GRPC = "no gRPC found"
NOTHING = "no nginx configuration here"


def verdict(result: CheckResult) -> str:
    """One of the words above: `failed` is exit status 1, every other 0."""
    if result.failed:
        return FAILED
    if not result.inputs:
        return NOTHING
    if not result.grpc_locations:
        return NO_GRPC
    if result.unread:
        return NOT_JUDGED
    if any(not given.complete or given.unjudged for given in result.inputs):
        return NOT_JUDGED
    if any(finding.outcome == "unknown" for finding in result.findings):
        return NOT_JUDGED
    return PASSED if any(finding.counts for finding in result.findings) else CLEAN


def is_quiet(result: CheckResult) -> bool:
    """Whether there is nothing that anybody has to read."""
    found = any(finding.counts for finding in result.findings)
    told = reasons(result) or result.notes or result.unread
    return not (result.failed or found or told) and verdict(result) != NOT_JUDGED


def headline(result: CheckResult) -> str:
    """The verdict in a sentence without findings."""
    if not result.inputs:
        return NOTHING
    if result.grpc_locations:
        return verdict(result)
    locations = sum(given.locations for given in result.inputs)
    return f"{NO_GRPC}: {plural(locations, 'location')} in {plural(_files(result), 'file')}"


def closing(
    result: CheckResult, style: Callable[[str, str], str] = lambda style, text: text
) -> str:
    """The last line of what people read: the verdict, the counts, and what they are about.

    `style` may colour a piece of it: deny, warn or good.
    """
    denied, warned = result.count("deny"), result.count("warn")
    counts = [
        style("deny", f"{denied} denied") if denied else "0 denied",
        style("warn", plural(warned, "warning")) if warned else "0 warnings",
    ]
    if result.waived:
        counts.append(f"{result.waived} waived")
    if result.baselined:
        counts.append(f"{result.baselined} in the baseline")
    told, rules = ", ".join(counts), plural(len(result.rules), "rule")
    word = verdict(result)
    if word in (NOTHING, NO_GRPC):
        return f"{headline(result)} ({told}, {rules})"
    head = "" if word in (FAILED, PASSED) else f"{word}: "
    head = style("good", head) if word == CLEAN else head
    return f"{head}{told} ({judged(result)}, {rules})"


def fixes(result: CheckResult) -> str:
    """How many findings an edit mends; empty where nothing is found."""
    counts = Counter(each.fix.get("applicability", "") for each in result.findings if each.counts)
    kinds = (("safe", "safe"), ("unsafe", "with --unsafe"), ("manual", "to decide"))
    told = ", ".join(f"{counts[kind]} {words}" for kind, words in kinds if counts[kind])
    return f"fixes: {told} (nginx-grpc fix)" if told else ""


def judged(result: CheckResult) -> str:
    """What the verdict is about."""
    if not result.grpc_locations:
        return headline(result)
    locations = plural(result.grpc_locations, "gRPC location")
    return f"{locations} in {plural(_files(result), 'file')}"


def reasons(result: CheckResult) -> list[str]:
    """Why the verdict is not the last word: each thing that may hide a gRPC location, or a value
    that one depends on."""
    told = [_reason(given, gap) for given in result.inputs for gap in given.gaps]
    return list(dict.fromkeys(told))


def remarks(result: CheckResult) -> list[str]:
    """What else a reader should know, a sentence each."""
    streams = [told for given in result.inputs for told in given.streams]
    told = [*streams, *result.notes, *result.unread]
    if result.left_out:
        names = ", ".join(result.left_out[:3]) + (", ..." if len(result.left_out) > 3 else "")
        told.append(f"{plural(len(result.left_out), 'folder')} left out: {names}")
    if result.misses_grpc:
        told.append("gRPC is required (--require-grpc), and no location carries it")
    if result.untold:
        told.append(f"not judged in full (--fail-on unknown): {', '.join(result.untold)}")
    return told


def plural(count: int, noun: str) -> str:
    """A count with its noun."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _reason(given: Input, gap: Gap) -> str:
    if gap.kind == "include":
        return f"include {gap.what} ({gap.file}:{gap.line}) was not read: {gap.reason}"
    if gap.kind == "context" and given.kind == "directory":
        return f"{given.entry} is included by nothing here, a fragment: {gap.what} is not seen"
    if gap.kind == "context":
        return f"{given.entry} is a fragment: {gap.what} is not seen"
    return f"{gap.what} ({gap.file}:{gap.line}): {gap.reason}"


def _files(result: CheckResult) -> int:
    return len({file for given in result.inputs for file in given.files})
