"""nginx's reading of a configuration, one byte after the other, for comparison alone.

It is short, slow and has no tricks, so that it can be checked by eye and against nginx; the
parser has to agree with it on every text.
"""

from __future__ import annotations

from dataclasses import dataclass

BUFFER = 4096
SPACE = b" \t\r\n"


@dataclass
class Statement:
    """A directive: its words as nginx stores them, what ends it, and its first and last line."""

    words: list[bytes]
    terminator: str
    first: int
    last: int


class Unreadable(Exception):
    """nginx stops here."""

    def __init__(self, why: str, line: int) -> None:
        self.why = why
        self.line = line
        super().__init__(f"{why} in line {line}")


def unescaped(raw: bytes) -> bytes:
    known = {b'"': b'"', b"'": b"'", b"\\": b"\\", b"t": b"\t", b"r": b"\r", b"n": b"\n"}
    out = b""
    at = 0
    while at < len(raw):
        pair = raw[at + 1 : at + 2]
        if raw[at : at + 1] == b"\\" and pair in known:
            out += known[pair]
            at += 2
        else:
            out += raw[at : at + 1]
            at += 1
    return out


class Reader:
    """Reads statements; `next` gives one, "}" or None at the end of the file."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0
        self.line = 1
        # Where the bytes begin that nginx must keep in its buffer, and their line.
        self.kept = 0
        self.kept_line = 1

    def peek(self, why: str = "") -> int:
        """The next byte, -1 at the end. nginx has to fetch it if its buffer is used up."""
        if self.at >= len(self.data):
            return -1
        if self.at - self.kept >= BUFFER:
            raise Unreadable("too long", self.kept_line)
        return self.data[self.at]

    def take(self) -> int:
        byte = self.peek()
        self.at += 1
        if byte == 10:
            self.line += 1
        return byte

    def keep(self) -> None:
        self.kept, self.kept_line = self.at, self.line

    def next(self) -> Statement | str | None:
        words: list[bytes] = []
        first = 0
        self.keep()
        after_quotes = False
        while True:
            byte = self.peek()
            if byte < 0:
                if words:
                    raise Unreadable("end of file", self.line)
                return None
            if after_quotes:
                # kept stays at the word in quotes until the byte after the separator is seen
                after_quotes = False
                if byte in SPACE:
                    self.take()
                    continue
                if byte not in b";{)":
                    raise Unreadable("unexpected", self.line)
                if byte != ord(")"):
                    self.take()
                    return Statement(words, chr(byte), first, self.line)
            self.keep()
            if byte in SPACE:
                self.take()
                continue
            if byte in b";{":
                if not words:
                    raise Unreadable("unexpected", self.line)
                self.take()
                return Statement(words, chr(byte), first, self.line)
            if byte == ord("}"):
                if words:
                    raise Unreadable("unexpected", self.line)
                self.take()
                return "}"
            if byte == ord("#"):
                while byte not in (-1, 10):
                    self.take()
                    byte = self.peek()
                continue
            first = first or self.line
            if byte in b"\"'":
                self.take()
                self.kept = self.at
                words.append(self.quoted(byte))
                after_quotes = True
                continue
            word, terminator = self.bare()
            words.append(word)
            if terminator:
                return Statement(words, terminator, first, self.line)

    def quoted(self, quote: int) -> bytes:
        raw = b""
        while True:
            byte = self.take()
            if byte < 0:
                raise Unreadable("end of file", self.line)
            if byte == quote:
                return unescaped(raw)
            raw += bytes([byte])
            if byte == ord("\\"):
                byte = self.take()
                if byte < 0:
                    raise Unreadable("end of file", self.line)
                raw += bytes([byte])

    def bare(self) -> tuple[bytes, str]:
        raw = b""
        variable = False
        while True:
            byte = self.take()
            if byte < 0:
                raise Unreadable("end of file", self.line)
            if byte == ord("{") and variable:
                raw += b"{"
                continue
            variable = byte == ord("$")
            if byte in SPACE:
                return unescaped(raw), ""
            if byte in b";{":
                return unescaped(raw), chr(byte)
            raw += bytes([byte])
            if byte == ord("\\"):
                byte = self.take()
                if byte < 0:
                    raise Unreadable("end of file", self.line)
                raw += bytes([byte])

    def lua(self) -> bytes:
        """Lua code up to the brace that closes its block; lua-nginx-module reads that."""
        start, depth, data = self.at, 1, self.data
        at = start
        while at < len(data):
            byte = data[at : at + 1]
            if byte == b"{":
                depth += 1
            elif byte == b"}":
                depth -= 1
                if depth == 0:
                    self.line += data.count(b"\n", start, at)
                    self.at = at + 1
                    return data[start:at]
            elif byte in (b'"', b"'"):
                at = max(at, self.string_end(at))
            elif data.startswith(b"--", at) and not self.bracket(at + 2):
                while data[at : at + 1] not in (b"\n", b""):
                    at += 1
                continue
            elif bracket := self.bracket(at + 2 if data.startswith(b"--", at) else at):
                close = data.find(bracket.replace(b"[", b"]"), at + len(bracket))
                if close < 0:
                    raise Unreadable("end of file", self.line)
                at = close + len(bracket) - 1
            at += 1
        raise Unreadable("end of file", self.line)

    def string_end(self, at: int) -> int:
        """Where the string ends that begins at `at`; -1 if not on its line."""
        quote = self.data[at]
        at += 1
        while at < len(self.data):
            byte = self.data[at]
            if byte == ord("\\"):
                at += 1
                byte = self.data[at] if at < len(self.data) else 10
            elif byte == quote:
                return at
            if byte == 10:
                return -1
            at += 1
        return -1

    def bracket(self, at: int) -> bytes:
        """The long bracket that opens at `at`, if one does."""
        end = at + 1
        while self.data[end : end + 1] == b"=":
            end += 1
        found = self.data[at : end + 1]
        return found if found[:1] == found[-1:] == b"[" and len(found) > 1 else b""
