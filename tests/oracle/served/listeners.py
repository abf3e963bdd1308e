"""Whether an HTTP/2 client reaches a server at each of its listens, against what is claimed.

A case is a few servers, each with a name of its own, that share sockets. Each is asked for at each
of its listens, in the clear with prior knowledge and by TLS with ALPN, and so is a name that no
server has: the default server answers it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

from tests.bugs import Bug
from tests.oracle.served.calls import Answer, Call
from tests.oracle.served.questions import Case, Json, Outcome, Place

_CONSTRUCTS = frozenset(
    (
        "http2 parameter", "http2 on", "http2 off", "http2 of http", "default_server", "ssl",
        "ssl of some", "ssl on", "any address", "one address", "any and one", "IPv6", "localhost",
        "Unix socket", "range of ports", "options", "spelled differently", "shared socket",
        "several listens", "certificate alone", "range and port",
    )
)  # fmt: skip
_OPTIONS = ("backlog=64", "reuseport", "so_keepalive=on", "deferred", "rcvbuf=16k", "bind")
_NOBODY = "nobody.example"


@dataclass
class _Socket:
    """Something to listen on.

    Args:
        spellings: how a listen may write it.
        ends: where a client comes to it, some for a range of ports.
        http2, ssl: how likely a listen says so.
        options: what one of its listens says, for nginx takes it once.
        taken: whether a server listens there.
        default: whether one of them says that it is the default.
    """

    spellings: Sequence[str]
    ends: Sequence[str]
    http2: float = 0.0
    ssl: float = 0.0
    options: list[str] = field(default_factory=list)
    taken: bool = False
    default: bool = False


class _Maker:
    """Makes one case."""

    def __init__(self, rng: Random, place: Place) -> None:
        self.rng, self.place = rng, place
        self.used: set[str] = set()
        # nginx 1.22.1 has no directive http2, and 1.31.3 no directive ssl.
        self.directive = self.chance(0.6)
        self.http = ""
        if self.directive and self.chance(0.3):
            self.used.add("http2 of http")
            self.http = rng.choice(("http2 on;", "http2 on;", "http2 off;"))

    def chance(self, share: float) -> bool:
        return self.rng.random() < share

    def case(self) -> Case:
        sockets = self.sockets()
        servers = []
        asked: list[tuple[int, int]] = []
        calls: list[Call] = []
        strangers: dict[str, None] = {}
        for number in range(self.rng.choice((1, 2, 2, 3, 3))):
            own = self.rng.sample(sockets, self.rng.randint(1, len(sockets)))
            if len(own) > 1:
                self.used.add("several listens")
            name = f"s{number}.{self.place.tag}"
            servers.append(self.server(number, name, own))
            for at, socket in enumerate(own):
                for end in socket.ends:
                    asked.append((number, at))
                    calls += self.both(end, name)
                strangers.update(dict.fromkeys(socket.ends))
        for end in strangers:
            calls += self.both(end, _NOBODY)
        facts = {"asked": asked, "strangers": list(strangers)}
        text = "".join(servers)
        return Case(self.place.tag, text, tuple(calls), frozenset(self.used), facts, self.http)

    def both(self, end: str, name: str) -> list[Call]:
        """A call in the clear, and one by TLS."""
        return [Call(end, authority=name, tls=tls, alone=True) for tls in ("", name)]

    def sockets(self) -> list[_Socket]:
        """One to three, on ports of the case's own."""
        first, last = self.place.ports[0], self.place.ports[1]
        own = self.place.listen.rpartition(":")[0]
        one = _Socket([f"{own}:{first}"], [f"{own}:{first}"])
        every = _Socket([f"{first}", f"*:{first}", f"0.0.0.0:{first}"], [f"127.20.3.7:{first}"])
        kinds = {
            "one address": [one],
            "any address": [every],
            "any and one": [one, every],
            "IPv6": [_Socket([f"[::1]:{first}", f"[0:0:0:0:0:0:0:1]:{first}"], [f"[::1]:{first}"])],
            "any IPv6": [_Socket([f"[::]:{first}", f"[0::0]:{first}"], [f"[::1]:{first}"])],
            "localhost": [_Socket([f"localhost:{first}", f"127.0.0.1:{first}"],
                                  [f"127.0.0.1:{first}"])],
            "Unix socket": [_Socket([f"unix:{self.place.tag}.sock"],
                                    [f"unix:{self.place.tag}.sock"])],
            "range of ports": [_Socket([f"{own}:{first}-{last}"],
                                       [f"{own}:{first}", f"{own}:{last}"])],
            "range and port": [_Socket([f"{own}:{first}-{last}"],
                                       [f"{own}:{first}", f"{own}:{last}"]),
                               _Socket([f"{own}:{last}"], [f"{own}:{last}"])],
        }  # fmt: skip
        kind = self.rng.choice((*kinds, "one address", "any address"))
        self.used.add("IPv6" if kind == "any IPv6" else kind)
        found = list(kinds[kind])
        if self.chance(0.5):
            # A port of its own beside them.
            other = f"{own}:{self.place.ports[2]}"
            found.append(_Socket([other], [other]))
        for socket in found:
            socket.ssl = self.rng.choice((0.0, 0.0, 0.5, 1.0))
            socket.http2 = self.rng.choice((0.0, 0.0, 0.4, 0.8)) if self.directive else 0.6
            if kind not in ("any and one", "Unix socket") and self.chance(0.15):
                socket.options = [self.rng.choice(_OPTIONS)]
        return found

    def server(self, number: int, name: str, own: Sequence[_Socket]) -> str:
        lines = []
        ssl = False
        for socket in own:
            words = [self.rng.choice(socket.spellings)]
            if words[0] != socket.spellings[0]:
                self.used.add("spelled differently")
            if socket.taken:
                self.used.add("shared socket")
            else:
                words += socket.options
                self.used.update(["options"] if socket.options else [])
            if not socket.default and self.chance(0.2):
                socket.default = True
                self.used.add("default_server")
                words.append(self.rng.choice(("default_server", "default_server", "default")))
            if self.chance(socket.http2):
                self.used.add("http2 parameter")
                words.append("http2")
            if self.chance(socket.ssl):
                self.used.add("ssl" if socket.ssl == 1 else "ssl of some")
                words.append("ssl")
                ssl = True
            socket.taken = True
            lines.append(f"listen {' '.join(words)};")
        if self.directive and self.chance(0.6):
            word = self.rng.choice(("on", "on", "off"))
            self.used.add(f"http2 {word}")
            lines.append(f"http2 {word};")
        elif not self.directive and self.chance(0.2):
            self.used.add("ssl on")
            lines.append(self.rng.choice(("ssl on;", "ssl on;", "ssl off;")))
            ssl = True
        if not ssl and self.chance(0.4):
            self.used.add("certificate alone")
            ssl = True
        if ssl:
            lines.append("ssl_certificate cert.pem; ssl_certificate_key key.pem;")
        body = "\n ".join(lines)
        answer = f"add_header x-server {number} always; return 200;"
        return f"server {{\n server_name {name};\n {body}\n location / {{ {answer} }}\n}}\n"


