"""Words as nginx reads them, written so that it does."""

from __future__ import annotations

from collections.abc import Iterable

from nginx_grpc.expressions import expression

__all__ = ["directive", "word"]

# Nothing in it ends a word, quotes it or takes the next letter along. `${name}` opens no block.
_BARE = expression(
    r"(?:[!%&()*+,./0-9:<=>?@A-Z\[\]^_`a-z|~-]|\$\{[A-Za-z0-9_]+\}|\$(?!\{)|\\[.dwsbDWSBAzZ])+"
)
_STARTS_BARE = expression(r"[^)]")
# What nginx makes of a backslash and one of these is another letter.
_ESCAPE = expression(r"\\(?=[\"'\\trn])|\\\Z")


def word(value: str) -> str:
    """A value written as one word of a configuration: `a b` as `"a b"`.

    Raises ValueError for what nginx can't read at all.
    """
    if "\0" in value:
        raise ValueError("a NUL")
    if value and _BARE.fullmatch(value) and _STARTS_BARE.match(value):
        return value
    escaped = _ESCAPE.sub(r"\\\\", value)
    if '"' in value and "'" not in value:
        return f"'{escaped}'"
    return '"' + escaped.replace('"', '\\"') + '"'


def directive(name: str, args: Iterable[str]) -> str:
    """A directive's words, without what ends it."""
    return " ".join([name, *map(word, args)])
