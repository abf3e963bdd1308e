"""Pseudonyms: one for each word, the same in all places, and known again as what they are.

A word is a run of letters and digits (bytes above 127 count as letters). Case does not tell words
apart, for it does not to nginx in hosts, headers, variables and keys of maps; how a word is spelled
is kept in how its pseudonym is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from nginx_grpc.expressions import expression

__all__ = ["KINDS", "Pseudonyms"]

#: The kinds of words, the one that says most first: `host1` stands for a word that is a part of a
#: host's name anywhere.
KINDS = (
    *("host", "upstream", "service", "method", "pkg", "path", "file", "object"),
    *("header", "name", "word"),
)
_RANK = {kind: rank for rank, kind in enumerate(KINDS)}
_NAMED = expression(rf"(?:{'|'.join(KINDS)})[1-9][0-9]{{0,5}}\Z", re.IGNORECASE)
_PHRASE = expression(r"(?:comment|lua)[1-9][0-9]{0,5}\Z")
_NUMBER = expression(r"700+[0-9]{2,3}\Z")
_SHAPED = expression(r"[0-9]*[qxzj][0-9]*[qxzj][qxzj0-9]*\Z", re.IGNORECASE)
_SHAPES = "qxzj"
# So many digits of a word stay; of one with more, a token perhaps, all are sevens.
_FEW_DIGITS = 3
# Names that belong to nobody (RFC 2606); the first stands for the first top-level domain. The
# others are nginx's words as well (`ignore_invalid_headers`), and stay where they stand.
_DOMAINS = ("example", "test", "invalid")
_DOMAIN = expression(rf"(?:{'|'.join(_DOMAINS)}|host9[0-9]{{1,4}})\Z")


class Pseudonyms:
    """The words of one run and what stands for each.

    Args:
        shaped: whether a pseudonym keeps length and letters' class of its word, so that a regular
            expression meets it as it met the word; names are easier to read without.

    All words are to be seen (`settled` is false) before the first pseudonym is given, so that none
    is given that stands in the text already.
    """

    def __init__(self, *, shaped: bool = False) -> None:
        self.shaped = shaped
        self.settled = False
        self._kinds: dict[str, str] = {}
        self._ordered: set[str] = set()
        self._domains_seen: set[str] = set()
        self._given: dict[str, str] = {}
        self._taken: set[str] = set()
        self._spelled: dict[str, str] = {}
        self._originals: dict[str, str] = {}
        self._counts: dict[str, int] = {}
        self._pieces: dict[str, list[str]] = {}
        self._shapes: dict[str, str] = {}

    def restores(self) -> dict[str, str]:
        """What each pseudonym that was given stands for."""
        return dict(self._originals)

    def kept(self) -> dict[str, dict[str, str]]:
        """All that was given, to go on with in another run: see `go_on`."""
        return {"spelled": dict(self._spelled), "given": dict(self._given)}

    def go_on(self, kept: Mapping[str, Mapping[str, str]], restores: Mapping[str, str]) -> None:
        """Takes over what an earlier run has given, before anything is seen."""
        self._spelled.update(kept["spelled"])
        self._given.update(kept["given"])
        self._originals.update(restores)
        self._taken.update(kept["given"].values())

    def is_name(self, word: str) -> bool:
        """Whether a word was seen where names stand: of hosts, of upstreams."""
        return self._kinds.get(word.lower()) in ("host", "upstream")

    def is_domain(self, label: str) -> bool:
        """Whether a label was seen as the last one of a host's name."""
        return label.lower() in self._domains_seen

    def settle(self) -> None:
        """Gives each word that was seen its pseudonym."""
        self.settled = True
        # Letters alone are no sign: `qq` is somebody's name, unless all words here are such.
        again = self.shaped or all(map(is_pseudonym, self._kinds))
        for key in self._kinds:
            if _NAMED.match(key) or (again and is_pseudonym(key)):
                self._given[key] = key
                self._taken.add(key)
        if self.shaped:
            for key in self._kinds:
                self._split(key)
            return
        totals: dict[str, int] = {}
        for key, kind in self._kinds.items():
            if key not in self._given:
                totals[kind] = totals.get(kind, 0) + 1
        # As many digits for each, so that none is the beginning of another.
        for kind, total in totals.items():
            width = len(str(total + len(self._taken)))
            self._counts[kind] = 10 ** (width - 1) - 1
        files = sorted(key for key in self._ordered if key not in self._given)
        for key in files:
            self._give(key)
        for key in self._kinds:
            if key not in self._given:
                self._give(key)

    def word(self, text: str, kind: str, *, ordered: bool = False) -> str:
        """What stands for a word.

        Args:
            text: the word, one character a byte.
            kind: what it is where it stands, one of KINDS.
            ordered: whether the order of such words counts, as that of files does.
        """
        key = text.lower()
        if not self.settled:
            known = self._kinds.get(key)
            if known is None or _RANK[kind] < _RANK[known]:
                self._kinds[key] = kind
            if ordered:
                self._ordered.add(key)
            return text
        done = self._spelled.get(text)
        if done is None:
            if key not in self._kinds:
                self._kinds[key] = kind
            done = self._shaped(text) if self.shaped else self._spell(text, key)
            self._spelled[text] = done
            self._originals.setdefault(done, text)
        return done

    def number(self, written: str) -> str:
        """What stands for a number that could be somebody's own: one of as many digits.

        It may be written in groups, with spaces or dashes between them.
        """
        digits = sum(sign.isdigit() for sign in written)
        return self._kept(written, "number", self._numbers(digits), _NUMBER)

    def domain(self, label: str) -> str:
        """What stands for a top-level domain."""
        lower = label.lower()
        self._domains_seen.add(lower)
        found = self._kept(lower, "domain", self._domains(), _DOMAIN)
        if label == lower:
            return found
        if not self.settled:
            return label
        spelled = found.upper() if label.isupper() else found.capitalize()
        self._originals.setdefault(spelled, label)
        return spelled

    def phrase(self, text: str, kind: str) -> str:
        """What stands for a whole text: kind is `comment` or `lua`."""
        return self._kept(
            text, kind, (f"{kind}{number}" for number in range(1, 1_000_000)), _PHRASE
        )

    def _kept(self, text: str, group: str, names: Iterator[str], form: re.Pattern[str]) -> str:
        key = f"{group} {text}"
        if not self.settled:
            if form.match(text):
                self._given[key] = text
                self._taken.add(text)
            return text
        done = self._given.get(key)
        if done is None:
            done = text if form.match(text) and text not in self._taken else None
            if done is None:
                done = next(name for name in names if name not in self._taken)
            self._given[key] = done
            self._taken.add(done)
        self._originals.setdefault(done, text)
        return done

    @staticmethod
    def _numbers(length: int) -> Iterator[str]:
        while True:
            yield from (
                "7" + str(number).rjust(length - 1, "0")
                for number in range(1, 100 if length < 6 else 1000)
            )
            length += 1

    @staticmethod
    def _domains() -> Iterator[str]:
        yield _DOMAINS[0]
        yield from (f"host9{number}" for number in range(10_000))

    def _give(self, key: str) -> str:
        kind = self._kinds[key]
        while True:
            self._counts[kind] = self._counts.get(kind, 0) + 1
            name = f"{kind}{self._counts[kind]}"
            if name not in self._taken:
                break
        self._taken.add(name)
        self._given[key] = name
        return name

    def _spell(self, text: str, key: str) -> str:
        name = self._given.get(key) or self._give(key)
        if name == key:
            return text
        first, rest = text[:1], text[1:]
        if text == key:
            spelled = name
        elif text == text.upper():
            spelled = name.upper()
        elif first.isupper() and rest == rest.lower():
            spelled = name.capitalize()
        else:
            spelled = name.capitalize() if first.isupper() else name
        if self._originals.get(spelled, text) == text and (text == key or spelled != name):
            return spelled
        return next(each for each in _cases(spelled) if self._originals.get(each, text) == text)

    def _shaped(self, text: str) -> str:
        pieces = self._pieces.get(text.lower()) or self._split(text.lower())
        letters = "".join(self._shape(piece) for piece in pieces)
        if len(letters) != len(text):
            return letters
        return "".join(
            new.upper() if old.isupper() else new for old, new in zip(text, letters, strict=True)
        )

    def _split(self, key: str) -> list[str]:
        """A word as words that were seen too, where it has some in it."""
        pieces = [key]
        if not is_pseudonym(key):
            pieces = _parts(key, self._kinds)
        self._pieces[key] = pieces
        return pieces

    def _shape(self, piece: str) -> str:
        if len(piece) == 1 or is_pseudonym(piece):
            return piece
        done = self._given.get(f"shape {piece}")
        if done is None:
            body = re.sub("[0-9]", "", piece)
            known = self._given.get(f"shape {body}")
            if known is None:
                known = self._next_shape(body) if len(body) > 1 else body
                if len(body) > 1:
                    self._given[f"shape {body}"] = known
            done = _with_digits(piece, known)
            while self._shapes.setdefault(done, piece) != piece:
                done = _with_digits(piece, self._next_shape(f"{body}qq"))
            self._given[f"shape {piece}"] = done
        return done

    def _next_shape(self, body: str) -> str:
        length = len(body)
        while True:
            count = self._counts.get(f"shape {length}", 0)
            if count < len(_SHAPES) ** min(length, 10):
                break
            length += 1
        for number in range(count, len(_SHAPES) ** min(length, 10)):
            name = ""
            for _ in range(length):
                number, sign = divmod(number, len(_SHAPES))
                name = _SHAPES[sign] + name
            self._counts[f"shape {length}"] = self._counts.get(f"shape {length}", 0) + 1
            if name not in self._taken:
                self._taken.add(name)
                return name
        return self._next_shape(body + "x")


