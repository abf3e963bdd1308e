"""What may be given: files, folders, several of them, standard input; and what may not."""

import io
import os
import socket
import threading

import pytest

from nginx_grpc import sources
from nginx_grpc.errors import Refused

SERVER = "server { listen 80; location / { grpc_pass grpc://u; } }"
UPSTREAM = "upstream u { server a:1; }"


def refusal(site, *paths, **options):
    with pytest.raises(Refused) as caught:
        site.read(*paths, **options)
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "site/nginx.conf: empty; give the nginx configuration"),
        ("# a\n\n#b", "site/nginx.conf: nothing but space and comments in it; give the"),
        ("foo bar;\nbaz { qux 1; }", "site/nginx.conf: no directive of nginx in it; give the"),
        ("server 10.0.0.1:1;\nkeepalive 2;", "site/nginx.conf:1: the body of an upstream block"),
    ],
)
def test_texts_that_are_no_configuration(site, text, message):
    site.write("nginx.conf", text)
    assert refusal(site).startswith(message)


def test_what_is_no_file(site):
    assert refusal(site, "site/none") == "site/none: no such file; check the path"
    assert refusal(site, "") == "'': no such file; check the path"
    assert "its name can't be opened" in refusal(site, "a\x00b")
    site.write("file", "x")
    assert "a part of its path is no folder" in refusal(site, "site/file/x")


def test_pipes_and_devices_are_not_waited_for(site):
    os.mkfifo(site.folder / "pipe")
    unix = socket.socket(socket.AF_UNIX)
    unix.bind("site/socket")
    seen = {}

    def read():
        for path in ("site/pipe", "/dev/zero", "/dev/stdin", "/proc/self/environ", "site/socket"):
            seen[path] = refusal(site, path)

    thread = threading.Thread(target=read, daemon=True)
    thread.start()
    thread.join(10)
    unix.close()
    assert len(seen) == 5, seen
    assert seen["site/pipe"] == (
        "site/pipe: a pipe, no regular file; give a file, or - and the text on standard input"
    )
    assert all("give a file, or - and the text" in message for message in seen.values())


def test_what_may_not_be_read(site, nobody):
    os.chmod(site.write("nginx.conf", "env a;"), 0)
    (site.folder / "closed").mkdir(mode=0)
    with nobody():
        file = refusal(site)
        folder = refusal(site, "site/closed")
    assert file == "site/nginx.conf: no permission to read it; make it readable"
    assert folder == "site/closed: the folder can't be read; check its permissions"


def test_nothing_given(site):
    with pytest.raises(Refused, match="nothing to read"):
        sources.read([], stdin=io.BytesIO())


def test_a_file_that_is_too_large(site):
    site.write("nginx.conf", "env a;" * 20)
    message = refusal(site, limits=sources.Limits(file_bytes=100))
    assert message.startswith("site/nginx.conf: larger than 100 bytes")


# Standard input.


def test_standard_input(site, words):
    site.write("a.conf", "server_tokens off;")
    configuration = site.one("-", stdin=b"http { include site/a.conf; }")
    assert words(configuration) == ["http", "server_tokens off"]
    assert (configuration.kind, configuration.entry) == ("stdin", "-")
    assert configuration.files == ["-", "site/a.conf"]
    assert configuration.directives[0].file == "-"


def test_standard_input_refused(site):
    assert refusal(site, "-") == "-: empty; give the nginx configuration"
    assert refusal(site, "-", stdin=b"http {\n}}").startswith('-:2: a "}" that closes no block')
    limits = sources.Limits(file_bytes=10)
    assert "larger than 10 bytes" in refusal(site, "-", stdin=b"env aaaaaaaa;", limits=limits)


# Folders.


