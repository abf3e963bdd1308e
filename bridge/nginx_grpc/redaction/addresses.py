"""Addresses that stand for others: two of one subnet are of one subnet again.

IPv4 addresses become those of 240.0.0.0/4, which nobody has, and IPv6 addresses those of
2001:db8::/32, which is for documentation: what is of these already stays. Two addresses share as
many leading bits as those they stand for, from the first octet on (IPv6: from bit 48 on). What
belongs to no host in particular (any, loopback, a mask, a private network's own prefix) stays.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from ipaddress import AddressValueError, IPv6Address

from nginx_grpc.expressions import expression

__all__ = ["Addresses"]

_RESERVED = 0x20010DB8
# Of so many first octets each has its own; then pairs have, then a network of 256 has.
_OWN_FIRST, _PAIRS, _TRIPLES = range(240, 253), 253, 254
_OURS = range(240, 255)
_OWN = expression(r"2[45][0-9]\.|2001:0?db8:", re.IGNORECASE)
_KEPT_V6 = frozenset((0, 1))


class _Prefixes:
    """Numbers of so many bits, so that common prefixes stay common and no others come up.

    The first number met is 1, and each other differs from it where it did.
    """

    def __init__(self, width: int) -> None:
        self._width = width
        self._seen: dict[tuple[int, int], int] = {}

    def of(self, number: int, length: int) -> int:
        """The number; of one that is a network of `length` bits the rest is zero."""
        result = 0
        for depth in range(self._width):
            if depth >= length:
                return result << (self._width - depth)
            bit = number >> (self._width - 1 - depth) & 1
            above = (depth, number >> (self._width - depth))
            own = 1 if depth == self._width - 1 else 0
            result = result << 1 | (own if self._seen.setdefault(above, bit) == bit else 1 - own)
        return result


class Addresses:
    """The addresses of one run and what stands for each.

    All are to be seen (`settled` is false) before the first is given, so that none is given that
    stands in the text already.
    """

    def __init__(self) -> None:
        self.settled = False
        self._reserved: dict[str, None] = {}
        self._taken: set[int] = set()
        self._taken_heads: set[int] = set()
        self._first: dict[int, int] = {}
        self._pairs: dict[tuple[int, int], int] = {}
        self._triples: dict[tuple[int, ...], int] = {}
        self._networks: dict[int, _Prefixes] = {}
        self._heads: dict[int, int] = {}
        self._last_head = 0
        self._sites: dict[int, _Prefixes] = {}
        self._spelled: dict[str, str] = {}
        self._originals: dict[str, str] = {}
        self._asked: dict[str, None] = {}

    def restores(self) -> dict[str, str]:
        """What each address that was given stands for."""
        return dict(self._originals)

    def kept(self) -> list[str]:
        """What was asked for, in order: asked for again, it gives the same."""
        return [*self._reserved, *self._asked]

    def go_on(self, kept: Iterable[str]) -> None:
        """Takes over what an earlier run has given."""
        kept = list(kept)
        reserved = {each for each in kept if _OWN.match(each)}
        for each in kept:
            self.settled = each not in reserved
            text, _, length = each.partition("/")
            if ":" in text:
                self.v6(text, int(length))
            else:
                self.v4([int(octet) for octet in text.split(".")], int(length), text)
        self.settled = False

    def v4(self, octets: list[int], length: int = 32, written: str = "") -> list[int]:
        """What stands for an IPv4 address, or for a network of so many bits.

        A list of fewer octets is the beginning of an address; `written` is how it stands there,
        with dots.
        """
        if _is_kept(octets):
            if not self.settled and octets[0] in _OURS:
                self._reserved.setdefault(f"{'.'.join(map(str, octets))}/{length}")
                self._taken.add(octets[0])
            return octets
        if not self.settled:
            return octets
        first, rest, within = self._slot([*octets, 0, 0, 0][:4])
        number = rest[0] << 16 | rest[1] << 8 | rest[2]
        known = max(min(length - 8, 8 * (len(octets) - 1), 24), 0)
        if number & ((1 << (24 - known)) - 1):
            # `10.1.2.3/8`: what is no part of the network is of a host.
            known = 24
        done = self._networks.setdefault(within, _Prefixes(24)).of(number, known)
        result = [first, done >> 16, done >> 8 & 255, done & 255][: len(octets)]
        text = written or ".".join(map(str, octets))
        self._asked.setdefault(f"{text}/{length}")
        end = f"/{length}" if length < 32 and len(octets) == 4 else ""
        self._originals.setdefault(".".join(map(str, result)) + end, text + end)
        return result

    def _slot(self, octets: list[int]) -> tuple[int, list[int], int]:
        """The first octet of what stands for an address, the rest to be kept apart, and in what."""
        own = self._first.get(octets[0])
        if own is None and (free := [each for each in _OWN_FIRST if each not in self._taken]):
            own = self._first[octets[0]] = free[0]
            self._taken.add(own)
        if own is not None:
            return own, octets[1:], own
        pair = self._pairs.get((octets[0], octets[1]))
        if pair is None and len(self._pairs) < 256:
            pair = self._pairs[octets[0], octets[1]] = len(self._pairs)
        if pair is not None:
            return _PAIRS, [pair, *octets[2:]], _PAIRS
        triple = self._triples.setdefault(tuple(octets[:3]), len(self._triples))
        return _TRIPLES, [triple >> 8 & 255, triple & 255, octets[3]], _TRIPLES

    def v6(self, text: str, length: int = 128) -> str | None:
        """What stands for an IPv6 address, or for a network; None for what is none."""
        known = self._spelled.get(f"{text}/{length}")
        if known is not None:
            return known
        try:
            number = int(IPv6Address(text))
        except AddressValueError:
            return None
        if number in _KEPT_V6:
            return text
        if number >> 96 == _RESERVED:
            if not self.settled:
                self._reserved.setdefault(f"{text}/{length}")
                self._taken_heads.add(number >> 80 & 0xFFFF)
            return text
        if not self.settled:
            return text
        head = self._heads.get(number >> 80)
        if head is None:
            head = self._last_head + 1
            while head in self._taken_heads:
                head += 1
            self._heads[number >> 80] = self._last_head = head
        low = number & ((1 << 80) - 1)
        bits = min(max(length - 48, 0), 80)
        if low & ((1 << (80 - bits)) - 1):
            bits = 80
        done = self._sites.setdefault(number >> 80, _Prefixes(80)).of(low, bits)
        address = IPv6Address(_RESERVED << 96 | head << 80 | done)
        spelled = next(
            each for each in _spellings(address) if self._originals.get(each, text) == text
        )
        self._originals[spelled] = text
        self._spelled[f"{text}/{length}"] = spelled
        self._asked.setdefault(f"{text}/{length}")
        return spelled


def _is_kept(octets: list[int]) -> bool:
    first = octets[0]
    if first in (0, 127, 255) or first >= 240:
        return True
    return len(octets) == 1


def _spellings(address: IPv6Address) -> list[str]:
    short, long = address.compressed, address.exploded
    middle = ":".join(f"{int(part, 16):x}" for part in long.split(":"))
    mixed = [long[:at].upper() + long[at:] for at in range(1, len(long))]
    return [short, middle, long, short.upper(), middle.upper(), long.upper(), *mixed]
