# ruff: noqa: E501 (choices of a kind on one line)
"""Cases of the question whether a call arrives: servers with everything that may keep it.

What a case is made of is drawn from choices that nginx accepts; a few that it does not are left out
when it is served.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import product
from random import Random
from typing import Any

from tests.oracle.served.calls import Call
from tests.oracle.served.questions import Case, Place

_PREFIXES = ("/", "/a/", "/a/b/", "/b/", "/b", "/c.S/")
_REGEXES = ("^/a/", "^/b", "^/", "/M$", "^/(a|b)/", "b", "^/a/b/.*N", "x")
_PATHS = (
    "/c.S/M",
    "/c.S/N",
    "/nothing/x.S/M",
    "/a/c.S/M",
    "/a/d.S/N",
    "/a/b/c.S/M",
    "/a/b/x.S/N",
    "/b/c.S/N",
    "/b/x.S/M",
    "/bc.S/M",
    "/a/c.S/xM",
    "/bc.S/xM",
)
_REFUSALS = ("401", "403", "404", "405", "418", "503")


@dataclass
class Location:
    """A location of the case.

    Args:
        modifier, path: as written.
        number: its own, unique in the case.
        lines: its directives.
        nested: the locations in it.
        passes: whether it has a grpc_pass.
        outer: the location around it.
    """

    modifier: str
    path: str
    number: int
    lines: list[str] = field(default_factory=list)
    nested: list[Location] = field(default_factory=list)
    passes: bool = False
    outer: Location | None = None

    @property
    def inner(self) -> bool:
        """Whether no client comes here by itself."""
        outer = self.outer is not None and self.outer.inner
        return self.modifier == "@" or "internal;" in self.lines or outer

    @property
    def head(self) -> str:
        """As its block begins."""
        path = self.path if self.modifier in ("", "@") else f"{self.modifier} {self.path}"
        return f"location {path}"

    def heads(self) -> Iterator[str]:
        """Those of it and of the locations around it."""
        yield self.head
        if self.outer is not None:
            yield from self.outer.heads()

    def matches(self, path: str) -> bool:
        """Whether it matches a path, and those around it do."""
        if self.outer is not None and not self.outer.matches(path):
            return False
        if self.modifier in ("~", "~*"):
            return re.search(self.path, path, re.I if self.modifier == "~*" else 0) is not None
        return path == self.path if self.modifier == "=" else path.startswith(self.path)

    def text(self, lines: Sequence[str], deep: str = "  ") -> Iterator[str]:
        """Its text, with other directives at will."""
        yield f"{deep}{self.head} {{"
        for line in lines:
            yield f"{deep}  {line}"
        for inner in self.nested:
            yield from inner.text(inner.lines, deep + "  ")
        yield f"{deep}}}"

    def twin(self, deep: str = "  ") -> Iterator[str]:
        """It alone, saying that it was chosen."""
        if self.modifier == "@":
            return
        yield f"{deep}{self.head} {{"
        yield f"{deep}  add_header x-location {self.number}; return 200;"
        for inner in self.nested:
            yield from inner.twin(deep + "  ")
        yield f"{deep}}}"

    def flat(self) -> Iterator[Location]:
        """It and the locations in it, in the order of the text."""
        yield self
        for inner in self.nested:
            yield from inner.flat()


class Writer:
    """Makes one case."""

    def __init__(self, rng: Random, place: Place) -> None:
        self.rng, self.place, self.tag = rng, place, place.tag
        self.constructs: set[str] = set()
        self.around: list[str] = []
        self.server: list[str] = []
        self.top: list[Location] = []
        self.count = 0
        self.upstreams = 0
        self.listening = False
        self.named_servers: list[tuple[str, int]] = []
        # What a call may be or not be, by header; and the addresses it may come from.
        self.switches: dict[str, tuple[str, str]] = {}
        self.sources: set[str] = set()

    def pick(self, *choices: Any) -> Any:
        """One of them."""
        return self.rng.choice(choices)

    def chance(self, share: float) -> bool:
        """Whether something that happens so often happens."""
        return self.rng.random() < share

    def location(self, modifier: str, path: str) -> Location:
        """A new location."""
        self.count += 1
        return Location(modifier, path, self.count)

    def grpc_pass(self, of: Location, down: bool = False) -> str:
        """A grpc_pass with an upstream of its own, whose name says the location."""
        self.upstreams += 1
        name = f"{self.tag}_u{self.upstreams}_l{of.number}"
        sign = " down" if down else ""
        end = self.place.backends[0]
        self.around.append(f"upstream {name} {{ server {end}{sign}; server {end}{sign}; }}")
        return f"grpc_pass grpc://{name};"

    def own_listener(self, of: Location) -> str:
        """A grpc_pass to a second listener of the case, that takes calls or does not."""
        self.constructs.add("own listener")
        address = f"127.0.0.1:{self.place.ports[0]}"
        body = self.pick("return 404;", self.grpc_pass(of), self.grpc_pass(of))
        if self.chance(0.3):
            body = f"if ({self.condition()}) {{ return 403; }} {body}"
        said = self.pick("", "http2", "http2", "http2", "http2 proxy_protocol")
        self.around.append(f"server {{ listen {address} {said}; location / {{ {body} }} }}")
        self.listening = True
        return f"grpc_pass {self.pick('', 'grpc://', 'grpc://', 'grpcs://')}{address};"

    def switch(self) -> str:
        """A variable that the client may set."""
        name = f"{self.tag}-a"
        self.switches[name] = ("", "1")
        self.constructs.add("client's word")
        return f"$http_{self.tag}_a"

    def named(self) -> Location:
        """A named location, mostly one that passes on."""
        self.constructs.add("named location")
        found = self.location("@", f"@n{self.count}")
        self.top.append(found)
        if self.chance(0.8):
            self.passing(found)
        else:
            found.lines.append(f"return {self.pick(*_REFUSALS)};")
        return found

    def passing(self, location: Location) -> None:
        """Give it a grpc_pass, of its own or in an `if`."""
        location.passes = True
        if self.chance(0.95):
            location.lines.append(self.grpc_pass(location))
            return
        self.constructs.add("handler of an if")
        location.lines.append(f"if ({self.condition()}) {{ {self.grpc_pass(location)} }}")
        if self.chance(0.5):
            location.lines.append(self.refusal())

    def condition(self) -> str:
        """A condition that calls meet, do not meet, or may meet."""
        rng = self.rng
        tag = self.tag
        sure = [
            "$request_method = POST",
            "$request_method = GET",
            "$request_method != POST",
            "$request_method !~ ^(GET|HEAD)$",
            "$request_method ~ ^(POST|PUT)$",
            "$request_method ~* ^post",
            "$request_method !~* p",
            "$http_te",
            '$http_te = "trailers"',
            "$http_te != trailers",
            "$content_type ~ ^application/grpc",
            "$http_content_type !~ ^application/grpc",
            "$content_type = text/html",
            "$scheme = http",
            "$scheme = https",
            "$scheme != https",
            "$https",
            "$server_protocol = HTTP/2.0",
            "$server_protocol != HTTP/2.0",
            "$server_protocol ~ ^HTTP/1",
            '$http_upgrade != "websocket"',
            "$http_origin",
            "$http2 = h2c",
            "$http_user_agent",
            '$http_user_agent = ""',
            f"$server_port = {self.place.listen.rpartition(':')[2]}",
            "$server_port = 443",
            "$upstream_addr",
            '$request_body = ""',
            '$proxy_protocol_addr = ""',
            "$ssl_client_verify != SUCCESS",
            "$http_sec_fetch_site",
            "!-f $request_filename",
            "-e $document_root$uri",
        ]
        kind = rng.choice(("sure", "sure", "sure", "set", "map", "map", "client", "path"))
        if kind == "sure":
            self.constructs.add("if of the request")
            return rng.choice(sure)
        if kind == "client":
            word = self.switch()
            return self.pick(word, f"{word} = 1", f'{word} != ""', f"{word} ~ 1", f"{word} !~ .")
        if kind == "path":
            self.constructs.add("if of the path")
            value = self.pick("^/a/", "^/", "S/M$", "^/nothing", "x")
            return f"{self.pick('$uri', '$request_uri', '$document_uri')} {self.pick('~', '!~', '~*')} {value}"
        if kind == "set":
            self.constructs.add("set")
            return self.pick(f"${tag}_s", f"${tag}_s = 1", f"${tag}_S != 1", f"${tag}_t = ''")
        self.constructs.add("map")
        name = f"${tag}_m{len(self.around)}"
        source = self.pick(
            "$request_method",
            "$request_method",
            "$content_type",
            "$scheme",
            "$http_te$request_method",
            f"${tag}_s",
            self.switch() if self.chance(0.3) else "$http_upgrade",
            "$uri",
        )
        methods = ["default 1;", "default 0;", "POST 1;", "post 0;", "Post 1;", "GET 1;", "~^P 1;"]
        entries = self.rng.sample(
            methods
            if source == "$request_method"
            else [
                "default 1;",
                "default 0;",
                "POST 1;",
                "post 0;",
                "~^P 1;",
                "~*^p '';",
                "GET 1;",
                "'' 1;",
                "'' 0;",
                "~grpc 1;",
                "http 1;",
                "trailersPOST 1;",
                "~^/a 1;",
                "1 1;",
                "0 '';",
            ],
            rng.randint(1, 3),
        )
        if sum(entry.startswith("default") for entry in entries) > 1 or len(
            {entry.split()[0].lower() for entry in entries}
        ) < len(entries):
            entries = entries[:1]
        volatile = "volatile; " if self.chance(0.2) else ""
        self.around.append(f"map {source} {name} {{ {volatile}{' '.join(entries)} }}")
        return self.pick(name, f"{name} = 1", f"{name} != 1")

    def refusal(self) -> str:
        """A return, mostly of an error."""
        self.constructs.add("return")
        return self.pick(
            f"return {self.pick(*_REFUSALS)};",
            f"return {self.pick(*_REFUSALS)};",
            "return 404 'text';",
            "return 200;",
            "return 301 https://$host$request_uri;",
            "return https://x.example/;",
            "return 444;",
        )

    def rewrite(self) -> str:
        """A rewrite: away, to another location, or of the path alone."""
        kind = self.pick("away", "last", "last", "break", "none")
        regex = self.pick(
            "^", "^(.*)$", "^/(.*)$", "^/a/(.*)$", "^/b/", "^/a(/.*)$", "^/nothing", "M$"
        )
        if kind == "away":
            self.constructs.add("rewrite away")
            return self.pick(
                f"rewrite {regex} https://x.example/ permanent;",
                f"rewrite {regex} /elsewhere redirect;",
                f"rewrite {regex} https://x.example$uri;",
                f"rewrite {regex} $scheme://x.example$request_uri? last;",
            )
        target = self.pick(
            "/a/c.S/M", "/b/c.S/N", "/c.S/N", "/b/z", "/", "/i/x", "/q?x=1", "/a/b/$uri"
        )
        if any(item.path == "/p/" for item in self.top) and self.chance(0.6):
            target = "/p/c.S/M"
        if "(" in regex and self.chance(0.5):
            target = self.pick("/b/$1", "/a/$1", "/c.S/$1", "/i/$1")
        if kind == "last":
            self.constructs.add("rewrite last")
            return f"rewrite {regex} {target} last;"
        self.constructs.add("rewrite in place")
        if kind == "break":
            return f"rewrite {regex} {target} break;"
        # What comes after it is done as well.
        more = f" {self.refusal()}" if self.chance(0.5) else ""
        return f"rewrite {regex} {target};{more}"

    def conditional(self, of: Location | None) -> str:
        """An `if` with something in it."""
        self.constructs.add("if")
        kind = self.pick("return", "return", "return", "rewrite", "set", "break", "pass")
        inside = {
            "return": self.refusal,
            "rewrite": self.rewrite,
            "set": lambda: f"set ${self.tag}_s {self.pick('1', '0')};",
            "break": lambda: "break;",
            "pass": self.refusal if of is None else lambda: self.grpc_pass(of),
        }[kind]()
        if kind == "set":
            self.constructs.add("set")
        return f"if ({self.condition()}) {{ {inside} }}"

    def access(self) -> list[str]:
        """allow and deny in some order."""
        self.constructs.add("allow and deny")
        lines = []
        for _ in range(self.rng.randint(1, 3)):
            who = self.pick("all", "all", "127.0.0.9", "127.0.0.1", "10.0.0.0/8")
            if who.startswith(("127", "10")):
                self.sources.update(("127.0.0.1", "127.0.0.9", "127.0.0.5"))
            lines.append(f"{self.pick('allow', 'deny')} {who};")
        if "10.0.0.0/8" in " ".join(lines):
            # No call of this machine comes from there.
            lines = [line.replace("10.0.0.0/8", "127.0.0.5") for line in lines]
        return lines

    def auth(self) -> list[str]:
        """auth_request to a constant answer or a server that decides."""
        if not any(item.path == "/auth" for item in self.top):
            asked = self.location("=", "/auth")
            self.top.append(asked)
            kind = self.pick("constant", "constant", "decides", "served")
            if kind == "constant":
                asked.lines.append(f"return {self.pick('204', '200', '401', '403', '403', '500')};")
            elif kind == "decides":
                asked.lines += [f"if ({self.condition()}) {{ return 403; }}", "return 204;"]
            else:
                self.constructs.add("auth server")
                name = f"{self.tag}-no"
                self.switches[name] = ("", "1")
                asked.lines.append(f"proxy_pass http://{self.place.listen2}/;")
                self.around.append(
                    f"server {{ listen {self.place.listen2}; location / {{ "
                    f"if ($http_{self.tag}_no) {{ return {self.pick('401', '403')}; }} return 204; }} }}"
                )
        self.constructs.add("auth_request")
        self.switches["x-refuse"] = ("", "1")
        return ["auth_request /auth;"]

    def tried(self) -> str:
        """try_files with some fallback."""
        self.constructs.add("try_files")
        files = self.pick("$uri", "$uri $uri/", "$document_uri.html")
        if self.chance(0.2):
            name = f"{self.tag}-f"
            self.switches[name] = ("", f"{self.tag}.conf")
            files = f"/$http_{self.tag}_f" if self.chance(0.5) else f"/$http_{self.tag}_f $uri"
        fallback = self.pick("=404", "=404", "=503", "@", "@", "@", "/i/x", "/b/z")
        if fallback == "@":
            fallback = self.named().path
        return f"try_files {files} {fallback};"

    def page(self) -> str:
        """error_page to a named location or a path."""
        self.constructs.add("error_page")
        codes = " ".join(sorted(set(self.rng.choices((*_REFUSALS, "500", "301"), k=3))))
        to = self.named().path if self.chance(0.6) else self.pick("/b/z", "/i/x", "/a/c.S/M")
        return f"error_page {codes} {self.pick('', '= ', '=200 ')}{to};"

    def limit(self) -> str:
        """limit_except with something in it."""
        self.constructs.add("limit_except")
        methods = self.pick("GET", "GET HEAD", "GET POST", "POST", "PUT")
        inside = self.pick(
            "deny all;",
            "deny all;",
            "allow all;",
            "allow 127.0.0.9; deny all;",
            f"proxy_pass http://{self.place.backends[1]};",
            "",
        )
        if "127" in inside:
            self.sources.update(("127.0.0.1", "127.0.0.9"))
        return f"limit_except {methods} {{ {inside} }}"

    def furnish(self, location: Location) -> None:
        """Put something into a location that stands in a call's way, or does not."""
        lines: list[str] = []
        for _ in range(self.pick(0, 1, 1, 2, 3)):
            kind = self.pick(
                "return",
                "rewrite",
                "rewrite",
                "if",
                "if",
                "if",
                "access",
                "satisfy",
                "auth",
                "try",
                "page",
                "limit",
                "internal",
                "break",
                "set",
                "handler",
                "down",
                "peer",
                "peer",
                "basic",
            )
            if kind == "return":
                lines.append(self.refusal())
            elif kind == "rewrite":
                lines.append(self.rewrite())
            elif kind == "if":
                lines.append(self.conditional(location))
            elif kind == "access":
                lines.extend(self.access())
            elif kind == "satisfy":
                self.constructs.add("satisfy")
                lines.append(f"satisfy {self.pick('any', 'any', 'all')};")
                lines.extend(self.access() if self.chance(0.7) else [])
                lines.extend(self.auth() if self.chance(0.7) else [])
            elif kind == "auth":
                lines.extend(self.auth())
            elif kind == "try":
                lines.append(self.tried())
            elif kind == "page":
                lines.append(self.page())
                if self.chance(0.4):
                    code = self.pick(*re.findall(r" ([345]\d\d)\b", lines[-1]))
                    lines.append("deny all;" if code == "403" else f"return {code};")
            elif kind == "limit":
                lines.append(self.limit())
            elif kind == "internal" and location.modifier != "@":
                self.constructs.add("internal")
                lines.extend([] if "internal;" in location.lines else ["internal;"])
            elif kind == "break":
                self.constructs.add("break")
                lines.append("break;")
            elif kind == "set":
                self.constructs.add("set")
                lines.append(f"set ${self.tag}_s {self.pick('1', '0', '$request_method')};")
            elif kind == "handler":
                self.constructs.add("second handler")
                lines.append(
                    self.pick(
                        "empty_gif;", "empty_gif;", f"proxy_pass http://{self.place.backends[1]};"
                    )
                )
            elif kind == "down" and location.passes:
                self.constructs.add("all down")
                location.lines = [self.grpc_pass(location, down=True)]
            elif kind == "peer" and location.passes and not self.listening:
                location.lines = [self.own_listener(location)]
            elif kind == "basic":
                # Without a file of users it asks for nothing.
                lines.append('auth_basic "x";')
        once: dict[str, str] = {}
        rest: list[str] = []
        for line in lines:
            name = line.split()[0].rstrip(";")
            if name in (
                "internal",
                "satisfy",
                "auth_request",
                "try_files",
                "limit_except",
                "auth_basic",
                "empty_gif",
                "proxy_pass",
            ):
                once[name] = line
            else:
                rest.append(line)
        if any(line.startswith("proxy_pass") for line in location.lines):
            once.pop("proxy_pass", None)
        mixed = [*once.values(), *self.mixed(rest, location.lines)]
        location.lines = mixed

    def mixed(self, some: list[str], others: list[str]) -> list[str]:
        """Both, each in its order."""
        found = list(some)
        for line in others:
            found.insert(self.rng.randint(0, len(found)), line)
        return found

    def locations(self, most: int) -> list[Location]:
        """Some locations beside each other."""
        found: list[Location] = []
        for _ in range(self.rng.randint(1, most)):
            modifier = self.pick("", "", "", "^~", "=", "~", "~", "~*")
            if modifier in ("~", "~*"):
                self.constructs.add("regex location")
                path = self.pick(*_REGEXES)
            else:
                path = self.pick(*_PATHS) if modifier == "=" else self.pick(*_PREFIXES)
            if modifier in ("~", "~*") or not any(
                (item.path, item.modifier == "=") == (path, modifier == "=")
                and item.modifier not in ("~", "~*")
                for item in found
            ):
                found.append(self.location(modifier, path))
        return found

    def write(self) -> Case:
        """The case."""
        tag = self.tag
        self.top = self.locations(3)
        if self.chance(0.3):
            self.top.append(self.location("", "/i/"))
            self.top[-1].lines.append("internal;")
            self.constructs.add("internal")
        if self.chance(0.15):
            # One of them has what is rewritten, and only one passes it on.
            pair = [self.location("^~", "/p/"), self.location("~", "^/p/")]
            self.rng.shuffle(pair)
            self.passing(pair[0])
            pair[1].lines.append(f"return {self.pick(*_REFUSALS)};")
            self.top += pair
        for location in list(self.top):
            if location.modifier != "=" and self.chance(0.25):
                self.constructs.add("nested location")
                path = location.path if location.modifier in ("", "^~") else "/"
                modifier = self.pick("", "~") if location.modifier in ("", "^~") else "~"
                inner = self.location(
                    modifier, path + "b/" if modifier == "" else self.pick(*_REGEXES)
                )
                location.nested.append(inner)
                inner.outer = location
                if self.chance(0.3) and "internal;" not in location.lines:
                    self.constructs.add("internal")
                    location.lines.append("internal;")
                if self.chance(0.6):
                    self.passing(inner)
                    self.furnish(inner)
        for location in list(self.top):
            if location.modifier == "@":
                continue
            if location.path.lstrip("^") == "/p/":
                continue
            if self.chance(0.8):
                self.passing(location)
            elif self.chance(0.5):
                location.lines.append(self.pick("return 200;", "root /nothing;"))
            self.furnish(location)
        if self.chance(0.15):
            self.paged()
        for _ in range(self.pick(0, 0, 1, 2)):
            kind = self.pick(
                "return", "rewrite", "if", "if", "access", "page", "set", "auth", "satisfy"
            )
            self.constructs.add("in the server")
            if kind in ("access", "satisfy"):
                self.server.extend(self.access())
                if kind == "satisfy" and not any("satisfy" in line for line in self.server):
                    self.constructs.add("satisfy")
                    self.server.append("satisfy any;")
            elif kind == "auth":
                if not any("auth_request" in line for line in self.server):
                    self.server.extend(self.auth())
            else:
                self.server.append(
                    {
                        "return": self.refusal,
                        "rewrite": self.rewrite,
                        "if": lambda: self.conditional(None),
                        "page": self.page,
                        "set": lambda: f"set ${tag}_s {self.pick('1', '0')};",
                    }[kind]()
                )
        servers = self.others() if self.chance(0.15) else []
        text = "\n".join(self.around)
        words = " ".join([self.all_words(), *(line for server in servers for line in server)])
        if f"{tag}_s" in (words := words.lower()) or f"{tag}_t" in words:
            # A name that nothing sets is refused.
            text += f"\nserver {{ listen {self.place.listen}; server_name set.{tag}; set ${tag}_s 1; set ${tag}_t 1; }}"
            text += "\n"
        main = [
            "server {",
            f"  listen {self.place.listen} default_server http2;",
            "  root cases;",
        ]
        main += [f"  {line}" for line in self.server]
        for location in self.top:
            main.extend(location.text(location.lines))
        main.append("}")
        twin = ["server {", f"  listen {self.place.listen};", f"  server_name twin.{tag};"]
        for location in self.top:
            twin.extend(location.twin())
        twin.append("}")
        body = "\n".join([*main, *(line for server in servers for line in server), *twin, text])
        calls, facts = self.calls()
        facts["locations"] = [item for location in self.top for item in location.flat()]
        facts["others"] = self.named_servers
        return Case(tag, body, tuple(calls), frozenset(self.constructs), facts)

    def paged(self) -> None:
        """A location whose calls all end at an error page with a path, which passes on."""
        passing = [item for item in self.top if item.passes and item.modifier != "@"]
        if passing:
            self.constructs.update(("error_page", "return"))
            code = self.pick(*_REFUSALS)
            refusal = "deny all;" if code == "403" and self.chance(0.5) else f"return {code};"
            page = f"error_page {code} {self.pick('', '= ', '=200 ')}/e/x;"
            self.pick(*passing).lines[:0] = [page, refusal]
            self.top.append(self.location("", "/e/"))
            self.passing(self.top[-1])

    def all_words(self) -> str:
        """All that may name a variable."""
        lines = [*self.server, *self.around]
        for location in self.top:
            for item in location.flat():
                lines.extend(item.lines)
        return " ".join(lines)

    def others(self) -> list[list[str]]:
        """Servers by name; the second of them mostly has no name of its own."""
        self.constructs.add("unreachable server")
        found = []
        host = f"other.{self.tag}"
        names = [
            host,
            f".{host}",
            f"*.{host}",
            "other.*",
            "~^other",
            "~^oth",
            "~^x?other",
            f"{host}:80",
        ]
        same = self.pick(*names)
        for name in (same, same) if self.chance(0.4) else self.rng.sample(names, 2):
            location = self.location("", "/")
            self.passing(location)
            if self.chance(0.4):
                location.lines.insert(
                    0,
                    self.pick(
                        "return 404;", "deny all;", "if ($request_method = GET) { return 403; }"
                    ),
                )
            self.named_servers.append((name, location.number))
            found.append(
                [
                    "server {",
                    f"  listen {self.place.listen};",
                    f"  server_name {name};",
                    *location.text(location.lines),
                    "}",
                ]
            )
        return found

    def calls(self) -> tuple[list[Call], dict[str, Any]]:
        """First the twin's, then all that could make a difference, for each path."""
        at = self.place.listen
        paths = list(_PATHS)
        calls = [Call(at, path, authority=f"twin.{self.tag}") for path in paths]
        for path in paths:
            for row in product(*self.switches.values()):
                headers = tuple(zip(self.switches, row, strict=True))
                headers = tuple((name, value) for name, value in headers if value)
                for source in sorted(self.sources) or [""]:
                    calls.append(Call(at, path, headers, source=source))
        first_other = len(calls)
        if "unreachable server" in self.constructs:
            for host in (f"other.{self.tag}", f"x.other.{self.tag}", "other.x", "xother", "otherx"):
                calls += [Call(at, path, authority=host) for path in paths]
        return calls, {"paths": paths, "other": first_other}
