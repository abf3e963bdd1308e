"""Pseudonyms translated back, in a text that may have been mended since."""

from __future__ import annotations

import base64
import binascii
import re

from nginx_grpc.expressions import expression
from nginx_grpc.redaction.mapping import Map

__all__ = ["Restorer"]

_TOKEN = expression(
    r"""
    (?P<phrase>\b(?:comment|lua)[1-9][0-9]{0,5}\b(?:\(\))?)
    |(?P<v6>(?:(?<![0-9A-Za-z:.])|(?<=%5B))2001:0?db8:[0-9A-Fa-f:]*(?:/[0-9]{1,3})?)
    |(?P<v4>(?<![0-9A-Za-z])24[0-9]|25[0-4])(?P<dot>\.|\\\.|%2[eE]|-|_)(?P<rest>[0-9]{1,3}
        (?:(?P=dot)[0-9]{1,3}){0,2})(?![0-9A-Za-z])(?P<bits>/[0-9]{1,2}(?![0-9.]))?
    |(?P<bracket>%5B(?=2001:))
    |\[\^?\]?(?P<members>(?:\\.|\[:\^?[a-z]+:\]|[^\]\\\n]){1,96})\]
    |(?P<run>[A-Za-z0-9\x80-\xff]+)
    """,
    re.VERBOSE | re.IGNORECASE,
)
# Where something may begin that is restored as a whole: a text in quotes, or base64.
_WHOLE = expression(
    r"[\"']|(?<![A-Za-z0-9+/=])(?P<coded>[A-Za-z0-9+/]{8,}={0,2})(?![A-Za-z0-9+/=])"
)
_CODED = re.compile(r"[A-Za-z0-9+/=]")
_START = 6
# No text that people write has these.
_CONTROL = expression(rb"[\0-\x08\x0e-\x1f\x7f]")
_FEATURE = expression(
    r"(grpc(?:web|json)?|gateway|transcod|metrics|health|error|nginx|\A(?:ready|live)|\A[0-9]{1,2}"
    r"|\A(?:web|json))",
    re.IGNORECASE,
)


class Restorer:
    """Puts the originals back.

    Args:
        mapping: what stands for what.
    """

    def __init__(self, mapping: Map) -> None:
        self._words = mapping.words
        # For a pseudonym that somebody has spelled in another way.
        self._lower = {name.lower(): word for name, word in reversed(mapping.words.items())}
        self._addresses = mapping.addresses
        self._classes = mapping.classes
        self._wholes: dict[str, list[tuple[str, str]]] = {}
        for now, was in mapping.wholes.items():
            self._wholes.setdefault(now[:_START], []).append((now, was))
        for found in self._wholes.values():
            found.sort(key=lambda pair: -len(pair[0]))

    def text(self, data: bytes) -> bytes:
        """A text with the originals; what is no pseudonym of the mapping stays."""
        text = data.decode("latin-1")
        if not self._wholes:
            return self._pieces(text).encode("latin-1")
        done: list[str] = []
        at = asked = 0
        while (found := _WHOLE.search(text, asked)) is not None:
            whole = self._whole(text, found.start()) or self._decoded(found)
            if whole is None:
                # What is between quotes may itself have some.
                asked = found.end()
                continue
            done += [self._pieces(text[at : found.start()]), whole[1]]
            at = asked = whole[0]
        return "".join([*done, self._pieces(text[at:])]).encode("latin-1")

    def _whole(self, text: str, start: int) -> tuple[int, str] | None:
        for now, was in self._wholes.get(text[start : start + _START], ()):
            # Base64 ends where its letters do, a text in quotes with these.
            coded = now[0] not in "\"'" and _CODED.match(text, start + len(now))
            if text.startswith(now, start) and not coded:
                return start + len(now), was
        return None

    def _decoded(self, found: re.Match[str]) -> tuple[int, str] | None:
        """Base64 of a text that has been mended meanwhile."""
        try:
            data = base64.b64decode(found["coded"] or "", validate=True)
        except (binascii.Error, ValueError):
            return None
        done = None if _CONTROL.search(data) else self._pieces(data.decode("latin-1"))
        if done is None or done.encode("latin-1") == data:
            return None
        return found.end(), base64.b64encode(done.encode("latin-1")).decode("ascii")

    def _pieces(self, text: str) -> str:
        """A text whose words are restored one by one."""
        pieces: list[str] = []
        at = 0
        while True:
            found = _TOKEN.search(text, at)
            if found is None:
                break
            pieces.append(text[at : found.start()])
            done, end = self._restored(text, found)
            pieces.append(done)
            at = end
        pieces.append(text[at:])
        return "".join(pieces)

    def name(self, path: str) -> str:
        """The name of a file."""
        return self.text(path.encode("utf-8", "surrogateescape")).decode("utf-8", "surrogateescape")

    def _restored(self, text: str, found: re.Match[str]) -> tuple[str, int]:
        if found["phrase"] is not None:
            name = found[0].removesuffix("()")
            original = self._words.get(name)
            if original is None:
                return found[0], found.end()
            rest = found[0][len(name) :] if name.startswith("comment") else ""
            return original + rest, found.end()
        if found["v6"] is not None:
            whole, _, _ = found[0].partition("/")
            original = self._addresses.get(whole)
            return (
                found[0] if original is None else original + found[0][len(whole) :]
            ), found.end()
        if found["v4"] is not None:
            return self._v4(found), found.end()
        if found["members"] is not None:
            start, end = found.span("members")
            members = self._classes.get(found["members"])
            if members is None:
                # What stands in it is looked at by itself.
                return text[found.start() : start], start
            return text[found.start() : start] + members + text[end : found.end()], found.end()
        if found["bracket"] is not None:
            return found[0], found.end()
        run = found["run"]
        if text[found.start() - 1 : found.start()] == "\\":
            # An escape, unless it is a word behind a backslash.
            done = self._run(run)
            return (done if done != run else run[0] + self._run(run[1:])), found.end()
        return self._run(run), found.end()

    def _v4(self, found: re.Match[str]) -> str:
        dot, bits = found["dot"], found["bits"] or ""
        written = found[0].removesuffix(bits)
        plain = written.replace(dot, ".")
        network = self._addresses.get(plain + bits) if bits else None
        original = self._addresses.get(plain)
        if network is not None:
            return network.removesuffix(bits).replace(".", dot) + bits
        return (written if original is None else original.replace(".", dot)) + bits

    def _run(self, run: str) -> str:
        original = self._words.get(run)
        if original is None:
            original = self._lower.get(run.lower())
        if original is not None:
            return original
        if not any(sign.isdigit() for sign in run) and not set(run.lower()) & set("qxzj"):
            return run
        return "".join(
            self._words.get(part, self._lower.get(part.lower(), part)) if part else ""
            for part in _FEATURE.split(run)
        )
