"""Includes: where they are looked for, in which order, and what becomes of those that fail."""

import os
import threading

import pytest

from nginx_grpc.errors import Refused
from nginx_grpc.sources import Limits


def test_an_include_is_replaced_by_what_it_brings(site, words):
    site.write("nginx.conf", "http {\n include conf.d/*.conf;\n server_tokens off;\n}\n")
    site.write("conf.d/b.conf", "server {\n listen 82;\n}\n")
    site.write("conf.d/a.conf", "# a\nserver { listen 81; }\n")
    configuration = site.one()
    assert words(configuration) == [
        "http", "server", "listen 81", "server", "listen 82", "server_tokens off",
    ]  # fmt: skip
    http = configuration.directives[0].block
    assert [(d.file, d.line) for d in http] == [
        ("site/conf.d/a.conf", 2),
        ("site/conf.d/b.conf", 1),
        ("site/nginx.conf", 3),
    ]
    assert configuration.files == ["site/nginx.conf", "site/conf.d/a.conf", "site/conf.d/b.conf"]
    assert configuration.texts["site/conf.d/a.conf"] == b"# a\nserver { listen 81; }\n"
    assert (configuration.kind, configuration.entry, configuration.context) == (
        "file",
        "site/nginx.conf",
        "main",
    )


def test_relative_names_start_from_the_main_file_s_folder(site, words):
    site.write("nginx.conf", "http { include conf.d/a.conf; }")
    site.write("conf.d/a.conf", "include b.conf;")
    site.write("b.conf", "server_tokens off;")
    site.write("conf.d/b.conf", "server_tokens on;")
    assert words(site.one()) == ["http", "server_tokens off"]


def test_etc_nginx_is_the_main_file_s_folder(site, words):
    site.write(
        "nginx.conf", "http { include /etc/nginx/conf.d/*.conf; include /etc/nginx/b.conf; }"
    )
    site.write("conf.d/a.conf", "server_tokens off;")
    site.write("b.conf", "tcp_nopush on;")
    assert words(site.one()) == ["http", "server_tokens off", "tcp_nopush on"]


def test_prefix(site, words, tmp_path):
    site.write("nginx.conf", "http { include a.conf; include /etc/nginx/a.conf; }")
    (tmp_path / "other").mkdir()
    (tmp_path / "other/a.conf").write_text("server_tokens off;")
    assert words(site.one(prefix="other")) == ["http", "server_tokens off", "server_tokens off"]


def test_maps(site, words, tmp_path):
    site.write("nginx.conf", "http { include /opt/app/nginx/*.conf; include /etc/nginx/a.conf; }")
    (tmp_path / "app").mkdir()
    (tmp_path / "app/x.conf").write_text("server_tokens off;")
    site.write("a.conf", "tcp_nopush on;")
    configuration = site.one(maps={"/opt/app/nginx/": "app"})
    assert words(configuration) == ["http", "server_tokens off", "tcp_nopush on"]
    assert configuration.files[1] == "app/x.conf"


def test_a_longer_map_goes_first_and_a_name_is_no_prefix(site, words, gaps, tmp_path):
    site.write("nginx.conf", "http { include /a/b/x.conf; include /a/x.conf; include /ab/x.conf; }")
    for name, text in (("outer", "tcp_nopush on;"), ("inner", "server_tokens off;")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "x.conf").write_text(text)
    configuration = site.one(maps={"/a": "outer", "/a/b": "inner"})
    assert words(configuration)[:3] == ["http", "server_tokens off", "tcp_nopush on"]
    assert [gap[0] for gap in gaps(configuration)] == ["/ab/x.conf"]


def test_one_file_in_two_places(site, words):
    site.write(
        "nginx.conf",
        "http { server { include grpc.conf; }\n server { location / { include grpc.conf; } } }",
    )
    site.write("grpc.conf", "# nginx-grpc: x\ngrpc_read_timeout 300s;\n")
    configuration = site.one()
    assert words(configuration) == [
        "http",
        "server",
        "grpc_read_timeout 300s",
        "server",
        "location /",
        "grpc_read_timeout 300s",
    ]
    assert configuration.files == ["site/nginx.conf", "site/grpc.conf"]
    assert [(c.file, c.line, c.covers) for c in configuration.comments] == [
        ("site/grpc.conf", 1, 2)
    ]


