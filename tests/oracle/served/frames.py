"""As much of HTTP/2 as one call on one connection needs (RFC 9113), for speed without a library.

Header fields are sent as they stand, without compression; what comes back is read by `hpack`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, RST_STREAM, SETTINGS, PING, GOAWAY = 0, 1, 3, 4, 6, 7
END_STREAM, ACK, END_HEADERS, PADDED, PRIORITY = 1, 1, 4, 8, 32
# A gRPC message without a field: not compressed, no bytes.
EMPTY_MESSAGE = bytes(5)

Headers = Iterable[tuple[str, str]]


def frame(kind: int, flags: int, stream: int, payload: bytes = b"") -> bytes:
    """One frame."""
    head = len(payload).to_bytes(3, "big") + bytes((kind, flags)) + stream.to_bytes(4, "big")
    return head + payload


def headers(stream: int, fields: Headers, flags: int = 0) -> bytes:
    """A HEADERS frame; the names in small letters."""
    block = b"".join(b"\0" + _text(name) + _text(value) for name, value in fields)
    return frame(HEADERS, END_HEADERS | flags, stream, block)


def frames_in(buffer: bytearray) -> Iterator[tuple[int, int, int, bytes]]:
    """The whole frames at the buffer's start, taken off it: kind, flags, stream, payload."""
    while len(buffer) >= 9:
        end = 9 + int.from_bytes(buffer[:3], "big")
        if len(buffer) < end:
            return
        kind, flags = buffer[3], buffer[4]
        stream = int.from_bytes(buffer[5:9], "big") & 0x7FFFFFFF
        payload = bytes(buffer[9:end])
        del buffer[:end]
        if kind in (DATA, HEADERS) and flags & PADDED:
            payload = payload[1 : len(payload) - payload[0]]
        if kind == HEADERS and flags & PRIORITY:
            payload = payload[5:]
        yield kind, flags, stream, payload


def _text(text: str) -> bytes:
    raw = text.encode("latin-1")
    if len(raw) < 127:
        return bytes((len(raw),)) + raw
    rest, length = len(raw) - 127, b"\x7f"
    while rest > 127:
        length += bytes((rest & 127 | 128,))
        rest >>= 7
    return length + bytes((rest,)) + raw
