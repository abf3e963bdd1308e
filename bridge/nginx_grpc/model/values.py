"""What a text or a variable can be: its alternatives, each a row of literal pieces and leaves."""

from __future__ import annotations

from collections.abc import Iterable

from nginx_grpc.expressions import expression
from nginx_grpc.records import dataclass, field
from nginx_grpc.tree import Directive

__all__ = ["Alternative", "Leaf", "Values", "Work", "parts_of", "variables_in"]

# `$1abc` is the capture 1 and "abc"; names ignore case.
_VARIABLE = expression(r"\$(?:\{([A-Za-z0-9_]+)\}|([1-9])|([A-Za-z0-9_]+))")
# More alternatives, or longer ones, are not followed.
_MOST = 64
_LONGEST = 4096
# What a leaf counts for in this, so that a text of thousands of them is not joined again and again.
_LEAF = 16
# What joining two texts costs beside assigning a variable.
_EACH = 8


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
NOTHING: Alternative = ()


class TooMuchWork(Exception):
    """Following the variables would take longer than a configuration is worth."""


@dataclass(slots=True)
class Work:
    """Bounds the work on the variables of one configuration."""

    left: int = 1_000_000

    def spend(self, steps: int) -> None:
        """Raises TooMuchWork where nothing is left."""
        self.left -= steps
        if self.left < 0:
            raise TooMuchWork


@dataclass(slots=True)
class Values:
    """What a variable can hold at some point. Not changed once it is made.

    Args:
        rows: the alternatives, each with the directive that gives it; None where none does.
        fresh: whether nothing may have given it a value yet, so that it is evaluated when it is
            read.
    """

    rows: dict[Alternative, Directive | None] = field(default_factory=dict)
    fresh: bool = False

    def join(self, other: Values) -> Values:
        """These and the other's."""
        if other is self or (not other.rows and other.fresh <= self.fresh):
            return self
        rows = {**self.rows, **{row: at for row, at in other.rows.items() if row not in self.rows}}
        return Values(_bounded(rows), self.fresh or other.fresh)


FRESH = Values(fresh=True)


def unknown(name: str, *, request: bool = False) -> Values:
    """What nobody can know."""
    return Values({(Leaf(name, request),): None})


def parts_of(text: str) -> list[tuple[str, str]]:
    """A text as pairs of a literal and the variable behind it (small letters), none at the end."""
    parts = []
    position = 0
    for match in _VARIABLE.finditer(text):
        name = match[1] or match[2] or match[3]
        parts.append((text[position : match.start()], name.lower()))
        position = match.end()
    parts.append((text[position:], ""))
    return parts


def variables_in(text: str) -> list[str]:
    """The variables in a text as written, each once, without the dollar sign."""
    if "$" not in text:
        return []
    found = (braced or digit or plain for braced, digit, plain in _VARIABLE.findall(text))
    return list(dict.fromkeys(found))


def texts_of(
    pieces: Iterable[tuple[str, Values]], tail: str, giver: Directive | None, work: Work
) -> Values:
    """The alternatives of a text.

    Args:
        pieces: each literal with the values of the variable behind it.
        tail: the literal at the end.
        giver: the directive that holds the text; a variable's own is named instead.
        work: is bounded.
    """
    rows: dict[Alternative, Directive | None] = {NOTHING: None}
    for literal, values in pieces:
        work.spend(_EACH * len(rows) * len(values.rows) + 1)
        if len(rows) * len(values.rows) > _MOST:
            values = Values(_leaf_for(values.rows))
        rows = _bounded(
            {
                _joined(row, literal, choice): place or given
                for row, given in rows.items()
                for choice, place in values.rows.items()
            }
        )
    if tail:
        rows = {_joined(row, tail, NOTHING): given for row, given in rows.items()}
    return Values({row: given or giver for row, given in rows.items()})


def _bounded(rows: dict[Alternative, Directive | None]) -> dict[Alternative, Directive | None]:
    if len(rows) <= 1 and not any(len(row) > 1 for row in rows):
        return rows if sum(map(_length, rows)) <= _LONGEST else _leaf_for(rows)
    if len(rows) > _MOST or sum(map(_length, rows)) > _LONGEST:
        return _leaf_for(rows)
    return rows


def _length(row: Alternative) -> int:
    return sum(len(piece) if isinstance(piece, str) else _LEAF for piece in row)


def _leaf_for(rows: Iterable[Alternative]) -> dict[Alternative, Directive | None]:
    """One leaf for all; the client's, if one of them is the client's alone."""
    leaves = {piece: len(row) for row in rows for piece in row if isinstance(piece, Leaf)}
    whole = next((leaf for leaf, pieces in leaves.items() if leaf.request and pieces == 1), None)
    return {(whole or Leaf(next((leaf.name for leaf in leaves), ""), request=False),): None}


def _joined(row: Alternative, literal: str, choice: Alternative) -> Alternative:
    pieces = list(row)
    for piece in (literal, *choice):
        if isinstance(piece, Leaf) or not pieces or isinstance(pieces[-1], Leaf):
            if piece != "":
                pieces.append(piece)
        elif isinstance(pieces[-1], str):
            pieces[-1] += piece
    return tuple(pieces)