def test_includes_among_values(site, words):
    site.write("nginx.conf", "http { map $a $b { include a.map; } types { include b.types; } }")
    site.write("a.map", "~^/x 1;\ninclude c.map;")
    site.write("c.map", "*.y 2;")
    site.write("b.types", "a/b c;")
    assert words(site.one()) == ["http", "map $a $b", "~^/x 1", "*.y 2", "types", "a/b c"]


def test_the_same_file_as_values_and_as_directives(site):
    site.write("nginx.conf", "http { map $a $b { include a; }\n include a; }")
    site.write("a", "~^/x 1;")
    with pytest.raises(Refused, match=r"^site/a:1: a name that no directive has"):
        site.read()


def test_what_is_missing_is_a_gap(site, gaps, words):
    site.write("nginx.conf", "http {\n include a.conf;\n server { include b/c.conf; }\n}")
    configuration = site.one()
    assert gaps(configuration) == [
        ("site/a.conf", "no such file", "site/nginx.conf", 2),
        ("site/b/c.conf", "no such file", "site/nginx.conf", 3),
    ]


def test_a_pattern_without_a_match_is_nothing(site, words):
    site.write("nginx.conf", "http { include conf.d/*.conf; include /etc/nginx/x/*; }")
    assert words(site.one()) == ["http"]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (
            "http {{ include {}; }}",
            ["mime.types", "/etc/nginx/mime.types", "/usr/local/nginx/conf/mime.types", "koi-utf"],
        ),
        ("http {{ server {{ include {}; }} }}", ["/etc/letsencrypt/options-ssl-nginx.conf"]),
        (
            "http {{ server {{ location / {{ include {}; }} }} }}",
            ["fastcgi_params", "proxy_params", "/etc/nginx/uwsgi_params", "fastcgi.conf"],
        ),
        (
            "include {}; http {{ }}",
            ["/etc/nginx/modules-enabled/*.conf", "/usr/share/nginx/modules/*.conf"],
        ),
        ("include {}; user www-data;", ["modules-enabled/a.conf"]),
    ],
)
def test_files_of_nginx_itself_are_not_missed(site, text, names, gaps):
    for name in names:
        site.write("nginx.conf", text.format(name))
        configuration = site.one()
        assert (gaps(configuration), configuration.elsewhere) == ([], []), name


@pytest.mark.parametrize(
    "text",
    [
        "http { server { location / { include modules-enabled/up.conf; } } }",
        "http { server { include /usr/share/nginx/modules/up.conf; } }",
        "http { include modules-enabled/up.conf; }",
        "http { include fastcgi_params; }",
        "http { server { location / { if ($a) { include uwsgi_params; } } } }",
        "http { upstream u { include mime.types; } }",
        "include /etc/letsencrypt/options-ssl-nginx.conf; http { }",
    ],
)
def test_but_where_nginx_does_not_include_them_they_are_missed(site, text, gaps):
    site.write("nginx.conf", text)
    assert gaps(site.one())


@pytest.mark.parametrize("text", ["include modules-enabled/up.conf;", "include fastcgi_params;"])
def test_nor_at_the_top_of_a_file_of_another_context(site, text, gaps):
    site.write("nginx.conf", "events { } http { include a.conf; }")
    site.write("a.conf", f"{text} server {{ }}")
    assert gaps(site.one())


@pytest.mark.parametrize("name", ["http", "events"])
def test_a_block_that_nginx_takes_but_once(site, name):
    site.write("nginx.conf", f"{name} {{ }}\ninclude more.conf;\n")
    site.write("more.conf", f"user a;\n{name} {{ }}\n")
    with pytest.raises(Refused) as caught:
        site.one()
    assert str(caught.value).startswith(
        f"site/more.conf:2: a second {name}{{}}, which nginx refuses as a duplicate of the one in "
        "site/nginx.conf:1; "
    )
    site.write("more.conf", "")
    site.write("nginx.conf", f"{name} {{ }} {name} {{ }}")
    with pytest.raises(Refused, match=r"site/nginx\.conf:1: a second"):
        site.one()