def test_a_folder_with_an_nginx_conf(site, words):
    site.write("nginx.conf", "http { include conf.d/*.conf; }")
    site.write("conf.d/a.conf", "server_tokens off;")
    site.write("other.conf", "} no nginx {")
    configuration = site.one("site")
    assert words(configuration) == ["http", "server_tokens off"]
    assert (configuration.kind, configuration.entry) == ("directory", "site")
    assert configuration.files == ["site/nginx.conf", "site/conf.d/a.conf"]


def test_a_conf_d_is_one_configuration(site, words):
    """An upstream in one file serves the servers of another."""
    site.write("b.conf", SERVER)
    site.write("a.conf", UPSTREAM)
    site.write("empty.conf", "# nothing\n")
    site.write("readme.txt", "no nginx")
    site.write(".hidden.conf", "} no nginx {")
    configuration = site.one("site/")
    assert words(configuration)[0] == "upstream u"
    assert [d.file for d in configuration.directives] == ["site/a.conf", "site/b.conf"]
    assert (configuration.context, configuration.entry) == ("http", "site/")
    assert configuration.files == ["site/a.conf", "site/b.conf"]


def test_files_of_other_levels_stand_alone(site):
    """Two bodies of servers would lend each other what they set."""
    site.write("a.conf", "location /a { grpc_pass grpc://u; }\ngrpc_read_timeout 300s;")
    site.write("b.conf", "location /b { grpc_pass grpc://u; }")
    site.write("c.conf", UPSTREAM)
    site.write("d.conf", "http { }")
    site.write("e.conf", SERVER)
    found = site.read("site")
    assert [(c.entry, c.context) for c in found] == [
        ("site/a.conf", "server"),
        ("site/b.conf", "server"),
        ("site", "http"),
        ("site/d.conf", "main"),
    ]


def test_files_that_another_one_includes_do_not_stand_alone(site, words):
    site.write("main.conf", "http { include servers.conf; }")
    site.write("servers.conf", "server { include grpc.conf; }")
    site.write("grpc.conf", "location / { grpc_pass grpc://u; }")
    configuration = site.one("site")
    assert configuration.entry == "site/main.conf"
    assert words(configuration) == ["http", "server", "location /", "grpc_pass grpc://u"]


def test_the_body_of_an_upstream_is_fine_where_it_is_included(site, words):
    site.write("greeter.conf", "upstream greeter { include servers.conf; }")
    site.write("servers.conf", "server 10.0.0.1:50051;")
    assert words(site.one("site")) == ["upstream greeter", "server 10.0.0.1:50051"]


def test_a_file_whose_patterns_match_nothing(site):
    """nginx does not mind; it is not taken for an empty one."""
    site.write("a.conf", "server { include snippets/*.conf; }")
    site.write("b.conf", SERVER)
    assert sorted(file for c in site.read("site") for file in c.files) == [
        "site/a.conf",
        "site/b.conf",
    ]


def test_a_whole_configuration_stands_alone_even_if_included(site):
    site.write("a.conf", "server { location / { include b.conf; } }")
    site.write("b.conf", "http { server { location / { grpc_pass grpc://u; } } }")
    assert [c.entry for c in site.read("site")] == ["site/a.conf", "site/b.conf"]


def test_files_that_include_each_other(site):
    site.write("a.conf", "include b.conf;\nserver { }")
    site.write("b.conf", "include a.conf;\nserver { }")
    assert site.read("site")


def test_folders_that_hold_nothing(site):
    nothing = "site: no nginx configuration here; name the folder or the file that holds it"
    assert refusal(site, "site") == nothing
    site.write("a.conf", "# server {\n")
    (site.folder / "nginx.conf").mkdir()
    assert refusal(site, "site") == nothing


def test_a_folder_with_something_else_in_it(site):
    site.write("a.conf", UPSTREAM)
    site.write("redis.conf", "bind 127.0.0.1\nport 6379\n")
    site.write("application.conf", "play {\n http {\n  port = 9000\n }\n}\n")
    site.write("nginx.md", "# server {\nlisten 80;\n")
    assert site.one("site").files == ["site/a.conf"]
    os.mkfifo(site.folder / "z.conf")
    assert refusal(site, "site").startswith("site/z.conf: a pipe, no regular file")


