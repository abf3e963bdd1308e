"""What a text with variables can be: its alternatives, as far as they are known beforehand.

Each alternative is a row of literal pieces and of leaves that nobody can know.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from nginx_grpc.model.variables import MOST_VALUES, LocationVariables

__all__ = ["Alternative", "Leaf", "expand", "variables_in"]

_VARIABLE = re.compile(r"\$(?:\{([A-Za-z0-9_]+)\}|([0-9])|([A-Za-z_][A-Za-z0-9_]*))")
_DEEPEST = 10
_LONGEST = 4096


@dataclass(frozen=True, slots=True)
class Leaf:
    """A part of a text that nobody can know beforehand.

    Args:
        name: the variable it comes from.
        request: whether the client chooses it; else it is set somewhere that is not followed.
    """

    name: str
    request: bool


Alternative = tuple[str | Leaf, ...]


def variables_in(text: str) -> list[str]:
    """The names of the variables in a text, each once, without the dollar sign."""
    if "$" not in text:
        return []
    found = (braced or digit or plain for braced, digit, plain in _VARIABLE.findall(text))
    return list(dict.fromkeys(found))


def expand(text: str, variables: LocationVariables) -> list[Alternative]:
    """The alternatives of a text, in order, each once."""
    found = _expand(text, variables, _DEEPEST)
    unique = list(dict.fromkeys(found))
    if sum(len(piece) for row in unique for piece in row if isinstance(piece, str)) > _LONGEST:
        return [(Leaf(text[:32], request=False),)]
    return unique


def _expand(text: str, variables: LocationVariables, deep: int) -> list[Alternative]:
    rows: list[Alternative] = [()]
    position = 0
    for match in _VARIABLE.finditer(text):
        literal = text[position : match.start()]
        position = match.end()
        name = match[1] or match[2] or match[3]
        choices = _choices(name, variables, deep)
        if len(rows) * len(choices) > MOST_VALUES:
            choices = [(Leaf(name, request=variables.is_request(name)),)]
        rows = [_joined(row, literal, choice) for row in rows for choice in choices]
    return [_joined(row, text[position:], ()) for row in rows]


def _choices(name: str, variables: LocationVariables, deep: int) -> list[Alternative]:
    values = variables.values(name) if deep else None
    if values is None:
        return [(Leaf(name, request=deep > 0 and variables.is_request(name)),)]
    rows: list[Alternative] = []
    for text in values.texts:
        rows.extend(_expand(text, variables, deep - 1) if "$" in text else [(text,)])
        if len(rows) > MOST_VALUES:
            return [(Leaf(name, request=False),)]
    if not values.complete:
        rows.append((Leaf(name, request=False),))
    return rows


def _joined(row: Alternative, literal: str, choice: Alternative) -> Alternative:
    pieces = list(row)
    for piece in (literal, *choice):
        if isinstance(piece, Leaf) or not pieces or isinstance(pieces[-1], Leaf):
            if piece != "":
                pieces.append(piece)
        elif isinstance(pieces[-1], str):
            pieces[-1] += piece
    return tuple(pieces)
