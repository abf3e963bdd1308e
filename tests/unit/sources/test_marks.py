"""`# configuration file NAME:` in a file: it hides nothing, moves nothing, and replaces nothing."""

import subprocess

import pytest

from nginx_grpc.errors import Refused
from tests.oracle.nginx import binaries

GRPC = "location /x.X/ { grpc_pass grpc://127.0.0.1:1; grpc_read_timeout 0; }"
MAIN = "# configuration file /etc/nginx/nginx.conf:\n"


def dump(**files):
    """The output of nginx -T: conf_d__a=... is /etc/nginx/conf.d/a."""
    text = ""
    for name, content in files.items():
        path = name.replace("__", "/").replace("_d", ".d").replace("nginx", "nginx.conf")
        text += f"# configuration file /etc/nginx/{path}:\n{content}\n"
    return text.encode()


def refusal(site, *paths, **given):
    with pytest.raises(Refused) as caught:
        site.read(*(paths or ["-"]), **given)
    return str(caught.value)


AMBIGUOUS = "the head of a file in nginx -T, or a comment in the file before it"


@pytest.mark.parametrize(
    "never",
    ["location /never/ { include locs/*; }", "location /never/ { return 204; include locs/*; }"],
)
def test_a_comment_moves_nothing(site, never):
    """nginx reads `grpc_pass ...` in /x.X/; with x as a file of its own it stands in /never/."""
    text = dump(
        nginx="events {}\nhttp { server { listen 80;\n"
        f"  location /x.X/ {{ include a; }}\n  {never}\n}} }}",
        a="# configuration file /etc/nginx/locs/x:\ngrpc_pass grpc://127.0.0.1:1;\n",
    )
    message = refusal(site, stdin=text)
    assert message == (
        f"-:8: {AMBIGUOUS}; take the comment out of the file, or give the files themselves"
    )


def test_a_comment_that_pretends_to_be_a_file_of_the_same_block(site, words):
    """As a file or as the rest of the one before it, it says the same."""
    text = dump(
        nginx="events {}\nhttp { include conf_d/*; }".replace("_d", ".d"),
        conf_d__a="server { listen 80; }",
        conf_d__b=f"server {{ listen 81; {GRPC} }}",
    )
    found = site.one("-", stdin=text)
    assert "grpc_pass grpc://127.0.0.1:1" in words(found)
    assert found.directives[1].block[1].file == "/etc/nginx/conf.d/b"


@pytest.mark.parametrize(
    ("hidden", "refused"),
    [
        (f"server {{ listen 81; {GRPC} }}", False),
        ("grpc_read_timeout 0;", True),
        ("grpc_set_header a b;", True),
        ("gzip on;", False),
        ("# nothing\n", False),
        ("error_page 502 =200 /x;", True),
        ("include x;", True),
        ("more_set_headers 'grpc-status: 0';", True),
    ],
)
def test_after_a_file_of_an_inner_block(site, hidden, refused):
    """What nginx takes in the server of a as well may be the end of s: unless it can't matter."""
    text = dump(
        nginx="events {}\nhttp { include conf.d/*; }",
        conf_d__a="server { listen 80; include s; }",
        s="gzip on;",
        conf_d__b=hidden,
    )
    if refused:
        assert AMBIGUOUS in refusal(site, stdin=text)
    else:
        assert site.one("-", stdin=text).kind == "dump"


def test_the_body_of_a_map(site):
    maps = dump(
        nginx="events {}\nhttp { include t; map $a $b { include maps/*; } server { } }",
        t="types { a b; }",
        maps__1="default 1;\n~^/x 2;",
        maps__2="a 1;",
    )
    assert site.one("-", stdin=maps).kind == "dump"
    faked = maps.replace(b"a 1;", b"grpc_read_timeout 0;").replace(b"default 1;\n~^/x 2;", b"")
    assert site.one("-", stdin=faked).kind == "dump"
    faked = maps.replace(b"default 1;\n~^/x 2;", b"grpc_read_timeout 0;")
    assert AMBIGUOUS in refusal(site, stdin=faked)


def test_a_section_that_is_there_twice(site):
    text = dump(
        nginx="events {}\nhttp { server { include l; include m; } }",
        l=f"# configuration file /etc/nginx/m:\n{GRPC}",
        m="# nothing",
    )
    assert refusal(site, stdin=text).startswith("-:7: the section /etc/nginx/m is there twice")


# What nginx wrote is read.


