"""Proof that a redacted configuration is judged as the original is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING

from nginx_grpc.errors import Refused
from nginx_grpc.redaction.mapping import Map
from nginx_grpc.redaction.redactor import Redactor
from nginx_grpc.settings import text_of
from nginx_grpc.settings_search import Given
from nginx_grpc.tree import Configuration

if TYPE_CHECKING:
    from nginx_grpc.findings import CheckResult

__all__ = ["Judge", "Read", "proven"]

Read = Callable[[], list[Configuration]]
"""Reads what was given, each time anew."""
Judge = Callable[[list[Configuration], Callable[[Configuration], Given]], "CheckResult"]


def proven(
    read: Read,
    settings_of: Callable[[Configuration], Given],
    judge: Judge,
    *,
    known: Map | None = None,
    beside: Callable[[Redactor], object] = lambda redactor: None,
) -> tuple[Redactor, CheckResult]:
    """A redactor under which the verdict is the same, and that verdict.

    Names that are easy to read are tried first; then such as keep the length and the kinds of
    letters, so that every regular expression meets them as it met the words they stand for.

    Args:
        read: gives the configurations.
        settings_of: the settings of each.
        judge: judges configurations, each with settings.
        known: the mapping of an earlier run, to go on with.
        beside: shows the redactor what else it is to see, logs perhaps.

    Raises Refused where the verdict would be another one under both.
    """
    before = judge(read(), settings_of)
    differs = ""
    for shaped in (False, True) if known is None else (known.shaped,):
        redactor = Redactor(shaped=shaped)
        if known is not None:
            redactor.go_on(known)
        configurations = read()
        given = {id(each): settings_of(each) for each in configurations}
        redactor.see(configurations)
        beside(redactor)
        for each in given.values():
            _settings(each, redactor)
        redactor.settle()
        settings: dict[int, Given] = {}
        try:
            for configuration in configurations:
                own = given[id(configuration)]
                redactor.configuration(configuration)
                settings[id(configuration)] = _settings(own, redactor)
            after = judge(configurations, lambda each, known=settings: known[id(each)])  # type: ignore[misc]
        except Refused as refused:
            differs = refused.what
            continue
        differs = _difference(before, after, redactor)
        if not differs:
            return redactor, after
    raise Refused(
        f"with pseudonyms in it the verdict would be another one ({differs})",
        "nothing is printed; show the part around that place only",
    )


def _settings(given: Given, redactor: Redactor) -> Given:
    if not given.file:
        return Given(redactor.settings(given.values))
    files = [
        (redactor.file(file), redactor.settings_text(text_of(file).encode()).decode("utf-8"))
        for file, _ in given.files
    ]
    return Given(redactor.settings(given.values), tuple(files))


def _difference(before: CheckResult, after: CheckResult, redactor: Redactor) -> str:
    """A finding that only one of two results has; empty where they are the same."""
    own = Counter(
        (
            each.id,
            each.level,
            each.outcome,
            each.line,
            each.waived is None,
            redactor.file(each.file),
        )
        for each in before.findings
    )
    others = Counter(
        (each.id, each.level, each.outcome, each.line, each.waived is None, each.file)
        for each in after.findings
    )
    for found in (own - others) or (others - own):
        return f"{found[0]} at {found[5]}:{found[3]}"
    return ""
