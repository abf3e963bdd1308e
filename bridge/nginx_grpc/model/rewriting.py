"""nginx's rewrite module, followed without a request: set, if, rewrite, break and return in order.

Where an `if` may go either way, both are followed; what cannot be told apart later is joined.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from nginx_grpc.model.captures import Pattern, pattern_of
from nginx_grpc.model.values import (
    FRESH,
    NOTHING,
    Alternative,
    Leaf,
    Values,
    Work,
    parts_of,
    texts_of,
    unknown,
)
from nginx_grpc.model.variables import (
    HttpVariables,
    closed,
    is_from_request,
    name_of,
    sets_variable,
)
from nginx_grpc.tree import Directive

__all__ = ["Exits", "Known", "State", "run"]

DIGITS = tuple("123456789")
# The location itself, among the blocks that can be in effect in the end.
OWN = 0
_MOST_GROUPS = 12
_DEEPEST = 16
_EXTERNAL = ("http://", "https://", "$scheme")
_CHOICE = re.compile(r"\^\(?((?:[A-Za-z0-9_:|-]|\\[./-])+)\)?\$")


@dataclass(slots=True)
class Known:
    """What holds for a whole server.

    Args:
        http: the variables of its http block.
        assigned: names that a set or a regex gives a value in some place of the server.
        elsewhere: the same for the servers beside it.
        fixed: what variables of nginx's own can be there, as `$host` in a server that is reached by
            its names alone.
        doubtful: whether a part of the server was not seen, or code may set any variable.
        http_doubtful: whether a part of the http block was not seen.
        work: is bounded.
    """

    http: HttpVariables
    assigned: set[str]
    elsewhere: set[str]
    fixed: dict[str, tuple[str, ...]]
    doubtful: bool
    http_doubtful: bool
    work: Work


class State:
    """What the variables hold at a point of a request.

    Args:
        known: what holds for the server.
        entry: what a variable held when the block was entered.
        held: what has been given a value since then.
    """

    __slots__ = ("_evaluated_now", "_evaluating", "entry", "held", "known")

    def __init__(
        self,
        known: Known,
        entry: Callable[[str], Values],
        held: dict[str, Values] | None = None,
    ) -> None:
        self.known, self.entry = known, entry
        self.held: dict[str, Values] = held or {}
        self._evaluating: set[str] = set()
        self._evaluated_now: dict[str, Values] = {}

    def copy(self) -> State:
        """The same, to go on differently."""
        self.known.work.spend(len(self.held) + 1)
        return State(self.known, self.entry, dict(self.held))

    def join(self, other: State) -> State:
        """What can hold where both ways meet."""
        self.known.work.spend(len(self.held) + len(other.held) + 1)
        names = {**self.held, **other.held}
        joined = {name: self.get(name).join(other.get(name)) for name in names}
        return State(self.known, self.entry, joined)

    def get(self, name: str) -> Values:
        """What a variable holds; fresh where nothing may have given it a value yet."""
        found = self.held.get(name)
        return self.entry(name) if found is None else found

    def read(self, name: str) -> Values:
        """What a variable holds for who reads it now, which evaluates it."""
        found = self.get(name)
        if not found.fresh:
            return found
        definition = self.known.http.definitions.get(name)
        if definition is None:
            return Values(found.rows).join(self._initial(name))
        if name in self._evaluated_now:
            return self._evaluated_now[name]
        if name in self._evaluating or len(self._evaluating) >= _DEEPEST:
            return unknown(name)
        self._evaluating.add(name)
        try:
            values = Values(found.rows).join(self._evaluated(name))
        finally:
            self._evaluating.discard(name)
        if not definition.volatile:
            self.held[name] = values
        elif self._evaluating:
            # Within one evaluation nothing else can set what it depends on.
            self._evaluated_now[name] = values
        if not self._evaluating:
            self._evaluated_now.clear()
        return values

    def text(self, text: str, giver: Directive | None) -> Values:
        """What a text is now."""
        if "$" not in text:
            return Values({(text,) if text else NOTHING: giver})
        *pairs, (tail, _) = parts_of(text)
        # A map with a regex changes the captures; so the digits come last.
        read = {name: self.read(name) for _, name in pairs if name not in DIGITS}
        read.update((name, self.read(name)) for _, name in pairs if name in DIGITS)
        pieces = [(literal, read[name]) for literal, name in pairs]
        return texts_of(pieces, tail, giver, self.known.work)

    def assign(self, name: str, values: Values) -> None:
        """Give a variable a value."""
        self.known.work.spend(1)
        self.held[name] = values
        if name == "args":
            self.forget_arguments()

    def forget_arguments(self) -> None:
        """The query is another one: `$arg_*` are read anew."""
        for name in self.held:
            if name.startswith("arg_"):
                self.held[name] = FRESH

    def match(self, pattern: Pattern, origin: Values) -> None:
        """Take in the captures of a regex that has matched.

        Args:
            pattern: the regex.
            origin: what it was matched with.
        """
        self.known.work.spend(len(DIGITS))
        request = any(_is_chosen(row) for row in origin.rows)
        for number, digit in enumerate(DIGITS, 1):
            if pattern.groups is not None and number > pattern.groups:
                self.held[digit] = Values({NOTHING: None})
            else:
                self.held[digit] = _captured(pattern, digit, request)
        for name in pattern.names:
            self.assign(name, _captured(pattern, name, request))

    def miss(self) -> None:
        """A regex of if or rewrite has not matched: nginx forgets the numbered captures."""
        self.known.work.spend(len(DIGITS))
        for digit in DIGITS:
            self.held[digit] = Values({NOTHING: None})

    def _initial(self, name: str) -> Values:
        known = self.known
        texts = known.fixed.get(name)
        if texts:
            return Values({(text,): None for text in texts})
        if is_from_request(name):
            # `set $args` is one that the client has no say in.
            of_query = name.startswith("arg_") or name in ("args", "query_string")
            return unknown(name, request=not (of_query and "args" in known.assigned))
        if name in known.http.captures:
            return unknown(name, request=True)
        if name in known.http.given or known.doubtful:
            return unknown(name)
        if name in DIGITS or name in known.assigned:
            return Values({NOTHING: None})
        if name in known.elsewhere and not known.http_doubtful:
            return Values({NOTHING: None})
        return closed(name) or unknown(name)

    def _evaluated(self, name: str) -> Values:
        definition = self.known.http.definitions[name]
        source = self.text(definition.source, None) if definition.source else Values()
        request = any(_is_chosen(row) for row in source.rows)
        found = Values() if definition.whole else unknown(name)
        entries = definition.chosen(source)
        if entries is None:
            found = found.join(definition.constants(self.known.work))
            entries = list(definition.with_variables)
        for entry in entries:
            if entry is not None and definition.has_variables(entry):
                found = found.join(self._entry_text(entry, request))
            else:
                found = found.join(definition.constant(entry))
        if definition.regex:
            for captured in (*DIGITS, *definition.captures):
                before = self.get(captured)
                self.held[captured] = before.join(unknown(captured, request=request))
        return found

    def _entry_text(self, entry: Directive, request: bool) -> Values:
        """What the value of a map's entry is, with its own captures."""
        if not entry.name.startswith("~"):
            return self.text(entry.args[0], entry)
        pattern = pattern_of(entry.name.lstrip("~").removeprefix("*"))
        *pairs, (tail, _) = parts_of(entry.args[0])
        pieces = []
        for literal, name in pairs:
            if name in DIGITS or name in pattern.names:
                pieces.append((literal, _captured(pattern, name, request)))
            else:
                pieces.append((literal, self.read(name)))
        return texts_of(pieces, tail, entry, self.known.work)


