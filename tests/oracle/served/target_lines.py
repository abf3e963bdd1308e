"""Servers with one grpc_pass under test, made of the constructs that can decide its target."""

from __future__ import annotations

import re
from random import Random

from tests.oracle.served.questions import Place

# Each names a method of Lines.
CONSTRUCTS = (
    "set", "set in if", "set elsewhere", "set $$b", "set of a copy", "break", "rewrite break",
    "rewrite last", "return in if", "guard", "map", "map without default", "map with regex",
    "volatile map", "map read early", "map of calls", "if of calls",
    "geo", "split_clients", "client", "capital letters",
    "capture of location", "number of location", "capture of if", "capture of rewrite",
    "branch reset", "capture of server_name", "named location", "outer location", "internal",
    "auth_request", "backend redirect", "scheme", "path", "no port", "no resolver",
)  # fmt: skip
# The backend that a client chooses and no line names.
CHOSEN = 3
# What decides the kind of the location: one of them a case.
_PLACES = (
    "capture of location", "number of location", "branch reset", "named location",
    "outer location", "internal",
)  # fmt: skip
# Variables that every call has, with a key that it meets, and one that it does not.
_OF_CALLS = (
    ("$request_method", "POST", "GET"), ("$content_type", "~^application/grpc", "text/html"),
    ("$http_te", "trailers", "gzip"), ("$http_upgrade", "''", "websocket"),
    ("$uri", "~^/", "/index.html"), ("$server_protocol", "HTTP/2.0", "~^HTTP/1"),
    ("$request_uri", "~/[^/]+/[^/]+$", "~[.]html$"),
)  # fmt: skip
_TARGETS = ("scheme", "path", "number of location")


def upstreams(place: Place) -> dict[str, str]:
    """The upstreams of a case with where they lead; the last is for a client's choice."""
    ends = (*place.backends[4:7], place.backends[CHOSEN])
    return {f"{place.tag}_up{at}": end for at, end in enumerate(ends)}


