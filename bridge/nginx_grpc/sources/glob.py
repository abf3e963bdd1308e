"""Patterns as glob(3) takes them, which is what nginx's `include` calls; Python's differ.

Bytes throughout: nginx sets no locale, so a `?` is one byte and the order is that of bytes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from nginx_grpc.expressions import expression

__all__ = ["AmbiguousError", "expand", "is_pattern", "matching"]

_CLASSES = {
    b"alnum": bytes.isalnum,
    b"alpha": bytes.isalpha,
    b"blank": lambda byte: byte in b" \t",
    b"cntrl": lambda byte: byte < b" " or byte == b"\x7f",
    b"digit": bytes.isdigit,
    b"graph": lambda byte: b"!" <= byte <= b"~",
    b"lower": bytes.islower,
    b"print": lambda byte: b" " <= byte <= b"~",
    b"punct": lambda byte: b"!" <= byte <= b"~" and not byte.isalnum(),
    b"space": bytes.isspace,
    b"upper": bytes.isupper,
    b"xdigit": lambda byte: byte in b"0123456789abcdefABCDEF",
}
_CLASS = expression(rb"\[:([a-z]*):\]")

# One byte that has to match, or None for any number of any bytes.
_Step = Callable[[bytes], bool] | None


class AmbiguousError(Exception):
    """A pattern that C libraries read differently: a backslash, `[.` or `[=` within brackets.

    To glibc a backslash hides the sign after it there, to musl (Alpine) it is itself.
    """

    def __init__(self) -> None:
        super().__init__("a pattern that not every system reads the same way")


def is_pattern(name: bytes) -> bool:
    """Whether nginx takes the name of an include for a pattern. A backslash alone makes none."""
    return any(sign in name for sign in (b"*", b"?", b"["))


def matching(pattern: bytes, names: Iterable[bytes]) -> list[bytes]:
    """Those of names that match, in their order: one component of a path each.

    Raises AmbiguousError.
    """
    steps = _steps(pattern)
    hidden = pattern.startswith((b".", b"\\."))
    return [
        name for name in names if (hidden or not name.startswith(b".")) and _matches(steps, name)
    ]


def expand(
    parts: Sequence[bytes],
    names: Callable[[bytes], Iterable[bytes]],
    exists: Callable[[bytes], bool],
) -> list[bytes]:
    """The paths that match a pattern, in glob(3)'s order. Raises AmbiguousError.

    Args:
        parts: the components of the pattern's path.
        names: the names in a folder (`b""` is where the pattern starts), `.` and `..` left out.
        exists: whether a path is there.
    """
    found = [b""]
    for number, part in enumerate(parts):
        if is_pattern(part):
            found = [folder + name for folder in found for name in matching(part, names(folder))]
        else:
            plain = re.sub(rb"\\(.)", rb"\1", part, flags=re.DOTALL)
            found = [path for path in (folder + plain for folder in found) if exists(path)]
        if number < len(parts) - 1:
            found = [path + b"/" for path in found]
    return sorted(found)


def _matches(steps: list[_Step], name: bytes) -> bool:
    # Two fingers and one place to go back to: a pattern of many stars costs no more than
    # its length times the name's.
    at = star = 0
    retry = -1
    position = 0
    while position < len(name):
        step = steps[at] if at < len(steps) else _nothing
        if step is None:
            star, retry = at, position
            at += 1
        elif step(name[position : position + 1]):
            at += 1
            position += 1
        elif retry >= 0:
            retry += 1
            at, position = star + 1, retry
        else:
            return False
    return all(step is None for step in steps[at:])


def _nothing(byte: bytes) -> bool:
    return False


def _anything(byte: bytes) -> bool:
    return True


def _steps(pattern: bytes) -> list[_Step]:
    steps: list[_Step] = []
    at = 0
    while at < len(pattern):
        sign = pattern[at : at + 1]
        at += 1
        if sign == b"*":
            steps.append(None)
        elif sign == b"?":
            steps.append(_anything)
        elif sign == b"[" and (bracket := _bracket(pattern, at)) is not None:
            step, at = bracket
            steps.append(step)
        else:
            if sign == b"\\" and at < len(pattern):
                sign = pattern[at : at + 1]
                at += 1
            steps.append(sign.__eq__)
    return steps


def _bracket(pattern: bytes, at: int) -> tuple[Callable[[bytes], bool], int] | None:
    """The step of a bracket expression and the position after it; None where it never closes."""
    negated = pattern[at : at + 1] in (b"!", b"^")
    if negated:
        at += 1
    tests: list[Callable[[bytes], bool]] = []
    start = at
    while (sign := pattern[at : at + 1]) != b"]" or at == start:
        if not sign:
            return None
        if sign == b"\\" or pattern.startswith((b"[.", b"[="), at):
            raise AmbiguousError
        if named := _CLASS.match(pattern, at):
            # An unknown class matches nothing.
            tests.append(_CLASSES.get(named[1], _nothing))
            at = named.end()
            continue
        until = pattern[at + 2 : at + 3]
        if pattern[at + 1 : at + 2] == b"-" and until not in (b"", b"]"):
            if until == b"\\":
                raise AmbiguousError
            tests.append(_between(sign, until))
            at += 3
        else:
            tests.append(sign.__eq__)
            at += 1
    return _one_of(tests, negated), at + 1


def _between(low: bytes, high: bytes) -> Callable[[bytes], bool]:
    return lambda byte: low <= byte <= high


def _one_of(tests: list[Callable[[bytes], bool]], negated: bool) -> Callable[[bytes], bool]:
    return lambda byte: any(test(byte) for test in tests) != negated
