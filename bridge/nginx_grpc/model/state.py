"""What the variables hold at a point of a request, as far as a configuration says."""

from __future__ import annotations

from collections.abc import Callable

from nginx_grpc.model.captures import Pattern, pattern_of
from nginx_grpc.model.facts import NO_FACTS, PATH, PATH_NAMES, SENT, leaves_of
from nginx_grpc.model.patterns import Language
from nginx_grpc.model.sent import ALWAYS, METHOD
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
    Matches,
    closed,
    is_from_request,
)
from nginx_grpc.records import dataclass
from nginx_grpc.tree import Directive

__all__ = ["ANY_PATH", "DIGITS", "Known", "State", "common_start"]

DIGITS = tuple("123456789")
ANY_PATH = Language("/")
_DEEPEST = 16


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
        matches: whether a regex (that ignores case or not) matches the texts of a language: always,
            never, sometimes, or unknown.
    """

    http: HttpVariables
    assigned: set[str]
    elsewhere: set[str]
    fixed: dict[str, tuple[str, ...]]
    doubtful: bool
    http_doubtful: bool
    work: Work
    matches: Matches


class State:
    """What the variables hold at a point of a request.

    Args:
        known: what holds for the server.
        entry: what a variable held when the block was entered.
        held: what has been given a value since then.
        facts: how the conditions on the way went that a request can meet or not.
        head: how the path begins once a rewrite has given another one; None if none has.
        path: what the location says of the path that it was chosen for.
        strangers: ids of the entries of maps, read here, that no gRPC call comes to.
        foreign: whether no gRPC call comes so.
        loose: whether it may be that no request comes so: ways were joined, or a condition depends
            on another one in a way that is not followed.
    """

    __slots__ = (
        "_evaluated_now",
        "_evaluating",
        "asking",
        "entry",
        "facts",
        "foreign",
        "head",
        "held",
        "known",
        "loose",
        "mapped",
        "path",
        "restarted",
        "strangers",
    )

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
        self.facts = NO_FACTS
        self.loose = False
        self.foreign = False
        self.strangers: frozenset[int] = frozenset()
        self.head: str | None = None
        self.path = ANY_PATH
        # What decides between the entries of maps that were read.
        self.mapped: frozenset[str] = frozenset()
        # Whether this is the subrequest of an auth_request: it has no query.
        self.asking = False
        # Whether the query may be another one than the client's.
        self.restarted = False

    def copy(self) -> State:
        """The same, to go on differently."""
        self.known.work.spend(len(self.held) + 1)
        copied = State(self.known, self.entry, dict(self.held))
        copied.facts, copied.loose = self.facts, self.loose
        copied.mapped, copied.restarted = self.mapped, self.restarted
        copied.head, copied.asking = self.head, self.asking
        copied.path = self.path
        copied.foreign, copied.strangers = self.foreign, self.strangers
        return copied

    def join(self, other: State) -> State:
        """What can hold where both ways meet."""
        self.known.work.spend(len(self.held) + len(other.held) + 1)
        names = {**self.held, **other.held}
        joined = State(self.known, self.entry)
        joined.held = {name: self.get(name).join(other.get(name)) for name in names}
        joined.loose = True
        joined.foreign = self.foreign and other.foreign
        joined.strangers = self.strangers & other.strangers
        joined.mapped = self.mapped | other.mapped
        joined.asking = self.asking
        joined.restarted = self.restarted or other.restarted
        moved = self.head is not None or other.head is not None
        joined.head = common_start(self.head, other.head) if moved else None
        joined.path = self.path if self.path == other.path else ANY_PATH
        return joined

    def signature(self) -> object:
        """Equal for states from which everything goes on alike."""
        self.known.work.spend(len(self.held) + 1)
        held = frozenset(
            (name, frozenset(values.rows), values.fresh) for name, values in self.held.items()
        )
        way = (self.mapped, self.restarted, self.head, self.path, self.foreign, self.strangers)
        return held, self.facts, self.loose, way

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
        self.restarted = True
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

    def move(self, head: str) -> None:
        """The path is another one, that begins so."""
        self.head = head
        self.facts = self.facts.without(PATH_NAMES)

    def answer(self, row: Alternative, test: tuple[str, str]) -> tuple[set[bool], bool]:
        """How a regex can go with a text that is not known, and whether each of these happens."""
        possible, sure = self.facts.answer(row, test)
        if len(possible) == 1 or row != PATH or self.head is not None:
            return possible, sure
        path = self.facts.path(self.path)
        operator, regex = test
        how = self.known.matches(regex, operator == "~*", path)
        if how in ("always", "never"):
            return {how == "always"}, True
        # What a location's path says alone leaves both ways to calls.
        return possible, sure and how == "sometimes" and path == self.path

    def sent(self, row: Alternative) -> Language:
        """What a gRPC call can have in a text."""
        found = Language(exact=True)
        for piece in row:
            text = Language(piece, exact=True) if isinstance(piece, str) else self._of_call(piece)
            whole = not found.prefix and found.exact
            found = text if whole else Language(found.prefix + text.prefix, text.exact)
            if not found.exact:
                break
        return found

    def _of_call(self, leaf: Leaf) -> Language:
        known, name = self.known, leaf.name
        http = known.http
        if self.asking or name in known.assigned or name in http.definitions:
            return Language()
        if name in http.given or name in http.captures:
            return Language()
        if name == "request_uri":
            return ANY_PATH.knowing(*METHOD, True)
        if name == "request_method":
            # An error page makes a GET of it, which is no call any more.
            return Language("POST", exact=True)
        if name in PATH_NAMES:
            if self.head is not None:
                return Language(self.head)
            return self.facts.path(self.path).knowing(*METHOD, True)
        return ALWAYS.get(name, Language())

    def confine(self) -> None:
        """The path has met a condition: what was taken from it before may not be any text."""
        for name, values in self.held.items():
            if any(map(_is_of_path, values.rows)):
                rows = {tuple(map(_confined, row)): giver for row, giver in values.rows.items()}
                self.held[name] = Values(rows, values.fresh)

    def miss(self) -> None:
        """A regex of if or rewrite has not matched: nginx forgets the numbered captures."""
        self.known.work.spend(len(DIGITS))
        for digit in DIGITS:
            self.held[digit] = Values({NOTHING: None})

    def _initial(self, name: str) -> Values:
        known = self.known
        texts = known.fixed.get(name)
        if texts:
            return Values({(text,) if text else NOTHING: None for text in texts})
        if is_from_request(name):
            if self.asking and (name.startswith("arg_") or name in ("args", "query_string")):
                return Values({NOTHING: None})
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
        self._depend(leaves_of(source) or definition.depends)
        request = any(_is_chosen(row) for row in source.rows)
        found = Values() if definition.whole else unknown(name)
        rows = source.rows.items()
        sources = [self.sent(row) for row, by in rows if id(by) not in self.strangers]
        if sources and Language() not in sources:
            self.strangers |= definition.strangers(sources, self.known.matches)
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

    def _depend(self, names: frozenset[str]) -> None:
        """A map chooses by these: with a condition on the same, not each entry can come out."""
        if names & (self.mapped | self.facts.names):
            self.loose = True
        self.mapped |= names

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


def common_start(one: str | None, other: str | None) -> str:
    """The start of a path that stands for both: theirs if it is one, else any."""
    return one if one is not None and one == other else ""


def _captured(pattern: Pattern, key: str, request: bool) -> Values:
    texts = pattern.choices.get(key)
    if texts:
        return Values({(text,) if text else NOTHING: None for text in texts})
    return unknown(key, request=request)


def _is_of_path(row: Alternative) -> bool:
    return any(isinstance(piece, Leaf) and _confined(piece) != piece for piece in row)


def _confined(piece: str | Leaf) -> str | Leaf:
    if isinstance(piece, Leaf) and piece.request and not piece.name.startswith(SENT):
        return Leaf(piece.name, request=False)
    return piece


def _is_chosen(row: Alternative) -> bool:
    return any(isinstance(piece, Leaf) and piece.request for piece in row)
