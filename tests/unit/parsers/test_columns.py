"""Where in its line a directive stands."""

from __future__ import annotations

from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from nginx_grpc.parsers import parse
from nginx_grpc.tree import Directive


def walk(directives: list[Directive]) -> Iterator[Directive]:
    for directive in directives:
        yield directive
        yield from walk(directive.block or [])


def columns(text: str) -> list[tuple[str, int, int]]:
    parsed = parse(text.encode("utf-8", "surrogateescape"), "n.conf")
    return [(each.name, each.line, each.column) for each in walk(parsed.directives)]


def test_columns_count_from_one_and_a_tab_is_one_character() -> None:
    assert columns("http {\n\tserver {\r\n\t\tlisten 80; listen 81;\n    }\n}\n") == [
        ("http", 1, 1),
        ("server", 2, 2),
        ("listen", 3, 3),
        ("listen", 3, 14),
    ]


def test_characters_count_and_not_bytes() -> None:
    assert columns('set $a "é€😀"; set $b 1; # ü\n  set $c \udcff\udcfe; set $d 1;\n') == [
        ("set", 1, 1),
        ("set", 1, 15),
        ("set", 2, 3),
        ("set", 2, 14),
    ]


def test_after_a_directive_of_several_lines() -> None:
    assert columns(
        "log_format a 'é\nü'\n  'x'; set $a 1;\nif ($a\n  = 1) { set $b 2; } set $c 1;\n"
    ) == [
        ("log_format", 1, 1),
        ("set", 3, 8),
        ("if", 4, 1),
        ("set", 5, 10),
        ("set", 5, 22),
    ]


def test_a_text_with_line_breaks_of_its_own_has_no_columns() -> None:
    parsed = parse(b"server {\n listen 80;\n}", "a.yaml", line_offset=3, one_line=True)
    assert {(each.line, each.column) for each in walk(parsed.directives)} == {(4, 0)}


_ARGUMENTS = st.sampled_from(["a", '"b c"', "'é'", "ü€", "d\\;", '"\n"', "${e}", "x#y"])
_BETWEEN = st.text(alphabet=" \t\r\n", min_size=1, max_size=4)
_COMMENTS = st.sampled_from(["", "# set $no 1;\n", "# é\r\n", "\n#\n"])


@st.composite
def texts(draw: st.DrawFn, depth: int = 2) -> str:
    pieces = []
    for _ in range(draw(st.integers(0, 4))):
        pieces.append(draw(st.text(alphabet=" \t\r\n", max_size=3)) + draw(_COMMENTS))
        name = draw(st.sampled_from(["set", "root", "proxy_set_header", "map"]))
        words = [name, *draw(st.lists(_ARGUMENTS, max_size=3))]
        if name == "map":
            inner = draw(texts(depth - 1)) if depth else ""
            pieces.append(f"location /x {{{inner}}}")
        else:
            pieces.append(draw(_BETWEEN).join(words) + ";")
    return "".join(pieces)


@given(texts())
def test_a_directive_starts_at_its_column(text: str) -> None:
    lines = text.split("\n")
    for directive in walk(parse(text.encode(), "n.conf").directives):
        rest = lines[directive.line - 1][directive.column - 1 :]
        assert rest.startswith(directive.name), (directive, rest)


def test_columns_of_one_long_line_are_found_in_one_pass() -> None:
    text = 'set $a "é"; ' * 40_000
    found = columns(f"events {{}} http {{ server {{ location / {{ {text} }} }} }}")
    assert found[-1][2] == len(f"events {{}} http {{ server {{ location / {{ {text}") - 11
