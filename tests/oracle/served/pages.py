"""What a client gets of an error page, against the answer that the document gives."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from tests.bugs import Bug
from tests.oracle.served.calls import Answer, Call
from tests.oracle.served.questions import Case, Json, Outcome, Place

# Statuses for which nginx adds headers without `always`, and those that may come anywhere.
_SAFE = frozenset((200, 201, 204, 206, 301, 302, 303, 304, 307, 308))
_ANYWHERE = frozenset((400, 408, 413, 500, 502, 504))
_CONSTRUCTS = frozenset(
    (
        "named page", "page with a URI", "query", "variable in the URI", "URL", "no such name",
        "status kept", "=", "=CODE", "exact", "prefix", "^~", "regex", "nested", "no location",
        "return 200", "return 204", "return text", "return error", "redirect", "no return",
        "default_type", "types", "extension", "add_header", "always", "bad grpc-status",
        "add_trailer", "add_header_inherit", "content-type header", "inherited headers", "if known",
        "if unknown", "if with headers", "set", "rewrite last", "rewrite break", "rewrite on",
        "rewrite away", "captures", "limit_except", "deny", "allow", "try_files", "internal",
        "grpc_pass", "proxy_pass", "server rewrites", "recursive", "expires", "break",
    )
)  # fmt: skip


class _Maker:
    """Makes one case."""

    def __init__(self, rng: Random, place: Place) -> None:
        self.rng, self.place, self.tag = rng, place, place.tag
        self.used: set[str] = set()
        self.places: list[str] = []
        self.uris: list[str] = []
        self.names: list[str] = []
        self.paths: set[str] = set()
        self.chained: list[int] = []

    def place_at(self, path: str, page: str) -> None:
        """A location, if there is none with this path."""
        key = path.removeprefix("^~ ")
        if key not in self.paths:
            self.paths.add(key)
            self.places.append(f"location {path} {{ {page} }}")

    def chance(self, share: float) -> bool:
        return self.rng.random() < share

    def use(self, name: str) -> None:
        self.used.add(name)

    def case(self) -> Case:
        rng, place = self.rng, self.place
        statuses = rng.sample((401, 403, 404, 413, 429, 500, 502, 503), rng.randint(2, 3))
        recursive = ""
        if self.chance(0.3):
            self.use("recursive")
            recursive = "recursive_error_pages on;"
            # Then pages answer with errors that have pages.
            self.chained = statuses
        pages = self.pages(statuses)
        # Chained pages are in effect where the first one leads.
        inside = not recursive and self.chance(0.5)
        locations = [
            f"location ^~ /s/{status}/ {{ {self.failing(status)} "
            + (f"{pages} {recursive}" if inside else "")
            + " }"
            for status in statuses
        ]
        around = "" if inside else f"{pages} {recursive}"
        for _ in range(rng.randint(1, 3)):
            self.place_at(
                rng.choice(
                    ("/q/", "= /q/1", "^~ /q/", '~ "^/q/[0-9]"', "/q", "= /q/x.html", "/q/2")
                ),
                self.page(),
            )
        around += f" set ${self.tag}_s '';" if self.chance(0.3) else ""
        places = [f"set ${self.tag}_s 0; return 404;"]
        self.places.append(f"location = /nowhere {{ {places[0]} }}")
        body = [around, self.server_rewrites(), self.server_headers(), *self.places, *locations]
        rng.shuffle(body)
        text = f"server {{ listen {place.listen} http2; root nowhere;\n" + "\n".join(body) + "\n}\n"
        calls = tuple(
            Call(place.listen, f"/s/{status}/{method}", headers=more)
            for status in statuses
            for method, more in (
                ("Method", ()),
                ("html", ((f"{self.tag}-x", "1"),)),
                ("a?a=1", ((f"{self.tag}-x", "0/a"),)),
            )
        )
        facts = {"statuses": statuses}
        return Case(place.tag, text, calls, frozenset(self.used), facts)

    def failing(self, status: int) -> str:
        """A gRPC location that answers with an error of nginx's own."""
        alive = f"grpc_pass grpc://{self.place.backends[0]};"
        if status == 502:
            return f"grpc_pass grpc://{self.place.dead};"
        if status == 500:
            return f"set ${self.tag}_none nowhere; grpc_pass grpc://${self.tag}_none;"
        if status == 413:
            return f"client_max_body_size 1; {alive}"
        if status == 403 and self.chance(0.5):
            return self.rng.choice(("deny all;", "limit_except GET { deny all; }")) + alive
        how = f"if ($request_method = POST) {{ return {status}; }}"
        return f"{how} {alive}"

    def pages(self, statuses: Sequence[int]) -> str:
        """The error_page lines, one for all or one for each."""
        groups = [[status] for status in statuses]
        if self.chance(0.3):
            groups = [list(statuses)]
        return " ".join(
            f"error_page {' '.join(map(str, group))}{self.response()} {self.target()};"
            for group in groups
        )

    def response(self) -> str:
        pick = self.rng.random()
        if pick < 0.35:
            self.use("status kept")
            return ""
        if pick < 0.7:
            self.use("=")
            return self.rng.choice((" =", " =", " =0"))
        self.use("=CODE")
        return f" ={self.rng.choice((200, 200, 204, 503, 404, 201, 403))}"

    def target(self) -> str:
        """Where an error_page leads; makes the location that serves it."""
        pick = self.rng.random()
        number = len(self.uris) + len(self.names)
        if pick < 0.05:
            self.use("URL")
            return "https://status.example/"
        if pick < 0.09:
            self.use("variable in the URI")
            return f"/p$http_{self.tag}_x"
        if pick < 0.35:
            self.use("named page")
            name = f"@p{number}"
            if self.chance(0.2):
                self.use("no such name")
            else:
                self.names.append(name)
                self.places.append(f"location {name} {{ {self.page(named=True)} }}")
            return name
        self.use("page with a URI")
        uri = f"/p{number}/a"
        if self.chance(0.35):
            self.use("extension")
            uri += self.rng.choice((".html", ".grpc", ".x.html", ".gif"))
        self.uris.append(uri)
        self.serve(uri)
        if self.chance(0.25):
            self.use("query")
            return uri + self.rng.choice(("?a.html", "?a=1&b=2", "?", "?b=1"))
        return uri

    def serve(self, uri: str) -> None:
        """Locations that may have a URI."""
        kinds = self.rng.sample(
            ("exact", "prefix", "^~", "regex", "nested", "none"), self.rng.randint(1, 2)
        )
        top = uri[: uri.index("/", 1) + 1]
        for kind in kinds:
            if kind == "none":
                self.use("no location")
                continue
            self.use(kind)
            page = self.page()
            if kind == "exact":
                self.place_at(f"= {uri}", page)
            elif kind == "prefix":
                path = self.rng.choice((uri, uri[:-1]))
                self.place_at(path, page)
            elif kind == "^~":
                self.place_at(f"^~ {top}", page)
            elif kind == "regex":
                regex = self.regex(uri)
                self.places.append(
                    f'location {self.rng.choice(("~", "~*"))} "{regex}" {{ {page} }}'
                )
            else:
                inner = self.page()
                inside = f'~ "{self.regex(uri)}"'
                how = self.rng.choice((f"= {uri}", uri, inside))
                outer = self.rng.choice((top[:-1], f"^~ {top[:-1]}", f'~ "^{top}"'))
                if outer.startswith("~"):
                    how = inside
                if self.chance(0.4):
                    # What is nested wins over a regex outside that matches, too.
                    self.places.append(f'location ~ "^{uri}$" {{ {self.page()} }}')
                self.place_at(outer, f"{page} location {how} {{ {inner} }}")
        if self.chance(0.2):
            self.use("regex")
            self.places.append(f'location ~ "{self.regex("/other/a.php")}" {{ {self.page()} }}')

    def regex(self, uri: str) -> str:
        last = uri.rpartition("/")[2].replace(".", "\\.")
        return self.rng.choice(
            (f"^{uri}$", f"/{last}$", "\\.html$", "^/p[0-9]+/a", "\\.(grpc|html)$", "/A",
             "^/p\\d/[^/]+$",
             "\\.php$", f"^{uri[:3]}", "a{1,2}$", "^/(p.*)/(a.*)$")
        )  # fmt: skip

    def page(self, named: bool = False, deep: int = 0) -> str:
        """The directives of a page's location."""
        lines = [*self.typing(), *self.heading()]
        if self.chance(0.12):
            self.use("internal")
            lines.append("internal;")
        if self.chance(0.05):
            self.use("expires")
            lines.append("expires 1h;")
        lines += self.access()
        self.rng.shuffle(lines)
        lines += self.codes(named)
        pick = self.rng.random()
        if pick < 0.86:
            lines.append(self.returned())
        else:
            lines.append(self.content())
        return " ".join(lines)

    def typing(self) -> list[str]:
        lines = []
        if self.chance(0.75):
            self.use("default_type")
            kind = self.rng.choice(
                ("application/grpc",) * 5 + ("text/html", "application/grpc+proto", '""')
            )
            lines.append(f"default_type {kind};")
        if self.chance(0.2):
            self.use("types")
            lines.append(self.rng.choice(("types { }", "types { application/grpc grpc html; }",
                                          "types { text/x-page grpc; }")))  # fmt: skip
        return lines

    def heading(self) -> list[str]:
        lines = []
        if self.chance(0.8):
            self.use("add_header")
            value = "14"
            if self.chance(0.2):
                self.use("bad grpc-status")
                value = self.rng.choice(("UNAVAILABLE", "0", "99", '""', "014"))
            more = ""
            if self.chance(0.3):
                self.use("always")
                more = " always"
            lines.append(
                f"add_header {self.rng.choice(('grpc-status', 'Grpc-Status'))} {value}{more};"
            )
            if self.chance(0.3):
                lines.append("add_header grpc-message words;")
        if self.chance(0.1):
            self.use("content-type header")
            lines.append(
                f"add_header content-type application/grpc{self.rng.choice(('', ' always'))};"
            )
        if self.chance(0.12):
            self.use("add_trailer")
            lines.append(
                f"add_trailer {self.rng.choice(('grpc-status 14', 'x-y z'))}"
                f"{self.rng.choice(('', ' always'))};"
            )
        if self.chance(0.05):
            self.use("add_header_inherit")
            lines.append(f"add_header_inherit {self.rng.choice(('off', 'merge', 'merge', 'on'))};")
        return lines

    def access(self) -> list[str]:
        if self.chance(0.08):
            self.use("deny")
            return ["deny all;"]
        if self.chance(0.05):
            self.use("allow")
            return ["allow all;"]
        if self.chance(0.08):
            self.use("limit_except")
            method = self.rng.choice(("GET", "POST", "PUT"))
            return [f"limit_except {method} {{ {self.rng.choice(('deny all;', 'allow all;'))} }}"]
        return []

    def codes(self, named: bool) -> list[str]:
        """Rewrite directives before the return."""
        lines = []
        if self.chance(0.12):
            self.use("set")
            lines.append(
                f"set ${self.tag}_s {self.rng.choice(('1', '0', 'GET', '$request_method'))};"
            )
        while self.chance(0.25):
            lines.append(self.condition(named))
        while self.chance(0.22):
            lines.append(self.rewrite(named))
        if self.chance(0.04):
            self.use("break")
            lines.append("break;")
        self.rng.shuffle(lines)
        return lines

    def condition(self, named: bool) -> str:
        if self.chance(0.25):
            self.use("if unknown")
            asked = f"$http_{self.tag}_x"
        else:
            self.use("if known")
            asked = self.rng.choice(
                ("$request_method = GET", "$request_method = POST",
                 "$request_method !~ ^(GET|HEAD)$", "$http_te", "$http_upgrade", "$arg_a = 1",
                 "$is_args", "$args ~ \"(.)=1\"", "$content_type ~ ^application/grpc",
                 "$http_te != trailers", f"${self.tag}_s", f"${self.tag}_s = $request_method",
                 "$uri ~ html$", "$uri ~* \"^/P(\\d)\"", "$uri = /p0/a")[: 13 if named else 15]
            )  # fmt: skip
        inside = []
        if self.chance(0.4):
            self.use("if with headers")
            inside.append(self.rng.choice(("add_header x-y z;", "add_header grpc-status 13;")))
        if self.chance(0.5):
            inside.append(self.rng.choice((self.returned(), self.rewrite(named), "break;",
                                           f"set ${self.tag}_s 1;")))  # fmt: skip
        return f"if ({asked}) {{ {' '.join(inside)} }}"

    def rewrite(self, named: bool) -> str:
        regexes = ("^", "^(.*)$", "a$", "html$", "(.)", "^/p", "^/p\\d/(.*)$", "^/nowhere")
        # A named location sees the URI of the call, which is not known.
        regex = self.rng.choice(regexes[:5] if named and self.chance(0.9) else regexes)
        to = self.rng.choice((*self.uris, "/q/1", "/q/2?c=1", "/q/x.html?", "/q/3.grpc"))
        if self.chance(0.2):
            self.use("captures")
            to = self.rng.choice(("/q/$1", "/p0/$1", "/q/4?$1"))
        flag = self.rng.choice(("last", "break", "", "redirect", "permanent"))
        self.use(
            {"last": "rewrite last", "break": "rewrite break", "": "rewrite on"}.get(
                flag, "rewrite away"
            )
        )
        return f'rewrite "{regex}" {to} {flag};'

    def returned(self) -> str:
        if self.chained and self.chance(0.3):
            self.use("return error")
            return f"return {self.rng.choice(self.chained)};"
        pick = self.rng.random()
        if pick < 0.45:
            self.use("return 200")
            return self.rng.choice(("return 200;", 'return 200 "";'))
        if pick < 0.57:
            self.use("return 204")
            return "return 204;"
        if pick < 0.75:
            self.use("return text")
            texts = (
                '200 "down"',
                '503 "down"',
                "200 $arg_a",
                f'200 "$http_{self.tag}_x"',
                '404 "x"',
            )
            return f"return {self.rng.choice(texts)};"
        if pick < 0.92:
            self.use("return error")
            errors = (502, 503, 404, 403, 500, 444, 418, 400, 429)
            return f"return {self.rng.choice(errors)};"
        self.use("redirect")
        return self.rng.choice(
            ("return 301 /x;", "return 302 https://a.example/;", "return https://a.example/;")
        )

    def content(self) -> str:
        """What is no return."""
        pick = self.rng.random()
        if pick < 0.35:
            self.use("no return")
            return "root nowhere;"
        if pick < 0.6:
            self.use("grpc_pass")
            return f"grpc_pass grpc://{self.place.backends[1]};"
        if pick < 0.8:
            self.use("proxy_pass")
            return f"proxy_pass http://{self.place.backends[2]};"
        self.use("try_files")
        return self.rng.choice(("try_files /nothing =404;", "try_files $uri /q/1;"))

    def server_rewrites(self) -> str:
        if not self.chance(0.2):
            return ""
        self.use("server rewrites")
        return self.rng.choice(
            (
                "if ($request_method = GET) { return 403; }",
                'rewrite "^/p0" /q/1;',
                "set $args a=1;",
                f"if ($http_{self.tag}_x) {{ set ${self.tag}_s 1; }}",
                "if ($uri ~ gif$) { return 200 gif; }",
                'rewrite "gif$" /q/2 break;',
            )
        )

    def server_headers(self) -> str:
        if not self.chance(0.8 if "add_header_inherit" in self.used else 0.25):
            return ""
        self.use("inherited headers")
        return self.rng.choice(
            (
                "add_header grpc-status 13;",
                "add_header grpc-status 13 always;",
                "default_type application/grpc; add_header x y;",
                "add_trailer grpc-status 12;",
                "types { application/grpc x; text/html html; image/gif gif; }",
            )
        )