def test_but_they_are_read_where_they_are(site, words):
    site.write("nginx.conf", "http { include proxy_params; }")
    site.write("proxy_params", "proxy_set_header Host $host;")
    assert words(site.one()) == ["http", "proxy_set_header Host $host"]


def test_but_not_where_they_are_and_can_not_be_read(site, gaps, nobody, tmp_path):
    site.write("nginx.conf", "http { server { include proxy_params; } include mime.types; }")
    os.chmod(site.write("proxy_params", "grpc_read_timeout 0;"), 0)
    (tmp_path / "outside").write_text("grpc_read_timeout 0;")
    (site.folder / "mime.types").symlink_to("../outside")
    with nobody():
        assert [gap[:2] for gap in gaps(site.one())] == [
            ("site/proxy_params", "no permission to read it"),
            ("site/mime.types", "outside of site, see --root and --map"),
        ]


@pytest.mark.parametrize(
    "name",
    [
        "grpc_params",
        "ssl_params",
        "my-mime.types.conf",
        "snippets/proxy_params",
        "/srv/proxy_params",
        "/srv/modules-enabled/*.conf",
        "/etc/nginx/x/mime.types",
        "../mime.types",
        "options-ssl-nginx.conf",
    ],
)
def test_files_with_a_similar_name_are_missed(site, name, gaps):
    site.write("nginx.conf", f"http {{ include {name}; }}")
    assert gaps(site.one())


def test_a_pattern_in_a_folder_that_is_not_here(site, gaps, words):
    """nginx would take it for empty, and so do we; it is told, once for each pattern."""
    (site.folder / "there").mkdir()
    site.write(
        "nginx.conf",
        "http { include /etc/nginx/conf.d/*.conf; include there/*; include x/*/y.conf; server {"
        " include x/*/y.conf; } } include modules-enabled/*.conf;",
    )
    configuration = site.one()
    assert gaps(configuration) == []
    assert words(configuration) == ["http", "server"]
    assert sorted((d.args[0], d.unread, d.line) for d in configuration.elsewhere) == [
        ("/etc/nginx/conf.d/*.conf", "its folder is not here", 1),
        ("x/*/y.conf", "its folder is not here", 1),
    ]


def test_a_pattern_in_the_very_folder_that_nginx_looks_at(site, tmp_path):
    site.write("nginx.conf", f"http {{ include {tmp_path}/none/*; include none/*; }}")
    assert [d.args[0] for d in site.one(root=str(tmp_path)).elsewhere] == ["none/*"]


def test_wrong_includes(site, gaps):
    site.write("nginx.conf", "http { include; include a b; include ''; }")
    assert [why for _, why, _, _ in gaps_without_names(site.one())] == [
        "an include takes one name",
        "an include takes one name",
        "a folder, no regular file",
    ]


def gaps_without_names(configuration):
    return [(None, d.unread, d.file, d.line) for d in configuration.directives[0].block if d.unread]


def test_a_faulty_include_is_refused_at_its_own_line(site):
    site.write("nginx.conf", "http { include a.conf; }")
    site.write("a.conf", "server {\n listen 80\n}")
    with pytest.raises(Refused, match=r'^site/a\.conf:3: a "}" inside a directive'):
        site.read()


def test_an_empty_include_is_fine(site, words):
    site.write("nginx.conf", "http { include a.conf; include b.conf; }")
    site.write("a.conf", "")
    site.write("b.conf", "# nothing\n")
    assert words(site.one()) == ["http"]


# Confinement.


@pytest.mark.parametrize(
    "name",
    [
        "/etc/passwd",
        "../outside.conf",
        "/etc/nginx/../outside.conf",
        "conf.d/../../outside.conf",
        "/proc/self/environ",
        "/dev/zero",
        "link.conf",
        "linked/outside.conf",
        "/etc/host*",
        "../*.conf",
        "linked/*.conf",
        "*/../../outside.conf",
    ],
)
def test_includes_stay_in_the_folder(site, name, gaps, tmp_path):
    (tmp_path / "outside.conf").write_text("server_tokens off;")
    site.write("conf.d/x", "")
    (site.folder / "link.conf").symlink_to("../outside.conf")
    (site.folder / "linked").symlink_to("..")
    site.write("nginx.conf", f"http {{ include {name}; }}")
    configuration = site.one()
    assert gaps(configuration), name
    assert {why for _, why, _, _ in gaps(configuration)} == {
        "outside of site, see --root and --map"
    }
    assert configuration.files == ["site/nginx.conf"]


