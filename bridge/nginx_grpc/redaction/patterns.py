"""Regular expressions: what they match by its letters becomes pseudonyms, their form stays."""

from __future__ import annotations

import re
from collections.abc import Mapping

from nginx_grpc.expressions import expression
from nginx_grpc.redaction.vocabulary import DOMAINS, EXTENSIONS, METHODS, OWN_NAMES
from nginx_grpc.redaction.words import Edit, Words

__all__ = ["Patterns"]

_RUN = r"(?:[A-Za-z0-9\x80-\xff]|%[0-9A-Fa-f]{2})+"
_OCTET = r"(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_TOKEN = expression(
    rf"""
    (?P<own>{OWN_NAMES.pattern})
    |\(\?\#(?P<comment>[^)]*)
    |\(\?(?:P?<(?![=!])|')(?P<named>[A-Za-z0-9_]+)[>']
    |(?:\(\?P[>=]|\(\?&|\\[gk][{{<'])(?P<called>[A-Za-z_][A-Za-z0-9_]*)
    |\(\*[A-Z_]+(?::(?P<mark>[^)]*)|=[0-9]+)?\)
    |\(\?(?:[imsxnJUX^-]*[:)]|<?[=!]|[>|])
    |\\Q(?P<literal>(?:[^\\]|\\(?!E))*)(?:\\E)?
    |(?P<codes>(?:\\x[0-9A-Fa-f]{{2}}|\\x\{{[0-9A-Fa-f]+\}}|\\[01][0-7]{{2}}|\\o\{{[0-7]+\}})+)
    |\\[pP](?:\{{[^}}]*\}}|.)|\\c.|\\[0-9]{{1,2}}|\\g-?[0-9]+
    |\[\^?\]?(?P<members>(?:\\.|\[:\^?[a-z]+:\]|[^\]\\]){{0,96}})\]
    |(?P<v4>(?<![0-9A-Za-z.]){_OCTET}(?:\\\.{_OCTET}){{1,3}}(?![0-9A-Za-z])|(?<![0-9A-Za-z.])
        {_OCTET}(?=\\\.))
    |\\.
    |\{{[0-9]*,?[0-9]*\}}
    |(?P<run>{_RUN})
    """,
    re.VERBOSE | re.DOTALL,
)
_CODE = expression(r"\\x([0-9A-Fa-f]{2})|\\x\{([0-9A-Fa-f]+)\}|\\([01][0-7]{2})|\\o\{([0-7]+)\}")
_MEMBER = expression(
    r"\\.|\[:\^?[a-z]+:\]|(?P<range>.-(?:\\.|[^\]\\]))|(?P<one>[A-Za-z0-9])|.", re.S
)
# No word has its letters in this order.
_ORDER = "0918273645zqxjkvbwpygfmculdrhsnioate"
_RANK = {sign: rank for rank, sign in enumerate(_ORDER)}
_FEW = 3


class Patterns:
    """Finds the parts of regular expressions.

    Args:
        words: what their literal text is read by.
    """

    def __init__(self, words: Words) -> None:
        self._words = words
        self._classes: dict[str, str] = {}
        self._written: dict[str, str] = {}

    def restores(self) -> dict[str, str]:
        """The character classes that were written in another order, as they were."""
        return dict(self._written)

    def go_on(self, restores: Mapping[str, str]) -> None:
        """Takes over what an earlier run has given."""
        self._classes.update(restores)
        self._written.update(restores)

    def pattern(self, text: str, start: int, end: int, edits: list[Edit], kind: str) -> None:
        """A regular expression over what `kind` says: path, host, word."""
        at = start
        while at < end:
            found = _TOKEN.search(text, at, end)
            if found is None:
                return
            at = max(found.end(), at + 1)
            if found["run"] is not None:
                self._run(text, *found.span("run"), edits, kind)
            elif found["named"] is not None:
                self._words.variable(text, *found.span("named"), edits)
            elif found["called"] is not None:
                self._words.variable(text, *found.span("called"), edits)
            elif found["members"]:
                self._class(text, *found.span("members"), edits)
            elif found["v4"] is not None:
                self._beginning(found, edits)
            elif found["codes"] is not None:
                self._codes(text, found, edits, kind)
            else:
                for group in ("comment", "mark", "literal"):
                    if found[group]:
                        part: list[Edit] = []
                        self._words.scan(text, *found.span(group), part, kind)
                        edits.extend(part)

    def _run(self, text: str, start: int, end: int, edits: list[Edit], kind: str) -> None:
        written = text[start:end]
        lower = written.lower()
        words = self._words
        if lower in ("http", "https") or (kind == "word" and lower in METHODS):
            return
        if text[start - 1 : start] == "." and lower.isalpha() and len(lower) > 1:
            last = not text.startswith(("\\.", "."), end) and not text[end : end + 1].isalnum()
            known = words.names.is_domain(lower)
            if kind == "host":
                known = known or last
            elif kind == "word":
                known = known or (last and lower in DOMAINS and lower not in EXTENSIONS)
            else:
                known = False
            if known:
                done = words.names.domain(written)
                if done != written:
                    edits.append(Edit(start, end, done))
                return
        words.run(text, start, end, edits, kind)

    def _beginning(self, found: re.Match[str], edits: list[Edit]) -> None:
        """An address, or the beginning of one."""
        octets = [int(octet) for octet in found["v4"].split("\\.")]
        done = self._words.addresses.v4(octets)
        if done != octets:
            edits.append(Edit(*found.span("v4"), "\\.".join(map(str, done))))

    def _codes(self, text: str, found: re.Match[str], edits: list[Edit], kind: str) -> None:
        """Characters written by their numbers: those that are letters are a word of their own."""
        start = last = found.start()
        for code in _CODE.finditer(text, *found.span("codes")):
            number = int(code[1] or code[2] or "0", 16) or int(code[3] or code[4] or "0", 8)
            if number >= 0x110000 or not chr(number).isalnum():
                self._coded(text, start, code.start(), edits, kind)
                start = code.end()
            last = code.end()
        self._coded(text, start, last, edits, kind)

    def _coded(self, text: str, start: int, end: int, edits: list[Edit], kind: str) -> None:
        if start < end:
            written = text[start:end]
            done = self._words.names.word(written, kind)
            if done != written:
                edits.append(Edit(start, end, done))

    def _class(self, text: str, start: int, end: int, edits: list[Edit]) -> None:
        """A class of characters: of many the order is another one, which means the same."""
        written = text[start:end]
        places = [
            member.start("one") for member in _MEMBER.finditer(written) if member["one"] is not None
        ]
        if len(places) <= _FEW:
            return
        signs = sorted((written[place] for place in places), key=_order)
        for turn in range(len(signs)):
            done = list(written)
            for place, sign in zip(places, signs[turn:] + signs[:turn], strict=True):
                done[place] = sign
            result = "".join(done)
            if self._classes.setdefault(result, written) == written:
                break
        if self._words.names.settled and result != written:
            self._written[result] = written
            edits.append(Edit(start, end, result))


def _order(sign: str) -> tuple[int, str]:
    return _RANK[sign.lower()], sign
