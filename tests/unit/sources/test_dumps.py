"""The output of nginx -T, as nginx writes it and as terminals and hands change it."""

import subprocess

import pytest

from nginx_grpc.errors import Refused
from tests.oracle.nginx import binaries

DUMP = """\
nginx: the configuration file /etc/nginx/nginx.conf syntax is ok
nginx: configuration file /etc/nginx/nginx.conf test is successful
# configuration file /etc/nginx/nginx.conf:
events {}
http {
    include mime.types;
    include /etc/nginx/conf.d/*.conf;
}

# configuration file /etc/nginx/mime.types:
types {
    text/html html;
}

# configuration file /etc/nginx/conf.d/a.conf:
# nginx-grpc: x
server {
    listen 80;
}

# configuration file /etc/nginx/conf.d/b.conf:
server { listen 81; }
"""


def refusal(site, text):
    with pytest.raises(Refused) as caught:
        site.read("-", stdin=text.encode() if isinstance(text, str) else text)
    return str(caught.value)


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
@pytest.mark.parametrize("given", ["-", "site/dump.txt", "site/nginx.conf"])
def test_a_dump(site, words, ends, given):
    data = DUMP.replace("\n", ends).encode()
    site.write("dump.txt", data)
    site.write("nginx.conf", data)
    configuration = site.one(given, stdin=data)
    assert words(configuration) == [
        "events", "http", "types", "text/html html", "server", "listen 80", "server", "listen 81",
    ]  # fmt: skip
    assert (configuration.kind, configuration.context) == ("dump", "main")
    assert configuration.entry == "/etc/nginx/nginx.conf"
    assert configuration.files == [
        "/etc/nginx/nginx.conf",
        "/etc/nginx/mime.types",
        "/etc/nginx/conf.d/a.conf",
        "/etc/nginx/conf.d/b.conf",
    ]
    server = configuration.directives[1].block[1]
    assert (server.file, server.line) == ("/etc/nginx/conf.d/a.conf", 2)
    assert (server.block[0].line, configuration.comments[0].covers) == (3, 2)
    text = configuration.texts["/etc/nginx/conf.d/a.conf"].replace(b"\r", b"")
    assert text == b"# nginx-grpc: x\nserver {\n    listen 80;\n}\n\n"


@pytest.mark.parametrize(
    "chatter",
    [
        "",
        'nginx: [warn] the "user" directive makes sense only\nnginx: the configuration file x'
        " syntax is ok\n",
        "2026/11/24 20:13:20 [warn] 7#7: conflicting server name\n",
        'Defaulted container "nginx" out of: nginx, sidecar\n',
        "\n\n",
    ],
)
def test_what_may_stand_on_top(site, chatter):
    text = chatter + DUMP[DUMP.index("# configuration file") :]
    assert site.one("-", stdin=text.encode()).kind == "dump"


def test_anything_else_on_top_is_text(site):
    """Then this is no dump, and the comment that looks like a section's head is one."""
    configuration = site.one("-", stdin=b"user www-data;\n" + DUMP.encode().split(b"\n", 2)[2])
    assert configuration.kind == "stdin"


def test_two_dumps_in_one_text(site):
    one = "# configuration file {}/nginx.conf:\nevents {{}}\nhttp {{ server {{ listen 80; }} }}\n\n"
    text = one.format("/etc/nginx") + one.format("/usr/local/nginx/conf")
    assert refusal(site, text).startswith("-:6: a second events{}, which nginx refuses")


def test_a_message_inside_the_dump(site):
    text = DUMP.replace("server {\n", "nginx: [warn] something\nserver {\n")
    assert refusal(site, text) == (
        "/etc/nginx/conf.d/a.conf:2: a message of nginx stands inside the dump; keep them apart: "
        "nginx -T 2>/dev/null"
    )


