"""The ways of a request through a server one by one, as long as they are few.

What comes of a way that is not loose happens: some call goes it.
"""

from __future__ import annotations

import re
from collections import defaultdict, deque
from collections.abc import Callable, Sequence

from nginx_grpc.model.facts import NO_FACTS, path_of
from nginx_grpc.model.locations import Location
from nginx_grpc.model.redirects import may_lead, surely_leads, surely_named
from nginx_grpc.model.rewriting import Exits, run
from nginx_grpc.model.state import ANY_PATH, State
from nginx_grpc.model.values import Leaf
from nginx_grpc.tree import Directive

__all__ = ["Exploration"]

_MOST_RUNS = 400
_AGAIN = ""
_OF_THE_PATH = frozenset(("document_uri", "request", "request_filename", "request_uri", "uri"))


class Exploration:
    """The ways through one server.

    Args (attributes):
        exits: how requests leave each location, by its id.
        entered: the ids of the locations that some call comes to for sure.
        complete: whether all ways were gone.
    """

    def __init__(
        self,
        block: list[Directive],
        places: Sequence[Location],
        sources: dict[str, list[str]],
        of_server: set[str],
        staying: set[str],
        leave: Callable[[Location, State], tuple[Exits, bool]],
    ) -> None:
        """Take in a server.

        Args:
            block: its directives.
            places: its locations.
            sources: the ids of the locations that lead to a named one, by its name.
            of_server: the named locations that the server's error pages lead to.
            staying: the ids of the locations from which no request starts again.
            leave: goes through a location, and says whether all ways of it are there.
        """
        self.exits: dict[str, list[Exits]] = defaultdict(list)
        self.entered: set[str] = set()
        self.complete = True
        self._block, self._sources, self._leave = block, sources, leave
        self._of_server, self._staying = of_server, staying
        self._named = {item.path: item for item in places if item.path.startswith("@")}
        self._by_path = [item for item in places if not item.path.startswith("@")]
        self._queue: deque[tuple[Location | None, State]] = deque()
        self._seen: dict[object, bool] = {}

    def go(self, start: Exits) -> None:
        """Go all ways.

        Args:
            start: how a request leaves the server's part.
        """
        self._from_server(start, inward=False)
        for _ in range(_MOST_RUNS):
            if not self._queue:
                return
            place, state = self._queue.popleft()
            if place is None:
                self._from_server(run(self._block, state), inward=True)
                continue
            exits, whole = self._leave(place, state)
            self.complete = self.complete and whole
            self.exits[place.id].append(exits)
            self._from(place, exits)
        self.complete = self.complete and not self._queue

    def _push(
        self, place: Location | None, state: State, *, loose: bool, head: str | None = None
    ) -> None:
        then = state.copy()
        if place is None:
            # The query may be the backend's or the page's.
            then.forget_arguments()
            then.facts, then.head, then.path = NO_FACTS, head, ANY_PATH
        if place is not None and not (then.loose or loose or then.foreign):
            self.entered.add(place.id)
        was_loose, then.loose = then.loose or loose, False
        key = (place.id if place else _AGAIN, then.signature())
        then.loose = was_loose
        if key not in self._seen or (self._seen[key] and not was_loose):
            self._seen[key] = was_loose
            self._queue.append((place, then))

    def _from_server(self, exits: Exits, *, inward: bool) -> None:
        for state in exits.staying():
            for place in self._by_path:
                if state.head is not None:
                    if may_lead(state.head, place):
                        sure = surely_leads(state.head, place, self._by_path)
                        self._push(place, state, loose=not sure)
                elif inward or "internal" not in place.own:
                    enters = _enters(state, place)
                    if enters != "never":
                        self._push(place, state, loose=inward or enters != "surely")
        self._rewritten(exits)
        for state in exits.answered():
            self._push(None, state, loose=True)
            for name in self._of_server & self._named.keys():
                self._push(self._named[name], state, loose=True)

    def _rewritten(self, exits: Exits) -> None:
        for head, state in exits.rewritten:
            for place in self._by_path:
                if may_lead(head, place):
                    sure = surely_leads(head, place, self._by_path)
                    self._push(place, state, loose=not sure)

    def _from(self, place: Location, exits: Exits) -> None:
        self._rewritten(exits)
        answers = [*(("", state) for state in exits.staying()), *exits.returned]
        for name, named in self._named.items():
            if place.id in self._sources.get(name, ()):
                for code, state in answers:
                    self._push(named, state, loose=not surely_named(place, name, code))
        for directive in place.own.get("try_files", ()):
            uri = directive.args[-1] if directive.args else ""
            for state in exits.staying() if uri.startswith("/") else ():
                self._push(None, state, loose=False, head=re.split(r"[?$]", uri)[0])
        if place.id not in self._staying:
            for _, state in answers:
                self._push(None, state, loose=True)


def _enters(state: State, place: Location) -> str:
    """Whether what is known of the path lets it be the location's: surely, never, or perhaps."""
    tests = [
        (test, went)
        for row, test, went in state.facts.known
        for piece in row
        if isinstance(piece, Leaf) and piece.name in _OF_THE_PATH
    ]
    answer = "surely"
    path = path_of(place, ANY_PATH)
    if tests and place.regex:
        # Of a regex that is not read nothing is sure.
        how = state.known.matches(place.regex, place.modifier == "~*", ANY_PATH)
        answer = "perhaps" if how == "unknown" else "surely"
    for number, (test, went) in enumerate(tests):
        if isinstance(test, frozenset):
            answer = "perhaps"
            continue
        operator, regex = test
        how = state.known.matches(regex, operator == "~*", path)
        if how == ("never" if went else "always"):
            return "never"
        if how == "unknown" or (how == "sometimes" and number):
            answer = "perhaps"
    return answer
