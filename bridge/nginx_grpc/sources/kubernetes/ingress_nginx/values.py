"""Values of annotations and ConfigMap keys, as ingress-nginx's Go code reads them."""

from __future__ import annotations

from nginx_grpc.expressions import expression
from nginx_grpc.records import dataclass

__all__ = ["Place", "Value", "boolean", "integer", "text", "weak_boolean", "weak_integer"]


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is said.

    Args:
        file, line, key: as in a Directive; the key is that of a ConfigMap, or the annotation.
    """

    file: str
    line: int
    key: str = ""


@dataclass(frozen=True, slots=True)
class Value:
    """A value and its place.

    Args:
        text: as YAML reads it.
        place: where its name stands.
        line: the first line of the text where it is a literal block, else 0.
    """

    text: str
    place: Place
    line: int = 0


_TRUE = frozenset(("1", "t", "T", "TRUE", "true", "True"))
_FALSE = frozenset(("0", "f", "F", "FALSE", "false", "False"))
_DECIMAL = expression(r"[+-]?[0-9]+\Z")
# strconv.ParseInt with base 0, as mapstructure calls it: 0x1f, 0b1, 017 and 1_000 are numbers.
_LITERAL = expression(
    r"(?P<sign>[+-]?)(?:0[xX](?P<x>_?[0-9a-fA-F]+(?:_[0-9a-fA-F]+)*)|0[bB](?P<b>_?[01]+(?:_[01]+)*)"
    r"|0[oO]?(?P<o>_?[0-7]+(?:_[0-7]+)*)|(?P<d>0|[1-9][0-9]*(?:_[0-9]+)*))\Z"
)
_LEAST, _MOST = -(1 << 63), (1 << 63) - 1


def boolean(said: str) -> bool | None:
    """strconv.ParseBool; None where it refuses."""
    return True if said in _TRUE else False if said in _FALSE else None


def integer(said: str) -> int | None:
    """strconv.Atoi; None where it refuses."""
    if not _DECIMAL.match(said) or len(said) > 20:
        return None
    number = int(said)
    return number if _LEAST <= number <= _MOST else None


def weak_boolean(said: str) -> bool | None:
    """What mapstructure makes of a ConfigMap's text; None where it refuses."""
    return False if said == "" else boolean(said)


def weak_integer(said: str) -> int | None:
    """What mapstructure makes of a ConfigMap's text; None where it refuses."""
    if said == "":
        return 0
    found = _LITERAL.match(said) if len(said) <= 70 else None
    if found is None:
        return None
    base = {"x": 16, "b": 2, "o": 8, "d": 10}[str(found.lastgroup)]
    number = int(found[str(found.lastgroup)].replace("_", ""), base)
    number = -number if found["sign"] == "-" else number
    return number if _LEAST <= number <= _MOST else None


def text(said: str) -> str:
    """An annotation's text: each line without the blanks around it."""
    return "\n".join(line.strip() for line in said.split("\n"))
