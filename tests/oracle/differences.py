"""Where nginx, crossplane and this parser read a text differently, one row a text.

docs/development/nginx-differences.md is written from these rows
(python -m tests.oracle.differences), and test_differences.py asks all three readers about each.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "docs" / "development" / "nginx-differences.md"


@dataclass(frozen=True)
class Row:
    """One text and what each reader makes of it.

    Args:
        key: the row's name, also in the tests.
        about: the input in words.
        text: what stands inside `http { server { ... } }`, or a whole file (see `whole`).
        nginx: what nginx -t says: takes, rejects (its syntax), unknown (a directive), or
            meaning (it reads the text and rejects what it means).
        crossplane: what crossplane 0.5.8 makes of it without its own checks: same (the tree that
            we have), misreads (another tree), takes (a tree where we have none), fails.
        checked: what its status is with its default checks, where that differs: takes, fails.
        ours: takes or refuses.
        tree: the words of the directives that decide it, as we read them.
        note: what a reader should know.
        whole: the text is a whole file.
        only: the one version of nginx that the row is about.
        lua: the text needs lua-nginx-module.
    """

    key: str
    about: str
    text: bytes
    nginx: str
    crossplane: str
    ours: str
    note: str = ""
    tree: tuple[tuple[str, ...], ...] = ()
    checked: str = ""
    whole: bool = False
    only: str = ""
    lua: bool = False

    def file(self) -> bytes:
        """The whole file."""
        return self.text if self.whole else b"events {}\nhttp { server {\n" + self.text + b"\n} }\n"


def _http(text: bytes) -> bytes:
    return b"events {}\nhttp {\n" + text + b"\n}\n"


_LONG = b"x" * 4096

ROWS = (
    # Directives and arguments
    Row("newer-directives", "`http2 on`, `keepalive_time`, `early_hints`, `max_headers`, "
        "`proxy_http_version 2`", b"http2 on; keepalive_time 1h; early_hints $host; max_headers 9;"
        b" location / { proxy_http_version 2; proxy_pass http://127.0.0.1:1; }",
        "takes", "same", "takes", "nothing is refused for a table that lacks it", only="1.31.3"),
    Row("keepalive-local", "`keepalive 8 local`", _http(b"upstream u { server 127.0.0.1:1;"
        b" keepalive 8 local; }"), "takes", "same", "takes", "arguments are not counted",
        (("keepalive", "8", "local"),), checked="fails", whole=True, only="1.31.3"),
    Row("sticky-resolve", "`sticky`, `server ... resolve`", _http(b"upstream u { zone u 64k;"
        b" server u.test:1 resolve; sticky cookie c; } resolver 127.0.0.1;"),
        "takes", "same", "takes", whole=True, only="1.31.3"),
    Row("include-in-if", "`include` in `if`", b"location / { if ($host) { include *.none; } }",
        "takes", "same", "takes", tree=(("include", "*.none"),), checked="fails"),
    Row("include-in-limit-except", "`include` in `limit_except`",
        b"location / { limit_except GET { include *.none; } }",
        "takes", "same", "takes", tree=(("include", "*.none"),), checked="fails"),
    Row("plus", "`health_check type=grpc grpc_status=12` (nginx Plus)",
        b"location / { health_check type=grpc grpc_status=12; }", "unknown", "same", "takes",
        "which nginx will read a text is not known, so that no name is refused",
        (("health_check", "type=grpc", "grpc_status=12"),)),
    Row("foreign-directive", "`check interval=...` (a module of others)",
        _http(b"upstream u { server 127.0.0.1:1; check interval=3000 rise=2; }"),
        "unknown", "same", "takes", "", (("check", "interval=3000", "rise=2"),), whole=True),
    # Lua
    Row("lua-apostrophe", "an apostrophe or a brace in a Lua comment",
        b"location / { content_by_lua_block { -- don't }\n ngx.say(1) } }",
        "takes", "same", "takes", "Lua is one argument, its text as it stands",
        (("content_by_lua_block", " -- don't }\n ngx.say(1) "),), lua=True),
    Row("lua-set", "`set_by_lua_block $x{`", b"location / { set_by_lua_block $x{ return 1 } }",
        "takes", "fails", "takes", "", (("set_by_lua_block", "$x", " return 1 "),), lua=True),
    Row("lua-long-string", "a brace or quote in a Lua long string or long comment",
        b"location / { content_by_lua_block { s = [[ } ' ]] --[==[ } ]] ]==] } }",
        "takes", "fails", "takes", "", (("content_by_lua_block",
        " s = [[ } ' ]] --[==[ } ]] ]==] "),), lua=True),
    Row("lua-open-quote", "a Lua string that its line does not close",
        b"location / { content_by_lua_block { s = 'a\n } } #'\n", "takes", "fails", "takes",
        "lua-nginx-module takes such a quote for no string", lua=True),
    # Words
    Row("brace-in-word", "`}` in a word: `return 200 a}b;`", b"return 200 a}b;",
        "takes", "fails", "takes", "crossplane ends the block there",
        (("return", "200", "a}b"),)),
    Row("set-brace", "`set $a b}c;`", b"set $a b}c;", "takes", "fails", "takes", "",
        (("set", "$a", "b}c"),)),
    Row("hash-in-word", "`#` in a word", b"add_header X a#b;", "takes", "same", "takes", "",
        (("add_header", "X", "a#b"),)),
    Row("quote-in-word", "a quote in a word", b"add_header X a\"b'c;", "takes", "same", "takes",
        "", (("add_header", "X", "a\"b'c"),)),
    Row("brace-after-word", "`{` ends a word like a space", b"location /a{ return 200; }",
        "takes", "same", "takes", "", (("location", "/a"), ("return", "200"))),
    Row("adjacent-quotes", "`add_header X \"a\"b;`", b'add_header X "a"b;',
        "rejects", "takes", "refuses", "crossplane makes two arguments of it"),
    Row("quote-parenthesis", "`)` directly after a closing quote",
        b'location / { if ($host = "a") { return 200; } }', "takes", "same", "takes",
        "the one byte that may follow a quote; the parenthesis is a word of its own",
        (("if", "$host", "=", "a"),)),
    Row("regex-braces", "braces in a regular expression without quotes",
        b"location ~ ^/a{2}$ { return 200; }", "unknown", "takes", "refuses",
        "to nginx the block opens at the brace, and `2}$` is a directive; crossplane passes it on"),
    Row("regex-braces-map", "the same in a `map`", _http(b"map $uri $m { ~^/x{2}$ 1; }"),
        "rejects", "takes", "refuses", "", whole=True),
    Row("lone-semicolon", "a lone `;`", b";", "rejects", "takes", "refuses",
        "crossplane makes a directive named `;`"),
    Row("lone-semicolon-end", "a lone `;` at the end of a file", b"events {}\n;",
        "rejects", "fails", "refuses", "crossplane's error text is empty", whole=True),
    Row("vertical-tab", "VT, FF, U+001C as a separator", b"add_header X\x0bY\x0cZ\x1c W;",
        "takes", "misreads", "takes", "they are letters to nginx; crossplane splits there",
        (("add_header", "X\x0bY\x0cZ\x1c", "W"),)),
    Row("no-break-space", "NBSP, U+2028 as a separator",
        b"add_header\xc2\xa0X Y;", "unknown", "takes", "refuses",
        "a directive's name with such a letter is none", ()),
    Row("no-break-space-argument", "the same in an argument",
        b"add_header X a\xc2\xa0b\xe2\x80\xa8c;", "takes", "misreads", "takes", "",
        (("add_header", "X", "a\xa0b\u2028c"),)),
    Row("long-word", "a word of 4,096 bytes", b"return 200 " + _LONG + b";",
        "rejects", "takes", "refuses", "4,095 bytes before `;` or `{`, 4,094 before a space"),
    Row("longest-word", "a word of 4,095 bytes", b"return 200 " + _LONG[1:] + b";",
        "takes", "same", "takes"),
    Row("long-word-space", "a word of 4,095 bytes before a space",
        b"add_header X " + _LONG[1:] + b" always;", "rejects", "takes", "refuses"),
    Row("long-quote", "4,095 bytes in quotes", b'return 200 "' + _LONG[1:] + b'";',
        "rejects", "takes", "refuses", "4,094 bytes before `;`, 4,093 before a space"),
    Row("long-comment", "a comment of 4,096 bytes", b"#" + _LONG[1:] + b"\n",
        "rejects", "takes", "refuses", "a comment has to fit in the buffer too, with its `#`"),
    Row("dollar-alone", '`return 200 "$";`', b'return 200 "$";', "meaning", "same", "takes",
        "no fault of syntax: the word is handed on", (("return", "200", "$"),)),
    Row("dollar-brace", "`${` opens no block", b"server_name a${b;", "takes", "misreads", "takes",
        "nor do the braces after it; a `;` after it ends the directive",
        (("server_name", "a${b"),)),
    Row("dollar-brace-semicolon", "`;` in `${...}`", b"server_name ${a;b};",
        "unknown", "takes", "refuses", "crossplane reads on to the `}`"),
    Row("variable-space", "a space after `${name}`", b"try_files /a${uri} /b${uri}.c =404;",
        "takes", "misreads", "takes", "crossplane takes the space for a part of the word",
        (("try_files", "/a${uri}", "/b${uri}.c", "=404"),)),
    Row("escapes", r'escapes: `"a\tb\n\\\"\x"`', rb'return 200 "a\tb\n\\\"\x";',
        "takes", "misreads", "takes", r'`\t`, `\r`, `\n`, `\\`, `\"`, `\'` and no others',
        (("return", "200", 'a\tb\n\\"\\x'),)),
    Row("escaped-ends", r"`\;`, `\{`, `\ ` and a backslash at a line's end",
        b"add_header X a\\;b\\{c\\ d\\\ne;", "takes", "same", "takes",
        "the byte is taken along, the backslash stays",
        (("add_header", "X", "a\\;b\\{c\\ d\\\ne"),)),
    # Lines, ends and bytes
    Row("no-semicolon-end", "no `;` at the end of a file", b"events {}\nuser root",
        "rejects", "fails", "refuses", "crossplane's error text is empty", whole=True),
    Row("no-brace-end", "no `}` at the end of a file", b"events {", "rejects", "fails", "refuses",
        whole=True),
    Row("missing-semicolon", "a `;` is missing before `}`",
        b"location / { return 200 }", "rejects", "takes", "refuses",
        "without its checks crossplane takes the directive"),
    Row("missing-semicolon-block", "a `;` is missing before a block",
        b"root /x\nlocation / { return 200; }", "rejects", "takes", "refuses",
        "the block would be hidden in the directive before it", checked="fails"),
    Row("no-block", "`location / ;`", b"location / ;", "rejects", "takes", "refuses", "",
        checked="fails"),
    Row("block-in-map", "a block in a `map`", _http(b"map $uri $m { a { b c; } }"),
        "rejects", "takes", "refuses", "", whole=True),
    Row("bom", "a byte order mark", b"\xef\xbb\xbfevents {}\n", "unknown", "takes", "refuses",
        "crossplane names a directive with it", whole=True),
    Row("crlf", "CR LF", b"server_name a;\r\nserver_name b;\r\n", "takes", "same", "takes", "",
        (("server_name", "a"), ("server_name", "b"))),
    Row("cr", "a bare CR", b"server_name a;\rsentinel_x b;\r", "unknown", "misreads", "takes",
        "a separator and no line end: nginx counts lines by LF, crossplane by CR as well",
        (("server_name", "a"), ("sentinel_x", "b"))),
    Row("cr-comment", "a CR in a comment: `# x<CR>sentinel_x on;`",
        b"server_name a;# x\rsentinel_x on;\n", "takes", "misreads", "takes",
        "only LF ends a comment; crossplane sees a directive that nginx does not",
        (("server_name", "a"),)),
    Row("not-utf8", "bytes that are no UTF-8", b"server_name a\xff a\xfe;",
        "takes", "misreads", "takes", r"each is written as `\xNN`; crossplane makes all U+FFFD",
        (("server_name", "a\\xff", "a\\xfe"),)),
    Row("not-utf8-collision", r"such a byte and its escape in one file",
        b"server_name a\xff a\\xff;", "takes", "takes", "refuses",
        "on purpose: two names would become one"),
    Row("nul", "NUL in a word", b"server_name a\x00b;", "takes", "misreads", "takes",
        r"written as `\x00`", (("server_name", "a\\x00b"),)),
    Row("utf-16", "UTF-16", "events {}\n".encode("utf-16"), "unknown", "fails", "refuses",
        "told by its mark or its zeros", whole=True),
    # What is no configuration
    Row("dump", "`nginx -T`", b"# configuration file /etc/nginx/nginx.conf:\nevents {}\n",
        "takes", "same", "takes",
        "a comment to every reader; the sections are told apart before the parser reads them",
        whole=True),
    Row("jinja", "a template: `{{ x }}`", b"{{ listen }}", "rejects", "takes", "refuses",
        "crossplane makes directives named `{` of it"),
    Row("envsubst", "`${HOST}`", b"server_name ${HOST};", "takes", "same", "takes",
        "a variable to nginx; where nothing defines it, the sources refuse it",
        (("server_name", "${HOST}"),)),
    # On purpose
    Row("grpc-pass-inside", "`grpc_pass` or another directive's name as an argument",
        b"server_name a\ngrpc_pass b;", "takes", "takes", "refuses",
        "on purpose: a `;` is missing, and the call's target would stay unseen"),
    Row("capitals", "a directive's name in capitals", b"Server_Name a;", "unknown", "takes",
        "refuses", "nginx knows it in small letters alone"),
    Row("three-in-map", "three words in an entry of `map` or `geo`",
        _http(b"map $uri $m { a 1\n b 2; }"), "meaning", "takes", "refuses",
        "a `;` is missing", whole=True),
    Row("three-in-split-clients", "three words in an entry of `split_clients`",
        _http(b'split_clients "$uri" $m { 1% a b; * c; }'), "takes", "same", "takes",
        "nginx overlooks the third", (("1%", "a", "b"),), whole=True),
    Row("if-parentheses", "an `if` without parentheses", b"if $host { }", "meaning", "takes",
        "refuses"),
    Row("if-space", "no space after `if`", b"if($host) { }", "unknown", "takes", "refuses"),
    Row("depth", "more than 1,000 blocks in each other",
        b"location / {" * 1_100 + b"}" * 1_100, "takes", "fails", "refuses",
        "on purpose; nginx itself crashes above 12,000"),
)  # fmt: skip

_SAYS = {
    "takes": "takes it",
    "same": "reads it as nginx does",
    "rejects": "rejects its syntax",
    "unknown": "unknown directive",
    "meaning": "rejects its meaning",
    "misreads": "misreads it",
    "fails": "fails",
    "refuses": "refuses it",
}


def page() -> str:
    """The table of docs/development/nginx-differences.md."""
    lines = [
        "| input | nginx | crossplane 0.5.8 | here | row |",
        "|---|---|---|---|---|",
    ]
    for row in ROWS:
        nginx = _SAYS[row.nginx] + (f" ({row.only})" if row.only else "")
        nginx += " (with lua-nginx-module)" if row.lua else ""
        theirs = _SAYS[row.crossplane]
        if row.checked:
            theirs += f"; {_SAYS[row.checked]} with its default checks"
        ours = _SAYS[row.ours] + (f": {row.note}" if row.note else "")
        cells = [row.about, nginx, theirs, ours, f"`{row.key}`"]
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(lines) + "\n"


def main() -> int:
    """Writes the table into the page, between its two marks."""
    start, end = "<!-- rows -->\n", "<!-- end of rows -->\n"
    text = PAGE.read_text()
    before, _, rest = text.partition(start)
    _, _, after = rest.partition(end)
    PAGE.write_text(before + start + page() + end + after)
    return 0


if __name__ == "__main__":
    sys.exit(main())
