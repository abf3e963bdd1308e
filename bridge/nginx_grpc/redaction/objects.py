"""The words of Kubernetes objects: names, annotations, and the settings of ingress-nginx."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import SequenceMatcher, get_close_matches
from typing import TYPE_CHECKING

from nginx_grpc.expressions import expression
from nginx_grpc.redaction.object_vocabulary import (
    ALIASES,
    ENUMERATED,
    FREE,
    NAMES,
    OF_PREFIX,
    OWN_PARTS,
    PREFIXES,
)
from nginx_grpc.redaction.vocabulary import AMOUNT, is_directive
from nginx_grpc.redaction.words import Edit, apply
from nginx_grpc.sources.kubernetes.ingress_nginx.annotations import ANNOTATIONS, PREFIX
from nginx_grpc.sources.kubernetes.ingress_nginx.settings import KEYS, Settings
from nginx_grpc.sources.kubernetes.ingress_nginx.values import Place, Value

if TYPE_CHECKING:
    from nginx_grpc.redaction.redactor import Redactor

__all__ = ["ObjectWords", "is_plain"]

_TIME = expression(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?Z\Z")
_PLAIN = expression(
    r"(?:true|false|null|~|yes|no|on|off|[0-9]{1,5}(?:\.[0-9]{1,3})?|[0-9]{1,4}(?:[KMG]i?|m|s|h|%))?\Z",
    re.IGNORECASE,
)
_PATTERN = expression(r"[][()|*+?^$\\]")
_RUN = expression(r"[A-Za-z0-9\x80-\xff]+")
_TOKEN = expression(r"[^\s,;]+")
_NEAR = 0.75
_SEARCHED = 1_000  # names that are looked up; each takes some milliseconds


def is_plain(text: str) -> bool:
    """Whether a scalar is nobody's own: a flag, a small number or amount, nothing at all."""
    return _PLAIN.match(text.strip()) is not None


