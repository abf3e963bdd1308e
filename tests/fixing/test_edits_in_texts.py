"""What an edit makes of a text: nothing but what it says, in the style that is there."""

from __future__ import annotations

import base64
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nginx_grpc.fixing import quoting
from nginx_grpc.fixing.homes import UnplacedError
from nginx_grpc.fixing.invariants import unsaid_in_text
from nginx_grpc.fixing.spans import Spans
from nginx_grpc.parsers import parse
from tests.fixing.writing import add, change, edited, edited_bytes, move, put, remove

SITE = """\
http {
\tserver {
\t\t# grpc_read_timeout 1s;
\t\tlisten 80;  # here

\t\tlocation / {
\t\t\tgrpc_pass grpc://u;
\t\t}
\t\tlocation /x { grpc_pass grpc://u; }
\t\tlocation /y {}
\t\tlocation /z {
\t\t}
\t}
\tupstream u { server a:1; keepalive 3; least_conn; }
}
"""
PAGE = add(2, "location", "=", "/p", block=[("return", "204"), ("internal",)])


def made(text: str, edit: dict[str, object]) -> list[str]:
    """The lines that an edit takes away (-) and puts in (+)."""
    import difflib

    lines = difflib.ndiff(text.splitlines(True), edited(text, edit).splitlines(True))
    return [line for line in lines if line[0] in "+-"]


@pytest.mark.parametrize(
    ("edit", "lines"),
    [
        pytest.param(
            put(6, "grpc_read_timeout", "300s"),
            ["+ \t\t\tgrpc_read_timeout 300s;\n"],
            id="behind the last plain directive",
        ),
        pytest.param(
            put(9, "grpc_read_timeout", "300s"),
            [
                "- \t\tlocation /x { grpc_pass grpc://u; }\n",
                "+ \t\tlocation /x { grpc_pass grpc://u; grpc_read_timeout 300s; }\n",
            ],
            id="in a block of one line",
        ),
        pytest.param(
            put(10, "grpc_read_timeout", "300s"),
            ["- \t\tlocation /y {}\n", "+ \t\tlocation /y { grpc_read_timeout 300s; }\n"],
            id="in an empty block",
        ),
        pytest.param(
            put(11, "set", "$a", "b c"), ['+ \t\t\tset $a "b c";\n'], id="in an empty block of two"
        ),
        pytest.param(
            put(2, "server_name", "x"),
            ["+ \t\tserver_name x;\n"],
            id="before the first block, behind a comment",
        ),
        pytest.param(
            put(2, "listen", "80", "http2"),
            ["- \t\tlisten 80;  # here\n", "+ \t\tlisten 80 http2;  # here\n"],
            id="where it stands",
        ),
        pytest.param(
            PAGE,
            [
                "+ \n",
                "+ \t\tlocation = /p {\n",
                "+ \t\t\treturn 204;\n",
                "+ \t\t\tinternal;\n",
                "+ \t\t}\n",
            ],
            id="a block",
        ),
        pytest.param(
            {**PAGE, "in": 9},
            [
                "- \t\tlocation /x { grpc_pass grpc://u; }\n",
                "+ \t\tlocation /x { grpc_pass grpc://u; "
                "location = /p { return 204; internal; } }\n",
            ],
            id="a block in one line",
        ),
        pytest.param(
            remove(4, "listen"),
            ["- \t\tlisten 80;  # here\n", "+ \t\t# here\n"],
            id="a comment stays",
        ),
        pytest.param(
            remove((7, 4), "grpc_pass"), ["- \t\t\tgrpc_pass grpc://u;\n"], id="a line goes"
        ),
        pytest.param(
            remove(14, "server"),
            [
                "- \tupstream u { server a:1; keepalive 3; least_conn; }\n",
                "+ \tupstream u { keepalive 3; least_conn; }\n",
            ],
            id="one of a line",
        ),
        pytest.param(
            move(14, "keepalive", 14, "least_conn"),
            [
                "- \tupstream u { server a:1; keepalive 3; least_conn; }\n",
                "+ \tupstream u { server a:1; least_conn; keepalive 3; }\n",
            ],
            id="moved in a line",
        ),
        pytest.param(put(1, "keepalive_timeout", "1h"), ["+ \tkeepalive_timeout 1h;\n"], id="http"),
        pytest.param(add(0, "user", "www"), ["+ user www;\n"], id="at the top"),
    ],
)
def test_an_edit(edit: dict[str, object], lines: list[str]) -> None:
    assert made(SITE, edit) == lines


def test_the_pool_goes_behind_the_balancer() -> None:
    text = "upstream u {\n  server a:1;\n  keepalive 3;\n  random;\n}\n"
    without = text.replace("  keepalive 3;\n", "")
    assert edited(without, put(1, "keepalive", "8")) == without.replace(
        "random;\n", "random;\n  keepalive 8;\n"
    )
    assert edited(text, move(3, "keepalive", 4, "random")) == without.replace(
        "random;\n", "random;\n  keepalive 3;\n"
    )


