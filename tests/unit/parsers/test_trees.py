"""What a text says, in names, arguments, blocks and lines."""

import pytest

from nginx_grpc import parsers
from nginx_grpc.errors import Refused


def parse(text, **options):
    data = text if isinstance(text, bytes) else text.encode()
    return parsers.parse(data, "nginx.conf", **options)


def plain(directives):
    return [
        (directive.name, directive.args)
        if directive.block is None
        else (directive.name, directive.args, plain(directive.block))
        for directive in directives
    ]


def only(text, **options):
    (directive,) = parse(text, **options).directives
    return directive


def test_blocks_arguments_and_lines():
    text = "events{}\nhttp {\n\tserver {\n\t\tlisten 80\n\t\t  http2; }\n}\n"
    parsed = parse(text)
    assert plain(parsed.directives) == [
        ("events", [], []),
        ("http", [], [("server", [], [("listen", ["80", "http2"])])]),
    ]
    http = parsed.directives[1]
    assert [http.line, http.block[0].line, http.block[0].block[0].line] == [2, 3, 4]
    assert (parsed.statements, parsed.depth) == (4, 2)


@pytest.mark.parametrize(
    ("text", "args"),
    [
        # Braces and quotes within a word are letters; so is a # after the first letter.
        ("return 200 a}b;", ["200", "a}b"]),
        ("set $a b}c;", ["$a", "b}c"]),
        ("env a#b;", ["a#b"]),
        ("env it's;", ["it's"]),
        # crossplane 0.5.8 makes one word of `${a} b`.
        ("return 301 https://${host} ;", ["301", "https://${host}"]),
        ("log_format a ${host} ${uri};", ["a", "${host}", "${uri}"]),
        ("try_files /a/${uri} /a/${uri}.html =404 ;", ["/a/${uri}", "/a/${uri}.html", "=404"]),
        ("env ${{b;", ["${{b"]),
        ("env $${a} b;", ["$${a}", "b"]),
        # Quotes come off, and an empty text stays an argument.
        ("env 'a b' \"c d\" '' \"\";", ["a b", "c d", "", ""]),
        ("env \"a'b\" 'c\"d';", ["a'b", 'c"d']),
        # nginx knows six escapes, in quotes and outside; any other backslash stays.
        (r'env "a\tb\n\\" "\"" ' + r"'\'';", ["a\tb\n\\", '"', "'"]),
        (r"env a\tb \\ \" \';", ["a\tb", "\\", '"', "'"]),
        (r"env \; \{ \ a \# '\d\$';", ["\\;", "\\{", "\\ a", "\\#", "\\d\\$"]),
        (r'env "\\\"";', ['\\"']),
        ("env a\\\nb;", ["a\\\nb"]),
        # Any number of lines, and Unix and Windows line ends.
        ("env\r\na\r\n\tb ;", ["a", "b"]),
        ('env "a\r\nb";', ["a\r\nb"]),
        ('env "a\rb";', ["a\rb"]),
        ("env #c\n a #d\n b;", ["a", "b"]),
        # What looks like space is fine in quotes and comments.
        ('env "a\u00a0b"; # \u00a0\u2028\x0b\x0c', ["a\u00a0b"]),
        ("env русский;", ["русский"]),
        ("env a;\r", ["a"]),
    ],
)
def test_arguments_as_nginx_sees_them(text, args):
    assert only(text).args == args


def test_names_may_stand_in_quotes():
    assert plain(parse("\"events\" { 'worker_connections' 1; }").directives) == [
        ("events", [], [("worker_connections", ["1"])])
    ]


@pytest.mark.parametrize(
    ("condition", "args"),
    [
        ('($a = "b c")', ["$a", "=", "b c"]),
        ("( $a )", ["$a"]),
        ("($a)", ["$a"]),
        ("( $a = b)", ["$a", "=", "b"]),
        ("($a = b )", ["$a", "=", "b"]),
        ('($a ~ "^/(x|y)$")', ["$a", "~", "^/(x|y)$"]),
        ("($a ~ ^(x|y))", ["$a", "~", "^(x|y)"]),
        ("()", []),
        ("( )", []),
    ],
)
def test_the_condition_of_an_if_has_no_parentheses(condition, args):
    assert only(f"if {condition} {{}}").args == args


