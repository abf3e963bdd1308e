"""How requests come to the locations of one server, and what their variables hold on arrival.

A request runs the server's part of the rewrite phase, finds a location and runs that one's. It can
go on from there: a `rewrite` finds another location; an error page, try_files, an index or the
backend's X-Accel-Redirect starts again with the server's part; a named location is entered as it
is. Variables survive all of it. What holds is found by going round until nothing new comes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence

from nginx_grpc.model.captures import pattern_of
from nginx_grpc.model.exploring import Exploration
from nginx_grpc.model.facts import PATH_NAMES, path_of
from nginx_grpc.model.locations import Location
from nginx_grpc.model.patterns import Language
from nginx_grpc.model.redirects import (
    goes_on,
    has_variable,
    may_lead,
    named,
    named_from,
    nearest,
    scripted,
    uris_from,
)
from nginx_grpc.model.rewriting import OWN, Exits, run
from nginx_grpc.model.scopes import Scope
from nginx_grpc.model.state import DIGITS, Known, State
from nginx_grpc.model.values import FRESH, Values, unknown
from nginx_grpc.model.variables import is_from_request, name_of, sets_variable
from nginx_grpc.tree import Directive

__all__ = ["Journeys", "assigned_in"]

_Take = Callable[[str, Iterable[State]], Values]
_ROUNDS = 8
# After these rounds what still grows is given up.
_PATIENCE = 3
_LONGEST_WAY = 100
_ANYWHERE = "anywhere"
_AGAIN = "again"


def assigned_in(block: Iterable[Directive]) -> Iterator[str]:
    """The names that a block of a server or location gives a value: by set, module or capture."""
    for directive in block:
        name = directive.name
        if name == "set" and directive.args:
            yield name_of(directive.args[0])
        elif name == "if":
            for argument in directive.args[2:]:
                yield from pattern_of(argument).names
            yield from assigned_in(directive.block or ())
        elif name in ("rewrite", "server_name"):
            for argument in directive.args:
                if "(" in argument:
                    yield from pattern_of(argument).names
        elif sets_variable(directive):
            yield name_of(directive.args[0])


class Journeys:
    """The ways through one server."""

    def __init__(
        self, scope: Scope, block: list[Directive], locations: Sequence[Location], known: Known
    ) -> None:
        """Take in a server.

        Args:
            scope: its scope.
            block: its directives.
            locations: its locations, also the `if`s in them.
            known: what holds for the server; `assigned` is filled in here.
        """
        self._block, self._known = block, known
        self._places = {item.id: item for item in locations if item.condition is None}
        self._loose = {
            key for key, item in self._places.items() if item.scope.gaps or scripted(item.scope)
        }
        known.assigned.update(assigned_in(block))
        for location in self._places.values():
            known.assigned.update(assigned_in(location.block))
            known.assigned.update(pattern_of(location.regex).names if location.regex else ())
        names = [name for item in scope.own.get("server_name", ()) for name in item.args]
        self._by_regex = any(name.startswith("~") for name in names)
        self._of_name = {name for text in names for name in pattern_of(text).names}
        self._start = run(block, State(known, self._at_start))
        self._sources: dict[str, list[str]] = defaultdict(list)
        for key, location in self._places.items():
            for name in named_from(location):
                self._sources[name].append(key)
        self._of_server = set(named(scope, scope.own))
        variable = [item for item in self._places.values() if has_variable(item)]
        self._staying = {key for key, item in self._places.items() if not goes_on(item, variable)}
        self._pinned: set[str] = set()
        self._after: dict[str, Exits] = {}
        self._memo: dict[tuple[str, str], Values] = {}
        self._settled = False
        self._explored: Exploration | None = None

    def at(self, location: Location) -> list[State]:
        """What the variables hold where a location, or an `if` in one, passes a request on.

        Where nginx never does so: what they hold where it leaves it. What is not loose happens.
        """
        place = location.parent if location.condition is not None else location
        if place is None:
            return [State(self._known, unknown)]
        keys = {id(location.directive)}
        if place is location:
            inherit = (item for item in place.conditions if not item.own_handler)
            keys = {OWN, *(id(item.directive) for item in inherit)}
        explored = self._explore()
        ways = explored.exits.get(place.id, [])
        states = _passing(ways, keys)
        if not explored.complete or self._loose or self._known.doubtful:
            self._settle()
            ways = [*ways, self._after[place.id]]
            states += _passing([self._after[place.id]], keys)
        states = states or [state for exits in ways for state in exits.states()]
        if not states:
            self._settle()
            states = [State(self._known, self._entry(place.id))]
            states[0].loose = True
        if place.id in self._loose:
            # An include that was not read, or code, may give it another value in the end.
            states = [self._doubted(state) for state in states]
        return states

    def enters(self, location: Location) -> bool:
        """Whether some call comes to a location for sure."""
        place = location.parent if location.condition is not None else location
        return place is not None and place.id in self._explore().entered

    def _doubted(self, state: State) -> State:
        doubted = State(self._known, _loosened(state.get))
        doubted.loose = True
        return doubted

    def _explore(self) -> Exploration:
        if self._explored is None:
            self._explored = Exploration(
                self._block,
                list(self._places.values()),
                self._sources,
                self._of_server,
                self._staying,
                self._through,
            )
            self._explored.go(self._start)
        return self._explored

    def _at_start(self, name: str) -> Values:
        """What a variable holds when a request comes."""
        known = self._known
        if name in self._of_name or (name.isdigit() and (self._by_regex or known.http.disturbed)):
            return unknown(name, request=True)
        if known.doubtful and not (is_from_request(name) and name not in known.assigned):
            return unknown(name)
        return FRESH

    def _settle(self) -> None:
        if self._settled:
            return
        self._settled = True
        before: dict[str, dict[str, object]] = {}
        for number in range(_ROUNDS):
            after = {key: self._leave(self._places[key]) for key in self._places}
            after[_AGAIN] = run(self._block, State(self._known, self._entry(_AGAIN)))
            self._after, self._memo = after, {}
            now = {key: _signature(exits) for key, exits in after.items()}
            changed = {name for key in now for name in _differing(before.get(key, {}), now[key])}
            if not changed:
                return
            if number >= _PATIENCE:
                self._pinned |= changed
            if number == _ROUNDS - 2:
                self._pinned |= self._known.assigned
            before = now

    def _leave(self, place: Location) -> Exits:
        state = State(self._known, self._entry(place.id))
        state.loose = True
        return self._through(place, state)[0]

    def _through(self, place: Location, state: State) -> tuple[Exits, bool]:
        """How a request leaves a location, and whether that is all that can become of it."""
        around: list[Location] = []
        outer: Location | None = place
        while outer is not None:
            around.append(outer)
            outer = outer.parent
        for location in reversed(around):
            if location.regex:
                state.match(pattern_of(location.regex), unknown("uri", request=True))
            state.path = path_of(location, state.path)
        exits = run(place.block, state)
        whole = True
        for number, (keys, end) in enumerate(exits.ends):
            checked, followed = self._checked(place, end)
            exits.ends[number] = (keys, checked)
            whole = whole and followed
        return exits, whole

    def _checked(self, place: Location, state: State) -> tuple[State, bool]:
        """The access phase: auth_request runs the server's part again, and another location's.

        Returns what holds behind it, and whether that was followed.
        """
        asks = nearest(place.scope, "auth_request")
        if not asks or asks[-1].args[:1] == ["off"]:
            return state, True
        asking = state.copy()
        asking.forget_arguments()
        asking.asking = True
        asking.facts, asking.head = state.facts.without(PATH_NAMES), None
        asking.path = _uri(asks[-1].args[:1])
        # Captures by number are each request's own, variables are shared.
        asking.miss()
        exits = run(self._block, asking)
        asked = _joined(exits.states()) or state
        location = None if exits.rewritten else self._exactly(asks[-1].args[:1])
        inner = run(location.block, asked.copy()) if location else None
        followed = inner is not None and not inner.rewritten
        if inner is None or inner.rewritten:
            self._anything(asked)
            asked.loose = True
        else:
            asked = _joined(inner.states()) or asked
        asked.asking = False
        asked.forget_arguments()
        asked.facts = state.facts.asked(asked.facts.names)
        asked.head, asked.path = state.head, state.path
        asked.held.update((digit, state.get(digit)) for digit in DIGITS)
        for directive in nearest(place.scope, "auth_request_set"):
            if directive.args:
                asked.assign(name_of(directive.args[0]), unknown(name_of(directive.args[0])))
        return asked, followed

    def _exactly(self, uri: Sequence[str]) -> Location | None:
        """The `location = URI` of a path."""
        for location in self._places.values():
            if location.modifier == "=" and [location.path] == uri:
                return location
        return None

    def _anything(self, state: State) -> None:
        """Add what any location of the server can have set."""
        for key, exits in self._after.items():
            for end in exits.states() if key != _AGAIN else ():
                for name, values in end.held.items():
                    if name in self._known.assigned:
                        state.held[name] = state.get(name).join(values)

    def _entry(self, key: str) -> Callable[[str], Values]:
        after, memo, known = self._after, self._memo, self._known

        def entry(name: str) -> Values:
            settable = name in known.assigned or name in known.http.definitions
            if not settable and name not in DIGITS:
                return self._at_start(name)
            found = memo.get((key, name))
            if found is None:
                found = memo[key, name] = self._found(key, name, after, memo, set())
            return found

        return entry

    def _found(
        self,
        key: str,
        name: str,
        after: dict[str, Exits],
        memo: dict[tuple[str, str], Values],
        visited: set[str],
    ) -> Values:
        """What a variable holds where a place is entered."""
        place = self._places.get(key)
        if place is not None and not place.path.startswith("@") and "internal" not in place.own:
            key = _ANYWHERE
        if key in visited:
            return Values()
        if len(visited) > _LONGEST_WAY:
            return unknown(name)
        known = memo.get((key, name))
        if known is not None:
            return known
        self._known.work.spend(len(after) + 1)
        outermost = not visited
        visited.add(key)
        found = Values()
        loose = self._loose and name in self._known.assigned
        if name in self._pinned or self._known.doubtful or loose:
            found = unknown(name)

        def take(origin: str, states: Iterable[State]) -> Values:
            taken = Values()
            for state in states:
                held = state.held.get(name)
                if held is None:
                    held = self._found(origin, name, after, memo, visited)
                taken = taken.join(held)
            return taken

        if key == _ANYWHERE:
            for state in (*self._start.staying(), *(way for _, way in self._start.rewritten)):
                found = found.join(state.get(name))
            for origin, exits in after.items():
                found = found.join(take(origin, (way for _, way in exits.rewritten)))
            if _AGAIN in after:
                found = found.join(take(_AGAIN, after[_AGAIN].staying()))
        elif key == _AGAIN:
            for state in self._start.answered():
                found = found.join(state.get(name))
            for origin, exits in after.items():
                if origin in self._staying:
                    continue
                ends = () if origin == _AGAIN else exits.staying()
                found = found.join(take(origin, (*ends, *exits.answered())))
        elif place is not None and place.path.startswith("@"):
            for origin in self._sources.get(place.path, ()):
                if origin in after:
                    exits = after[origin]
                    found = found.join(take(origin, (*exits.staying(), *exits.answered())))
            if place.path in self._of_server:
                for state in (*self._start.answered(), *self._start.staying()):
                    found = found.join(state.get(name))
                if _AGAIN in after:
                    found = found.join(take(_AGAIN, after[_AGAIN].answered()))
        elif place is not None:
            found = found.join(self._into(place, name, after, take))
        if outermost:
            memo[key, name] = found
        return found

    def _into(self, place: Location, name: str, after: dict[str, Exits], take: _Take) -> Values:
        """What a variable holds where a location that is internal is entered."""
        found = Values()
        again = after.get(_AGAIN)
        for origin, exits in after.items():
            heads = (state for head, state in exits.rewritten if may_lead(head, place))
            found = found.join(take(origin, heads))
            source = self._places.get(origin)
            if source is None:
                continue
            ends = [*exits.staying(), *exits.answered()]
            if any(may_lead(uri.partition("$")[0], place) for uri in uris_from(source)):
                found = found.join(take(origin, ends))
        for head, state in self._start.rewritten:
            if may_lead(head, place):
                found = found.join(state.get(name))
        if again is not None:
            # A backend may name it in X-Accel-Redirect.
            found = found.join(take(_AGAIN, again.staying()))
        return found


def _loosened(get: Callable[[str], Values]) -> Callable[[str], Values]:
    def entry(name: str) -> Values:
        return get(name) if is_from_request(name) else get(name).join(unknown(name))

    return entry


def _uri(said: Sequence[str]) -> Language:
    """What is known of a subrequest's path."""
    head, variable, _ = "".join(said).partition("$")
    return Language(head, exact=not variable)


def _joined(states: Iterable[State]) -> State | None:
    found: State | None = None
    for state in states:
        found = state.copy() if found is None else found.join(state)
    return found


def _passing(ways: Iterable[Exits], keys: set[int]) -> list[State]:
    """What holds where one of these blocks is in effect."""
    return [state for exits in ways for own, state in exits.ends if own & keys]


def _signature(exits: Exits) -> dict[str, object]:
    """What a block gives its variables, by name, to see whether a further round changes it."""
    given: dict[str, set[object]] = defaultdict(set)
    for kind, states in (
        ("ends", exits.staying()),
        ("rewritten", [way for _, way in exits.rewritten]),
        ("returned", exits.answered()),
    ):
        for number, state in enumerate(states):
            for name, values in state.held.items():
                given[name].add((kind, number, frozenset(values.rows), values.fresh))
    return dict(given)


def _differing(before: dict[str, object], now: dict[str, object]) -> set[str]:
    return {name for name in {**before, **now} if before.get(name) != now.get(name)}
