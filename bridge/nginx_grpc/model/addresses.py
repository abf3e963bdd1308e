"""Addresses as nginx splits them: host and port, sockets, and whether a host is a name."""

from __future__ import annotations

from nginx_grpc.expressions import expression
from nginx_grpc.records import dataclass

__all__ = ["Address", "address_of", "is_name", "port_of", "socket_of"]

_IPV4 = expression(r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}")
_PORTS = expression(r"([0-9]{1,5})(?:-([0-9]{1,5}))?")


@dataclass(frozen=True, slots=True)
class Address:
    """Host and port of a text.

    Args:
        host: the host, an IPv6 address in its brackets; empty for a unix socket.
        port: the port, 0 where none can be read.
        port_said: whether the text names a port.
        unix: whether it is a unix socket.
    """

    host: str
    port: int
    port_said: bool
    unix: bool = False


def address_of(text: str) -> Address:
    """Split `host:port`, `[::1]:port`, `unix:/path`; what follows a slash is no part of it."""
    if text[:5].lower() == "unix:":
        return Address("", 0, False, unix=True)
    text = text.partition("/")[0].partition("?")[0]
    if text.startswith("[") and "]" in text:
        end = text.index("]") + 1
        host, rest = text[:end], text[end:]
    else:
        host, colon, port = text.partition(":")
        rest = colon + port
    return Address(host, port_of(rest[1:]), rest.startswith(":"))


def port_of(text: str) -> int:
    """A port, 0 where the text is none."""
    match = _PORTS.fullmatch(text)
    port = int(match[1]) if match and match[2] is None else 0
    return port if port <= 65535 else 0


def is_name(host: str) -> bool:
    """Whether a host is a DNS name: neither an IP address nor empty."""
    return bool(host) and not host.startswith("[") and not _IPV4.fullmatch(host)


def socket_of(text: str) -> tuple[str, int, int]:
    """A listen's address in one spelling, and its first and last port (0 for a unix socket).

    `443`, `*:443` and `0.0.0.0:443` are one socket; `[::]:443` is another. `localhost` is taken for
    127.0.0.1, other names stay names.
    """
    if text[:5].lower() == "unix:":
        return "unix:" + text[5:], 0, 0
    if "$" in text:
        return text, 0, 0
    match = _PORTS.fullmatch(text)
    if match:
        host, ports = "*", text
    elif text.startswith("[") and "]" in text:
        end = text.index("]") + 1
        host, ports = _ipv6(text[1 : end - 1]), text[end + 1 :]
    else:
        host, _, ports = text.partition(":")
        host = {"0.0.0.0": "*", "": "*", "localhost": "127.0.0.1"}.get(host.lower(), host.lower())
    ports = ports or "80"
    match = _PORTS.fullmatch(ports)
    first = int(match[1]) if match else 0
    last = int(match[2]) if match and match[2] else first
    if not 0 < first <= last <= 65535:
        return f"{host}:{ports}", 0, 0
    return f"{host}:{first}" + (f"-{last}" if last > first else ""), first, last


def _ipv6(text: str) -> str:
    if not text.strip("0:"):
        return "[::]"
    from ipaddress import AddressValueError, IPv6Address

    try:
        return f"[{IPv6Address(text).compressed}]"
    except AddressValueError:
        return f"[{text.lower()}]"
