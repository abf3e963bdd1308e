"""`nginx-grpc rules TEXT`: rules by their words, or by what one sees."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import Any

from nginx_grpc import catalogue, evidence, indented, printable
from nginx_grpc.catalogue import Rule
from nginx_grpc.errors import Refused
from nginx_grpc.explain.recognition import Recogniser
from nginx_grpc.explain.symptoms import PAGE, Symptom, classes

__all__ = ["show"]

_BOLD, _DIM, _RESET = "\x1b[1m", "\x1b[2m", "\x1b[0m"
_MOST = 8  # symptoms shown


def show(text: str, form: str, *, color: bool, width: int) -> str:
    """The rules and symptoms that a text leads to, as `text` or `json`.

    Raises Refused where it leads to none.
    """
    symptoms = _symptoms(text)
    rules = _rules(text, symptoms)
    if not rules and not symptoms:
        raise Refused(
            f"no rule or symptom has {text}", "`nginx-grpc rules` lists the rules; try fewer words"
        )
    if form == "json":
        return indented.dumps(_plain(rules, symptoms))
    width = max(60, min(width, 100))
    parts = [list(_symptom_lines(symptoms, color, width)), list(_rule_lines(rules, color, width))]
    if not _class_of(text):
        parts.reverse()
    lines = [line for part in filter(None, parts) for line in ["", *part]][1:]
    return printable.without_commands("\n".join(lines) + "\n")


def _class_of(text: str) -> str:
    """The class of a message; empty for other words."""
    seen = Recogniser().see(text)
    return seen.entry.name if seen is not None and seen.entry is not None else ""


def _symptoms(text: str) -> list[Symptom]:
    """A message's own class first, then those whose messages hold the text."""
    wanted = text.casefold().strip()
    name = _class_of(text)
    first = [each for each in classes() if each.name == name]
    others = [
        each
        for each in classes()
        if each not in first
        and (
            wanted == each.name
            or any(wanted in said.casefold() for says in each.says.values() for said in says)
        )
    ]
    others.sort(key=lambda each: not each.matters)
    return first + others


def _rules(text: str, symptoms: list[Symptom]) -> list[Rule]:
    """Of a message those that it can come from first; of other words those that are called so.
    Then those whose words hold the text."""
    words = text.casefold().split()
    ids = [c.id for symptom in symptoms for c in symptom.candidates if c.id]
    seen = [rule for each in dict.fromkeys(ids) if (rule := catalogue.by_id(each)) is not None]
    called = [rule for rule in catalogue.rules() if _has(f"{rule.slug} {rule.title}", words)]
    found = list(dict.fromkeys(seen + called if _class_of(text) else called + seen))
    for rule in catalogue.rules():
        said = " ".join(
            (
                rule.slug,
                rule.title,
                rule.description,
                rule.message,
                rule.why,
                *evidence.of(rule.id).change,
                *(f"{each['when']} {each['message']}" for each in rule.variants),
            )
        )
        if rule not in found and _has(said, words):
            found.append(rule)
    return found


def _has(said: str, words: list[str]) -> bool:
    return all(word in said.casefold() for word in words)


def _plain(rules: list[Rule], symptoms: list[Symptom]) -> dict[str, Any]:
    return {
        "rules": [{"id": r.id, "slug": r.slug, "title": r.title} for r in rules],
        "symptoms": [
            {
                "class": each.name,
                "meaning": each.meaning,
                "rules": [c.id for c in each.candidates if c.id],
                "page": f"{PAGE}#{each.name}",
            }
            for each in symptoms
        ],
    }


def _symptom_lines(symptoms: list[Symptom], color: bool, width: int) -> Iterator[str]:
    bold, dim, reset = (_BOLD, _DIM, _RESET) if color else ("", "", "")
    for number, symptom in enumerate(symptoms[:_MOST]):
        if number:
            yield ""
        yield f"{bold}{symptom.name}{reset}"
        yield from textwrap.wrap(
            symptom.meaning, width, initial_indent="  ", subsequent_indent="  "
        )
        for candidate in symptom.candidates:
            cause = candidate.id or ("nginx" if candidate.cause == "rule" else candidate.cause)
            if cause == "none":
                cause = "-"
            if candidate.id and catalogue.by_id(candidate.id) is None:
                continue
            rows = textwrap.wrap(candidate.when, width - 11, break_on_hyphens=False)
            for place, row in enumerate(rows):
                yield f"  {'' if place else cause:7}  {row}"
        yield f"  {dim}page:{reset} {catalogue.page(PAGE)}#{symptom.name}"
    if len(symptoms) > _MOST:
        rest = ", ".join(each.name for each in symptoms[_MOST:])
        yield ""
        yield from textwrap.wrap(f"also: {rest}", width, break_on_hyphens=False)


def _rule_lines(rules: list[Rule], color: bool, width: int) -> Iterator[str]:
    bold, reset = (_BOLD, _RESET) if color else ("", "")
    slugs = max((len(rule.slug) for rule in rules), default=0)
    for rule in rules:
        title = textwrap.wrap(rule.title, max(20, width - slugs - 9)) or [""]
        yield f"{bold}{rule.id}{reset}  {rule.slug:{slugs}}  {title[0]}"
        yield from (f"{'':{slugs + 9}}{row}" for row in title[1:])