class Listeners:
    """yes: a client of HTTP/2 comes to the server there; no: none does."""

    name = "listeners"
    constructs = _CONSTRUCTS
    bugs: Sequence[Bug] = (
        Bug(
            "the http2 parameter is the server's own",
            "model/listeners.py",
            "        if socket.http2:\n",
            "        if listener.http2:\n",
        ),
        Bug(
            "in the clear the default server does not count",
            "model/listeners.py",
            "        if not socket.ssl:\n",
            "        if not socket:\n",
        ),
        Bug(
            "the first server is the default one, whatever is said",
            "model/listeners.py",
            "        elif listener.claims_default and not socket.default.claims_default:\n",
            "        elif not socket.default:\n",
        ),
        Bug(
            "http2 on holds for the socket",
            "model/listeners.py",
            "        answers = {server.http2}\n",
            "        answers = {server.http2, socket.default.server.http2} - {'no'} or {'no'}\n",
        ),
        Bug(
            "0.0.0.0 is a socket beside the one of *",
            "model/addresses.py",
            '"0.0.0.0": "*", "": "*"',
            '"": "*"',
        ),
        Bug(
            "TLS is the listen's own",
            "model/listeners.py",
            "        socket.ssl_parameter = socket.ssl_parameter or listener.ssl\n",
            "        socket.ssl_parameter = listener.ssl\n",
        ),
        Bug(
            "ssl on of any server is the socket's",
            "model/listeners.py",
            'return "ssl" in self.parameters',
            'return "ssl" in self.parameters or self.server.ssl',
        ),
        Bug(
            "a range of ports is a socket of its own",
            "model/listeners.py",
            '            keys = [(f"{host}:{port}", listener.quic) for port in ports]\n',
            "",
        ),
        Bug(
            "IPv6 addresses are compared as they are written",
            "model/addresses.py",
            'return f"[{IPv6Address(text).compressed}]"',
            'return f"[{text}]"',
        ),
        Bug(
            "default is no word for the default server",
            "model/listeners.py",
            ' or "default" in self.parameters',
            "",
        ),
    )

    def case(self, rng: Random, place: Place) -> Case:
        """One to three servers on one to three sockets."""
        return _Maker(rng, place).case()

    def judge(self, case: Case, document: Json, answers: Sequence[Answer]) -> Sequence[Outcome]:
        """The claims of each listen: whether it speaks HTTP/2, has TLS, and is the default."""
        asked: list[tuple[int, int]] = case.facts["asked"]
        pairs = list(zip(answers[::2], answers[1::2], strict=True))
        default = {
            end: _server(*pair)
            for end, pair in zip(case.facts["strangers"], pairs[len(asked) :], strict=True)
        }
        outcomes = []
        for listen in dict.fromkeys(asked):
            own = [pair for at, pair in zip(asked, pairs, strict=False) if at == listen]
            number, at = listen
            said = document["servers"][number]["listens"][at]
            outcomes.append(_held(said, number, own, default))
        return outcomes


def _server(plain: Answer, tls: Answer) -> int | None:
    """The number of the server that answered."""
    for answer in (plain, tls):
        if answer.status == 200:
            return int(answer.headers["x-server"])
    return None


def _held(
    said: Json, number: int, own: Sequence[tuple[Answer, Answer]], default: dict[str, int | None]
) -> Outcome:
    claim = said["speaks_http2"]
    reached = [_server(*pair) == number for pair in own]
    secured = {tls.failure != "no TLS" for _, tls in own}
    problem = ""
    if {"yes": False, "no": True}.get(claim) in reached:
        problem = f"{claim} is claimed, {own[0][0].failure} and {own[0][1].failure} happened"
    elif any(secured) != said["ssl"]:
        problem = f"TLS {said['ssl']} is claimed, not so"
    else:
        by = {default[plain.call.address] for plain, _ in own}
        if None not in by and (number in by) != said["default_server"]:
            problem = f"default_server {said['default_server']} is claimed; {by} is it"
    if problem:
        problem = f"server {number}, listen {said['address']}: {problem}"
    return Outcome(problem, len(set(reached)) == 1, claim != "unknown", claim)


QUESTION = Listeners()