def test_words_that_stay_keep_their_quotes_and_comments_between_them() -> None:
    text = "server {\n  listen '80'  # the port\n    \"default_server\"\n    ssl;\n}\n"
    assert edited(text, change(2, "listen", "listen", "80", "default_server", "http2")) == (
        text.replace("ssl;", "http2;")
    )
    assert edited(text, change(2, "listen", "listen", "80")) == (
        "server {\n  listen '80'  # the port\n    ;\n}\n"
    )


def test_crlf_and_a_last_line_without_an_end() -> None:
    assert edited("server {\r\n  listen 80;\r\n}\r\n", put(1, "http2", "on")) == (
        "server {\r\n  listen 80;\r\n  http2 on;\r\n}\r\n"
    )
    assert edited("listen 80; # a", put(0, "http2", "on")) == "listen 80; # a\nhttp2 on;"


def test_several_edits_of_one_block_stand_in_their_order() -> None:
    text = "location / {\n    grpc_pass grpc://u;\n}\n"
    edits = [put(1, "grpc_read_timeout", "1h"), put(1, "client_body_timeout", "1h")]
    assert edited(text, *edits, *edits) == text.replace(
        "u;\n", "u;\n    grpc_read_timeout 1h;\n    client_body_timeout 1h;\n"
    )


def test_of_two_edits_of_one_directive_the_first_is_made() -> None:
    text = "location / {\n    grpc_pass grpc://u;\n}\n"
    edits = [put(1, "grpc_read_timeout", "1h"), put(1, "grpc_read_timeout", "2h")]
    assert edited(text, *edits) == edited(text, edits[0])
    gone = [remove(2, "grpc_pass"), change(2, "grpc_pass", "grpc_pass", "x")]
    assert edited(text, *gone) == edited(text, gone[0])


@pytest.mark.parametrize(
    ("text", "edit"),
    [
        ("# set $a b;\nroot /a;\n", change(1, "set", "set", "$a", "c")),
        ("location / { content_by_lua_block { root = 1; } }\n", change(1, "root", "root", "2")),
        ("location / { content_by_lua_block { x() } }\n", put((1, 14), "root", "2")),
        ("server { set $a b; set $a c; }\n", change(1, "set", "set", "$a", "d")),
        ("server { set $a b; set $a c; }\n", put(1, "set", "$a", "d")),
        ("server { listen 80; }\n", remove((1, 2), "listen")),
        ("server { listen 80; }\n", remove(7, "listen")),
        ("server { root '#'; }\n", put(1, "index", "a\0b")),
    ],
)
def test_what_has_no_place_is_not_made(text: str, edit: dict[str, object]) -> None:
    with pytest.raises(UnplacedError):
        edited(text, edit)


def test_a_template_is_mended_around_its_names() -> None:
    text = "server {\n  listen ${PORT};\n  ${MORE}\n  root /a;\n}\n"
    values = {"PORT": b"80", "MORE": b"set $a 1;\n set $b 2;"}
    assert edited(text, put(1, "http2", "on"), definitions=values) == text.replace(
        "/a;\n", "/a;\n  http2 on;\n"
    )
    assert edited(text, change(4, "root", "root", "/b"), definitions=values) == text.replace(
        "/a", "/b"
    )
    for edit in (change(2, "listen", "listen", "81"), change((3, 2), "set", "set", "$b", "3")):
        with pytest.raises(UnplacedError):
            edited(text, edit, definitions=values)


def test_a_name_that_nobody_filled_in_keeps_its_spelling() -> None:
    text = "server {\n  listen ${PORT} ssl;\n}\n"
    edit = change(2, "listen", "listen", "$(PORT)", "ssl", "http2")
    assert edited(text, edit) == text.replace("ssl;", "ssl http2;")
    with pytest.raises(UnplacedError):
        edited(text, put(1, "root", "$(PORT)"))


