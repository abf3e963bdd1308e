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
from nginx_grpc.model.locations import Location
from nginx_grpc.model.rewriting import DIGITS, OWN, Exits, Known, State, run
from nginx_grpc.model.scopes import Scope
from nginx_grpc.model.values import FRESH, Values, unknown
from nginx_grpc.model.variables import SCRIPTS, is_from_request, name_of, sets_variable
from nginx_grpc.tree import Directive

__all__ = ["Journeys", "assigned_in"]

_Take = Callable[[str, Iterable[State]], Values]
_ROUNDS = 8
# After these rounds what still grows is given up.
_PATIENCE = 3
_LONGEST_WAY = 100
_INDEX = "index.html"
_MANY = 32
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
            key for key, item in self._places.items() if item.scope.gaps or _scripted(item.scope)
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
            for name in _named_from(location):
                self._sources[name].append(key)
        self._of_server = set(_named(scope, scope.own))
        variable = [item for item in self._places.values() if _has_variable(item)]
        self._staying = {key for key, item in self._places.items() if not _goes_on(item, variable)}
        self._pinned: set[str] = set()
        self._after: dict[str, Exits] = {}
        self._memo: dict[tuple[str, str], Values] = {}
        self._settled = False

    def at(self, location: Location) -> State:
        """What the variables hold where a location, or an `if` in one, passes a request on.

        Where nginx never does so: what they hold where it leaves it.
        """
        place = location.parent if location.condition is not None else location
        if place is None:
            return State(self._known, unknown)
        self._settle()
        exits = self._after[place.id]
        keys = [id(location.directive)]
        if place is location:
            inherit = (item for item in place.conditions if not item.own_handler)
            keys = [OWN, *(id(item.directive) for item in inherit)]
        state = _joined(exits.ends[key] for key in keys if key in exits.ends)
        state = state or _joined(_states(exits)) or State(self._known, self._entry(place.id))
        if place.id in self._loose:
            # An include that was not read, or code, may give it another value in the end.
            return State(self._known, _loosened(state.get))
        return state

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
        around: list[Location] = []
        outer: Location | None = place
        while outer is not None:
            around.append(outer)
            outer = outer.parent
        for location in reversed(around):
            if location.regex:
                state.match(pattern_of(location.regex), unknown("uri", request=True))
        exits = run(place.block, state)
        exits.ends = {key: self._checked(place, end) for key, end in exits.ends.items()}
        return exits

    def _checked(self, place: Location, state: State) -> State:
        """The access phase: auth_request runs the server's part again, and another location's."""
        asks = _nearest(place.scope, "auth_request")
        if not asks or asks[-1].args[:1] == ["off"]:
            return state
        exits = run(self._block, state.copy())
        asked = _joined(_states(exits)) or state
        location = None if exits.rewritten else self._exactly(asks[-1].args[:1])
        inner = run(location.block, asked.copy()) if location else None
        if inner is None or inner.rewritten:
            self._anything(asked)
        else:
            asked = _joined(_states(inner)) or asked
        for directive in _nearest(place.scope, "auth_request_set"):
            if directive.args:
                asked.assign(name_of(directive.args[0]), unknown(name_of(directive.args[0])))
        return asked

    def _exactly(self, uri: list[str]) -> Location | None:
        """The `location = URI` of a path."""
        for location in self._places.values():
            if location.modifier == "=" and [location.path] == uri:
                return location
        return None

    def _anything(self, state: State) -> None:
        """Add what any location of the server can have set."""
        for key, exits in self._after.items():
            for end in _states(exits) if key != _AGAIN else ():
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
            for state in (*self._start.ends.values(), *(way for _, way in self._start.rewritten)):
                found = found.join(state.get(name))
            for origin, exits in after.items():
                found = found.join(take(origin, (way for _, way in exits.rewritten)))
            if _AGAIN in after:
                found = found.join(take(_AGAIN, after[_AGAIN].ends.values()))
        elif key == _AGAIN:
            for state in self._start.returned:
                found = found.join(state.get(name))
            for origin, exits in after.items():
                if origin in self._staying:
                    continue
                ends = () if origin == _AGAIN else exits.ends.values()
                found = found.join(take(origin, (*ends, *exits.returned)))
        elif place is not None and place.path.startswith("@"):
            for origin in self._sources.get(place.path, ()):
                if origin in after:
                    exits = after[origin]
                    found = found.join(take(origin, (*exits.ends.values(), *exits.returned)))
            if place.path in self._of_server:
                for state in (*self._start.returned, *self._start.ends.values()):
                    found = found.join(state.get(name))
                if _AGAIN in after:
                    found = found.join(take(_AGAIN, after[_AGAIN].returned))
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
            heads = (state for head, state in exits.rewritten if _may_lead(head, place))
            found = found.join(take(origin, heads))
            source = self._places.get(origin)
            if source is None:
                continue
            ends = [*exits.ends.values(), *exits.returned]
            if any(_may_lead(uri.partition("$")[0], place) for uri in _uris_from(source)):
                found = found.join(take(origin, ends))
            for state in ends if origin not in self._staying else ():
                # A backend may name it in X-Accel-Redirect.
                found = found.join(state.held.get(name, Values()))
        for head, state in self._start.rewritten:
            if _may_lead(head, place):
                found = found.join(state.get(name))
        for state in again.ends.values() if again else ():
            found = found.join(state.held.get(name, Values()))
        return found


