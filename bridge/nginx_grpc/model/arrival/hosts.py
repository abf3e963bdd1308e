"""Which server nginx chooses for a name: an exact one, the longest `*.name`, the longest `name.*`,
the first regex, the default server.

A name that another server of the socket has already is ignored; `.name` is `name` and `*.name`, and
is ignored where one of these is taken. nginx takes the port and a last dot off the name that it is
asked for, so no name with one of them is ever found.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import takewhile

from nginx_grpc.model.arrival.request import exactly
from nginx_grpc.model.listeners import Sockets
from nginx_grpc.model.patterns import Language, Patterns
from nginx_grpc.model.servers import Server

__all__ = ["Hosts"]

# Nothing can be asked for by these: `_` stands for no name, and is none of a host.
_OF_NO_HOST = ("", "_")
_MOST_NAMES = 64
_MOST_REGEXES = 16
_STEPS = 50_000


class Hosts:
    """The names of a configuration's servers."""

    def __init__(self, servers: Sequence[Server], sockets: Sockets) -> None:
        self._sockets = sockets
        self._patterns = Patterns(_STEPS)
        self._tables: dict[object, _Names] = {}
        for server in servers:
            for socket in sockets.of(server.listening):
                table = self._tables.setdefault(socket, _Names(self._patterns))
                if sockets.default_of(socket) is server.listening:
                    table.default = server
                for name in server.names:
                    table.add(name.lower(), server)

    def instead(self, server: Server) -> list[Server]:
        """The servers that answer whatever is asked of this one; none where it is reached."""
        if server.scope.gaps or self._sockets.is_default(server.listening):
            return []
        found: dict[Server, None] = {}
        for socket in self._sockets.of(server.listening):
            table = self._tables[socket]
            for name in server.names or [""]:
                others = table.takers(name.lower(), server)
                if others is None:
                    return []
                found.update(dict.fromkeys(others))
        return [] if server in found else list(found)

    def lost(self, server: Server) -> dict[str, list[Server]]:
        """Of a server that is reached, the names by which others answer on each of its sockets."""
        if server.scope.gaps or self._sockets.is_default(server.listening):
            return {}
        keys = self._sockets.of(server.listening)
        found: dict[str, list[Server]] = {}
        for name in server.names:
            if name in _OF_NO_HOST:
                continue
            takers = [self._tables[key].takers(name.lower(), server) for key in keys]
            others = {other: None for each in takers for other in each or ()}
            if None not in takers and server not in others:
                found[name] = list(others)
        return found


class _Names:
    """The names of one socket, each with the first server that has it."""

    def __init__(self, patterns: Patterns) -> None:
        self.default: Server | None = None
        self._patterns = patterns
        self._exact: dict[str, Server] = {}
        self._heads: dict[str, Server] = {}
        self._tails: dict[str, Server] = {}
        self._regexes: dict[str, Server] = {}

    def add(self, name: str, server: Server) -> None:
        """Take in a name of a server."""
        if name.startswith("~"):
            self._regexes.setdefault(name[1:], server)
        elif name.startswith("*."):
            self._heads.setdefault(name[2:], server)
        elif name.endswith(".*"):
            self._tails.setdefault(name[:-2], server)
        elif name.startswith("."):
            if name[1:] not in self._exact and name[1:] not in self._heads:
                self._exact[name[1:]] = self._heads[name[1:]] = server
        else:
            self._exact.setdefault(name, server)

    def takers(self, name: str, server: Server) -> Iterable[Server] | None:
        """The servers that have all that a name of this one is for; None where it may have some."""
        if name.startswith("~"):
            return self._regex_takers(name[1:], server)
        if "$" in name:
            return None
        if name in _OF_NO_HOST:
            return [self.default] if self.default is not None else None
        hosts = [exactly(_as_asked(name))]
        if name.startswith("*."):
            hosts = [_under(name[1:])]
        elif name.endswith(".*"):
            hosts = [Language(name[:-1])]
        elif name.startswith("."):
            hosts = [exactly(name[1:]), _under(name)]
        found: dict[Server, None] = {}
        for host in hosts:
            others = self._answering(host, name)
            if others is None or server in others:
                return None
            found.update(dict.fromkeys(others))
        return found

    def _answering(self, host: Language, name: str) -> list[Server] | None:
        """The servers that may be chosen for a host, or for all of a name; None for many."""
        known = self._exact.get(host.prefix) if host.exact else None
        if known is not None:
            return [known]
        asked = host.prefix if host.exact or host.prefix else f"*{name[name.index('.') :]}"
        parts = asked.split(".")
        for at in range(1, len(parts)):
            if (tail := ".".join(parts[at:])) in self._heads:
                return [self._heads[tail]]
        for at in range(len(parts) - 1, 0, -1):
            if (head := ".".join(parts[:at])) in self._tails:
                return [self._tails[head]]
        if len(self._regexes) > _MOST_REGEXES:
            return None
        found = []
        for regex, server in self._regexes.items():
            how = self._patterns.relation(regex, True, host)
            if how != "never":
                found.append(server)
            if how == "always":
                return found
        return found if self.default is None else [*found, self.default]

    def _regex_takers(self, regex: str, server: Server) -> list[Server] | None:
        if self._regexes[regex] is not server:
            return [self._regexes[regex]]
        hosts = Language(within=((regex, True),))
        before = list(takewhile(lambda entry: entry[0] != regex, self._regexes.items()))
        patterns = [(f"^{re.escape(name)}$", by) for name, by in self._exact.items()]
        patterns += [(f"{re.escape('.' + name)}$", by) for name, by in self._heads.items()]
        for pattern, other in [*before, *patterns][:_MOST_NAMES]:
            if other is not server and self._patterns.relation(pattern, True, hosts) == "always":
                return [other]
        return None


def _under(name: str) -> Language:
    """All hosts that end so."""
    return Language(within=((f"{re.escape(name)}$", True),))


def _as_asked(name: str) -> str:
    """A name without what nginx takes off the host that it is asked for."""
    host = name[: name.index("]") + 1] if name.startswith("[") and "]" in name else name
    # A host with a slash, as of `https://name/`, gets 400.
    return re.split("[:/]", host)[0].removesuffix(".") if host == name else host