class Pages:
    """Error pages of every kind, behind errors that nginx makes itself."""

    name = "pages"
    constructs = _CONSTRUCTS
    bugs: Sequence[Bug] = (
        Bug(
            "a page with a URI keeps the method",
            "model/page_walk.py",
            'method="GET", uri=path',
            'method="POST", uri=path',
        ),
        Bug(
            "the query belongs to the path",
            "model/page_walk.py",
            'path, _, query = uri.partition("?")',
            'path, query = uri, ""',
        ),
        Bug(
            "the server's rewrites are not run again",
            "model/page_walk.py",
            "yield from self._run(state, self._codes, self._found)",
            "yield from self._found(state)",
        ),
        Bug(
            "an if keeps the headers of its location",
            "model/page_walk.py",
            "replace(following, scope=inner.scope, location=inner)",
            "replace(following, location=inner)",
        ),
        Bug(
            "limit_except leaves the return in effect",
            "model/page_walk.py",
            "elif _excluded(location, state.request.method):",
            "elif False:",
        ),
        Bug(
            "an error on the way keeps the status of the first",
            "model/page_walk.py",
            "last=not is_recursive(state.scope), status=status)",
            "last=not is_recursive(state.scope))",
        ),
        Bug(
            "the outermost regex is tried before what is nested",
            "model/choice.py",
            "            if final:\n",
            "            if final and not level.regexes:\n",
        ),
        Bug(
            "merged headers stand behind the outer ones",
            "model/lists.py",
            "        merged = list(self.directives)\n",
            "        merged = []\n",
        ),
        Bug(
            "a call has no te header",
            "model/page_request.py",
            '"http_te": "trailers"',
            '"http_te": ""',
        ),
        Bug(
            "an error with a text has a page, too",
            "model/page_walk.py",
            "if (status >= 400 and not text) or status in _REDIRECTS:",
            "if status >= 400 or status in _REDIRECTS:",
        ),
    )

    def case(self, rng: Random, place: Place) -> Case:
        """A server with two or three errors and their pages."""
        made = _Maker(rng, place).case()
        return Case(made.tag, made.text, made.calls, made.constructs & _CONSTRUCTS, made.facts)

    def judge(self, case: Case, document: Json, answers: Sequence[Answer]) -> Sequence[Outcome]:
        """The answer of the page of each status, for a client with and without a header."""
        server = document["servers"][0]
        places = {
            place["path"]: place for place in server["locations"] if place["modifier"] == "^~"
        }
        outcomes = []
        for at, status in enumerate(case.facts["statuses"]):
            place = places[f"/s/{status}/"]
            own = answers[3 * at : 3 * at + 3]
            outcomes.append(_claimed(status, place, document, server, own))
        return outcomes