def test_a_comment_that_looks_like_a_head_hides_nothing(site):
    text = DUMP.replace(
        "    listen 80;\n}", "    listen 80;\n}\n# configuration file /tmp/x:\nserver { }"
    )
    assert refusal(site, text) == (
        "-:20: the section /tmp/x is included by no other; give the whole output of one nginx -T, "
        "as it came"
    )


def test_a_dump_that_is_cut(site, gaps):
    text = DUMP[: DUMP.index("# configuration file /etc/nginx/conf.d/b.conf")]
    assert site.one("-", stdin=text.encode())
    text = DUMP.replace("conf.d/*.conf", "conf.d/c.conf")
    assert "is included by no other" in refusal(site, text)
    text = text[: text.index("# configuration file /etc/nginx/conf.d/a.conf")]
    assert gaps(site.one("-", stdin=text.encode())) == [
        ("/etc/nginx/conf.d/c.conf", "not in the dump", "/etc/nginx/nginx.conf", 4)
    ]


def test_two_dumps_in_one(site):
    message = refusal(site, DUMP + DUMP[DUMP.index("# configuration file") :])
    assert message.startswith("-:23: the section /etc/nginx/nginx.conf is there twice")


def test_an_error_has_the_section_s_line(site):
    text = DUMP.replace("    listen 80;\n", "    listen 80\n")
    assert refusal(site, text).startswith('/etc/nginx/conf.d/a.conf:4: a "}" inside a directive')


def test_nothing_is_read_from_disk(site, gaps):
    path = site.write("a.conf", "server_tokens off;")
    text = (
        f"# configuration file /x/nginx.conf:\nhttp {{ include b; include {path};"
        " include ../a.conf; }\n# configuration file /x/b:\nserver { }\n"
    )
    configuration = site.one("-", stdin=text.encode())
    assert {why for _, why, _, _ in gaps(configuration)} == {"not in the dump"}
    assert configuration.files == ["/x/nginx.conf", "/x/b"]


def test_globs_are_nginx_s(site, words):
    text = (
        "# configuration file /x/nginx.conf:\nhttp { include [^x]*.conf; include \\\\[a*; "
        "include d*/e/*.conf; }\n"
        "# configuration file /x/B.conf:\nmap 2 $a { }\n"
        "# configuration file /x/a.conf:\nmap 1 $a { }\n"
        "# configuration file /x/[a:\nmap 3 $a { }\n"
        "# configuration file /x/d-e/e/f.conf:\nmap 5 $a { }\n"
        "# configuration file /x/d/e/f.conf:\nmap 4 $a { }\n"
    )
    # nginx.conf matches [^x]*.conf too.
    assert words(site.one("-", stdin=text.encode())) == [
        "http", "map 2 $a", "map 1 $a", "include /x/nginx.conf", "map 3 $a", "map 5 $a",
        "map 4 $a",
    ]  # fmt: skip


@pytest.mark.parametrize("version", sorted(binaries()))
def test_a_dump_of_nginx_itself(site, words, version):
    site.write("nginx.conf", "events {}\nhttp { include conf.d/*.conf; include 'a b'; }")
    site.write("conf.d/b.conf", "server_tokens off;")
    site.write("conf.d/a.conf", "server {\n listen 127.0.0.1:8080;\n}")
    site.write("a b", "tcp_nopush on;\n")
    (site.folder / "logs").mkdir()
    ran = subprocess.run(
        [binaries()[version], "-T", "-p", site.folder, "-c", "nginx.conf", "-e", "stderr",
         "-g", f"pid {site.folder}/logs/pid;"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=20,
    )  # fmt: skip
    dumped = site.one("-", stdin=ran.stdout)
    assert dumped.kind == "dump"
    read = site.one()
    assert words(dumped) == words(read)
    folder = f"{site.folder}/"
    assert [name.removeprefix(folder) for name in dumped.files] == [
        name.removeprefix("site/") for name in read.files
    ]
    assert dumped.directives[1].block[0].line == 1