@pytest.mark.parametrize(
    "text",
    [
        "server {\n listen 80\n",
        "server { listen 80 }",
        "http { location / { grpc_pass grpc://u; }",
        "location / { } }",
        "server { listen {{ .Values.port }}; }",
        "s\0e\0r\0v\0e\0r\0 \0{\0 \0}\0",
    ],
)
def test_a_configuration_in_a_folder_that_does_not_parse(site, text):
    site.write("a.conf", SERVER)
    site.write("b/c.conf", text)
    assert refusal(site, "site").startswith("site/b/c.conf:")


def test_progress_and_comments_of_a_conf_d(site):
    site.write("a.conf", "# nginx-grpc: x\n" + UPSTREAM + "\ninclude s;")
    site.write("b.conf", SERVER + " # nginx-grpc: y\ninclude s;")
    site.write("s", "# nginx-grpc: z\nserver_tokens off;")
    seen = []
    configuration = site.one("site", progress=lambda number, file: seen.append(file))
    assert seen == ["site/a.conf", "site/s", "site/b.conf"]
    assert [(c.file, c.text[-1]) for c in configuration.comments] == [
        ("site/a.conf", "x"),
        ("site/s", "z"),
        ("site/b.conf", "y"),
    ]


# Several.


def test_several_paths(site):
    a, b = site.write("a.conf", SERVER), site.write("b.conf", UPSTREAM)
    assert [c.entry for c in site.read("site/a.conf", "site/b.conf")] == [
        "site/a.conf",
        "site/b.conf",
    ]
    assert len(site.read(a, a)) == 1
    assert len(site.read(a, b, "-", stdin=b"http { }")) == 3


def test_a_path_that_another_one_includes(site):
    """As when a hook names every file that changed."""
    site.write("nginx.conf", "http { include conf.d/*.conf; }")
    site.write("conf.d/a.conf", SERVER)
    found = site.read("site/conf.d/a.conf", "site/nginx.conf")
    assert [c.entry for c in found] == ["site/nginx.conf"]
    found = site.read("site/conf.d/a.conf", "site")
    assert [c.entry for c in found] == ["site"]


def test_one_bad_path_of_several_is_refused(site):
    site.write("a.conf", SERVER)
    assert refusal(site, "site/a.conf", "site/b.conf").startswith("site/b.conf: no such file")


# Levels.


@pytest.mark.parametrize(
    ("text", "context"),
    [
        ("events { } http { }", "main"),
        ("http { }", "main"),
        ("events { }", "main"),
        ("stream { server { } }", "main"),
        ("user nginx;\nworker_processes 1;", "main"),
        ("load_module a.so;\ninclude x/*.conf;", "main"),
        ("server { }", "http"),
        ("upstream u { server a; }", "http"),
        ("map $a $b { }\nserver { }", "http"),
        ("log_format a b;", "http"),
        ("upstream u { server a; }\nlocation / { }", "http"),
        ("geo $a { }", "http"),
        ("types { a b; }", "http"),
        ("location / { }", "server"),
        ("load_module a.so;\nlocation / { }", "server"),
        ("listen 80;\nserver_name a;", "server"),
        ("types { }\nlocation / { }", "server"),
        ("listen 80;\ngrpc_pass grpc://u;", "server"),
        ("grpc_pass grpc://u;", "location"),
        ("proxy_pass http://u;\nproxy_set_header A b;", "location"),
        ("grpc_read_timeout 300s;", "location"),
        ("if ($a) { return 204; }\ngrpc_pass grpc://u;", "location"),
    ],
)
def test_the_level_of_a_text(site, text, context):
    site.write("nginx.conf", text)
    assert site.one().context == context


def test_an_include_tells_the_level(site):
    site.write("nginx.conf", "include a.conf;")
    site.write("a.conf", SERVER)
    assert site.one().context == "http"