def _loosened(get: Callable[[str], Values]) -> Callable[[str], Values]:
    def entry(name: str) -> Values:
        return get(name) if is_from_request(name) else get(name).join(unknown(name))

    return entry


def _joined(states: Iterable[State]) -> State | None:
    found: State | None = None
    for state in states:
        found = state.copy() if found is None else found.join(state)
    return found


def _states(exits: Exits) -> list[State]:
    return [*exits.ends.values(), *(way for _, way in exits.rewritten), *exits.returned]


def _signature(exits: Exits) -> dict[str, object]:
    """What a block gives its variables, by name, to see whether a further round changes it."""
    given: dict[str, set[object]] = defaultdict(set)
    for kind, states in (
        ("ends", exits.ends.values()),
        ("rewritten", [way for _, way in exits.rewritten]),
        ("returned", exits.returned),
    ):
        for number, state in enumerate(states):
            for name, values in state.held.items():
                given[name].add((kind, number, frozenset(values.rows), values.fresh))
    return dict(given)


def _differing(before: dict[str, object], now: dict[str, object]) -> set[str]:
    return {name for name in {**before, **now} if before.get(name) != now.get(name)}


def _nearest(scope: Scope, name: str) -> list[Directive]:
    """The directives of a name on the innermost level that has one."""
    at: Scope | None = scope
    while at is not None:
        if name in at.own:
            return at.own[name]
        at = at.outer
    return []


def _scripted(scope: Scope) -> bool:
    at: Scope | None = scope
    while at is not None:
        if any(name.startswith(SCRIPTS) for name in at.own):
            return True
        at = at.outer
    return False


def _named(scope: Scope, own: dict[str, list[Directive]]) -> Iterator[str]:
    """The named locations that error pages and try_files lead to."""
    inherited = scope.lists.get("error_page")
    for directive in inherited.directives if inherited else ():
        yield from (argument for argument in directive.args[-1:] if argument.startswith("@"))
    for directive in own.get("try_files", ()):
        yield from (argument for argument in directive.args[-1:] if argument.startswith("@"))


def _named_from(location: Location) -> set[str]:
    names = set(_named(location.scope, location.own))
    for condition in location.conditions:
        names.update(_named(condition.scope, condition.own))
    return names


def _goes_on(place: Location, variable: list[Location]) -> bool:
    """Whether a request can start again from a location, and come to one with a variable target."""
    blocks = (place, *place.conditions)
    if any(item.handler.endswith("_pass") or item.handler == "unknown" for item in blocks):
        # X-Accel-Redirect
        return True
    if any(True for _ in _uris_from(place)) or _nearest(place.scope, "index"):
        return True
    if place.handler not in ("static", "return"):
        return True
    # `/x/` is looked for as /x/index.html.
    if place.regex or len(variable) > _MANY:
        return True
    return any(item.regex or _may_be_index(place.path, item.path) for item in variable)


def _may_be_index(path: str, other: str) -> bool:
    tail = other.rpartition("/")[2]
    return (path != other and path.startswith(other)) or (tail != "" and _INDEX.startswith(tail))


def _has_variable(place: Location) -> bool:
    blocks = (place, *place.conditions)
    return any(item.passes and "$" in "".join(item.passes.args[:1]) for item in blocks)


def _uris_from(location: Location) -> Iterator[str]:
    """Where error pages and try_files of a location lead, but for named locations."""
    for item in (location, *location.conditions):
        inherited = item.scope.lists.get("error_page")
        for directive in (
            *(inherited.directives if inherited else ()),
            *item.own.get("try_files", ()),
        ):
            uri = directive.args[-1] if directive.args else ""
            if not uri.startswith(("@", "=", "http://", "https://")):
                yield uri


def _may_lead(head: str, place: Location) -> bool:
    """Whether a path that starts so can be one of the location's."""
    if place.regex or not head:
        return True
    return head.startswith(place.path) or place.path.startswith(head)
