"""Random configurations: ones that nginx takes, ones that it nearly takes, and hostile ones."""

from __future__ import annotations

from random import Random

__all__ = ["LINES", "hostile", "lines", "lua", "mutated", "planted", "valid", "word"]

_PLAIN = [b"a", b"b1", b"-x", b"_", b".", b"/", b":", b"x" * 40, b"=", b"*", b"()", b"[0]", b","]
# Inside a word that no quote opens these are ordinary, whatever they mean elsewhere.
_INSIDE = [b"}", b"#", b'"', b"'", b"}}", b"#}", b"\x00", b"\x0b", b"\x0c", b"\x1c", b"\x85"]
_INSIDE += [b"\xa0", b"\xc2\xa0", b"\xe2\x80\xa8", b"\xc3\xa9", b"\xff", b"\xef\xbb\xbf", b"\x7f"]
_ESCAPED = [b"\\;", b"\\{", b"\\}", b"\\ ", b"\\n", b"\\t", b"\\\\", b'\\"', b"\\'", b"\\#"]
_ESCAPED += [b"\\\n", b"\\x41"]
_DOLLARS = [b"$", b"$$", b"${", b"${a}", b"${{", b"$}", b"\\$", b"$\\{"]
_QUOTABLE = [b";", b"{", b"}", b" ", b"\n", b"\t", b"\r\n", b"#", b"{{", b"; }"]
_SEPARATORS = [b" ", b"  ", b"\t", b"\n", b"\r\n", b"\n\n    ", b"\r"]


