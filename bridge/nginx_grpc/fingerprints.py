"""What a finding is called when its lines have moved.

A fingerprint is made of the rule and of the configuration's own names: the input, the server,
location and upstream, and the directive at fault. Never of a line or of a value, so that it
outlives edits above the place and a change of the value that does not mend it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from nginx_grpc.findings import Finding

__all__ = ["Lines", "Names", "fingerprint", "names"]

Names = tuple[str, str, str, str, str, str]
"""Rule, input, server, location, upstream, directive."""


class Lines:
    """The lines of the files that were read, split once a file.

    Args:
        texts: the files by name, as in `CheckResult.texts`.
    """

    def __init__(self, texts: dict[str, bytes]) -> None:
        self._texts = texts
        self._split: dict[str, list[bytes]] = {}

    def of(self, file: str) -> list[bytes]:
        """All lines of a file without their line feeds; none where it was not read."""
        lines = self._split.get(file)
        if lines is None:
            text = self._texts.get(file)
            lines = self._split[file] = [] if text is None else text.split(b"\n")
        return lines

    def at(self, file: str, line: int) -> bytes:
        """One line, counted from 1; empty where there is none."""
        lines = self.of(file)
        return lines[line - 1] if 1 <= line <= len(lines) else b""


def names(finding: Finding) -> Names:
    """The names of a finding; two of one kind have equal names."""
    return (
        finding.id,
        finding.entry,
        finding.server,
        finding.location,
        finding.upstream,
        finding.directive,
    )


def fingerprint(findings: Iterable[Finding]) -> Iterator[str]:
    """A fingerprint for each finding (32 hexadecimal digits), unlike all others of the result.

    Findings with equal names are told apart by their order.
    """
    from hashlib import sha256

    seen: Counter[Names] = Counter()
    for key in map(names, findings):
        seen[key] += 1
        text = "\0".join((*key, str(seen[key])))
        yield sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
