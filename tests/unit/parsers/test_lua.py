"""Lua stays a closed box: nothing in it is a directive, and what can't be closed is refused."""

import pytest

from nginx_grpc import parsers
from nginx_grpc.errors import Refused


def parse(text):
    return parsers.parse(text.encode(), "nginx.conf").directives


@pytest.mark.parametrize(
    "body",
    [
        "",
        " ngx.say('x') ",
        "\n a = { 1, 2, { 3 } }\n",
        "\n -- it's a } comment with \" quotes\n x()\n",
        "\n --[[ a long } comment ' ]]\n x()\n",
        "\n --[==[ } ]] ]==] x()\n",
        "\n s = [[ } ' ]]\n",
        "\n s = [=[ ]] } ]=]\n",
        '\n s = "a \\" } b"\n',
        "\n s = 'a \\' } b'\n",
        "\n t[a[1]] = b[c[2]]\n",
        "\n grpc_pass grpc://u;\n",
        "\n a = b -- c\n",
        "\n a = 1 - -1\n",
        "\n\u00a0\x0b\n",
    ],
)
def test_the_body_is_one_argument(body):
    directives = parse(f"server {{\n content_by_lua_block {{{body}}}\n listen 80;\n}}")
    lua, listen = directives[0].block
    assert (lua.name, lua.args, lua.block) == ("content_by_lua_block", [body], None)
    assert (listen.name, listen.line) == ("listen", 3 + body.count("\n"))


def test_set_by_lua_has_a_variable():
    for text in ("set_by_lua_block $a { return 1 }", "set_by_lua_block $a{ return 1 }"):
        (directive,) = parse(text)
        assert directive.args == ["$a", " return 1 "]


def test_a_quoted_name():
    assert parse('"rewrite_by_lua_block" { a = { } }')[0].args == [" a = { } "]


def test_the_name_elsewhere():
    directives = parse(
        "upstream content_by_lua_block { server a; }\nserver_name content_by_lua_block;"
    )
    assert directives[0].block[0].args == ["a"]
    assert directives[1].args == ["content_by_lua_block"]


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("\ncontent_by_lua_block {\n a = {\n}\n", 2, "never closed"),
        ("content_by_lua_block {\n\n --[[ a\n}\n", 3, "a string or comment in a Lua block"),
        ("content_by_lua_block {\n a = [==[ ]]\n}\n", 2, "a string or comment in a Lua block"),
    ],
)
def test_what_is_never_closed(text, line, what):
    with pytest.raises(Refused, match=rf"^nginx\.conf:{line}: .*{what}"):
        parse(text)