def _claimed(
    status: int, place: Json, document: Json, server: Json, answers: Sequence[Answer]
) -> Outcome:
    possible = {*_ANYWHERE, *place.get("errors", {}).get("statuses", ())}
    if status not in possible:
        return Outcome(f"{status} is not said to come in {place['path']}", True, True, "errors")
    page = _page(status, place, document, server)
    if page is None:
        return Outcome(f"no page for {status}", True, True, "none")
    gets = [_gets(answer) for answer in answers]
    only = len(set(gets)) == 1 and "$" not in page["uri"] and "files" not in page["why"]
    if page["answer"] in ("unknown", "handler"):
        return Outcome("", only, False, "unknown")
    expected = _expected(page, status)
    for answer in answers:
        problem = _differs(page, expected, answer)
        if problem:
            return Outcome(
                f"{status} by {page['uri']} {page['answer']}: {problem}", only, True, page["answer"]
            )
    return Outcome("", only, True, page["answer"])


def _page(status: int, place: Json, document: Json, server: Json) -> Json | None:
    entries = document["error_page_lists"][place["error_page"]]["pages"]
    entry = next(entry for entry in entries if status in entry["codes"])
    recursive = place["directives"].get("recursive_error_pages", {}).get("on", False)
    for page in server["pages"]:
        if (page["uri"], page["response"], page["recursive"]) == (
            entry["uri"],
            entry["response"],
            recursive,
        ):
            return page
    return None


