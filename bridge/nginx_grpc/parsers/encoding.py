"""Bytes to characters, without loss: nginx reads bytes and knows no encoding."""

from __future__ import annotations

from nginx_grpc.expressions import expression
from nginx_grpc.parsers.interface import Place

__all__ = ["decode", "odd", "plain"]

_MARKS = (
    (b"\xff\xfe\x00\x00", "UTF-32"),
    (b"\x00\x00\xfe\xff", "UTF-32"),
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
)
_UNMARKED_UTF16 = expression(rb"(?:[\t\n\r -~]\x00){4}|(?:\x00[\t\n\r -~]){4}")
_ODD = expression("[\x00\udc80-\udcff]")


def decode(data: bytes, place: Place) -> str:
    """The text. A byte that is no UTF-8 becomes a lone surrogate, as os.fsdecode does it."""
    for mark, name in _MARKS:
        if data.startswith(mark):
            raise place.refused(f"this is {name}, which nginx can't read", "save it as UTF-8", 1)
    if data.startswith(b"\xef\xbb\xbf"):
        raise place.refused(
            "a byte order mark, which nginx takes for a part of the first directive",
            "save the file as UTF-8 without it",
            1,
        )
    if _UNMARKED_UTF16.match(data):
        raise place.refused("this is UTF-16, which nginx can't read", "save it as UTF-8", 1)
    return data.decode("utf-8", "surrogateescape")


def odd(text: str) -> bool:
    """Whether a text holds NUL or bytes that are no UTF-8."""
    if text.isascii():
        return "\x00" in text
    return _ODD.search(text) is not None


def plain(text: str) -> str:
    r"""A text with each NUL and each byte that is no UTF-8 written as `\xNN`."""
    return _ODD.sub(lambda found: f"\\x{ord(found[0]) & 0xFF:02x}", text)