def test_an_if_that_is_a_value_stays():
    assert plain(parse("map $a $b { if x; }").directives) == [
        ("map", ["$a", "$b"], [("if", ["x"])])
    ]


@pytest.mark.parametrize(
    "text",
    [
        "map $a $b { '' c; *.example.com ''; ~^/x(.*)$ $1; }",
        "geo $a { 127.0.0.1/32 2; 2001:db8::/32 1; }",
        "types { text/html html htm; }",
        "split_clients $a $b { 0.5% .one; * ''; }",
        "match ok { status 200; body ~ 'x'; header Content-Type = text/html; ! x; }",
        "charset_map koi8-r utf-8 { C0 D18E ; }",
        "geoip2 /a.mmdb { $geoip2_country country iso_code; auto_reload 5m; }",
    ],
)
def test_blocks_whose_first_word_is_a_value(text):
    assert only(text).block


def test_a_value_as_a_name_elsewhere_is_none():
    with pytest.raises(Refused, match="a name that no directive has"):
        parse("server { $a b; }")


def test_an_included_text_may_stand_in_such_a_block():
    assert only("~^/x 1;", free_names=True).name == "~^/x"


def test_includes_are_left_and_listed():
    parsed = parse("http {\n include a;\n server { include b; include c; }\n}\ninclude d;")
    assert {
        (place.depth, place.blocks, tuple(d.args[0] for d in place.directives if d.args))
        for place in parsed.including
    } == {(1, ("http",), ("a",)), (2, ("http", "server"), ("b", "c")), (0, (), ("d",))}


def test_includes_deep_inside():
    """The names of the outermost blocks are told; a name for each would be a square of the text."""
    (place,) = parse("location a { " * 100 + "include a;" + "}" * 100).including
    assert (place.depth, len(place.blocks)) == (100, 16)


def test_what_is_no_include():
    parsed = parse("split_clients $a $b { include x; } match m { include x; }")
    assert parsed.including == []


def test_include_in_a_map_has_free_names():
    (place,) = parse("map $a $b { include x; }").including
    assert place.free_names


def test_a_byte_that_is_no_utf_8_stays_itself():
    parsed = parse(b"upstream a\xff { server x; }\nupstream a\xfe { server y; }")
    assert [directive.args for directive in parsed.directives] == [[r"a\xff"], [r"a\xfe"]]


def test_nul_stays_itself():
    assert only(b"env a\x00b;").args == [r"a\x00b"]


def test_a_byte_and_its_escape_are_not_taken_for_one_another():
    with pytest.raises(Refused, match=r"nginx\.conf:2: a byte that is no UTF-8 in one name"):
        parse(b"upstream a\xff { server x; }\nupstream a\\xff { server y; }")


def test_a_bad_byte_in_a_comment_is_nothing():
    assert only(b"# caf\xe9\nenv a;").args == ["a"]


def test_an_include_whose_name_is_no_utf_8_can_not_be_read():
    assert only(b"include a\xff.conf;").unread == "its name is not UTF-8"


def test_the_same_tree_as_crossplane_s(tmp_path):
    """Where crossplane and nginx agree, the tree is crossplane's."""
    import crossplane

    text = (
        "events {}\nhttp {\n  map $a $b { default 0; '~x y' 1; }\n"
        "  server {\n    listen 443 ssl http2;\n    if ($a = 'b c') { return 204; }\n"
        "    location ~ '^/a{2}$' { grpc_pass grpc://u; # c\n    }\n  }\n}\n"
    )
    (tmp_path / "nginx.conf").write_text(text)
    theirs = crossplane.parse(
        str(tmp_path / "nginx.conf"), single=True, check_ctx=False, check_args=False
    )

    def their_plain(block):
        return [
            (
                s["directive"],
                s["args"],
                s["line"],
                their_plain(s["block"]) if "block" in s else None,
            )
            for s in block
        ]

    def our_plain(block):
        return [
            (d.name, d.args, d.line, None if d.block is None else our_plain(d.block)) for d in block
        ]

    assert theirs["status"] == "ok"
    assert our_plain(parse(text).directives) == their_plain(theirs["config"][0]["parsed"])