def is_pseudonym(word: str) -> bool:
    """Whether a word is one that stands for another."""
    if _NAMED.match(word):
        return True
    digits = [sign for sign in word if sign.isdigit()]
    return _SHAPED.match(word) is not None and (len(digits) <= _FEW_DIGITS or set(digits) == {"7"})


def _with_digits(piece: str, letters: str) -> str:
    """The letters' pseudonym with the digits where they stand in the piece."""
    few = sum(sign.isdigit() for sign in piece) <= _FEW_DIGITS
    rest = iter(letters)
    done = [(sign if few else "7") if sign.isdigit() else next(rest, "q") for sign in piece]
    return "".join([*done, *rest])


def _parts(key: str, seen: dict[str, str]) -> list[str]:
    """Splits at the longest words that were seen, from the left; a word itself is no part of it."""
    if len(key) > 40:
        return [key]
    pieces: list[str] = []
    at = last = 0
    while at < len(key) - 1:
        end = next(
            (
                end
                for end in range(len(key), at + 1, -1)
                if end - at < len(key) and key[at:end] in seen
            ),
            0,
        )
        if not end:
            at += 1
            continue
        if at > last:
            pieces.append(key[last:at])
        pieces.append(key[at:end])
        at = last = end
    if last < len(key):
        pieces.append(key[last:])
    return pieces


def _cases(name: str) -> Iterator[str]:
    """A name in other cases of its letters behind the first."""
    letters = [at for at, sign in enumerate(name) if at and sign.isalpha()]
    for pattern in range(1, 1 << len(letters)):
        signs = list(name)
        for bit, at in enumerate(letters):
            if pattern >> bit & 1:
                signs[at] = signs[at].swapcase()
        yield "".join(signs)
    yield from (f"{name}{number}" for number in range(1000, 1_000_000))
