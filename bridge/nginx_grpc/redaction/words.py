"""One word of a text: which of its parts become pseudonyms, and of what kind.

Everything here says so by edits: parts of the word, each with what takes its place. What is between
them stays as it is: dots, slashes, quotes, wildcards, and so the shape.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from nginx_grpc.expressions import expression
from nginx_grpc.redaction.addresses import Addresses
from nginx_grpc.redaction.pseudonyms import Pseudonyms
from nginx_grpc.redaction.variables import family_of, is_own
from nginx_grpc.redaction.vocabulary import (
    ANYWHERE,
    DOMAINS,
    EXTENSIONS,
    FOLDERS,
    HEADERS,
    MEDIA,
    OWN_NAMES,
    QUANTITY,
    SCHEMES,
    VALUES,
    VERSION,
    is_module,
)
from nginx_grpc.sources.kubernetes.ingress_nginx.settings import KEYS

__all__ = ["Edit", "Words", "apply"]

_RUN = r"(?:[A-Za-z0-9\x80-\xff]|%[0-9A-Fa-f]{2})+"
_OCTET = r"(?:25[0-5]|2[0-4][0-9]|[01]?[0-9]?[0-9])"
_PART = expression(
    rf"""
    (?P<own>{OWN_NAMES.pattern})
    |(?P<scheme>[A-Za-z][A-Za-z0-9+]*)://(?P<authority>[^/?\#\s"'$;,]*)
    |(?P<variable>\$(?:\{{[A-Za-z0-9_]+\}}|\([A-Za-z0-9_]+\)|[A-Za-z0-9_]+))
    |(?P<bracket>%5[Bb](?=[0-9A-Fa-f:.]{{2,45}}%5[Dd]))
    |(?P<v6>(?:(?<![0-9A-Za-z:.])|(?<=%5[Bb]))(?:[0-9A-Fa-f]{{0,4}}:){{2,7}}(?:[0-9A-Fa-f]{{1,4}}(?![0-9A-Za-z])
        |{_OCTET}(?:\.{_OCTET}){{3}}|(?![0-9A-Za-z])))(?:/(?P<bits6>[0-9]{{1,3}}))?
    |(?P<v4>(?<![0-9A-Za-z])(?<![0-9]\.){_OCTET}(?P<dot>\.|\\\.|%2[eE]|-|_){_OCTET}(?P=dot){_OCTET}
        (?P=dot){_OCTET}(?![0-9A-Za-z]|\.[0-9]))(?:/(?P<bits4>[0-9]{{1,2}})(?![0-9.]))?
    |(?P<groups>(?<![0-9A-Za-z])[0-9]{{3,20}}(?:[ -][0-9]{{3,20}}){{2,8}}(?![0-9A-Za-z]))
    |(?P<media>\b(?:application|audio|font|image|message|multipart|text|video)/)
    |(?P<domain>(?:(?<![\w.%/\\-])|(?<=[^\w.%/\\-]\.))(?:[A-Za-z0-9_-]+\.)+[A-Za-z]{{2,}}(?![\w-]|\.\w))
    |(?P<run>{_RUN})
    """,
    re.VERBOSE,
)
_RUNS = expression(_RUN)
_PERCENT = expression(r"%[0-9A-Fa-f]{2}")
_BETWEEN = expression(r"[-_. ]?\Z")
_LEADING = expression(r"([0-9]{1,2})(?=[A-Za-z][A-Za-z])")
# What a rule looks for, by what the word is.
_FEATURES = {
    "path": expression(r"grpc|gateway|transcod|metrics|health|error", re.IGNORECASE),
    "file": expression(r"grpc|nginx", re.IGNORECASE),
    "object": expression(r"grpc|gateway|transcod|nginx", re.IGNORECASE),
    "word": expression(r"grpc|gateway|transcod", re.IGNORECASE),
}
_ORDERED = ("file", "object")
_OF_PATHS = frozenset(("path", "pkg", "service", "method"))
_SERVICE = expression(
    r"/?((?:[a-z_][A-Za-z0-9_]*\\?\.)+)([A-Za-z_][A-Za-z0-9_]*)(?:/([A-Z][A-Za-z0-9_]*)?)?"
)
_REST = expression(r"/[^\s\"'<>]*")
_MEDIUM = expression(r"[A-Za-z0-9.+_*-]*")
_LIST = expression(r"[\s,;]+")
_LABEL = expression(r"(?<=\.)[A-Za-z]{2,}\Z")


class Edit(NamedTuple):
    """A part of a word and what takes its place."""

    start: int
    end: int
    text: str


def apply(text: str, edits: list[Edit]) -> str:
    """A text with edits carried out, which do not overlap."""
    pieces: list[str] = []
    at = 0
    for start, end, new in sorted(edits):
        pieces += (text[at:start], new)
        at = end
    pieces.append(text[at:])
    return "".join(pieces)


class Words:
    """Finds the parts of words.

    Args:
        names: the pseudonyms of the run.
        addresses: its addresses.
    """

    def __init__(self, names: Pseudonyms, addresses: Addresses) -> None:
        self.names = names
        self.addresses = addresses

    def value(self, text: str, start: int, end: int, edits: list[Edit], kind: str = "word") -> None:
        """A value of which nothing is known."""
        whole = text[start:end]
        if self._is_plain(whole):
            return
        if whole.startswith("/"):
            self.path(text, start, end, edits)
        elif all(self._is_plain(each) for each in _LIST.split(whole)):
            return
        else:
            self.scan(text, start, end, edits, kind)

    def _is_plain(self, whole: str) -> bool:
        return whole.lower() in VALUES and not self.names.is_name(whole)

    def path(self, text: str, start: int, end: int, edits: list[Edit]) -> None:
        """A path of a URI, of a method perhaps; a name of a location (`@x`)."""
        own = OWN_NAMES.match(text, start + text.startswith("/", start), end)
        if own is not None:
            self.scan(text, own.end(), end, edits, "path")
            return
        service = _SERVICE.match(text, start, end)
        if (
            service is None
            or not text.startswith("/", start)
            or (service[3] is None and service[2].lower() in EXTENSIONS)
        ):
            self.scan(text, start, end, edits, "path")
            return
        self.scan(text, *service.span(1), edits, "pkg")
        self.scan(text, *service.span(2), edits, "service")
        if service[3]:
            self.scan(text, *service.span(3), edits, "method")
        self.scan(text, service.end(), end, edits, "path")

    def file(self, text: str, start: int, end: int, edits: list[Edit]) -> None:
        """The name of a file, of a folder, or a pattern of such."""
        at = start
        while at <= end:
            slash = text.find("/", at, end)
            stop = end if slash < 0 else slash
            part = text[at:stop].lower()
            if part not in FOLDERS and part not in KEYS and not is_module(part):
                self.scan(text, at, stop, edits, "file")
            at = stop + 1

    def host(self, text: str, start: int, end: int, edits: list[Edit], kind: str = "host") -> None:
        """A host's name or address with or without a port; an upstream's name."""
        if text[start : start + 5].lower() == "unix:":
            self.file(text, start + 5, end, edits)
            return
        colon = text.find(":", start, end)
        stop = colon if colon > 0 and text.find(":", colon + 1, end) < 0 else end
        label = _LABEL.search(text[start:stop])
        if label is None or text[start:stop].lower().endswith((".in-addr.arpa", ".ip6.arpa")):
            if label is not None:
                self._reversed(text, start, stop, edits)
            else:
                self.scan(text, start, stop, edits, kind)
        else:
            at = start + label.start()
            self.scan(text, start, at, edits, kind)
            self._domain(text, at, stop, edits)
        self.scan(text, stop, end, edits, kind)

    def target(self, text: str, start: int, end: int, edits: list[Edit]) -> None:
        """Where a `*_pass` leads: `[scheme://]host[:port][/path]`, `unix:/path`, variables."""
        scheme = text.find("://", start, end)
        at = start
        if scheme > 0 and text[start:scheme].isalnum():
            if text[start:scheme].lower() not in SCHEMES:
                self.scan(text, start, scheme, edits, "word")
            at = scheme + 3
        if text[at : at + 5].lower() == "unix:":
            self.file(text, at + 5, end, edits)
            return
        slash = min(
            (found for found in (text.find("/", at, end), text.find("?", at, end)) if found >= 0),
            default=end,
        )
        self.host(text, at, slash, edits)
        self.path(text, slash, end, edits)

    def header(self, text: str, start: int, end: int, edits: list[Edit]) -> None:
        """The name of a header, with - or _."""
        name = text[start:end].lower().replace("_", "-")
        if name in HEADERS:
            return
        if name.startswith("access-control-allow-"):
            start += len("access-control-allow-")
        self.scan(text, start, end, edits, "header")

    def variable(self, text: str, start: int, end: int, edits: list[Edit]) -> None:
        """The name of a variable, without its $."""
        name = text[start:end]
        if is_own(name):
            return
        family, of_header = family_of(name)
        start += len(family)
        if of_header:
            self.header(text, start, end, edits)
        else:
            self.scan(text, start, end, edits, "name")

    def scan(self, text: str, start: int, end: int, edits: list[Edit], kind: str) -> None:
        """All parts of a text, word by word."""
        outer = kind
        at = path = start
        while at < end:
            found = _PART.search(text, at, end)
            if found is None:
                return
            at = found.end()
            kind = "path" if at <= path else outer
            if found["run"] is not None:
                self.run(text, *found.span("run"), edits, kind)
            elif found["scheme"] is not None:
                if found["scheme"].lower() not in SCHEMES:
                    self.run(text, *found.span("scheme"), edits, kind)
                self._authority(text, *found.span("authority"), edits)
                rest = _REST.match(text, at, end)
                path = rest.end() if rest is not None else at
            elif found["variable"] is not None:
                first, last = found.span("variable")
                braced = text[first + 1] in "{("
                self.variable(text, first + 1 + braced, last - braced, edits)
            elif found["v6"] is not None:
                at = self._v6(text, found, edits, kind)
            elif found["v4"] is not None:
                self._v4(found, edits)
                at = found.end("v4")
            elif found["groups"] is not None:
                self._edit(edits, *found.span(), found[0], self.names.number(found[0]))
            elif found["media"] is not None:
                medium = _MEDIUM.match(text, at, end)
                assert medium is not None
                for run in _RUNS.finditer(text, at, medium.end()):
                    if run[0].lower() not in MEDIA:
                        self.run(text, *run.span(), edits, "word")
                at = medium.end()
            elif found["domain"] is not None:
                self._named(text, *found.span(), edits, kind)

    def _authority(self, text: str, start: int, end: int, edits: list[Edit]) -> None:
        user = text.rfind("@", start, end)
        if user >= 0:
            self.scan(text, start, user, edits, "word")
            start = user + 1
        self.host(text, start, end, edits)

    def _named(self, text: str, start: int, end: int, edits: list[Edit], kind: str) -> None:
        """Words with dots between them: a domain's name by its last one, or a file's."""
        dot = text.rindex(".", start, end)
        last = text[dot + 1 : end].lower()
        of_host = self.names.is_domain(last) or (last in DOMAINS and last not in EXTENSIONS)
        if kind not in (*_OF_PATHS, "file", "host", "upstream") and of_host:
            for run in _RUNS.finditer(text, start, dot):
                self.run(text, *run.span(), edits, kind)
            self._domain(text, dot + 1, end, edits)
            return
        for run in _RUNS.finditer(text, start, end):
            self.run(text, *run.span(), edits, kind)

    def _domain(self, text: str, start: int, end: int, edits: list[Edit]) -> None:
        label = text[start:end]
        if label.lower() in ANYWHERE:
            return
        self._edit(edits, start, end, label, self.names.domain(label))

    def _reversed(self, text: str, start: int, end: int, edits: list[Edit]) -> None:
        for run in _RUNS.finditer(text, start, end):
            word = run[0].lower()
            if word not in ("in", "addr", "ip6", "arpa"):
                self._edit(edits, *run.span(), run[0], self.names.word(run[0], "host"))

    def _v4(self, found: re.Match[str], edits: list[Edit]) -> None:
        dot = found["dot"]
        octets = [int(octet) for octet in found["v4"].split(dot)]
        length = int(found["bits4"]) if found["bits4"] and int(found["bits4"]) <= 32 else 32
        written = found["v4"].replace(dot, ".")
        done = dot.join(map(str, self.addresses.v4(octets, length, written)))
        if octets != [int(octet) for octet in done.split(dot)]:
            edits.append(Edit(*found.span("v4"), done))

    def _v6(self, text: str, found: re.Match[str], edits: list[Edit], kind: str) -> int:
        written = found["v6"]
        length = int(found["bits6"]) if found["bits6"] and int(found["bits6"]) <= 128 else 128
        done = self.addresses.v6(written, length)
        if done is None:
            # Not an address: a time, a MAC address.
            for run in _RUNS.finditer(text, *found.span("v6")):
                self.run(text, *run.span(), edits, kind)
        elif done != written:
            edits.append(Edit(*found.span("v6"), done))
        return found.end("v6")

    def run(self, text: str, start: int, end: int, edits: list[Edit], kind: str) -> None:
        """Letters and digits, and what is written as %41 in a URI."""
        written = text[start:end]
        if "%" in written:
            at = start
            for escape in _PERCENT.finditer(text, start, end):
                if not chr(int(escape[0][1:], 16)).isalnum():
                    self._opaque(text, at, escape.start(), edits, kind)
                    at = escape.end()
            self._opaque(text, at, end, edits, kind)
            return
        lower = written.lower()
        if (
            len(written) == 1
            or lower in ANYWHERE
            or VERSION.match(written)
            or QUANTITY.match(written)
            or (text[start - 1 : start] == "." and self._ends(text, start, end, lower, kind))
        ):
            return
        if written.isdigit():
            self._digits(text, start, end, edits)
            return
        self._pieces(text, start, end, edits, kind)

    @staticmethod
    def _ends(text: str, start: int, end: int, lower: str, kind: str) -> bool:
        """Whether a run is the ending of a file's name."""
        after = text[end : end + 1]
        if kind in ("host", "upstream") or after.isalnum() or after in ("_", "-", "."):
            return False
        return lower in EXTENSIONS or (lower in DOMAINS and kind in _OF_PATHS)

    def _opaque(self, text: str, start: int, end: int, edits: list[Edit], kind: str) -> None:
        if start < end:
            if "%" not in text[start:end]:
                self.run(text, start, end, edits, kind)
            else:
                done = self.names.word(text[start:end], kind)
                self._edit(edits, start, end, text[start:end], done)

    def _digits(self, text: str, start: int, end: int, edits: list[Edit]) -> None:
        written = text[start:end]
        port = len(written) == 5 and text[start - 1 : start] == ":" and int(written) <= 65535
        if len(written) > 4 and not port:
            self._edit(edits, start, end, written, self.names.number(written))

    def _pieces(self, text: str, start: int, end: int, edits: list[Edit], kind: str) -> None:
        """A run at whose features rules look: what is around them."""
        by = "path" if kind in _OF_PATHS else kind if kind in _ORDERED else "word"
        features = _FEATURES[by]
        at = start
        after = self._after_grpc(text, start)
        if kind in _OF_PATHS and text[start - 1 : start] == "/":
            for word in ("ready", "live"):
                if text[start:end].lower().startswith(word):
                    at = start + len(word)
        for feature in features.finditer(text, at, end):
            self._piece(text, at, feature.start(), edits, kind, after)
            at = feature.end()
            after = feature[0].lower() == "grpc"
        self._piece(text, at, end, edits, kind, after)

    @staticmethod
    def _after_grpc(text: str, start: int) -> bool:
        before = text[max(start - 5, 0) : start].lower()
        return before.endswith("grpc") or (before[:-1].endswith("grpc") and before[-1:] in "-_. ")

    def _piece(
        self, text: str, start: int, end: int, edits: list[Edit], kind: str, after: bool
    ) -> None:
        if after:
            for word in ("web", "json"):
                if text[start:end].lower().startswith(word):
                    start += len(word)
        leading = _LEADING.match(text, start, end)
        if leading is not None and start == leading.start():
            start = leading.end()
        written = text[start:end]
        if len(written) < 2:
            return
        if written.isdigit():
            self._digits(text, start, end, edits)
        else:
            self._edit(
                edits, start, end, written, self.names.word(written, kind, ordered=kind in _ORDERED)
            )

    @staticmethod
    def _edit(edits: list[Edit], start: int, end: int, old: str, new: str) -> None:
        if old != new:
            edits.append(Edit(start, end, new))