class _Writer:
    """Writes one configuration that nginx takes."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.numbers = 0

    def number(self) -> bytes:
        self.numbers += 1
        return b"%d" % self.numbers

    def pick(self, *choices: bytes) -> bytes:
        return self.rng.choice(choices)

    def gap(self) -> bytes:
        if self.rng.random() < 0.06:
            return self.comment() + self.rng.choice(_SEPARATORS)
        return self.rng.choice(_SEPARATORS) if self.rng.random() < 0.3 else b" "

    def comment(self) -> bytes:
        rng = self.rng
        parts = [b" c", b"; x", b"{", b"}", b'"', b"'", b"\r", b"\\", b"$", b"#"]
        body = b"".join(rng.choices(parts, k=rng.randrange(5)))
        if rng.random() < 0.02:
            body = b"c" * rng.randrange(4080, 4095)
        return b"\n" * rng.randrange(2) + b" #" + body + b"\n"

    def word(self, *, dollars: bool = False) -> bytes:
        """A word in some spelling; with `dollars` it may look like a variable."""
        rng = self.rng
        kind = rng.random()
        letters = _PLAIN + _ESCAPED + (_DOLLARS if dollars else [])
        if kind < 0.45:
            return rng.choice(_PLAIN)
        if kind < 0.75:
            first = rng.choice(_PLAIN + [letter for letter in letters if letter[:1] in b"\\$"])
            word = first + b"".join(rng.choices(letters + _INSIDE, k=rng.randrange(1, 5)))
            # A `$` at the end would take the brace that opens the block.
            return word + b"z" if b"$" in word else word
        quote, other = rng.choice([(b'"', b"'"), (b"'", b'"')])
        inside = [part for part in letters + _INSIDE + _QUOTABLE if quote not in part]
        inside += [other, b"\\" + quote]
        return quote + b"".join(rng.choices(inside, k=rng.randrange(6))) + quote

    def long_word(self) -> bytes:
        length = self.rng.choice([1000, 4085, *range(4090, 4094)])
        return self.pick(b"%s", b'"%s"') % (b"x" * length)

    def directive(self, *words: bytes) -> bytes:
        written = b"".join(word + self.gap() for word in words)
        if written.endswith(b" ") and self.rng.random() < 0.7:
            written = written[:-1]
        return written + b";" + self.pick(b"\n", b"\n", b" ", b"", b"\n\n", b"\r\n")

    def block(self, words: list[bytes], inside: list[bytes]) -> bytes:
        start = b"".join(word + self.gap() for word in words)
        end = self.pick(b"}\n", b"}", b"} ", b" }\n")
        return start + b"{" + self.pick(b"", b"\n", b" ", b"\r\n") + b"".join(inside) + end

    def settings(self) -> list[bytes]:
        """Directives that may stand in http, server and location."""
        rng = self.rng
        once = [
            self.directive(b"default_type", self.word(dollars=True)),
            self.directive(b"keepalive_timeout", b"75s", b"60"),
            self.directive(b"sendfile", b"on"),
            self.directive(b"client_max_body_size", b"16m"),
            self.directive(b"grpc_read_timeout", b"300s"),
            self.directive(b'"grpc_send_timeout"', b"'5m'"),
            self.directive(b"grpc_next_upstream", b"error", b"timeout"),
        ]
        if rng.random() < 0.1:
            once[0] = self.directive(b"default_type", self.long_word())
        many = [
            lambda: self.directive(b"add_header", b"X-" + self.number(), self.word()),
            lambda: self.directive(b"add_header", b"X-" + self.number(), self.word(), b"always"),
            lambda: self.directive(b"grpc_set_header", b"X-" + self.number(), self.word()),
            lambda: self.comment(),
        ]
        found = rng.sample(once, 3) + [rng.choice(many)() for _ in range(rng.randrange(4))]
        rng.shuffle(found)
        return found[: rng.randrange(len(found) + 1)]

    def location(self, prefix: bytes, depth: int) -> bytes:
        rng = self.rng
        path = prefix + b"/" + self.number()
        inside = self.settings()
        if rng.random() < 0.3:
            inside.append(self.directive(b"return", b"200", self.word()))
        if rng.random() < 0.2:
            conditions = [b"($host)", b"( $host )", b"($host = a)", b'($host ~ "a{2}")']
            inside.append(self.block([b"if", rng.choice(conditions)], []))
        if rng.random() < 0.1:
            inside.append(self.block([b"limit_except", b"GET"], [self.directive(b"deny", b"all")]))
        kind = rng.random()
        if depth == 0 and kind < 0.1:
            return self.block([b"location", b"@n" + self.number()], inside)
        if kind < 0.2:
            return self.block([b"location", b"=", path], inside)
        if kind < 0.3:
            pattern = self.pick(b'"^/%s{2}$"', b"^/%s\\.$", b"'/%s}'") % self.number()
            return self.block([b"location", self.pick(b"~", b"~*"), pattern], inside)
        path += self.pick(b"", b"}", b"#x", b"\\;", b"\\{", b'"', b"\xff")
        if depth < 3 and rng.random() < 0.4:
            inside.append(self.location(path, depth + 1))
        return self.block([b"location", *self.pick(b"", b"^~").split(), path], inside)

    def server(self) -> bytes:
        rng = self.rng
        names = [b"n" + self.number() for _ in range(rng.randrange(1, 4))]
        inside = [*self.settings(), self.directive(b"server_name", *names)]
        inside += [self.location(b"", 0) for _ in range(rng.randrange(4))]
        rng.shuffle(inside)
        return self.block([b"server"], inside)

    def upstream(self) -> bytes:
        server = self.directive(b"server", b"127.0.0.1:" + self.number())
        inside = [server, self.directive(b"keepalive", b"8")]
        return self.block([b"upstream", b"u" + self.number()], inside)

    def map(self) -> bytes:
        keys = [b"default", b"sentinel_x", b"server", b"location", b"~^/a\\d", b'"~^/a{2}"']
        entries = [
            self.directive(self.rng.choice(keys), self.word()),
            self.directive(b"k" + self.number(), self.word()),
        ]
        source = self.pick(b"$host", b'"$host"')
        return self.block([b"map", source, b"$m" + self.number()], entries)

    def geo(self) -> bytes:
        entries = [
            self.directive(b"default", self.word()),
            self.directive(b"10.0.0.0/8", self.word()),
        ]
        return self.block([b"geo", b"$g" + self.number()], entries)

    def split_clients(self) -> bytes:
        entries = [self.directive(b"10%", self.word()), self.directive(b"*", self.word())]
        return self.block([b"split_clients", b'"$host"', b"$s" + self.number()], entries)

    def log_format(self) -> bytes:
        words = [self.word() for _ in range(self.rng.randrange(1, 5))]
        return self.directive(b"log_format", b"l" + self.number(), *words)

    def types(self) -> bytes:
        return self.block([b"types"], [self.directive(self.word(), b"e" + self.number())])

    def http(self) -> bytes:
        rng = self.rng
        parts = [self.server, self.server, self.upstream, self.map, self.geo]
        parts += [self.split_clients, self.log_format]
        inside = self.settings() + [rng.choice(parts)() for _ in range(rng.randrange(1, 5))]
        if rng.random() < 0.2:
            inside.append(self.types())
        rng.shuffle(inside)
        return self.block([b"http"], inside)


def valid(rng: Random) -> bytes:
    """A configuration that nginx takes."""
    writer = _Writer(rng)
    parts = [writer.block([b"events"], []), writer.http()]
    if rng.random() < 0.3:
        parts.append(writer.directive(b"env", b"A" + writer.number()))
    if rng.random() < 0.3:
        parts.append(writer.comment())
    rng.shuffle(parts)
    return b"".join(parts)


_EDITS = [b";", b"{", b"}", b'"', b"'", b"\\", b"#", b"$", b"${", b"\n", b"\r", b" ", b"\t"]
_EDITS += [b"\x00", b"\x0b", b"\xa0", b"\xef\xbb\xbf", b";;", b"{}", b'""', b"\\\n", b"a", b")"]
_EDITS += [b'")', b"x" * 4096, b"server", b"location / {", b"if", b"map $a $b {", b"include", b"}}"]


def mutated(rng: Random, data: bytes) -> bytes:
    """The same with a few changes: nearly valid."""
    for _ in range(rng.choice([1, 1, 1, 2, 3, 8])):
        if rng.random() < 0.2:
            # A line once more, somewhere else.
            lines = data.split(b"\n")
            lines.insert(rng.randrange(len(lines)), rng.choice(lines))
            data = b"\n".join(lines)
            continue
        at = rng.randrange(len(data) + 1)
        cut = rng.choice([0, 0, 1, 1, 2, 10])
        data = data[:at] + (rng.choice(_EDITS) if rng.random() < 0.7 else b"") + data[at + cut :]
    return data if rng.random() < 0.97 else data[: rng.randrange(len(data) + 1)]


_SOUP = _EDITS + _INSIDE + _ESCAPED + _DOLLARS + _QUOTABLE
_SOUP += [b"events{}", b"http{", b"server {", b"sentinel_x;"]
_STARTS = [b"", b"events{}", b"events{}http{", b"events{}http{types{", b"events {} http { server {"]


def hostile(rng: Random) -> bytes:
    """Whatever comes, between the words that matter."""
    return rng.choice(_STARTS) + b"".join(rng.choices(_SOUP, k=rng.randrange(1, 25)))


_PLANTS = [b"sentinel_x;", b" sentinel_x;", b"\nsentinel_x;\n", b"sentinel_x on;", b";sentinel_x;"]
_PLANTS += [b"}sentinel_x;", b"sentinel_x {}", b"\rsentinel_x;", b"\xa0sentinel_x;"]
_PLANTS += [b"\x0bsentinel_x;", b"\nsentinel_x\n", b"\\\nsentinel_x;", b"#\rsentinel_x;"]
_PLANTS += [b"'sentinel_x';", b'"sentinel_x" a;', b"sentinel_x\n;", b"${sentinel_x;"]
_PLANTS += [b"{sentinel_x;}", b"sentinel_x # ;\n;", b"\\sentinel_x;", b"sentinel\\_x;"]


def planted(rng: Random, data: bytes) -> bytes:
    """The text with an unknown directive put in at some byte."""
    at = rng.randrange(len(data) + 1)
    if rng.random() < 0.4:
        after = rng.choice([b"\n", b";", b"{", b"}", b"#", b'"'])
        at = data.rfind(after, 0, at) + 1
    return data[:at] + rng.choice(_PLANTS) + data[at:]


def word(rng: Random) -> bytes:
    """One word in some spelling."""
    return _Writer(rng).word(dollars=True)


_LUA = [
    b"{",
    b"}",
    b"{}",
    b'"',
    b"'",
    b"\\",
    b"\n",
    b"\n",
    b"--",
    b"-",
    b"[[",
    b"]]",
    b"[=[",
    b"]=]",
]
_LUA += [b"--[[", b"--[=[", b" a ", b"x", b"=", b"[", b"]", b"#", b"$", b"${", b";", b'"a}"']
_LUA += [b"'{'", b"\\\n", b'\\"', b"\\'", b"--}\n", b"\r", b"\xc3\xa9", b"\xff", b'"\n', b"x" * 300]
_LUA_STARTS = [b"content_by_lua_block", b'"rewrite_by_lua_block"', b"set_by_lua_block $x"]
_LUA_STARTS += [b"access_by_lua_block #c{\n", b"log_by_lua_block\n\n"]


def lua(rng: Random) -> bytes:
    """A configuration with Lua of all kinds in it, and an unknown directive after it."""
    code = b"".join(rng.choices(_LUA, k=rng.randrange(14)))
    block = rng.choice(_LUA_STARTS) + b" {" + code + b"}"
    return b"events {}\nhttp { server { location / {" + block + b"}\nsentinel_x;\n} }\n"


# Lines that come again, in other blocks: what was learned from one must hold for the next.
LINES = [
    *(
        "a b;",
        "a {",
        "}",
        "a b;}",
        "'a' b;}",
        "'a' b;",
        "x { y;",
        "x {y;}",
        "x { # c",
        "#c",
        "a",
        "b;",
    ),
    *(
        "map $a $b {",
        "map {'a' b;",
        "a b; c",
        "c d; }",
        "} a b;",
        "} x {",
        "if ($a) {",
        "if ((a)) { b;",
    ),
    *("a 'b", "c';", "a \\", ";", "a {}", "x { y {", "} }", "}}", "\ta b;", "a b; # c", "a b c;"),
    *(
        "include a;",
        "'include' a;",
        "server a;",
        "server {",
        "upstream u {",
        "a\r",
        "a b;\r",
        "a $",
        "${",
    ),
]


def lines(rng: Random) -> bytes:
    """A few lines, again and again."""
    pool = [*rng.sample(LINES, rng.randrange(2, 7)), "}", "x" * rng.choice([1, 1, 1, 4_090])]
    chosen = "\n".join(rng.choices(pool, k=rng.randrange(1, 16))).encode()
    if rng.random() < 0.1:
        at = rng.randrange(len(chosen) + 1)
        chosen = chosen[:at] + b"x" * rng.randrange(4_085, 4_100) + chosen[at:]
    return chosen
