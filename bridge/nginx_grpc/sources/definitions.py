"""Names that are given values: put into a text as envsubst does it, before the text is read.

An envsubst template holds `$NAME` and `${NAME}`; nothing else about it is known, so a value may
hold whole directives. A text that goes by a template's name (`default.conf.template`) is filled in
whole. In any other, a name that nginx has for a variable of its own stays: `$host`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from nginx_grpc.errors import Refused
from nginx_grpc.expressions import expression
from nginx_grpc.parsers.variables import is_builtin
from nginx_grpc.records import dataclass

__all__ = ["Filled", "fill_in", "is_template", "lines_of", "pieces_of"]

_REFERENCE = expression(rb"\$(?:\{([A-Za-z_][A-Za-z0-9_]*)\}|([A-Za-z_][A-Za-z0-9_]*))")
# Kubernetes' and make's spelling, which to nginx is no variable.
_IN_TEMPLATE = expression(_REFERENCE.pattern + rb"|\$\(([A-Za-z_][A-Za-z0-9_]*)\)")
_TEMPLATE = expression(r"\.(?:template|tmpl|tpl|envsubst|stream-template)(?:\.[a-z]+)?\Z", re.I)


@dataclass(frozen=True, slots=True)
class Filled:
    """A text with values in it.

    Args:
        data: the text.
        lines: the line of the template for each of its lines; empty where they are the same.
    """

    data: bytes
    lines: Sequence[int] = ()


def is_template(name: str) -> bool:
    """Whether a file or a key goes by the name of a template."""
    return _TEMPLATE.search(name) is not None


def fill_in(data: bytes, name: str, values: Mapping[str, bytes], limit: int) -> Filled:
    """Put values into a text, once: what a value holds is not looked at again.

    Args:
        data: the text.
        name: the file or key that it is from.
        values: the values by name.
        limit: bytes that the text may have then; beyond it: Refused.
    """
    if not values or b"$" not in data:
        return Filled(data)
    pieces, _ = pieces_of(data, name, values)
    if len(pieces) > 1 and sum(map(len, pieces)) > limit:
        raise Refused(
            f"more than {limit:,} bytes with the values put in", "give shorter values", name
        )
    lines = lines_of(pieces) if any(b"\n" in value for value in pieces[1::2]) else []
    return Filled(b"".join(pieces), lines)


def pieces_of(data: bytes, name: str, values: Mapping[str, bytes]) -> tuple[list[bytes], list[int]]:
    """A text in pieces, by turns one of its own and a value; and for each value the length of the
    name that it stands for, as written.

    Args:
        data, name, values: see fill_in.
    """
    template = is_template(name)
    pieces: list[bytes] = []
    names: list[int] = []
    at = 0
    for found in (_IN_TEMPLATE if template else _REFERENCE).finditer(data):
        known = found[found.lastindex or 0].decode()
        value = values.get(known)
        if value is None or (not template and is_builtin(known)):
            continue
        pieces += [data[at : found.start()], value]
        names.append(len(found[0]))
        at = found.end()
    pieces.append(data[at:])
    return pieces, names


def lines_of(pieces: Sequence[bytes]) -> list[int]:
    """The template's line for each line of the result."""
    number, lines = 1, [1]
    for index, piece in enumerate(pieces):
        for _ in range(piece.count(b"\n")):
            number += index % 2 == 0
            lines.append(number)
    return lines
