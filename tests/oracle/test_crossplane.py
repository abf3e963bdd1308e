"""The parser's tree is crossplane's, wherever nginx reads the text as crossplane does."""

import re
from pathlib import Path
from random import Random

import pytest

from bench.configurations import text as configuration
from nginx_grpc.errors import Refused
from nginx_grpc.parsers import parse
from nginx_grpc.parsers.words import _ESCAPE, _escaped
from tests.oracle.nginx import Judge, binaries
from tests.oracle.plain_tree import nodes
from tests.oracle.theirs import CrossplaneError, crossplane_tree

ROOT = Path(__file__).resolve().parents[2]
CORPUS = ROOT.parent / "shared" / "corpus" / "files"
SAMPLES = sorted(CORPUS.iterdir()) if CORPUS.is_dir() else []
EXAMPLES = sorted((ROOT / "examples").rglob("*.conf"))
LEVELS = (b"%s", b"events {}\nhttp {\n%s\n}", b"events {}\nhttp { server {\n%s\n} }")

# The kinds of text in crossplane's own tests, in words of our own.
INPUTS = {
    "no text": "",
    "comments alone": "# one\n   # two",
    "blocks": "events {\n  worker_connections 1024;\n}\nhttp {\n  server {\n    listen 8080;\n"
    "    location / {\n      return 200 'b c';\n    }\n  }\n}\n",
    "one line": "events{worker_connections 1024;}http{server{listen 8080;location /{deny all;}}}",
    "a comment after each word": "http { #1\n log_format #2\n  main #3\n  'a b' #4\n  #5\n ; #6\n}",
    "a comment in a block": "events { # {\n } # }\nhttp { # ;\n}",
    "a word like a comment": "http { log_format \\#a\\ b '#c'; }",
    "quotes around names": 'user "nobody" ;\n"events" { "worker_connections" "8"; }\n\'http\'{ }',
    "an empty word": "map $a $b { '' 1; default \"\"; }",
    "a name with a space": "map $http_user_agent $m { default 0; '~Opera Mini' 1; }",
    "a quoted brace": 'events {}\nhttp { log_format j "{}" "}{";\n}\n',
    "a brace after a quote": 'location "/x"{ deny all; }',
    "the other quote": "env 'a\"b'; env \"a'b\";",
    "quotes in words": "env a\"b'c\"; env a'b;",
    "an if": "if ($a = b) { } if ( $a ) { } if (!-f $a) { } if ($a ~ '(b)') { }",
    "variables": 'set $a ${b}c$d; set $e "${f}; {"; root /x/$g${h};',
    "other letters": "env \u0440\u0443\u0441; env '\u4e2d \u6587'; # \u00fc\nenv \u00e9;",
    "Windows lines": "events {\r\n}\r\nhttp {\r\n  sendfile on;\r\n}\r\n",
    "many lines": "listen\n80\n  default_server\n;\n\n\n\nenv a;",
    "includes": "include a/*.conf;\nhttp { include 'b c.conf'; }",
    "unknown directives": "proxy_passs http://a; my_module on { x y; }",
    "Lua": "http {\n init_by_lua_block {\n  x = { a = 1 } -- b\n }\n env a;\n}",
    "Lua in quotes": '"content_by_lua_block" { ngx.say("}") }',
    "Lua as a name": "server_name content_by_lua_block ; upstream content_by_lua_block { }",
}


def ours(data):
    return nodes(parse(data, "nginx.conf").directives)


# The row `variable-space` of nginx-differences.md: crossplane takes the space along.
JOINED = "/abc/${uri} /abc/${uri}.html"


def tree_or_refusal(data):
    try:
        return ours(data)
    except Refused as refused:
        return refused


def as_nginx(tree):
    """crossplane's words with the escapes resolved, as nginx resolves them."""
    for node in tree:
        if not node.words[0].endswith("_by_lua_block"):
            node.words = [_ESCAPE.sub(_escaped, word) for word in node.words]
            if JOINED in node.words:
                node.words[1:2] = JOINED.split()
        if node.block:
            as_nginx(node.block)
    return tree


def hide_bytes(tree):
    """Bytes that are no UTF-8, which crossplane makes U+FFFD."""
    for node in tree:
        node.words = [re.sub(r"\\x[89a-f][0-9a-f]", "\ufffd", word) for word in node.words]
        hide_bytes(node.block or [])
    return tree


@pytest.mark.parametrize("text", INPUTS.values(), ids=INPUTS)
def test_its_tests_inputs(text, tmp_path):
    assert ours(text.encode()) == crossplane_tree(text.encode(), tmp_path)


@pytest.mark.parametrize("one_line", [False, True])
def test_generated(one_line, tmp_path):
    data = configuration(20, one_line=one_line).encode()
    assert ours(data) == crossplane_tree(data, tmp_path)


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: str(file.relative_to(ROOT)))
def test_examples(file, tmp_path):
    data = file.read_bytes()
    assert ours(data) == as_nginx(crossplane_tree(data, tmp_path))


@pytest.fixture(scope="module")
def judges():
    found = [Judge(binary) for binary in binaries().values()]
    yield found
    for judge in found:
        judge.close()


@pytest.mark.corpus
@pytest.mark.skipif(not SAMPLES, reason="the sample configurations (../shared/corpus) are not here")
@pytest.mark.parametrize("file", SAMPLES, ids=lambda file: file.name)
def test_samples(file, tmp_path, judges):
    """The same tree; or a refusal where nginx stops too, whatever level the text is of."""
    data = file.read_bytes()
    found = tree_or_refusal(data)
    if isinstance(found, Refused):
        verdicts = [judge.verdict(level % data) for judge in judges for level in LEVELS]
        stopped = any(verdict.kind in ("syntax", "unknown") for verdict in verdicts)
        accepted = any(verdict.kind == "accepted" for verdict in verdicts)
        # A template may be fine for nginx as it stands; what it becomes is not known.
        assert found.what.startswith("looks like") or not judges or (stopped and not accepted)
        return
    try:
        theirs = crossplane_tree(data, tmp_path)
    except CrossplaneError:
        pytest.fail(
            "crossplane does not read this: a row for docs/development/nginx-differences.md"
        )
    assert hide_bytes(found) == as_nginx(theirs)


def test_random_words_that_both_read(tmp_path):
    """Thousands of words without the letters that the two read differently."""
    rng = Random(6)
    parts = [
        "a",
        "b1",
        "$c",
        "-d",
        "/e",
        "'f g'",
        '"h;"',
        "'{'",
        '"}"',
        "i:j",
        "~k",
        "l.m",
        "\\\\n",
    ]
    gaps = [" ", "  ", "\t", "\n", "\r\n", " # c\n"]
    text = ""
    for _ in range(3_000):
        text += "x_y " + rng.choice(gaps).join(rng.choices(parts, k=rng.randrange(1, 5)))
        text += rng.choice([";", " ;", " { deny all; }", "{\n}"]) + rng.choice(["", "\n", " # d\n"])
    assert ours(text.encode()) == as_nginx(crossplane_tree(text.encode(), tmp_path))