@dataclass(slots=True)
class Exits:
    """How a request can leave the rewrite phase of a block.

    Args:
        ends: what holds where it stays, by the block in effect: OWN, or the id() of an `if`.
        rewritten: what holds where a rewrite sends it to another location, with the path's start.
        returned: what holds where it is answered.
    """

    ends: dict[int, State] = field(default_factory=dict)
    rewritten: list[tuple[str, State]] = field(default_factory=list)
    returned: list[State] = field(default_factory=list)

    def end(self, keys: set[int], state: State) -> None:
        """The request stays, with one of the blocks in effect."""
        for key in keys:
            before = self.ends.get(key)
            self.ends[key] = state if before is None else before.join(state)


@dataclass(slots=True)
class _Way:
    """One way through a block so far.

    Args:
        keys: the blocks that can be in effect.
        changed: the start of the path that a rewrite without a flag has given; None if none has.
        state: what the variables hold.
    """

    keys: set[int]
    changed: str | None
    state: State


def run(block: list[Directive], state: State) -> Exits:
    """Follow the rewrite module's directives of a server or location.

    Args:
        block: its directives.
        state: what holds at its start; is changed.
    """
    exits = Exits()
    ways = _through(block, [_Way({OWN}, None, state)], exits)
    _arrive(ways, exits)
    return exits


