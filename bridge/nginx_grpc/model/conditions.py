"""The condition of an `if`: what the variables hold where it is met, and where it is not."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from nginx_grpc.expressions import expression
from nginx_grpc.model.captures import pattern_of
from nginx_grpc.model.facts import PATH_NAMES, SENT, Test, leaves_of
from nginx_grpc.model.patterns import Language
from nginx_grpc.model.values import NOTHING, Alternative, Leaf, Values
from nginx_grpc.model.variables import name_of
from nginx_grpc.tree import Directive

if TYPE_CHECKING:
    from nginx_grpc.model.state import State

__all__ = ["decided"]

_CHOICE = expression(r"\^\(?((?:[A-Za-z0-9_:|-]|\\[./-])+)\)?\$")
# What matches leaves a client every choice.
_FREE = expression(r"\^?(?:\(?(?:\?P?<\w+>)?(?:\.|\[\^[/:.]+\])[*+]\)?)?\$?")
# These change with the path or the query; the path itself is looked after by who changes it.
_PATH = frozenset(
    (
        "args",
        "document_root",
        "is_args",
        "query_string",
        "realpath_root",
        "request_filename",
        "request_method",
    )
)
_FALSE = frozenset(("", "0"))
_BOTH = {True, False}
_ANSWERS = {"always": {True}, "never": {False}}
_Rows = dict[Alternative, "Directive | None"]


def decided(directive: Directive, state: State) -> tuple[State | None, State | None]:
    """What holds where the condition is met, and where it is not; None where that cannot be.

    Args:
        directive: the `if`.
        state: what holds before; is changed.
    """
    args = directive.args
    if not args or not args[0].startswith("$"):
        # A file: where there is one nobody knows, but twice the same is asked.
        if len(args) > 1:
            state.text(args[1], None)
        return _either(state, frozenset(args[1:]))
    name = name_of(args[0])
    values = state.read(name)
    operator = args[1] if len(args) > 1 else ""
    other = args[2] if len(args) > 2 else ""
    if operator in ("~", "~*", "!~", "!~*"):
        met, unmet = _matched(name, values, operator.lstrip("!"), other, state)
        return (unmet, met) if operator.startswith("!") else (met, unmet)
    texts = _FALSE
    if operator:
        expected = state.text(other, None)
        constant = [row for row in expected.rows if _is_constant(row)]
        if len(constant) != 1 or len(expected.rows) != 1:
            return _either(state, leaves_of(values) | leaves_of(expected))
        texts = frozenset(("".join(map(str, constant[0])),))
    yes, no = _parted(name, values, texts, state)
    return (yes, no) if operator == "=" else (no, yes)


def _either(state: State, names: frozenset[str]) -> tuple[State, State]:
    if names & (state.facts.names | state.mapped) or not names:
        state.loose = True
    state.facts = state.facts.asked(names)
    return state.copy(), state


def _parted(
    name: str, values: Values, texts: frozenset[str], state: State
) -> tuple[State | None, State | None]:
    """What holds where a variable is one of the texts, and where it is none."""
    equal: _Rows = {}
    unequal: _Rows = {}
    answers: set[bool] = set()
    _watch(name, values, state)
    for row, giver in values.rows.items():
        if _is_constant(row):
            same = "".join(map(str, row)) in texts
            (equal if same else unequal)[row] = giver
            answers |= set() if id(giver) in state.strangers else {same}
            continue
        possible, sure = state.facts.answer(row, texts)
        answers |= _sent(row, texts, state)
        state.loose = state.loose or not sure
        if True in possible:
            equal.update(((text,) if text else NOTHING, giver) for text in sorted(texts))
            # `x$arg_a` is not "y".
            state.loose = state.loose or len(row) > 1
        if False in possible:
            unequal[row] = giver
    met = _where(state, name, values, equal, (texts, True))
    unmet = _where(state, name, values, unequal, (texts, False))
    _estrange(met, unmet, answers)
    return met, unmet


def _matched(
    name: str, values: Values, operator: str, regex: str, state: State
) -> tuple[State | None, State | None]:
    """What holds where a variable matches a regex, and where it does not."""
    test = (operator, regex)
    choice = _CHOICE.fullmatch(regex) if operator == "~" else None
    texts: list[str] = []
    if choice and ("(" in regex) == (")" in regex) and ("(" in regex or "|" not in choice[1]):
        texts = choice[1].replace("\\", "").split("|")
    _watch(name, values, state)
    yes: _Rows = {}
    no: _Rows = {}
    answers: set[bool] = set()
    for row, giver in values.rows.items():
        if _is_constant(row):
            text = Language("".join(map(str, row)), exact=True)
            how = state.known.matches(regex, operator == "~*", text)
            if how != "never":
                yes[row] = giver
            if how != "always":
                no[row] = giver
            answers |= set() if id(giver) in state.strangers else _ANSWERS.get(how, _BOTH)
            state.loose = state.loose or how not in ("never", "always")
            continue
        possible, sure = state.answer(row, test)
        answers |= _sent(row, test, state)
        state.loose = state.loose or not sure
        if True in possible and texts:
            yes.update(((text,), giver) for text in texts)
        elif True in possible:
            yes[row] = giver
        if False in possible:
            no[row] = giver
    unmet = _where(state, name, values, no, (test, False))
    met = _where(state, name, values, yes, (test, True))
    _estrange(met, unmet, answers)
    if unmet is not None:
        unmet.miss()
    if met is not None:
        pattern = pattern_of(regex)
        if not pattern.always and not _FREE.fullmatch(regex):
            _confine(met, values)
        met.match(pattern, values)
    return met, unmet


def _sent(row: Alternative, test: Test, state: State) -> set[bool]:
    """How a test of a text goes for gRPC calls."""
    text = state.sent(row)
    if text == Language():
        return _BOTH
    if not isinstance(test, frozenset):
        return _ANSWERS.get(state.known.matches(test[1], test[0] == "~*", text), _BOTH)
    pattern = f"^({'|'.join(map(re.escape, sorted(test)))})$"
    return _ANSWERS.get(state.known.matches(pattern, False, text), _BOTH)


def _estrange(met: State | None, unmet: State | None, answers: set[bool]) -> None:
    """Where a condition goes as it does for no gRPC call, none comes."""
    for state, answer in ((met, True), (unmet, False)):
        if state is not None and answers and answer not in answers:
            state.foreign = True


def _watch(name: str, values: Values, state: State) -> None:
    """See whether a condition may depend on another one, or on what else is held."""
    names = leaves_of(values)
    if state.head is not None and names & PATH_NAMES:
        state.loose = True
    if len(values.rows) > 1:
        names |= {name}
        held = state.held.items()
        if any(len(other.rows) > 1 for key, other in held if key != name):
            state.loose = True
    if names & state.mapped:
        state.loose = True
    unstable = {leaf for leaf in names if not _lasts(state, leaf)}
    if unstable & state.facts.names:
        state.loose = True
    state.facts = state.facts.asked(names)


def _where(
    state: State, name: str, values: Values, rows: _Rows, went: tuple[Test, bool]
) -> State | None:
    """What holds where a condition went so, of a variable that can then be these."""
    if not rows:
        return None
    found = state.copy()
    if _stays(state, name):
        found.held[name] = Values(rows)
    if len(values.rows) == 1:
        [row] = values.rows
        if not _is_constant(row) and all(_lasts(state, leaf) for leaf in leaves_of(values)):
            found.facts = found.facts.knowing(row, *went)
            if went[1] and isinstance(went[0], frozenset):
                _confine(found, values)
    return found


def _confine(state: State, values: Values) -> None:
    """What a condition has let through is not any text: not here, and in no copy of it."""
    names = leaves_of(values)
    for key in {*state.held, *(leaf for leaf in names if leaf.startswith(SENT))}:
        held = state.get(key)
        if held.fresh and key in names:
            held = Values({(Leaf(key, request=False),): None})
        rows: _Rows = {
            tuple(
                Leaf(piece.name, request=False)
                if isinstance(piece, Leaf) and piece.name in names
                else piece
                for piece in row
            ): giver
            for row, giver in held.rows.items()
        }
        state.held[key] = Values(rows, held.fresh)


def _is_constant(row: Alternative) -> bool:
    return not any(isinstance(piece, Leaf) for piece in row)


def _lasts(state: State, name: str) -> bool:
    """Whether a variable that nothing sets is the same all through a request."""
    known = state.known
    if name.isdigit() or name in known.assigned or name in known.http.captures or name in _PATH:
        return False
    if name in known.http.given or name in known.http.definitions:
        return False
    return not (name.startswith("arg_") and state.restarted)


def _stays(state: State, name: str) -> bool:
    """Whether a variable is the same when it is read again."""
    definition = state.known.http.definitions.get(name)
    if definition is not None:
        return not definition.volatile
    return name in state.known.assigned or _lasts(state, name)
