"""Where an OPA server is and how to speak to it."""

from __future__ import annotations

from urllib.parse import urlsplit

from nginx_grpc.errors import Refused
from nginx_grpc.records import dataclass, field

__all__ = ["OpaServer"]

_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class OpaServer:
    """An OPA server.

    Args:
        url: `http://HOST:PORT`, `https://HOST:PORT` or `unix:///PATH`, and nothing after it.
        token: sent as a bearer token; empty for none.
        token_file: a file that holds the token, read again when it changes.
        ca_file: the CA of an https server; None for the machine's own list.
        certificate: certificate and key files to show to an https server.
        timeout: seconds that one check may take in all: name, connection, answer.
        max_answer: bytes that an answer may have.
        connections: connections held at most.
        revision_required: refuse a decision that does not name its bundle's revision.

    Raises Refused for a URL that is none of these.
    """

    url: str
    token: str = field(default="", repr=False)
    token_file: str = ""
    ca_file: str | None = None
    certificate: tuple[str, str] | None = None
    timeout: float = 5.0
    max_answer: int = 16 * 1024 * 1024
    connections: int = 100
    revision_required: bool = False
    # What the URL says: the library pastes `host` into its own URL.
    scheme: str = field(init=False, repr=False, default="")
    host: str = field(init=False, repr=False, default="")
    port: int = field(init=False, repr=False, default=0)
    socket: str = field(init=False, repr=False, default="")

    def __post_init__(self) -> None:
        problem = (
            "the address of an OPA server is http://HOST:PORT, https://HOST:PORT or unix:///PATH"
        )
        try:
            parts = urlsplit(self.url)
            host, port = parts.hostname, parts.port
        except ValueError:
            raise Refused(f"{self.url!r} is no address", problem) from None
        if parts.query or parts.fragment or "@" in parts.netloc:
            raise Refused(f"{self.url!r} is no address", problem)
        values: dict[str, str | int] = {"scheme": parts.scheme}
        if parts.scheme == "unix" and not parts.netloc and parts.path.startswith("/"):
            values.update(host="localhost", port=80, socket=parts.path)
        elif parts.scheme in _PORTS and host and parts.path in ("", "/"):
            if any(character.isspace() or character in "/\\?#%" for character in host):
                raise Refused(f"{self.url!r} is no address", problem)
            values.update(
                host=f"[{host}]" if ":" in host else host, port=port or _PORTS[parts.scheme]
            )
        else:
            raise Refused(f"{self.url!r} is no address", problem)
        if self.timeout <= 0:
            raise Refused("a timeout of no time", "give seconds above 0", self.url)
        for name, value in values.items():
            object.__setattr__(self, name, value)