def _arrive(ways: list[_Way], exits: Exits) -> None:
    for way in ways:
        if way.changed is None:
            exits.end(way.keys, way.state)
        else:
            exits.rewritten.append((way.changed, way.state))


def _through(block: list[Directive], ways: list[_Way], exits: Exits) -> list[_Way]:
    """The ways that go on behind a block of directives."""
    for directive in block:
        if not ways:
            return ways
        name = directive.name
        if name == "set":
            if len(directive.args) == 2:
                target = name_of(directive.args[0])
                for way in ways:
                    way.state.assign(target, way.state.text(directive.args[1], directive))
        elif name == "if":
            ways = _if(directive, ways, exits)
        elif name == "rewrite":
            ways = _rewrite(directive, ways, exits)
        elif name == "return":
            for way in ways:
                for argument in directive.args:
                    way.state.text(argument, None)
            exits.returned.extend(way.state for way in ways)
            return []
        elif name == "break":
            for way in ways:
                exits.end(way.keys, way.state)
            return []
        elif sets_variable(directive) and name != "auth_request_set":
            target = name_of(directive.args[0])
            for way in ways:
                way.state.assign(target, unknown(target))
    return ways


def _if(directive: Directive, ways: list[_Way], exits: Exits) -> list[_Way]:
    taken: dict[bool, State] = {}
    starts: dict[bool, str] = {}
    left: list[_Way] = []
    for way in ways:
        yes, no = _decided(directive, way.state)
        if yes is not None:
            changed = way.changed is not None
            before = taken.get(changed)
            taken[changed] = yes if before is None else before.join(yes)
            start = starts.get(changed, way.changed or "")
            starts[changed] = _common(start, way.changed)
        if no is not None:
            left.append(_Way(way.keys, way.changed, no))
    inner = [
        _Way({id(directive)}, starts[changed] if changed else None, state)
        for changed, state in taken.items()
    ]
    return _fewer([*left, *_through(directive.block or [], inner, exits)])


def _fewer(ways: list[_Way]) -> list[_Way]:
    """The same ways, joined where they are many."""
    if len(ways) <= _MOST_GROUPS:
        return ways
    joined: dict[bool, _Way] = {}
    for way in ways:
        changed = way.changed is not None
        other = joined.get(changed)
        if other is None:
            joined[changed] = way
        else:
            start = _common(other.changed, way.changed) if changed else None
            joined[changed] = _Way(other.keys | way.keys, start, other.state.join(way.state))
    return list(joined.values())


def _common(one: str | None, other: str | None) -> str:
    """The start of a path that stands for both: theirs if it is one, else any."""
    return one if one is not None and one == other else ""


