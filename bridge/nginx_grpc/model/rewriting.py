"""nginx's rewrite module, followed without a request: set, if, rewrite, break and return in order.

Where an `if` may go either way, both are followed, each with what its condition says of the client.
Where they grow too many they are joined, and what comes of that may be no way at all: it is loose.
"""

from __future__ import annotations

from nginx_grpc.model.captures import pattern_of
from nginx_grpc.model.conditions import decided
from nginx_grpc.model.facts import PATH
from nginx_grpc.model.state import State, common_start
from nginx_grpc.model.values import (
    unknown,
)
from nginx_grpc.model.variables import (
    name_of,
    sets_variable,
)
from nginx_grpc.records import dataclass, field
from nginx_grpc.tree import Directive

__all__ = ["OWN", "Exits", "run"]

# The location itself, among the blocks that can be in effect in the end.
OWN = 0
_MOST_GROUPS = 8
_EXTERNAL = ("http://", "https://", "$scheme")


@dataclass(slots=True)
class Exits:
    """How a request can leave the rewrite phase of a block.

    Args:
        ends: what holds where it stays, with the blocks that can be in effect: OWN, or the id() of
            an `if`.
        rewritten: what holds where a rewrite sends it to another location, with the path's start.
        returned: what holds where it is answered, with the status as written.
    """

    ends: list[tuple[frozenset[int], State]] = field(default_factory=list)
    rewritten: list[tuple[str, State]] = field(default_factory=list)
    returned: list[tuple[str, State]] = field(default_factory=list)

    def staying(self) -> list[State]:
        """What holds where it stays."""
        return [state for _, state in self.ends]

    def answered(self) -> list[State]:
        """What holds where it is answered."""
        return [state for _, state in self.returned]

    def states(self) -> list[State]:
        """What holds where it leaves."""
        return [*self.staying(), *(state for _, state in self.rewritten), *self.answered()]


@dataclass(slots=True)
class _Way:
    """One way through a block so far.

    Args:
        keys: the blocks that can be in effect.
        changed: the start of the path that a rewrite without a flag has given; None if none has.
        state: what the variables hold.
    """

    keys: frozenset[int]
    changed: str | None
    state: State


def run(block: list[Directive], state: State) -> Exits:
    """Follow the rewrite module's directives of a server or location.

    Args:
        block: its directives.
        state: what holds at its start; is changed.
    """
    exits = Exits()
    ways = _through(block, [_Way(frozenset((OWN,)), None, state)], exits)
    _arrive(ways, exits)
    return exits


def _arrive(ways: list[_Way], exits: Exits) -> None:
    for way in ways:
        if way.changed is None:
            exits.ends.append((way.keys, way.state))
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
            code = directive.args[0] if directive.args else ""
            exits.returned.extend((code, way.state) for way in ways)
            return []
        elif name == "break":
            for way in ways:
                exits.ends.append((way.keys, way.state))
            return []
        elif sets_variable(directive) and name != "auth_request_set":
            target = name_of(directive.args[0])
            for way in ways:
                way.state.assign(target, unknown(target))
    return ways


def _if(directive: Directive, ways: list[_Way], exits: Exits) -> list[_Way]:
    inner: list[_Way] = []
    left: list[_Way] = []
    own = frozenset((id(directive),))
    for way in ways:
        yes, no = decided(directive, way.state)
        if yes is not None:
            inner.append(_Way(own, way.changed, yes))
        if no is not None:
            left.append(_Way(way.keys, way.changed, no))
    return _fewer([*left, *_through(directive.block or [], _fewer(inner), exits)])


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
            start = common_start(other.changed, way.changed) if changed else None
            joined[changed] = _Way(other.keys | way.keys, start, other.state.join(way.state))
    return list(joined.values())


def _rewrite(directive: Directive, ways: list[_Way], exits: Exits) -> list[_Way]:
    if len(directive.args) < 2:
        return ways
    pattern = pattern_of(directive.args[0])
    replacement, *flags = directive.args[1:]
    flag = flags[0] if flags else ""
    start = replacement.partition("$")[0].partition("?")[0]
    on: list[_Way] = []
    for way in ways:
        state = way.state
        if not pattern.always:
            test = ("~", directive.args[0])
            possible, sure = state.answer(PATH, test)
            state.loose = state.loose or not sure or state.head is not None
            if False in possible:
                unmatched = state.copy()
                unmatched.facts = state.facts.knowing(PATH, test, False)
                unmatched.miss()
                on.append(_Way(way.keys, way.changed, unmatched))
            if True not in possible:
                continue
            state.facts = state.facts.knowing(PATH, test, True)
            state.confine()
        state.match(pattern, unknown("uri", request=True))
        state.text(replacement, None)
        if "?" in replacement:
            state.forget_arguments()
            if "args" in state.held:
                state.held["args"] = unknown("args")
        if flag in ("redirect", "permanent") or replacement.startswith(_EXTERNAL):
            continue
        if flag == "last":
            state.move(start)
            exits.rewritten.append((start, state))
        elif flag == "break":
            state.move(start)
            exits.ends.append((way.keys, state))
        else:
            state.move(start)
            on.append(_Way(way.keys, start, state))
    return _fewer(on)