@pytest.mark.parametrize("version", sorted(binaries()))
def test_dumps_of_nginx_itself(site, words, version):
    """Debian's layout, with snippets and settings in the worst order, is not refused."""
    site.write("mime.types", "types { text/html html; }")
    site.write("modules/50.conf", "# nothing")
    site.write(
        "nginx.conf",
        "include modules/*.conf;\nevents {}\nhttp { include mime.types;\n"
        "map $uri $to { include maps/*; }\n include conf.d/*.conf; include sites/*; }",
    )
    site.write("maps/a", "default 0;\n/x 1;")
    site.write("conf.d/a.conf", "server { listen 127.0.0.1:8080; include snippets/*.conf; }")
    site.write("conf.d/gzip.conf", "gzip on;\n# configuration files:\n")
    site.write("snippets/1.conf", "location /a { include l; }")
    site.write("snippets/2.conf", "location /b { include l; }")
    site.write("l", "return 204;\n")
    site.write("sites/a", "upstream u { server 127.0.0.1:1; }")
    site.write("sites/b", "server { listen 127.0.0.1:8081; include snippets/*.conf; }")
    (site.folder / "logs").mkdir()
    ran = subprocess.run(
        [binaries()[version], "-T", "-p", site.folder, "-c", "nginx.conf", "-e", "stderr",
         "-g", f"pid {site.folder}/logs/pid;"],
        capture_output=True,
        timeout=20,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    site.write("dump.txt", ran.stdout)
    for given in ("-", "site/dump.txt"):
        dumped = site.one(given, stdin=ran.stdout)
        assert dumped.kind == "dump"
        assert words(dumped) == words(site.one())


# A configuration that begins like a dump.


@pytest.mark.parametrize("kind", ["file", "stdin"])
def test_one_file_with_such_a_first_line(site, words, kind):
    site.write("servers.conf", f"server {{ {GRPC} }}")
    text = MAIN + "events {}\nhttp { include servers.conf; }\n"
    site.write("nginx.conf", text)
    given = ["-"] if kind == "stdin" else []
    found = site.one(*given, stdin=text.encode(), prefix="site")
    assert (found.kind, found.context) == (kind, "main")
    assert "grpc_pass grpc://127.0.0.1:1" in words(found)
    assert found.directives[0].line == 2


def test_one_file_on_standard_input_that_may_be_a_dump(site):
    """nginx -T would have written conf.d/a.conf, and nothing if there is none where it ran."""
    site.write("conf.d/a.conf", "server { }")
    text = MAIN + "events {}\nhttp { include conf.d/*.conf; }\n"
    assert site.one("-", stdin=text.encode()).kind == "stdin"
    message = refusal(site, stdin=text.encode(), prefix="site")
    assert message.startswith("-:1: the output of nginx -T, or a configuration that includes")


@pytest.mark.parametrize("given", ["-", "site/dump.txt"])
def test_one_section_under_messages_is_a_dump(site, given):
    """No configuration begins with what nginx says on standard error."""
    site.write("conf.d/a.conf", "server { }")
    for sections in ("", "\n# configuration file /etc/nginx/conf.d/b.conf:\n# nothing\n"):
        text = f"{MAIN}events {{}}\nhttp {{ include conf.d/*.conf; }}\n{sections}"
        said = "nginx: the configuration file /etc/nginx/nginx.conf syntax is ok\n"
        site.write("dump.txt", said + text)
        found = site.one(given, stdin=(said + text).encode())
        assert (found.kind, found.directives[1].block) == ("dump", [])


def test_a_file_of_copied_servers(site, words):
    """Two files of a dump pasted into one: comments, and http{} is around them."""
    text = "".join(
        f"# configuration file /etc/nginx/conf.d/{name}:\nserver {{ listen {port}; }}\n"
        for name, port in (("a", 80), ("b", 81))
    )
    site.write("nginx.conf", text)
    found = site.one()
    assert (found.kind, found.context, found.files) == ("file", "http", ["site/nginx.conf"])
    assert words(found) == ["server", "listen 80", "server", "listen 81"]


def test_marks_inside_of_blocks(site, words):
    """No file of a dump ends inside a block: these are comments."""
    text = (
        MAIN + "events {}\nhttp {\n# configuration file /etc/nginx/a:\nserver { listen 80; }\n}\n"
    )
    site.write("nginx.conf", text)
    assert words(site.one()) == ["events", "http", "server", "listen 80"]


@pytest.mark.parametrize("given", ["-", "site/nginx.conf"])
@pytest.mark.parametrize("second", ["# nothing", "worker_processes 1;", "env A;"])
def test_what_could_be_either(site, given, second):
    """As a dump, conf.d holds one empty file; as a configuration, what is on disk."""
    site.write("conf.d/a.conf", f"server {{ {GRPC} }}")
    text = dump(nginx="events {}\nhttp { include conf.d/*.conf; }", **{"conf_d__b.conf": second})
    site.write("nginx.conf", text)
    assert refusal(site, given, stdin=text).startswith(
        f"{given}:1: the output of nginx -T, or one configuration with such lines as comments"
    )


def test_a_comment_over_a_manifest(site):
    text = (
        "# configuration file for the edge:\napiVersion: v1\nkind: ConfigMap\ndata:\n"
        "  a.conf: |\n    server { listen 80; }\n"
    )
    site.write("cm.yaml", text)
    assert site.one("site/cm.yaml").kind == "manifest"
    assert site.one("-", stdin=text.encode()).kind == "manifest"


@pytest.mark.parametrize("version", sorted(binaries()))
def test_a_true_dump_that_misleads(site, version):
    """The issue's example: nginx -T itself writes it, and three faults would be gone."""
    folder = site.folder
    site.write(
        "nginx.conf",
        "events {}\nhttp { include a.conf; server { listen 127.0.0.1:8080;"
        " location /never/ { include locs/*.loc; } } }",
    )
    fault = "grpc_pass grpc://127.0.0.1:1; grpc_read_timeout 0;"
    site.write(
        "a.conf",
        f"grpc_connect_timeout 5s;\n# configuration file {folder}/locs/x.loc:\n"
        f"server {{ listen 127.0.0.1:8081; location / {{ {fault} }} }}\n",
    )
    (folder / "logs").mkdir()
    run = [binaries()[version], "-T", "-p", folder, "-c", "nginx.conf", "-e", "stderr",
           "-g", f"pid {folder}/logs/pid;"]  # fmt: skip
    ran = subprocess.run(run, capture_output=True, timeout=20)
    assert ran.returncode == 0, ran.stderr
    refusal(site, stdin=ran.stdout)
    site.write("a.conf", f"# configuration file {folder}/locs/x.loc:\ngrpc_connect_timeout 0;\n")
    ran = subprocess.run(run, capture_output=True, timeout=20)
    assert ran.returncode == 0, ran.stderr
    assert AMBIGUOUS in refusal(site, stdin=ran.stdout)


def test_a_text_that_the_parser_alone_refuses_may_be_directives(site):
    """nginx takes a directive's name for an argument: `default_type` is `grpc_pass` there."""
    text = dump(
        nginx="events {}\nhttp { include conf_d/*.conf; map $uri $x { include maps/*.map; } }"
        "".replace("_d", ".d"),
        conf_d__b='log_format z "a";\n# configuration file /etc/nginx/maps/z.map:\n'
        "grpc_read_timeout 0;\ndefault_type\n  grpc_pass;\n",
    ).replace(b"conf.d/b:", b"conf.d/b.conf:")
    assert AMBIGUOUS in refusal(site, stdin=text)


def test_the_files_of_a_pattern_stand_in_nginx_s_order(site):
    """least_conn behind keepalive drops the pool; in a file before it, it does not."""
    main = "events {}\nhttp { upstream g { include up/*; server 127.0.0.1:1; } }"
    swapped = dump(nginx=main, up__b="keepalive 32;", up__a="least_conn;")
    assert AMBIGUOUS in refusal(site, stdin=swapped)
    ordered = dump(nginx=main, up__a="least_conn;", up__b="keepalive 32;")
    block = site.one("-", stdin=ordered).directives[1].block[0].block
    assert [directive.name for directive in block] == ["least_conn", "keepalive", "server"]


def test_files_below_files_stand_in_nginx_s_order(site):
    main = "events {}\nhttp { include x; include q/*; }"
    ordered = {"x": "include p/*;", "p__1": "charset a;", "p__2": "charset b;", "q__1": "sub c;"}
    assert site.one("-", stdin=dump(nginx=main, **ordered))
    for before, behind in (("p__1", "p__2"), ("p__2", "q__1")):
        swapped = dict(ordered)
        names = list(swapped)
        first, second = names.index(before), names.index(behind)
        names[first], names[second] = names[second], names[first]
        text = dump(nginx=main, **{name: ordered[name] for name in names})
        assert AMBIGUOUS in refusal(site, stdin=text)


ELSEWHERE = dump(
    nginx="include main/*;\nevents { include events/*; }\nhttp { include conf_d/*; }\n"
    "stream { include tcp/*; }".replace("_d", ".d"),
    conf_d__a=f"server {{ listen 81; {GRPC} }}",
    events__e="worker_connections 1024;",
    main__m="worker_processes 2;",
    tcp__t="server { listen 82; return x; }",
)


def test_files_that_can_be_in_their_own_block_alone_stand_in_any_order(site, words):
    """nginx refuses worker_connections in http{}: it is no rest of the file before it."""
    found = site.one("-", stdin=ELSEWHERE)
    assert "worker_connections 1024" in words(found)
    assert "grpc_pass grpc://127.0.0.1:1" in words(found)


@pytest.mark.parametrize("version", sorted(binaries()))
@pytest.mark.parametrize("text", ["worker_connections 1024;", "worker_processes 2;"])
def test_nginx_takes_them_nowhere_else(tmp_path, version, text):
    refused = ["http {{ {} }}", "http {{ server {{ {} }} }}", "http {{ upstream u {{ {} }} }}"]
    if "processes" in text:
        refused.append("events {{ {} }}")
    else:
        refused.append("{}")
    for around in refused:
        (tmp_path / "nginx.conf").write_text(
            f"{'' if 'events' in around else 'events {}'} {around.format(text)}"
        )
        done = subprocess.run(
            [binaries()[version], "-t", "-p", tmp_path, "-c", "nginx.conf", "-e", "stderr"],
            capture_output=True,
            check=False,
        )
        assert b"directive is not allowed here" in done.stderr
