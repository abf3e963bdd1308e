"""Text that nginx rejects, or that others read differently from nginx, is refused with its line."""

import pytest

from nginx_grpc import parsers
from nginx_grpc.errors import Refused


def refusal(text, **options):
    data = text if isinstance(text, bytes) else text.encode()
    with pytest.raises(Refused) as caught:
        parsers.parse(data, "nginx.conf", **options)
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        ('http {\n add_header X "a"b;\n}', 2, "right after a closing quote"),
        ('env "a"#comment\n;', 1, "right after a closing quote"),
        ("http {\n location ~ ^/a{2}$ {\n }\n}", 2, "regular expression with braces in quotes"),
        ("map $a $b {\n ~^/x{2}$ 1;\n}", 2, "regular expression with braces in quotes"),
        ("http {\n ;\n}", 2, 'a ";" without a directive'),
        ("env a;;", 1, 'a ";" without a directive'),
        (";", 1, 'a ";" without a directive'),
        ("env a;\n{ b; }", 2, 'a "{" without a directive'),
        ("http {\n env a\n}", 3, 'a "}" inside a directive'),
        ("http {\n}\n}", 3, 'a "}" that closes no block'),
        ("http {\n server {\n }\n", 1, 'a "}" is missing'),
        ("http {\n server {\n location / {\n }\n", 2, 'a "}" is missing'),
        ("env a;\nenv b", 2, "ends inside a directive"),
        ("env a;\nenv b}", 2, "ends inside a directive"),
        ('env a;\nenv "b"', 2, "ends inside a directive"),
        ('env a;\nenv "b;\n', 2, "a quote that is never closed"),
        ("env a;\nenv 'b;\n", 2, "a quote that is never closed"),
        ("env a;\n\\", 2, "ends in a backslash"),
        ("env a \\", 1, "ends in a backslash"),
        ('"" a;', 1, "a name that no directive has"),
        ("if($a) { return 200; }", 1, "put a space after if"),
        ("server {\n if $a {\n }\n}", 2, "an if without a condition in parentheses"),
        ("Server { }", 1, "the name of a directive in capitals"),
        ("server {\n Grpc_Pass grpc://u;\n}", 2, "the name of a directive in capitals"),
        ("server {\n listen 80\n location / { }\n}", 3, "a ; is missing before it"),
        ("server {\n listen 80 { }\n}", 2, "listen takes no block: a ; is missing"),
        ("http;", 1, "http needs a block"),
        ("http {\n server a:1;\n}", 2, "server needs a block"),
        ("map $a $b {\n x 1\n y 2;\n}", 3, "more than two words in map: a ; is missing"),
        ("2x a;", 1, "a name that no directive has"),
        ("env " + "a" * 4_096 + ";", 1, "a word of more than 4,095 bytes"),
        ("env " + "é" * 2_048 + ";", 1, "a word of more than 4,095 bytes"),
        ('env "' + "a" * 4_095 + '";', 1, "a quoted text of more than 4,094 bytes"),
        ("env a;\n#" + "a" * 4_095 + "\n", 2, "a comment of more than 4,095 bytes"),
        ("\ufeffenv a;", 1, "a byte order mark"),
        ("env a;\n".encode("utf-16"), 1, "this is UTF-16"),
        ("env a;\n".encode("utf-16-le"), 1, "this is UTF-16"),
        ("env a;\n".encode("utf-32"), 1, "this is UTF-32"),
    ],
)
def test_what_nginx_rejects(text, where, what):
    message = refusal(text)
    assert message.startswith(f"nginx.conf:{where}: ")
    assert what in message


@pytest.mark.parametrize(
    ("text", "where"),
    [
        # Each is one directive with many arguments to nginx, and its grpc_pass is none.
        ("location / {\n proxy_set_header A b\n grpc_pass grpc://u;\n}", 3),
        ("location / { return 200 grpc_pass; }", 1),
        ("location / {\n grpc_read_timeout 300s\n grpc_send_timeout 300s;\n}", 3),
        ("location / {\n grpc_pass grpc://u\n grpc_set_header A b;\n}", 3),
        ("location / {\n proxy_set_header A b\n include x;\n}", 3),
        ("location / {\n grpc_read_timeout 300s\n return 204;\n}", 3),
        ("upstream u {\n server a:1\n keepalive 8;\n}", 3),
    ],
)
def test_a_missing_semicolon_hides_no_directive(text, where):
    message = refusal(text)
    assert message.startswith(f"nginx.conf:{where}: a directive inside another one")
    assert "a ; is missing" in message


@pytest.mark.parametrize(
    "text",
    [
        "log_format a\n '$host'\n $uri;",
        "proxy_next_upstream error\n timeout\n http_500;",
        'add_header A "\n grpc_pass grpc://u;\n";',
        "location / { # grpc_pass grpc://u;\n}",
        "map $a $b { grpc_pass 1; }",
        "server_name a\n b;",
        "listen 80\n http2\n ssl;",
        "upstream u { server a:1; }",
        # Of modules that nginx does not have, nothing is known.
        "endpoints { on; api x { } Server { } listen 80 { } }",
    ],
)
def test_arguments_may_take_several_lines(text):
    parsers.parse(text.encode(), "nginx.conf")


def test_a_block_where_nginx_takes_none():
    assert "a block where nginx takes none" in refusal("types { a { b c; } }")


def test_the_line_is_the_file_s():
    assert refusal("a\n;;", line_offset=10).startswith("nginx.conf:12: ")
    assert refusal("a\n;;", line_offset=10, one_line=True).startswith("nginx.conf:11: ")
    assert refusal("a\n;;", line_offset=10, key="k.conf").startswith("nginx.conf:12: key k.conf: ")


@pytest.mark.parametrize(
    "text",
    [
        "root:x:0:0:SECRET:/root:/bin/sh\n",
        "SECRET=1\nPATH=/bin\n",
        "SECRET { SECRET } SECRET;",
        "a SECRET",
        '"SECRET',
        "env a;\nSECRET{{ SECRET }}",
        "-----BEGIN PRIVATE KEY-----\nSECRET\n",
        '{"SECRET": "SECRET"}',
        "http {\n SECRET: SECRET;\n}",
        "if($SECRET) { }",
        "http { add_header SECRET 'SECRET'SECRET; }",
        "env a\nSECRET_SECRET\n}",
    ],
)
def test_nothing_of_what_did_not_parse_is_shown(text):
    assert "SECRET" not in refusal(text)
