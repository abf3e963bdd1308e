"""Comments that speak to this tool, and the line each is for."""

import pytest

from nginx_grpc.parsers import parse


def comments(text, **options):
    parsed = parse(text.encode(), "nginx.conf", **options)
    return [(comment.text, comment.line, comment.covers) for comment in parsed.comments]


@pytest.mark.parametrize(
    ("text", "line", "covers"),
    [
        ("# nginx-grpc: x\nenv a;\n", 1, 1 + 1),
        ("# nginx-grpc: x\n\n# another\nenv a;\n", 1, 4),
        ("env a; # nginx-grpc: x\nenv b;\n", 1, 1),
        ("env a;\n# nginx-grpc: x\nenv b;\n", 2, 3),
        ("env a; env b; # nginx-grpc: x\n", 1, 1),
        ("server { # nginx-grpc: x\n listen 80;\n}\n", 1, 1),
        ("server {\n listen 80;\n} # nginx-grpc: x\nenv b;\n", 3, 1),
        ("server {\n listen 80; } # nginx-grpc: x\nenv b;\n", 2, 1),
        ("server {\n listen 80;\n # nginx-grpc: x\n}\nenv b;\n", 3, 5),
        ("log_format a # nginx-grpc: x\n b\n c;\n", 1, 1),
        ("env a;\nlog_format a\n b # nginx-grpc: x\n c;\n", 3, 2),
        ("env a;\nlog_format a\n # nginx-grpc: x\n c;\n", 3, 2),
        ("log_format a\n b; # nginx-grpc: x\nenv c;\n", 2, 1),
        ("log_format a 'b\nc'; # nginx-grpc: x\nenv c;\n", 2, 1),
        ("env a;\n# nginx-grpc: x", 2, 0),
        ("env a;\n# nginx-grpc: x\n# no directive\n", 2, 0),
        ("env a; # nginx-grpc: x", 1, 1),
        ("content_by_lua_block {\n a\n} # nginx-grpc: x\nenv a;\n", 3, 1),
    ],
)
def test_what_a_comment_covers(text, line, covers):
    assert comments(text) == [("nginx-grpc: x", line, covers)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("#nginx-grpc: ignore NG205 owner=a  \r\n", "nginx-grpc: ignore NG205 owner=a"),
        ("##  nginx-grpc: x\n", "nginx-grpc: x"),
        ("# nginx-grpc: reason=\u00fcber\n", "nginx-grpc: reason=\u00fcber"),
        ("# nginx-grpc: x \\\n", "nginx-grpc: x \\"),
    ],
)
def test_the_text_of_a_comment(text, expected):
    assert [comment[0] for comment in comments(text + "env a;")] == [expected]


@pytest.mark.parametrize(
    "text",
    [
        'env "# nginx-grpc: x";',
        "env a# nginx-grpc: x\n;",
        "env '\n# nginx-grpc: x\n';",
        "env \\# nginx-grpc: x;",
        "# see nginx-grpc: x\n",
        "# nginx-grpc is a tool\n",
        "content_by_lua_block {\n -- a\n # nginx-grpc: x\n}",
    ],
)
def test_what_is_no_comment_to_us(text):
    assert comments(text) == []


def test_several_comments_cover_one_directive():
    assert comments("# nginx-grpc: x\n# nginx-grpc: y\nenv a; # nginx-grpc: z\n") == [
        ("nginx-grpc: x", 1, 3),
        ("nginx-grpc: y", 2, 3),
        ("nginx-grpc: z", 3, 3),
    ]


def test_lines_of_a_text_inside_another_file():
    (comment,) = parse(b"# nginx-grpc: x\nenv a;", "cm.yaml", line_offset=7, key="a.conf").comments
    assert (comment.file, comment.line, comment.covers, comment.key) == ("cm.yaml", 8, 9, "a.conf")
