"""As much of HTTP/2 as calls to nginx and by it need (RFC 9113, 7541), for speed without a library.

Header fields are sent as they stand, without compression. nginx indexes nothing but the static
table, so that each block is read by itself; one that does otherwise is refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

from hpack.huffman_table import decode_huffman
from hpack.table import HeaderTable

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, RST_STREAM, SETTINGS, PING, GOAWAY, WINDOW_UPDATE = 0, 1, 3, 4, 6, 7, 8
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


@lru_cache(4096)
def fields(block: bytes) -> tuple[tuple[str, str], ...]:
    """The header fields of a whole block.

    Raises:
        ValueError: it leans on what other blocks said, or is none.
    """
    try:
        return tuple(_fields(block))
    except IndexError:
        raise ValueError(f"no header block: {block!r}") from None


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


def _fields(block: bytes) -> Iterator[tuple[str, str]]:
    at = 0
    while at < len(block):
        first = block[at]
        if first & 0x80:
            index, at = _integer(block, at, 7)
            yield _static(index)
        elif first & 0xE0 == 0x20:
            # The size of a table that nothing is taken from.
            _, at = _integer(block, at, 5)
        else:
            index, at = _integer(block, at, 6 if first & 0x40 else 4)
            if index:
                name = _static(index)[0]
            else:
                name, at = _string(block, at)
            value, at = _string(block, at)
            yield name, value


def _static(index: int) -> tuple[str, str]:
    if not 0 < index <= len(_STATIC):
        raise ValueError(f"field {index} of a table that is not kept")
    return _STATIC[index - 1]


def _integer(block: bytes, at: int, bits: int) -> tuple[int, int]:
    most = (1 << bits) - 1
    value, at = block[at] & most, at + 1
    if value == most:
        shift = 0
        while True:
            value += (block[at] & 127) << shift
            shift, at = shift + 7, at + 1
            if not block[at - 1] & 128:
                break
    return value, at


def _string(block: bytes, at: int) -> tuple[str, int]:
    short = block[at] & 0x80
    length, at = _integer(block, at, 7)
    raw = block[at : at + length]
    if len(raw) < length:
        raise ValueError("a header block ends in a field")
    return (_unpacked(raw) if short else raw.decode("latin-1")), at + length


@lru_cache(65536)
def _unpacked(raw: bytes) -> str:
    return decode_huffman(raw).decode("latin-1")


_STATIC = [(name.decode(), value.decode()) for name, value in HeaderTable.STATIC_TABLE]


@lru_cache(65536)
def _text(text: str) -> bytes:
    raw = text.encode("latin-1")
    if len(raw) < 127:
        return bytes((len(raw),)) + raw
    rest, length = len(raw) - 127, b"\x7f"
    while rest > 127:
        length += bytes((rest & 127 | 128,))
        rest >>= 7
    return length + bytes((rest,)) + raw