def _gets(answer: Answer) -> tuple[object, ...]:
    telling = ("content-type", "grpc-status", "x-backend", "location")
    told = (answer.headers.get(name) for name in telling)
    return (answer.status, bool(answer.body), answer.failure, *told)


def _expected(page: Json, status: int) -> Json:
    final = status if page["kept"] else page["status"]
    sent = [header for header in page["headers"] if final in _SAFE or header["always"]]
    if final == 204:
        sent = [header for header in sent if not header["trailer"]]
    values: Json = {"content-type": page["type"]} if page["type"] else {}
    for trailer in (False, True):
        values.update(
            (header["name"], header["value"]) for header in sent if header["trailer"] == trailer
        )
    return {"status": final, **values}


def _differs(page: Json, expected: Json, answer: Answer) -> str:
    kind, got = page["answer"], answer.headers
    if kind == "closed":
        return "" if not answer.status else f"status {answer.status}"
    if kind == "pass":
        right = answer.reached and (not page["kept"] or answer.status == expected["status"])
        return "" if right else f"status {answer.status}, no backend"
    if kind == "no_file":
        return "" if answer.status in (404, 405) else f"status {answer.status}"
    if kind == "file":
        return "" if answer.status in (expected["status"], 404) else f"status {answer.status}"
    if answer.status != expected["status"]:
        return f"status {answer.status}, not {expected['status']}"
    if kind in ("redirect", "missing"):
        return ""
    if got.get("grpc-status") != expected.get("grpc-status"):
        return f"grpc-status {got.get('grpc-status')}, not {expected.get('grpc-status')}"
    if kind == "error":
        return ""
    if got.get("content-type") != expected.get("content-type"):
        return f"content-type {got.get('content-type')}, not {expected.get('content-type')}"
    if page["body"] != "unknown" and bool(answer.body) != (page["body"] == "text"):
        return f"body {answer.body!r}, not {page['body']}"
    return ""


QUESTION = Pages()