class Lines:
    """The text of a case while it is put together."""

    def __init__(self, rng: Random, place: Place) -> None:
        self.rng, self.place = rng, place
        self.tag = place.tag
        self.used: set[str] = set()
        self.http: list[str] = []
        self.server: list[str] = []
        self.inner: list[str] = []
        self.others: list[str] = []
        self.outer: list[str] = []
        self.switches: list[str] = []
        self.target = "grpc://$B"
        self.location = "/t/"
        self.paths = ["/t/CHOSEN/M", "/t/x/M", "/t/q", "/t/REDIRECT/M"]
        self.authorities = [""]
        self.chosen = False
        self.of_method = False
        self.redirected = False
        self.names = ""

    # The parts of a text

    def own(self, letter: str) -> str:
        """The name of a variable of this case's own."""
        return f"{self.tag}_{letter.lower()}"

    def end(self) -> str:
        """A target that answers: an address, or an upstream of this case."""
        at = self.rng.randrange(3)
        return self.rng.choice((self.place.backends[at], f"{self.tag}_up{at}"))

    def switch(self) -> str:
        """A header that a call may have."""
        if len(self.switches) < 2:
            self.switches.append(f"{self.tag}_s{len(self.switches)}")
        return f"$http_{self.rng.choice(self.switches)}"

    def put(self, line: str) -> None:
        """A line into the server's part or the location's, at any place in it."""
        lines = self.server if self.rng.random() < 0.3 else self.inner
        lines.insert(self.rng.randint(0, len(lines)), line)

    def fill(self, count: int) -> None:
        """Takes in some constructs, and a plain set for most."""
        rng = self.rng
        if rng.random() < 0.6:
            self.take("set")
        names = rng.sample(CONSTRUCTS, count)
        for group in (_PLACES, _TARGETS):
            for name in [name for name in names if name in group][1:]:
                names.remove(name)
        for name in names:
            self.take(name)

    def take(self, name: str) -> None:
        """One construct."""
        self.used.add(name)
        word = name.replace(" ", "_").replace("$$", "dollar_")
        getattr(self, f"_{word}")()

    def text(self) -> str:
        """The directives of http level; `$X` is a variable of this case's own."""
        ends = "".join(
            f"upstream {name} {{ server {end}; }}\n" for name, end in upstreams(self.place).items()
        )
        inner = "\n  ".join(self.inner)
        under = (
            f"location {self.location} {{\n  add_header x-place under always;\n  {inner}\n"
            f"  grpc_pass {self.target};\n }}"
        )
        if self.outer:
            under = "location / {\n  " + "\n  ".join(self.outer) + f"\n  {under}\n }}"
        lines = [
            f"listen {self.place.listen} http2;",
            self.names,
            *self.server,
            under,
            *self.others,
        ]
        text = "\n".join(self.http) + "\nserver {\n " + "\n ".join(filter(None, lines)) + "\n}\n"
        text = re.sub(r"\$([ABCDMNV])\b", lambda found: f"${self.own(found[1])}", text)
        text = re.sub(r"<([BN])>", lambda found: f"<{self.own(found[1])}>", text)
        return ends + text

    # The constructs

    def _set(self) -> None:
        self.put(f"set $B {self.end()};")

    def _set_in_if(self) -> None:
        self.put(f"if ({self.switch()}) {{ set $B {self.end()}; }}")

    def _set_elsewhere(self) -> None:
        self.others.append(f"location /o/ {{ set $B {self.end()}; grpc_pass grpc://$B; }}")
        self.paths.append("/o/REDIRECT")

    def _set_dollar_b(self) -> None:
        self.put(f"set $$B {self.end()};".replace("$$B", f"$${self.tag}_b"))

    def _set_of_a_copy(self) -> None:
        at = self.rng.randint(0, len(self.inner))
        last = [f"set $A {self.end()};"] if self.rng.random() < 0.5 else []
        self.inner[at:at] = [f"set $A {self.end()};", "set $B $A;", *last]

    def _break(self) -> None:
        self.put("break;" if self.rng.random() < 0.5 else f"if ({self.switch()}) {{ break; }}")

    def _rewrite_break(self) -> None:
        self.put(self.rng.choice(("rewrite ^ /y break;", "rewrite ^/t/x /y break;")))

    def _rewrite_last(self) -> None:
        to = self.rng.choice(("/t/x/y", "/t/x/y?to=none"))
        self.others.append(f"location /r/ {{ set $B {self.end()}; rewrite ^ {to} last; }}")
        self.paths.append("/r/x")

    def _return_in_if(self) -> None:
        self.put(f"if ({self.switch()}) {{ return 403; }}")

    def _guard(self) -> None:
        self.inner.append(f'if ($B = "") {{ set $B {self.end()}; }}')

    def _from(self, block: str) -> None:
        self.http.append(block)
        self.put("set $B $M;")

    def _map(self) -> None:
        self._from(f"map {self.switch()} $M {{ default {self.end()}; 1 {self.end()}; }}")

    def _map_without_default(self) -> None:
        self._from(f"map {self.switch()} $M {{ 1 {self.end()}; }}")

    def _map_with_regex(self) -> None:
        value = self.rng.choice(("$1", "$N", self.end()))
        self._from(f"map {self._client_word()} $M {{ default {self.end()}; ~^(?<N>.+)$ {value}; }}")

    def _map_of_calls(self) -> None:
        source, met, unmet = self._of_calls()
        entries = [f"{met} {self.end()};", f"{unmet} {self.end()};", f"default {self.end()};"]
        self._from(f"map {source} $M {{ {' '.join(self.rng.sample(entries, 2))} }}")

    def _if_of_calls(self) -> None:
        source, met, unmet = self._of_calls()
        word = self.rng.choice((met, unmet))
        test = f"~ {word[1:]}" if word.startswith("~") else f"= {word}"
        self.put(f"if ({source} {test}) {{ set $B {self.end()}; }}")

    def _of_calls(self) -> tuple[str, str, str]:
        chosen = self.rng.choice(_OF_CALLS)
        self.of_method |= chosen[0] == "$request_method"
        return chosen

    def _volatile_map(self) -> None:
        self._copying("volatile; ")

    def _map_read_early(self) -> None:
        self._copying("")

    def _copying(self, word: str) -> None:
        self.http.append(f"map {self.switch()} $V {{ {word}default $C; 1 {self.end()}; }}")
        self.inner += [f"set $C {self.end()};", "set $D $V;", f"set $C {self.end()};"]
        self.inner.append(self.rng.choice(("set $B $V;", "set $B $D;")))

    def _geo(self) -> None:
        entries = f"default {self.end()}; 127.0.0.0/8 {self.end()};"
        self._from(f"geo $M {{ {entries} }}")

    def _split_clients(self) -> None:
        shares = f"50% {self.end()}; * {self.end()};"
        self._from(f'split_clients "{self.switch()}" $M {{ {shares} }}')

    def _client_word(self) -> str:
        self.chosen = True
        return self.rng.choice(("$arg_to", f"$http_{self.tag}_to"))

    def _client(self) -> None:
        line = f"set $B {self._client_word()};"
        if self.rng.random() < 0.5:
            line = f"if ({self.switch()}) {{ {line} }}"
        self.put(line)

    def _capital_letters(self) -> None:
        self.chosen = True
        name = f"${self.tag.upper()}_B"
        self.put(self.rng.choice((f"set {name} {self.end()};", "set $B $ARG_To;")))

    def _capture_of_location(self) -> None:
        self.chosen = True
        self.location = self.rng.choice(("~ ^/t/(?<B>[^/]+)/", '"~^/t/(?<B>[^/]+)/"'))

    def _number_of_location(self) -> None:
        self.chosen = True
        self.location, self.target = "~ ^/t/([^/]+)/", "$1"

    def _branch_reset(self) -> None:
        self.chosen = True
        self.location = self.rng.choice(
            (
                '~ "(?|^/t/(?<B>[^/]+)/|^/z/(?<B>[^/]+)/)"',
                '~ "(?J)^/(?:t/(?<B>[^/]+)/|z/(?<B>[^/]+)/)"',
            )
        )
        self.paths.append("/z/CHOSEN/M")

    def _capture_of_if(self) -> None:
        word = self._client_word()
        self.put(f"if ({word} ~ ^(?<B>.+)$) {{ set $D 1; }}")

    def _capture_of_rewrite(self) -> None:
        self.chosen = True
        self.put("rewrite ^/t/(?<B>[^/]+)/ /t/$B/M break;")

    def _capture_of_server_name(self) -> None:
        self.chosen = True
        self.names = r"server_name ~^(?<B>[^/]+)$;"
        self.authorities.append("NAME")

    def _named_location(self) -> None:
        self.location = "@under"
        self.others.append(
            "location /t/ { "
            + self.rng.choice((f"set $B {self.end()};", ""))
            + self.rng.choice(
                (" try_files /none @under; }", " return 418; error_page 418 = @under; }")
            )
        )

    def _outer_location(self) -> None:
        self.outer = [f"set $B {self.end()};"]

    def _internal(self) -> None:
        self.inner.insert(0, "internal;")
        value = self.rng.choice((f"set $B {self.end()}; ", ""))
        self.others.append(f"location /i/ {{ {value}rewrite ^/i/(.*) /t/$1 last; }}")
        self.paths += ["/i/CHOSEN/M", "/i/REDIRECT/M"]

    def _auth_request(self) -> None:
        value = self.rng.choice((f"set $B {self.end()}; ", ""))
        self.others.append(f"location = /auth {{ {value}return 204; }}")
        self.inner.insert(0, "auth_request /auth;")

    def _backend_redirect(self) -> None:
        self.redirected = True
        end = self.place.backends[0]
        self.others.append(f"location /x/ {{ set $B {self.end()}; grpc_pass {end}; }}")
        self.paths.append("/x/REDIRECT")

    def _scheme(self) -> None:
        self.put(f"set $A {self.rng.choice(('http', 'grpc', 'grpc'))};")
        self.target = f"$A://{self.tag}_up{self.rng.randrange(3)}"

    def _path(self) -> None:
        self.target = "grpc://$B/x"

    def _no_port(self) -> None:
        self.put(f"if ({self.switch()}) {{ set $B {self.tag}_none; }}")

    def _no_resolver(self) -> None:
        self.put(self.rng.choice(("set $B nohost.invalid:50051;", f"if ({self.switch()}) "
                                  "{ set $B nohost.invalid:50051; }")))  # fmt: skip
