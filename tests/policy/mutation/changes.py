"""What is changed in Rego, one place at a time."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from tests.policy.mutation.syntax import Node, Source, Span, written

INSTEAD = {
    "==": ["!="],
    "!=": ["=="],
    "<": ["<=", ">="],
    "<=": ["<", ">"],
    ">": [">=", "<="],
    ">=": [">", "<"],
    "&": ["|"],
    "|": ["&"],
    "+": ["-"],
    "-": ["+"],
    "*": ["+"],
    "/": ["*"],
    "%": ["+"],
}


class Change(NamedTuple):
    """`kind` of change; what stands at `span` becomes `after`."""

    kind: str
    span: Span
    after: str


def of_rule(source: Source, rule: Node) -> Iterator[Change]:
    """Every change within a rule and its `else` branches."""
    head = rule["head"]
    yield from _of_branch(source, rule)
    for part in ("key", "value"):
        if "location" in head.get(part, {}):
            yield from _of_term(source, head[part])
    for part in head["ref"][1:]:
        if part["type"] not in ("var", "string"):
            yield from _of_term(source, part)
    if not rule.get("default") and written(source, rule["body"]):
        yield from _of_body(source, rule["body"])
    if "else" in rule:
        yield from of_rule(source, rule["else"])


def _of_branch(source: Source, rule: Node) -> Iterator[Change]:
    """The branch (a rule, or one `else` of it) never holds."""
    if rule.get("default"):
        return
    if written(source, rule["body"]):
        first = source.span(rule["body"][0])
        before = re.sub(r"(?m)^\s*#.*", "", source.text[: first.start]).rstrip()
        text = source.text[first.start : first.end]
        if before.endswith("{"):
            yield Change("branch never taken", first, f"false; {text}")
        else:
            yield Change("branch never taken", first, f"{{ false; {text} }}")
    elif "else" in base_text(source, rule):
        value = source.span(rule["head"]["value"])
        text = source.text[value.start : value.end]
        yield Change("branch never taken", value, f"{text} if false")


def base_text(source: Source, rule: Node) -> str:
    span = source.span(rule["head"])
    return source.text[span.start : span.start + 4]


def _of_body(source: Source, body: list[Node]) -> Iterator[Change]:
    for expression in body:
        yield from _of_expression(source, expression)


def _of_expression(source: Source, expression: Node) -> Iterator[Change]:
    span = source.span(expression)
    text = source.text[span.start : span.end]
    terms = expression["terms"]
    if text != "true":
        yield Change("expression dropped", span, "true")
    if isinstance(terms, dict) and "symbols" in terms:
        for symbol in terms["symbols"]:
            if symbol["type"] == "call":
                *names, collection = symbol["value"][1:]
                yield _emptied(source, collection, len(names))
                yield from _of_term(source, collection)
        return
    if isinstance(terms, dict) and "domain" in terms:
        yield _emptied(source, terms["domain"], 2 if terms.get("key") else 1)
        yield from _of_term(source, terms["domain"])
        yield from _of_body(source, terms["body"])
        return
    operator = _operator(source, terms)
    if expression.get("negated"):
        yield Change("condition negated", span, re.sub(r"^not\s+", "", text))
    elif operator not in (":=", *INSTEAD):
        yield Change("condition negated", span, f"not {text}")
    for term in terms if isinstance(terms, list) else [terms]:
        yield from _of_term(source, term)
    if isinstance(terms, list):
        yield from _of_operator(source, terms)
    for replaced in expression.get("with", []):
        yield from _of_term(source, replaced["value"])


def _emptied(source: Source, collection: Node, names: int) -> Change:
    return Change("collection emptied", source.span(collection), "{}" if names > 1 else "[]")


def _operator(source: Source, terms: object) -> str:
    if not isinstance(terms, list):
        return ""
    span = source.span(terms[0])
    return source.text[span.start : span.end]


def _of_operator(source: Source, terms: list[Node]) -> Iterator[Change]:
    for instead in INSTEAD.get(_operator(source, terms), []):
        yield Change("operator changed", source.span(terms[0]), instead)


def _of_term(source: Source, term: Node) -> Iterator[Change]:
    kind, value = term["type"], term["value"]
    if kind in ("string", "number", "boolean"):
        yield from _of_constant(source, term)
    elif kind in ("array", "set"):
        # A text in a set is removed, one in an array altered: both at once say no more.
        for part in value:
            if kind == "array" or part["type"] != "string":
                yield from _of_term(source, part)
        for removed, part in zip(_without_each(source, term, value, value), value, strict=True):
            if kind == "set" or part["type"] != "string":
                yield removed
    elif kind == "object":
        for key, inner in value:
            if key["type"] not in ("string", "number", "boolean"):
                yield from _of_term(source, key)
            yield from _of_term(source, inner)
        keys, inner = [key for key, _ in value], [inner for _, inner in value]
        yield from _without_each(source, term, keys, inner)
    elif kind == "call":
        yield from _of_operator(source, value)
        for argument in value[1:]:
            yield from _of_term(source, argument)
    elif kind == "ref":
        for part in value:
            # A field after a dot is a string without quotes.
            if part["type"] not in ("var", "string") or _is_quoted(source, part):
                yield from _of_term(source, part)
    elif kind.endswith("comprehension"):
        for part in ("key", "value", "term"):
            if part in value:
                yield from _of_term(source, value[part])
        yield from _of_body(source, value["body"])


def _is_quoted(source: Source, term: Node) -> bool:
    return term["type"] == "string" and source.text[source.span(term).start] in '"`'


def _of_constant(source: Source, term: Node) -> Iterator[Change]:
    span = source.span(term)
    text = source.text[span.start : span.end]
    if term["type"] == "number":
        yield Change("number changed", span, str(int(term["value"]) + 1))
    elif term["type"] == "boolean":
        yield Change("boolean changed", span, "false" if text == "true" else "true")
    elif text.startswith("`"):
        pattern = text[1:-1]
        yield Change("text changed", span, f"`~{pattern}`")
        if pattern.startswith("^"):
            yield Change("pattern not anchored", span, f"`{pattern[1:]}`")
        if pattern.endswith("$"):
            yield Change("pattern not anchored", span, f"`{pattern[:-1]}`")
    elif text.startswith('"'):
        version = re.fullmatch(r'"(\d+(?:\.\d+)+\.)(\d+)"', text)
        if version:
            yield Change("text changed", span, f'"{version[1]}{int(version[2]) + 1}"')
        else:
            yield Change("text changed", span, f'{text[:-1]}~"')


def _without_each(
    source: Source, term: Node, firsts: list[Node], lasts: list[Node]
) -> Iterator[Change]:
    """A literal without one of its members, which go each from a first to a last node."""
    # OPA sorts the members of sets and objects.
    starts = sorted(source.span(first).start for first in firsts)
    ends = sorted(source.span(last).end for last in lasts)
    for first in firsts:
        i = starts.index(source.span(first).start)
        if len(firsts) == 1:
            empty = {"set": "set()", "array": "[]", "object": "{}"}[term["type"]]
            yield Change("member removed", source.span(term), empty)
        elif i + 1 < len(firsts):
            yield Change("member removed", Span(starts[i], starts[i + 1]), "")
        else:
            yield Change("member removed", Span(ends[i - 1], ends[i]), "")
