"""Values from a file of `NAME=VALUE` lines, as docker compose reads its `.env`."""

from __future__ import annotations

import re

from nginx_grpc.errors import Refused
from nginx_grpc.expressions import expression
from nginx_grpc.sources.disk import read_regular
from nginx_grpc.sources.includes import UnreadError

__all__ = ["NAME", "load"]

NAME = expression(r"[A-Za-z_][A-Za-z0-9_]*\Z")
"""What envsubst takes for a name."""

_LIMIT = 1024 * 1024
_COMMENT = expression(r"(?:^|[ \t])#.*", re.DOTALL)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t"}
_ESCAPE = expression(r"\\(.)", re.DOTALL)


def load(path: str) -> dict[str, bytes]:
    """The values by name; of a name given twice the last one.

    A line is `NAME=VALUE`, maybe behind `export`, a comment (`#`) or empty. Quotes around a value
    are taken off, and `\\n` and its like are read within double ones. Raises Refused.
    """
    try:
        data = read_regular(path, _LIMIT)
    except UnreadError as error:
        raise Refused(f"can't read the values: {error}", "name a readable file", path) from None
    values: dict[str, bytes] = {}
    text = data.decode("utf-8-sig", "surrogateescape")
    for number, written in enumerate(text.split("\n"), 1):
        line = written.strip()
        if not line or line.startswith("#"):
            continue
        name, equals, value = line.removeprefix("export ").partition("=")
        name = name.strip()
        if not equals or not NAME.match(name) or "\0" in value:
            raise Refused("no NAME=VALUE", "write one assignment a line", path, number)
        values[name] = _value(value.strip(), path, number).encode("utf-8", "surrogateescape")
    return values


def _value(text: str, path: str, number: int) -> str:
    quote = text[:1]
    if quote not in ("'", '"') or not quote:
        return _COMMENT.sub("", text).rstrip()
    pattern = r"'([^']*)'" if quote == "'" else r'"((?:[^"\\]|\\.)*)"'
    found = re.match(rf"{pattern}[ \t]*(?:#.*)?\Z", text)
    if found is None:
        raise Refused("a value whose quotes do not match", "close the quotes", path, number)
    if quote == "'":
        return found[1]
    return _ESCAPE.sub(lambda escape: _ESCAPES.get(escape[1], escape[1]), found[1])
