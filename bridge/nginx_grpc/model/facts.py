"""How the conditions on a request's way went: the same question has the same answer behind it."""

from __future__ import annotations

from nginx_grpc.model.locations import Location
from nginx_grpc.model.patterns import Language
from nginx_grpc.model.values import Alternative, Leaf, Values
from nginx_grpc.records import dataclass, replace

__all__ = ["NO_FACTS", "PATH", "PATH_NAMES", "SENT", "Facts", "Test", "leaves_of", "path_of"]

# The client's word that is no part of the path.
SENT = ("arg_", "cookie_", "http_")
PATH: Alternative = (Leaf("uri", request=True),)
PATH_NAMES = frozenset(("document_uri", "uri"))
# More are not remembered.
_MOST = 32

# Whether a text is one of these, or matches this regex (with its operator).
Test = frozenset[str] | tuple[str, str]


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of texts that are not.

    Args:
        known: of each text how a test of it went.
        names: the variables whose texts were tested, also where that is not in `known`.
    """

    known: frozenset[tuple[Alternative, Test, bool]] = frozenset()
    names: frozenset[str] = frozenset()

    def answer(self, row: Alternative, test: Test) -> tuple[set[bool], bool]:
        """How a test of a text can go, and whether each of these is sure to be possible."""
        possible, sure = {True, False}, True
        row = _key(row)
        for text, other, went in self.known:
            if text != row:
                continue
            if other == test:
                return {went}, True
            if isinstance(other, frozenset) and isinstance(test, frozenset):
                if went and other <= test:
                    return {True}, True
                if (went and not other & test) or (not went and test <= other):
                    return {False}, True
            else:
                sure = False
        return possible, sure

    def path(self, language: Language) -> Language:
        """What is known of the path, beside that it is of a language."""
        for text, test, went in self.known:
            if text == _key(PATH) and not isinstance(test, frozenset):
                operator, regex = test
                language = language.knowing(regex, operator == "~*", went)
        return language

    def knowing(self, row: Alternative, test: Test, went: bool) -> Facts:
        """These and one more."""
        more = self.known if len(self.known) >= _MOST else self.known | {(_key(row), test, went)}
        return Facts(more, self.names | _names(row))

    def without(self, names: frozenset[str]) -> Facts:
        """These but for what is known of these variables."""
        if not names & self.names:
            return self
        kept = frozenset(item for item in self.known if not names & _names(item[0]))
        return Facts(kept, self.names - names)

    def asked(self, names: frozenset[str]) -> Facts:
        """These, and that something of these variables was asked."""
        return Facts(self.known, self.names | names) if names - self.names else self


NO_FACTS = Facts()


def path_of(place: Location, path: Language) -> Language:
    """What is known of a path for which nginx chose a location.

    Args:
        place: it.
        path: what was known before.
    """
    if place.regex:
        return path.knowing(place.path, place.modifier == "~*", True)
    if place.path.startswith("@"):
        return path
    return replace(path, prefix=place.path, exact=place.modifier == "=")


def leaves_of(values: Values) -> frozenset[str]:
    """The variables that values depend on."""
    return frozenset(name for row in values.rows for name in _names(row))


def _key(row: Alternative) -> Alternative:
    """The text, whether or not the client still chooses it."""
    return tuple(Leaf(it.name, request=False) if isinstance(it, Leaf) else it for it in row)


def _names(row: Alternative) -> frozenset[str]:
    return frozenset(piece.name for piece in row if isinstance(piece, Leaf))
