"""Lines of logs: nginx's own words stay, what it tells of calls and machines does not."""

from __future__ import annotations

import re

from nginx_grpc.expressions import expression
from nginx_grpc.redaction.log_words import MESSAGES
from nginx_grpc.redaction.said import said_by_clients, said_by_nginx
from nginx_grpc.redaction.variables import is_own
from nginx_grpc.redaction.vocabulary import DIRECTIVES, METHODS
from nginx_grpc.redaction.words import Edit, Words, apply

__all__ = ["Lines", "is_log"]

_ERROR = expression(rb"\d{4}[/-]\d\d[/-]\d\d[ T]\d\d:\d\d:\d\d[^\n]{0,80}?\[[a-z]+\] ")
_ACCESS = expression(rb"[^\n]{0,400}?\[\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}\][ \"]")
_LINE = expression(
    r"\d{4}[/-]\d\d[/-]\d\d[ T]\d\d:\d\d:\d\d[^\n]{0,80}?\[[a-z]+\] (?:\d+#\d+: )?(?:\*\d+ )?"
    r"(?P<message>.*?)(?:, (?:client|server): |$)"
    r"|[^\n]{0,400}?\[\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}\][ \"]",
    re.DOTALL,
)
_JSON = expression(rb"\{\s*\"[a-z_]*(?:time|request|remote|status|host)[a-z_]*\"\s*:")
_PART = expression(
    r"""
    (?P<time>"?\d{4}[/-]\d\d[/-]\d\d[ T]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?"?
        |\[\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d\ [+-]\d{4}\])
    |"(?P<request>[A-Za-z]{1,16}\ )(?P<uri>[^\s"]*)(?P<version>\ HTTP/[0-9.]+)?"
    |(?P<v6>(?<![0-9A-Za-z:.])(?:[0-9A-Fa-f]{0,4}:){2,7}[0-9A-Fa-f.]*)
    |\b(?P<label>client|server|host|upstream|referrer|peer):\ "?(?P<place>[^",]*)"?
    |"(?P<name>[A-Za-z_][A-Za-z0-9_]*)"(?=\s*:)
    |"(?P<quoted>(?:[^"\\]|\\.)*)"
    |(?P<number>\#?\*?\d+(?:\#\d+)?:?(?=[\s:]|$))
    |(?P<code>error:[0-9A-Fa-f]{8}:)
    |(?P<word>[A-Za-z_]+(?:\(\))?(?![A-Za-z0-9_-]|[A-Za-z0-9._@/-]*[.@/]\w))
    |(?P<other>[^\s"]+)
    """,
    re.VERBOSE,
)
_METHODS = frozenset(method.upper() for method in METHODS)
_MOST_KNOWN = 200_000
_ADDRESS = expression(r"[0-9A-Fa-f]*:[0-9A-Fa-f]*:")
_URL = expression(r"[A-Za-z][A-Za-z0-9+]*://|unix:")


def is_log(data: bytes) -> bool:
    """Whether a text is a log of nginx or what a client said, by its first line that says
    something."""
    for line in data[:65536].split(b"\n", 20)[:20]:
        if line.strip():
            return any(form.match(line) for form in (_ERROR, _ACCESS, _JSON)) or _is_told(line)
    return False


def _is_told(line: bytes) -> bool:
    """Whether `explain` knows a line: one with what collectors put before it, a client's."""
    if line.lstrip().startswith(b"#") or line.rstrip().endswith((b";", b"{", b"}", b"|")):
        return False
    from nginx_grpc.explain.recognition import Recogniser

    seen = Recogniser().see(line.decode("utf-8", "replace"))
    return seen is not None and (seen.entry is not None or seen.source.endswith("log"))


class Lines:
    """Redacts lines.

    Args:
        words: what words are read by.
    """

    def __init__(self, words: Words) -> None:
        self._words = words
        self._settled = False
        self._known: dict[str, str] = {}

    def line(self, data: bytes) -> bytes:
        """A line with pseudonyms."""
        if self._settled != self._words.names.settled:
            self._settled = self._words.names.settled
            self._known.clear()
        text = data.decode("latin-1")
        done: list[str] = []
        at = 0
        for start, end in _said(text):
            done += (_PART.sub(self._replaced, text[at:start]), text[start:end])
            at = end
        done.append(_PART.sub(self._replaced, text[at:]))
        return "".join(done).encode("latin-1")

    def _replaced(self, found: re.Match[str]) -> str:
        # Most of a line stands in the others too.
        part = found[0]
        done = self._known.get(part)
        if done is None:
            edits: list[Edit] = []
            self._part(found, edits)
            start = found.start()
            done = apply(part, [Edit(a - start, b - start, new) for a, b, new in edits])
            if len(self._known) < _MOST_KNOWN:
                self._known[part] = done
        return done

    def _part(self, found: re.Match[str], edits: list[Edit]) -> None:
        text = found.string
        if found["uri"] is not None:
            if found["request"].strip().lower() not in METHODS:
                self._words.scan(text, *found.span("request"), edits, "word")
            self._target(text, *found.span("uri"), edits)
        elif found["place"] is not None:
            self._target(text, *found.span("place"), edits)
        elif found["name"] is not None:
            if not is_own(found["name"]) and found["name"].lower() not in MESSAGES:
                self._words.scan(text, *found.span("name"), edits, "name")
        elif found["v6"] is not None:
            self._words.scan(text, *found.span("v6"), edits, "word")
        elif found["quoted"] is not None:
            if found["quoted"] in _METHODS or (
                "_" in found["quoted"] and found["quoted"] in DIRECTIVES
            ):
                return
            self._target(text, *found.span("quoted"), edits)
        elif found["word"] is not None:
            if not self._is_of_message(found["word"]):
                self._words.scan(text, *found.span("word"), edits, "word")
        elif found["other"] is not None:
            self._other(text, *found.span("other"), edits)

    @staticmethod
    def _is_of_message(word: str) -> bool:
        lower = word.lower().removesuffix("()")
        return all(part in MESSAGES or len(part) < 2 for part in lower.split("_"))

    def _other(self, text: str, start: int, end: int, edits: list[Edit]) -> None:
        """Words with other signs in them: of nginx's if all of its words are."""
        written = text[start:end]
        runs = re.findall(r"[A-Za-z0-9\x80-\xff]+", written)
        plain = re.fullmatch(r"[(\[]*[A-Za-z0-9_:#*=/+-]*[)\],.;:]*", written)
        if plain and _ADDRESS.search(written):
            plain = None
        if plain and all(
            run.lower() in MESSAGES or (run.isdigit() and len(run) < 6) or len(run) == 1
            for run in runs
        ):
            return
        if written.startswith("/"):
            self._words.file(text, start, end, edits)
        else:
            self._words.scan(text, start, end, edits, "word")

    def _target(self, text: str, start: int, end: int, edits: list[Edit]) -> None:
        value = text[start:end]
        if not value or value == "-":
            return
        if _URL.match(value):
            self._words.target(text, start, end, edits)
        elif value.startswith("/"):
            self._words.path(text, start, end, edits)
        elif " " not in value and not value.isdigit():
            self._words.host(text, start, end, edits)
        else:
            self._words.scan(text, start, end, edits, "word")


def _said(text: str) -> list[tuple[int, int]]:
    """Where a line has words that are a program's own."""
    found = _LINE.match(text)
    if found is None:
        return said_by_clients(text)
    if found["message"] is None:
        return []
    start = found.start("message")
    return [(start + a, start + b) for a, b in said_by_nginx(found["message"])]