def _rewrite(directive: Directive, ways: list[_Way], exits: Exits) -> list[_Way]:
    if len(directive.args) < 2:
        return ways
    pattern = pattern_of(directive.args[0])
    replacement, *flags = directive.args[1:]
    flag = flags[0] if flags else ""
    start = replacement.partition("$")[0].partition("?")[0]
    on: list[_Way] = []
    for way in ways:
        if not pattern.always:
            unmatched = way.state.copy()
            unmatched.miss()
            on.append(_Way(way.keys, way.changed, unmatched))
        state = way.state
        state.match(pattern, unknown("uri", request=True))
        state.text(replacement, None)
        if "?" in replacement:
            state.forget_arguments()
            if "args" in state.held:
                state.held["args"] = unknown("args")
        if flag in ("redirect", "permanent") or replacement.startswith(_EXTERNAL):
            continue
        if flag == "last":
            exits.rewritten.append((start, state))
        elif flag == "break":
            exits.end(way.keys, state)
        else:
            on.append(_Way(way.keys, start, state))
    return _fewer(on)


def _decided(directive: Directive, state: State) -> tuple[State | None, State | None]:
    """What holds where the condition is met, and where it is not; None where that cannot be."""
    args = directive.args
    if not args or not args[0].startswith("$"):
        if len(args) > 1:
            state.text(args[1], None)
        return state.copy(), state
    name = name_of(args[0])
    values = state.read(name)
    operator = args[1] if len(args) > 1 else ""
    other = args[2] if len(args) > 2 else ""
    if operator in ("~", "~*", "!~", "!~*"):
        return _matched(name, values, operator, other, state)
    if operator in ("=", "!=") and "$" in other:
        state.text(other, None)
        return state.copy(), state
    equal, unequal = _split(values, (other,) if operator else ("", "0"))
    yes, no = (equal, unequal) if operator == "=" else (unequal, equal)
    return _narrowed(state, name, yes), _narrowed(state, name, no)


def _matched(
    name: str, values: Values, operator: str, regex: str, state: State
) -> tuple[State | None, State | None]:
    pattern = pattern_of(regex)
    met, unmet = state.copy(), state
    met.match(pattern, values)
    unmet.miss()
    choice = _CHOICE.fullmatch(regex) if "*" not in operator else None
    if choice and ("(" in regex) == (")" in regex) and ("(" in regex or "|" not in choice[1]):
        texts = choice[1].replace("\\", "").split("|")
        if _stays(state, name):
            met.held[name] = _chosen(values, texts)
    return (unmet, met) if operator.startswith("!") else (met, unmet)


def _chosen(values: Values, texts: list[str]) -> Values:
    """Of these values what one of the texts can be."""
    rows: dict[Alternative, Directive | None] = {}
    for row, giver in values.rows.items():
        if any(isinstance(piece, Leaf) for piece in row):
            rows.update(((text,), giver) for text in texts)
        elif "".join(map(str, row)) in texts:
            rows[row] = giver
    return Values(rows)


def _split(values: Values, texts: tuple[str, ...]) -> tuple[Values, Values]:
    """These values where they are one of the texts, and where they are none."""
    equal: dict[Alternative, Directive | None] = {}
    unequal: dict[Alternative, Directive | None] = {}
    for row, giver in values.rows.items():
        if any(isinstance(piece, Leaf) for piece in row):
            equal.update(((text,) if text else NOTHING, giver) for text in texts)
            unequal[row] = giver
        elif "".join(map(str, row)) in texts:
            equal[row] = giver
        else:
            unequal[row] = giver
    return Values(equal), Values(unequal)


def _narrowed(state: State, name: str, values: Values) -> State | None:
    if not values.rows:
        return None
    narrowed = state.copy()
    if _stays(state, name):
        narrowed.held[name] = values
    return narrowed


def _stays(state: State, name: str) -> bool:
    """Whether a variable is the same when it is read again."""
    definition = state.known.http.definitions.get(name)
    if definition is not None:
        return not definition.volatile
    return name in state.known.assigned or name.startswith(("arg_", "http_", "cookie_"))


def _captured(pattern: Pattern, key: str, request: bool) -> Values:
    texts = pattern.choices.get(key)
    if texts:
        return Values({(text,) if text else NOTHING: None for text in texts})
    return unknown(key, request=request)


def _is_chosen(row: Alternative) -> bool:
    return any(isinstance(piece, Leaf) and piece.request for piece in row)