def test_links_inside_the_folder_are_followed(site, words):
    site.write("nginx.conf", "http { include enabled/*; }")
    site.write("available/a", "server_tokens off;")
    (site.folder / "enabled").mkdir()
    (site.folder / "enabled/a").symlink_to("../available/a")
    configuration = site.one()
    assert words(configuration) == ["http", "server_tokens off"]
    assert configuration.files[1] == "site/enabled/a"


def test_root(site, words, gaps, tmp_path):
    (tmp_path / "shared.conf").write_text("server_tokens off;")
    site.write("nginx.conf", "http { include ../shared.conf; }")
    assert words(site.one(root=".")) == ["http", "server_tokens off"]
    assert site.one(root=".").files == ["site/nginx.conf", "shared.conf"]
    site.write("a/nginx.conf", "http { include ../grpc.conf; }")
    site.write("grpc.conf", "server_tokens off;")
    assert words(site.one("site/a/nginx.conf", root="site")) == ["http", "server_tokens off"]
    assert [gap[1] for gap in gaps(site.one("site/a/nginx.conf"))] == [
        "outside of site/a, see --root and --map"
    ]


def test_a_root_that_is_everything_has_no_system_files(site, gaps):
    site.write(
        "nginx.conf",
        "http { include /proc/self/environ; include /dev/zero; include /sys/kernel/*; }",
    )
    configuration = site.one(root="/")
    assert {why for _, why, _, _ in gaps(configuration)} <= {
        "no regular file",
        "a folder, no regular file",
    }
    assert len(gaps(configuration)) >= 2
    assert configuration.files == ["site/nginx.conf"]


def test_a_folder_whose_name_is_a_pattern(tmp_path, monkeypatch, words):
    from tests.unit.sources.conftest import Site

    monkeypatch.chdir(tmp_path)
    (tmp_path / "s[1]*").mkdir()
    (tmp_path / "s1x").mkdir()
    site = Site(tmp_path / "s[1]*")
    site.write("nginx.conf", "http { include conf.d/*.conf; }")
    site.write("conf.d/a.conf", "server_tokens off;")
    assert words(site.one("s[1]*/nginx.conf")) == ["http", "server_tokens off"]


# Files that are none.


@pytest.fixture
def in_time():
    """Fails where a reading hangs, instead of hanging with it."""

    def run(action, seconds=10):
        done = []
        thread = threading.Thread(target=lambda: done.append(action()), daemon=True)
        thread.start()
        thread.join(seconds)
        assert done, f"no answer in {seconds} s"
        return done[0]

    return run


def test_a_pipe_is_not_waited_for(site, gaps, in_time):
    os.mkfifo(site.folder / "pipe.conf")
    site.write("nginx.conf", "http { include pipe.conf; include *.conf; }")
    found = in_time(lambda: gaps(site.one()))
    assert ("site/pipe.conf", "a pipe, no regular file", "site/nginx.conf", 1) in found


def test_a_device_is_not_read(site, gaps, in_time):
    (site.folder / "zero.conf").symlink_to("/dev/zero")
    site.write("nginx.conf", "http { include zero.conf; }")
    assert in_time(lambda: gaps(site.one()))
    assert [gap[1] for gap in in_time(lambda: gaps(site.one(root="/")))] == ["no regular file"]


def test_folders_links_in_circles_and_long_names(site, gaps):
    (site.folder / "folder.conf").mkdir()
    (site.folder / "circle.conf").symlink_to("circle.conf")
    (site.folder / "gone.conf").symlink_to("nowhere")
    site.write("file", "")
    long = "x" * 300
    site.write(
        "nginx.conf",
        f"http {{ include folder.conf; include circle.conf; include gone.conf; include {long};"
        " include file/x; }",
    )
    assert [gap[1] for gap in gaps(site.one())] == [
        "a folder, no regular file",
        "a link in a circle",
        "no such file",
        "file name too long",
        "a part of its path is no folder",
    ]