class ObjectWords:
    """Says what is replaced in the words of objects.

    Args:
        redactor: the run.

    Texts are bytes, one character each.
    """

    def __init__(self, redactor: Redactor) -> None:
        self._words = redactor.words
        self._patterns = redactor.patterns
        self._grammar = redactor.grammar
        self._nearest: dict[str, str] = {}

    def name(self, text: str) -> list[Edit]:
        """The name of an object, with its namespace or without; of a class, in which `nginx` says
        whose it is."""
        edits: list[Edit] = []
        for part in re.finditer(r"[^/]+", text):
            known = NAMES.match(part[0])
            if known is None:
                self._words.scan(text, *part.span(), edits, "object")
            elif known["before"]:
                end = part.start() + known.end("before")
                self._words.scan(text, part.start(), end, edits, "object")
        return edits

    def key(self, text: str) -> list[Edit]:
        """The name of an annotation or of a label."""
        prefix, slash, name = text.rpartition("/")
        edits: list[Edit] = []
        known = prefix in PREFIXES
        if not slash:
            if name not in PREFIXES and name not in ("app", "name", "version", "release", "chart"):
                self._words.scan(text, 0, len(text), edits, "name")
            return edits
        if not known:
            self._near(text, 0, len(prefix), OF_PREFIX, edits)
        start = len(prefix) + 1
        meant = self._meant(name) if known or "nginx" in prefix else ""
        if known and all(part in OWN_PARTS for part in re.split("[-_.]", name)):
            return edits
        self._near(text, start, len(text), set(re.split("[-_.]", meant)), edits)
        return edits

    def setting(self, text: str) -> list[Edit]:
        """A key of ingress-nginx's ConfigMap."""
        edits: list[Edit] = []
        if text not in KEYS:
            self._near(text, 0, len(text), set(self._meant(text).split("-")), edits)
        return edits

    def _meant(self, name: str) -> str:
        """The annotation or key that a name is, or may be meant for; empty for none."""
        if name in ANNOTATIONS or name in KEYS:
            return name
        found = self._nearest.get(name)
        if found is None:
            if len(name) > 63 or len(self._nearest) >= _SEARCHED:
                return ""
            close = get_close_matches(name.lower(), (*ANNOTATIONS, *KEYS), 1, 0.7)
            found = self._nearest[name] = close[0] if close else ""
        return found

    def _near(
        self, text: str, start: int, end: int, known: Iterable[str], edits: list[Edit]
    ) -> None:
        """What is not a word of the known ones, or one with a slip of the finger in it."""
        known = {each for each in known if each}
        for run in _RUN.finditer(text, start, end):
            lower = run[0].lower()
            if lower not in known and not any(_is_slip(lower, each) for each in known):
                self._words.run(text, *run.span(), edits, "name")

    def annotation(self, name: str, text: str) -> list[Edit]:
        """The value of an annotation that is no snippet, by its full name."""
        own = name.removeprefix(PREFIX)
        if name == "kubernetes.io/ingress.class":
            return self.name(text)
        if own != name and own in ANNOTATIONS:
            if own in FREE:
                return self._refused(own, text, self._free(own, text))
            if ANNOTATIONS[own].takes(text):
                return []
        return self._any(text)

    def _refused(self, name: str, text: str, edits: list[Edit]) -> list[Edit]:
        """The edits of a value, under which it stays one that the controller does not take."""
        takes = ANNOTATIONS[name].takes
        if takes(text) or not takes(apply(text, edits)):
            return edits
        for at, sign in enumerate(text):
            if not sign.isalnum() and takes("x") and not takes(f"x{sign}"):
                parts = [(0, at), (at + 1, len(text))]
                done = [
                    (*part, self._words.names.word(text[slice(*part)], "word")) for part in parts
                ]
                return [Edit(*each) for each in done if each[0] < each[1]]
        return edits

    def value(self, key: str, text: str) -> list[Edit]:
        """The value of a key of ingress-nginx's ConfigMap that is no snippet."""
        if key in FREE:
            return self._free(key, text)
        if KEYS[key] in ("number", "flag") and Settings({key: Value(text, Place("", 1))}).fits(key):
            return []
        directive = ALIASES.get(key, key.replace("-", "_"))
        if is_directive(directive):
            return self._statement(directive, text)
        if key in ENUMERATED or AMOUNT.match(text):
            return self._enumerated(key, text)
        return self._any(text)

    def header(self, key: str, text: str) -> tuple[list[Edit], list[Edit]]:
        """A header of a ConfigMap of headers, and its value."""
        _, name, value = self._grammar.statement(
            ("location", ("/",)), ["proxy_set_header", key, text], entry=False
        )
        return name, value

    def scalar(self, role: str, text: str) -> list[Edit]:
        """A scalar by what it is: see `manifests`."""
        edits: list[Edit] = []
        if role == "name":
            return self.name(text)
        if role == "controller" and text == "k8s.io/ingress-nginx":
            return edits
        if role == "time" and _TIME.match(text):
            return edits
        if role == "host":
            self._words.host(text, 0, len(text), edits)
        elif role == "path" and _PATTERN.search(text):
            self._patterns.pattern(text, 0, len(text), edits, "path")
        else:
            return self._any(text)
        return edits

    def _any(self, text: str) -> list[Edit]:
        edits: list[Edit] = []
        if is_plain(text):
            return edits
        if text.startswith("/"):
            self._words.path(text, 0, len(text), edits)
        else:
            self._words.scan(text, 0, len(text), edits, "name")
        return edits

    def _free(self, name: str, text: str) -> list[Edit]:
        kind = FREE[name]
        edits: list[Edit] = []
        if name in ENUMERATED:
            return self._enumerated(name, text)
        if kind == "name":
            return self.name(text)
        if kind == "ciphers":
            return self._statement("ssl_ciphers", text)
        if kind == "pattern":
            start = 3 if text.startswith("CN=") else 0
            self._patterns.pattern(text, start, len(text), edits, "name")
        elif kind == "value":
            if not is_plain(text):
                self._words.value(text, 0, len(text), edits)
        else:
            for token in _TOKEN.finditer(text):
                if kind == "headers":
                    self._words.header(text, *token.span(), edits)
                elif kind == "hosts" and not _PATTERN.search(token[0]):
                    self._words.host(text, *token.span(), edits)
                elif kind == "paths":
                    self._words.path(text, *token.span(), edits)
                else:
                    self._words.scan(text, *token.span(), edits, "host")
        return edits

    def _enumerated(self, name: str, text: str) -> list[Edit]:
        if text.strip().lower() in ENUMERATED.get(name, ()):
            return []
        return [] if AMOUNT.match(text) else self._any(text)

    def _statement(self, directive: str, text: str) -> list[Edit]:
        """What would be replaced in a directive of nginx's with these arguments."""
        words = list(re.finditer(r"[^ \t\r\n]+", text))
        found = self._grammar.statement(
            ("location", ("/",)), [directive, *(word[0] for word in words)], entry=False
        )
        return [
            Edit(word.start() + start, word.start() + end, new)
            for word, edits in zip(words, found[1:], strict=True)
            for start, end, new in edits
        ]


def _is_slip(word: str, known: str) -> bool:
    if abs(len(word) - len(known)) > 2 or word[:1] != known[:1]:
        return sorted(word) == sorted(known)
    return SequenceMatcher(None, word, known).ratio() >= _NEAR