CONFIG_MAP = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: a}
data:
  other: "x"
  site.conf: |%s
    server {

      listen 80; # x
      location / { grpc_pass grpc://u; }
    }
"""


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("sign", ["", "-", "+", "2", "2- # x"])
def test_a_config_map_is_mended_in_its_scalar(newline: str, sign: str) -> None:
    text = (CONFIG_MAP % sign).replace("\n", newline)
    edits = [put((7, 1), "http2", "on"), put((10, 3), "grpc_read_timeout", "1h")]
    found = edited_bytes(text.encode(), edits_in("site.conf", edits)).decode()
    wanted = text.replace("80; # x" + newline, f"80; # x{newline}      http2 on;{newline}")
    assert found == wanted.replace("u; }", "u; grpc_read_timeout 1h; }")


def edits_in(key: str, edits: list[dict[str, object]]) -> list[dict[str, object]]:
    found = []
    for edit in edits:
        name = "in" if "in" in edit else "at"
        line, column = edit[name]  # type: ignore[misc]
        where = {"file": "-", "line": line, "column": column, "key": key}
        found.append({**edit, name: where})
    return found


@pytest.mark.parametrize(
    "value",
    ['"server {\\n  listen 80;\\n}\\n"', "'server { listen 80; }'", ">\n    server { }\n"],
)
def test_another_scalar_is_not_touched(value: str) -> None:
    text = f"apiVersion: v1\nkind: ConfigMap\ndata:\n  a.conf: {value}\n"
    with pytest.raises(UnplacedError):
        edited_bytes(text.encode(), edits_in("a.conf", [put((4, 1), "http2", "on")]))


def test_base64_is_not_touched() -> None:
    data = base64.b64encode(b"server {\n listen 80;\n}\n").decode()
    text = f"apiVersion: v1\nkind: ConfigMap\nbinaryData:\n  a.conf: |\n    {data}\n"
    with pytest.raises(UnplacedError):
        edited_bytes(text.encode(), edits_in("a.conf", [put((5, 1), "http2", "on")]))


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12))
def test_a_word_is_read_as_it_was_meant(value: str) -> None:
    (directive,) = parse(f"set $a {quoting.word(value)};".encode(), "n.conf").directives
    assert directive.args == ["$a", value]


_ARGUMENTS = st.sampled_from(["a", '"b c"', "'é'", "$x", "d\\;", "1s"])
_NAMES = st.sampled_from(["set", "root", "grpc_read_timeout", "keepalive", "least_conn"])
_GAP = st.sampled_from([" ", "  ", "\t", "\n", "\n\n", "\n    ", "\n\t\t"])
_COMMENT = st.sampled_from(["", "", "# set $a b; {\n", "# é }\n", "#\n"])


@st.composite
def texts(draw: st.DrawFn, depth: int = 2) -> str:
    pieces = []
    for _ in range(draw(st.integers(0, 4))):
        pieces += [draw(_COMMENT), draw(_GAP)]
        if depth and draw(st.booleans()):
            pieces.append(f"location /x {{{draw(texts(depth - 1))}{draw(_GAP)}}}")
        else:
            words = [draw(_NAMES), *draw(st.lists(_ARGUMENTS, max_size=2))]
            pieces.append(draw(st.sampled_from([" ", "  ", "\n  "])).join(words) + ";")
        pieces.append(draw(st.sampled_from(["", " ", " # root /x;\n", "\n"])))
    return "".join(pieces)


@st.composite
def cases(draw: st.DrawFn) -> tuple[str, dict[str, object]]:
    """A text with an edit that has a place in it."""
    text = f"events {{}}\nhttp {{{draw(texts())}\n}}\n"
    if draw(st.booleans()):
        text = text.replace("\n", "\r\n")
    spans = Spans.of(text.encode())
    places = [(spans.position(start), span) for start, span in spans.at.items()]
    blocks = [place for place, span in places if span.name in ("http", "location")]
    plain = [(place, span) for place, span in places if span.block is None]
    args = [draw(st.sampled_from(["a", "b c", "1h", "é", ""]))]
    kind = draw(st.sampled_from(["set", "add", "block", "replace", "remove"]))
    name = draw(_NAMES)
    if kind == "set" or not plain:
        return text, put(draw(st.sampled_from(blocks)), "client_body_timeout", *args)
    if kind == "add":
        return text, add(draw(st.sampled_from(blocks)), name, *args)
    if kind == "block":
        inner = [("return", "204"), ("internal",)]
        return text, add(draw(st.sampled_from(blocks)), "location", "=", "/p", block=inner)
    place, span = draw(st.sampled_from(plain))
    if kind == "remove":
        return text, remove(place, span.name)
    return text, change(place, span.name, name, *args, *span.args[:1])


@settings(max_examples=300, deadline=None)
@given(cases())
def test_nothing_but_the_edit_is_made(case: tuple[str, dict[str, object]]) -> None:
    text, edit = case
    after = edited(text, edit)
    parse(after.encode(), "n.conf")
    before, now = Spans.of(text.encode()), Spans.of(after.encode())
    assert unsaid_in_text(before, now, [placed(text, edit)]) == ""
    assert list(now.comments.values()) == list(before.comments.values())
    if "\r\n" in text:
        assert re.search(r"(?<!\r)\n", after) is None
    if edit["op"] == "set":
        assert edited(after, edit) == after
    if edit["op"] in ("set", "add"):
        # Taking out what was put in gives what was there.
        assert len(after) > len(text)
        kept = iter(after)
        assert all(letter in kept for letter in text)


def placed(text: str, edit: dict[str, object]):  # type: ignore[no-untyped-def]
    import io

    from nginx_grpc import sources
    from nginx_grpc.fixing.targets import Targets
    from tests.fixing.writing import edit_of

    data = text.encode()
    configurations = sources.read(["-"], stdin=io.BytesIO(data))
    return Targets(configurations, {"-": data}, {}).placed(edit_of(edit, "-"))