def test_a_folder_that_a_pattern_brings_in_is_a_gap(site, gaps, words):
    site.write("nginx.conf", "http { include conf.d/*; }")
    site.write("conf.d/a", "server_tokens off;")
    (site.folder / "conf.d/b").mkdir()
    configuration = site.one()
    assert words(configuration)[:2] == ["http", "server_tokens off"]
    assert gaps(configuration) == [
        ("site/conf.d/b", "a folder, no regular file", "site/nginx.conf", 1)
    ]


def test_what_may_not_be_read(site, gaps, nobody):
    os.chmod(site.write("a.conf", "server_tokens off;"), 0)
    site.write("b/c.conf", "server_tokens off;")
    os.chmod(site.folder / "b", 0)
    site.write("nginx.conf", "http { include a.conf; include b/*; include [b]/c.conf; }")
    with nobody():
        found = gaps(site.one())
    os.chmod(site.folder / "b", 0o755)
    assert [gap[:2] for gap in found] == [
        ("site/a.conf", "no permission to read it"),
        ("b/*", "no permission to read it"),
        ("[b]/c.conf", "no permission to read it"),
    ]


def test_a_name_with_nul(site, gaps):
    site.write("nginx.conf", b"http { include a\x00.conf; include 'a\xff*'; }")
    assert [gap[1] for gap in gaps(site.one())] == ["its name is not UTF-8"] * 2


# Cycles and bounds.


def test_a_cycle(site, gaps):
    site.write("nginx.conf", "http { include a.conf; }")
    site.write("a.conf", "server_tokens off;\ninclude b.conf;")
    site.write("b.conf", "tcp_nopush on;\ninclude a.conf;")
    assert gaps(site.one()) == [
        (
            "site/a.conf",
            "a cycle of includes: site/a.conf -> site/b.conf -> site/a.conf",
            "site/b.conf",
            2,
        )
    ]


def test_a_file_that_includes_itself(site, gaps):
    site.write("nginx.conf", "http { include nginx.conf; include *.conf; }")
    assert [gap[1] for gap in gaps(site.one())] == [
        "a cycle of includes: site/nginx.conf -> site/nginx.conf"
    ] * 2


def chain(site, length, times=1):
    site.write("nginx.conf", "http { include 1.conf; }")
    for number in range(1, length):
        site.write(f"{number}.conf", f"include {number + 1}.conf;\n" * times)
    site.write(f"{length}.conf", "server_tokens off;")


def test_sixteen_includes_inside_each_other(site, words, gaps):
    chain(site, 16)
    assert words(site.one()) == ["http", "server_tokens off"]


def test_seventeen_includes_inside_each_other(site, gaps):
    chain(site, 17)
    assert [gap[:2] for gap in gaps(site.one())] == [
        ("site/17.conf", "more than 16 includes inside each other")
    ]


def test_an_include_bomb(site, in_time):
    chain(site, 8, times=10)

    def read():
        with pytest.raises(Refused, match="more than 5,000,000 directives after includes"):
            site.read()
        return True

    assert in_time(read, 20)


def test_just_below_the_bound(site, words):
    chain(site, 4, times=10)
    assert len(words(site.one())) == 1 + 1_000
    assert len(words(site.one(limits=Limits(statements=1_001)))) == 1_001
    with pytest.raises(Refused, match="more than 1,000 directives after includes"):
        site.read(limits=Limits(statements=1_000))


def test_blocks_inside_each_other_through_includes(site):
    site.write("nginx.conf", "http { include a.conf; }")
    site.write("a.conf", "location / {" * 600 + "include b.conf;" + "}" * 600)
    site.write("b.conf", "location / {" * 600 + "}" * 600)
    with pytest.raises(Refused, match=r"^site/a\.conf:1: more than 1,000 blocks inside each other"):
        site.read()


