"""Finds the entry that a message belongs to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from nginx_grpc.explain.entries import Entry

__all__ = ["Matcher", "Pattern"]

WILD = "…"
_WORDS = 3  # of a message that it is looked up by
_KEPT = 4096  # messages whose entry is remembered
_LONGEST = 512  # characters of a message that is remembered


class Pattern:
    """One message of the table.

    Args:
        text: the message, `…` for any text. One that starts with `…` may begin anywhere.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        head, *rest = text.split(WILD)
        self.head = head
        self._pieces = [piece for piece in rest if piece]
        self._open = text.endswith(WILD)
        self.literals = len(text) - text.count(WILD)

    @property
    def words(self) -> str:
        """The first words, at most three, with which a message of this kind starts."""
        return _start(self.head)

    @property
    def stem(self) -> str:
        """A text that a message of this kind is sure to hold, without the number at its end."""
        longest = max([self.head, *self._pieces], key=len)
        return longest.rstrip("0123456789") or longest

    def matches(self, message: str) -> bool:
        """Whether a message is of this kind. Takes time linear in the message's length."""
        if not message.startswith(self.head):
            return False
        at = len(self.head)
        last = len(self._pieces) - 1
        for number, piece in enumerate(self._pieces):
            found = message.find(piece, at)
            while found >= 0 and number == last and not self._ends(message, found + len(piece)):
                found = message.find(piece, found + 1)
            if found < 0:
                return False
            at = found + len(piece)
        return bool(self._pieces) or self._ends(message, at)

    def _ends(self, message: str, at: int) -> bool:
        """Whether the last word is over there: "error 1" is not the start of "error 11"."""
        if self._open or at >= len(message):
            return True
        return not (message[at].isalnum() and message[at - 1].isalnum())


def _start(text: str) -> str:
    """The first words that are followed by a space, at most three."""
    return " ".join(text.split(" ")[:-1][:_WORDS])


class Matcher:
    """The entries of one source, ready to be searched.

    Where several patterns match, the one with most literal text is right: it says most.
    """

    def __init__(self, entries: Iterable[Entry]) -> None:
        found = [(Pattern(text), entry) for entry in entries for text in entry.says]
        found.sort(key=lambda each: -each[0].literals)
        self._by_words: dict[str, list[tuple[Pattern, Entry]]] = {}
        self._by_stem: dict[str, list[tuple[Pattern, Entry]]] = {}
        for pattern, entry in found:
            index, key = self._by_words, pattern.words
            if not key:
                index, key = self._by_stem, pattern.stem
            index.setdefault(key, []).append((pattern, entry))
        self._known: dict[str, Entry | None] = {}

    def entry(self, message: str, *, anywhere: bool = True) -> Entry | None:
        """The entry of a message; None where no entry knows it.

        Without `anywhere` it has to begin as the table says.
        """
        if not anywhere:
            return self._search(message, anywhere=False)
        try:
            return self._known[message]
        except KeyError:
            pass
        found = self._search(message, anywhere=True)
        if len(message) <= _LONGEST:
            if len(self._known) >= _KEPT:
                self._known.clear()
            self._known[message] = found
        return found

    def _search(self, message: str, *, anywhere: bool) -> Entry | None:
        best: tuple[int, Entry | None] = (-1, None)
        for patterns in self._likely(message, anywhere):
            for pattern, entry in patterns:
                if pattern.literals <= best[0]:
                    break
                if pattern.matches(message):
                    best = (pattern.literals, entry)
                    break
        return best[1]

    def _likely(self, message: str, anywhere: bool) -> Iterator[list[tuple[Pattern, Entry]]]:
        words = message.split(" ", _WORDS)[:_WORDS]
        for many in range(1, len(words) + 1):
            found = self._by_words.get(" ".join(words[:many]))
            if found is not None:
                yield found
        if anywhere:
            for stem, patterns in self._by_stem.items():
                if stem in message:
                    yield patterns