def test_bounds_of_files_and_bytes(site, gaps):
    for number in range(5):
        site.write(f"conf.d/{number}.conf", "server_tokens off;")
    site.write("nginx.conf", "http { include conf.d/*.conf; }")
    with pytest.raises(Refused, match="more than 3 files"):
        site.read(limits=Limits(files=3))
    with pytest.raises(Refused, match="more than 60 bytes in all"):
        site.read(limits=Limits(total_bytes=60))
    site.write("conf.d/2.conf", "server_tokens off;" * 5)
    assert gaps(site.one(limits=Limits(file_bytes=80))) == [
        ("site/conf.d/2.conf", "larger than 80 bytes", "site/nginx.conf", 1)
    ]


def test_ten_thousand_files(site, in_time):
    for number in range(9_999):
        site.write(f"conf.d/{number}.conf", "server_tokens off;")
    site.write("nginx.conf", "http { include conf.d/*.conf; }")
    assert len(in_time(lambda: site.one().files, 60)) == 10_000
    site.write("conf.d/x.conf", "server_tokens off;")
    with pytest.raises(Refused, match="more than 10,000 files"):
        site.read()


def test_a_pattern_that_looks_at_too_much(site, gaps):
    for number in range(20):
        site.write(f"a/{number}/x.conf", "")
    site.write("nginx.conf", "http { include a/*/*.conf; }")
    assert [gap[1] for gap in gaps(site.one(limits=Limits(names=30)))] == [
        "more than 30 names to look at"
    ]


def test_progress(site):
    site.write("nginx.conf", "http { include a.conf; include a.conf; }")
    site.write("a.conf", "server_tokens off;")
    seen = []
    site.read(progress=lambda number, file: seen.append((number, file)))
    assert seen == [(1, "site/nginx.conf"), (2, "site/a.conf")]


# Placeholders.


def test_a_placeholder_that_nothing_defines(site):
    site.write("nginx.conf", "http { include a.conf; }")
    site.write("a.conf", "server {\n listen ${PORT};\n}")
    assert site.one().placeholders == [("PORT", "site/a.conf", 2, "", True)]


@pytest.mark.parametrize(
    "definition",
    [
        "set $PORT 1;",
        "map $a $PORT { default 1; }",
        "geo $PORT { default 1; }",
        "geo $remote_addr $PORT { default 1; }",
        "split_clients $a $PORT { * 1; }",
        "location ~ ^/(?<PORT>x) { }",
        "location ~ ^/(?P<PORT>x) { }",
        "auth_request_set $PORT $a;",
        "js_set $port a.b;",
        "geoip2 a { $PORT country; }",
        "set_by_lua_block $PORT { return 1 }",
        "server_name ~^(?<port>x)$;",
    ],
)
def test_a_placeholder_that_is_a_variable(site, definition):
    site.write("nginx.conf", "http { include a.conf; server { return 200 ${PORT}; } }")
    site.write("a.conf", definition)
    assert site.one().placeholders == []


@pytest.mark.parametrize("use", ["map $PORT $a { default 1; }", "return 200 $PORT;", "echo PORT;"])
def test_a_use_is_no_definition(site, use):
    site.write("nginx.conf", f"http {{ {use} server {{ return 200 ${{PORT}}; }} }}")
    assert [each.name for each in site.one().placeholders] == ["PORT"]


@pytest.mark.parametrize("known", ["include mime.types;", "include deep.inc;"])
def test_what_comes_with_nginx_is_known_by_where_its_include_ends_up(site, gaps, known):
    """A file that holds an include alone does not say in which block it stands."""
    site.write("nginx.conf", "events {} http { include types.inc; server { listen 80; } }")
    site.write("types.inc", known)
    site.write("deep.inc", "include /etc/nginx/mime.types;")
    assert gaps(site.one("site/nginx.conf")) == []


def test_and_is_somebody_s_own_in_another_block(site, gaps):
    """proxy_params comes with nginx for server{} and location{}, and not for an upstream."""
    site.write(
        "nginx.conf",
        "events {} http { upstream u { include p.inc; } server { listen 80; include p.inc; } }",
    )
    site.write("p.inc", "include proxy_params;")
    assert len(gaps(site.one("site/nginx.conf"))) == 1
