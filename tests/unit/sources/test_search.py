"""A folder is searched through: what counts, what includes what, what is left out."""

import os

import pytest

from nginx_grpc.errors import Refused
from nginx_grpc.sources import Limits, NothingError

SERVER = "server { listen 80; location / { grpc_pass grpc://u; } }"
MAIN = "events { } http { include conf.d/*.conf; }"


def refusal(site, *paths, **options):
    with pytest.raises(Refused) as caught:
        site.read(*paths, **options)
    return str(caught.value)


def files(site, *paths, **options):
    return [(c.context, c.files) for c in site.read(*paths or ["site"], **options)]


def test_an_nginx_conf_beside_the_files_that_its_image_has_elsewhere(site, words):
    """The layout of Docker images: COPY default.conf /etc/nginx/conf.d/."""
    site.write("nginx.conf", "events { } http { include /etc/nginx/conf.d/*.conf; }")
    site.write("default.conf", SERVER)
    assert files(site) == [("http", ["site/default.conf"]), ("main", ["site/nginx.conf"])]
    fragment, main = site.read("site")
    assert words(fragment)[0] == "server"
    assert [(d.args, d.unread) for d in main.elsewhere] == [
        (["/etc/nginx/conf.d/*.conf"], "its folder is not here")
    ]


def test_configurations_anywhere_below(site):
    site.write("deploy/nginx/nginx.conf", MAIN)
    site.write("deploy/nginx/conf.d/a.conf", SERVER)
    site.write("deploy/nginx/snippets/grpc.conf", "grpc_pass grpc://u;")
    site.write("services/b/nginx.conf", "events { } http { include ../shared.conf; }")
    site.write("services/shared.conf", SERVER)
    site.write("src/app.py", "server {")
    assert files(site) == [
        ("main", ["site/deploy/nginx/nginx.conf", "site/deploy/nginx/conf.d/a.conf"]),
        ("location", ["site/deploy/nginx/snippets/grpc.conf"]),
        ("main", ["site/services/b/nginx.conf", "site/services/shared.conf"]),
    ]
    assert [c.entry for c in site.read("site")] == [
        "site/deploy/nginx/nginx.conf",
        "site/deploy/nginx/snippets/grpc.conf",
        "site/services/b/nginx.conf",
    ]


def test_the_current_folder(site, monkeypatch):
    site.write("a/nginx.conf", MAIN)
    site.write("b/x.conf", SERVER)
    site.write("b/y.conf", SERVER)
    monkeypatch.chdir(site.folder)
    for name in (".", "./"):
        assert [(c.entry, c.files) for c in site.read(name)] == [
            ("a/nginx.conf", ["a/nginx.conf"]),
            ("b", ["b/x.conf", "b/y.conf"]),
        ]


def test_files_of_two_folders_do_not_lend_to_each_other(site):
    site.write("a/one.conf", "upstream u { server a:1; }")
    site.write("b/one.conf", SERVER)
    assert files(site) == [("http", ["site/a/one.conf"]), ("http", ["site/b/one.conf"])]


def test_includes_of_a_fragment_start_from_the_folder_of_its_nginx_conf(site):
    """nginx would not read conf.d/grpc.conf, which has a fault of its own."""
    site.write("nginx.conf", "events { } http { include /etc/nginx/sites/*.conf; }")
    site.write("conf.d/app.conf", "server { location / { include grpc.conf; } }")
    site.write("conf.d/grpc.conf", "grpc_pass grpc://other; grpc_read_timeout 0;")
    site.write("grpc.conf", "grpc_pass grpc://u;")
    assert files(site) == [
        ("http", ["site/conf.d/app.conf", "site/grpc.conf"]),
        ("location", ["site/conf.d/grpc.conf"]),
        ("main", ["site/nginx.conf"]),
    ]


@pytest.mark.parametrize(
    "name",
    [
        "a.conf",
        "a.conf.template",
        "nginx",
        "nginx-grpc",
        "nginx.conf.prod",
        "nginx_b.inc",
        "sites-available/shop.example",
        "sites-enabled/default",
        *(f"sites-enabled/sklep.{end}" for end in ("pl", "rs", "py", "sh", "md", "pub", "zip")),
        "sites-available/sklep.pl",
        "conf.d/apps.inc",
        "conf.d/sklep.pl",
        "nginx-T.txt",
        "nginx.conf.txt",
        "site.conf.j2",
        *(f"site.conf.{end}" for end in ("gotmpl", "ctmpl", "mustache", "tftpl", "hbs", "dist")),
        "default.conf.tmpl",
        "site.vhost",
        "x/.hidden/a.conf",
        *(
            "a.inc",
            "nginx.yaml",
            "mynginx",
            "SITE.CONF",
            "nginx/site",
            "http.d/shop",
            "vhosts/a.txt",
        ),
    ],
)
def test_names_that_count(site, name):
    site.write(name, SERVER)
    assert files(site) == [("http", [f"site/{name}"])]


@pytest.mark.parametrize(
    "name",
    [
        *(".a.conf", "nginx.md", "nginx_test.py", "a.conf.bak", "a.go", "README", "a.inc~"),
        *("conf.d/a.conf.bak", "conf.d/a.conf~"),
    ],
)
def test_names_that_do_not(site, name):
    site.write(name, SERVER)
    with pytest.raises(NothingError):
        site.read("site")


@pytest.mark.parametrize(
    "text",
    [
        "http { }",
        "server\n{ listen 80; }",
        '"server" { listen 80; }',
        "server # of the shop {\n# more\n{ listen 80; }",
        "upstream u { server a:1; }",
        'location ~ "^/a{2}" { return 204; }',
        "grpc_pass grpc://u;",
        "set $a '\n# '; location / { return 204; }",
    ],
)
def test_texts_that_count(site, text):
    site.write("x.conf", text)
    assert site.one("site")


def test_an_nginx_conf_of_includes_counts(site, gaps):
    site.write("nginx.conf", "include /srv/http.conf;")
    assert [gap[0] for gap in gaps(site.one("site"))] == ["/srv/http.conf"]


def test_a_manifest_named_after_nginx(site):
    site.write(
        "k8s/nginx.yaml",
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: edge\ndata:\n  a.conf: |\n"
        "    server { listen 80; }\n",
    )
    site.write("k8s/nginx-deployment.yaml", "apiVersion: apps/v1\nkind: Deployment\n")
    assert [c.entry for c in site.read("site")] == ["site/k8s/nginx.yaml: edge/a.conf"]


def test_a_manifest_of_any_name(site):
    head = "apiVersion: v1\nkind: ConfigMap\ndata:\n  a.conf: |\n    "
    site.write("nginx.conf", "events { } http { }")
    site.write("k8s/edge.yaml", head + SERVER)
    site.write("k8s/envoy.yml", head + "static: {server: {x: 1}}")
    site.write("k8s/chart.yaml", head + "{{ .Values.x }}\n    server { }\n{{ end }}\n")
    unread = []
    found = site.read("site", unread=unread.append)
    assert [c.entry for c in found] == ["site/k8s/edge.yaml: ConfigMap/a.conf", "site"]
    assert [refused.file for refused in unread] == ["site/k8s/chart.yaml"]


def test_the_output_of_nginx_beside(site):
    dump = f"# configuration file /etc/nginx/nginx.conf:\nevents {{ }} http {{ {SERVER} }}\n"
    site.write("nginx-T.txt", f"nginx: the configuration file x syntax is ok\n{dump}")
    assert [(c.kind, c.context) for c in site.read("site")] == [("dump", "main")]


def test_templates_that_can_not_be_read_are_told(site):
    site.write("nginx.conf", "events { } http { }")
    site.write("site.conf.j2", "server { listen {{ port }}; }")
    site.write("conf.d/README.md", "Put this here:\n```\nserver { listen 80; }\n```\n}")
    site.write("sites-enabled/notes.md", "nginx reads this\nserver { }\n}")
    unread = []
    assert len(site.read("site", unread=unread.append)) == 1
    assert [(refused.file, refused.line) for refused in unread] == [
        ("site/site.conf.j2", 1),
        ("site/sites-enabled/notes.md", 2),
    ]
    os.remove(site.folder / "nginx.conf")
    assert refusal(site, "site").startswith("site/site.conf.j2:1: ")


# What nginx text stands in that is no nginx text: the file's name, what is around it, and its line.
QUOTED = {
    "a here-document": ("Dockerfile", "RUN cat > a.conf <<EOF\n%s\nEOF\n", 2),
    "a script": ("deploy/start.sh", "cat > a.conf <<EOF\n%s\nEOF\n", 2),
    "a chart's values": ("values.yaml", "nginx:\n  conf: |\n    %s\n", 3),
    "a Compose file": ("compose.yaml", "configs:\n  a:\n    content: |\n      %s\n", 4),
    "a kustomization": ("kustomization.yaml", "configMapGenerator:\n- literals:\n  - a=%s\n", 3),
    "a string of JSON": ("a.json", '{"conf":\n "%s"}', 2),
    "a template of a chart": ("cm.tpl", "{{ x }}\n  a.conf: |\n    %s\n", 3),
    "Terraform": ("main.tf", 'resource "x" "y" {\n c = <<E\n%s\nE\n}\n', 3),
}


@pytest.mark.parametrize(("name", "around", "line"), QUOTED.values(), ids=QUOTED)
def test_nginx_text_in_what_is_none_is_told(site, name, around, line):
    site.write(name, around % "location / { grpc_pass grpc://up; }")
    where = f"site/{name}:{line}"
    assert f"no nginx configuration here, though there is grpc_pass in {where}" in refusal(
        site, "site"
    )
    site.write("nginx.conf", "events { } http { }")
    told = []
    assert len(site.read("site", unjudged=told.append)) == 1
    assert [f"grpc_pass in what is no nginx text ({where})" in each for each in told] == [True]


def test_nginx_text_in_an_object_that_is_not_read_is_told(site):
    site.write("nginx.conf", "events { } http { }")
    deployment = (
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  annotations:\n    a: |\n      "
    )
    site.write("k8s.yaml", f"{deployment}location / {{ grpc_pass grpc://up; }}\n")
    told = []
    site.read("site", unjudged=told.append)
    assert told == ["not judged: nginx text in an object that is not read (site/k8s.yaml:5)"]


def test_what_is_left_out_is_told(site):
    site.write("a.conf", SERVER)
    site.write("web/node_modules/x/nginx.conf", "}")
    site.write(".git/x.conf", "server }")
    site.write("env/pyvenv.cfg", "")
    site.write("env/lib/nginx.conf", "server }")
    (site.folder / "up").symlink_to("..")
    (site.folder / "here").symlink_to("web")
    told = []
    assert files(site, left_out=told.append) == [("http", ["site/a.conf"])]
    assert told == ["site/.git", "site/env", "site/up", "site/web/node_modules"]


# Links.


@pytest.mark.parametrize("name", ["nginx.conf", "conf.d/a.conf"])
def test_a_link_out_of_the_folder(site, name, tmp_path):
    (tmp_path / "outside.conf").write_text("server { }")
    (site.folder / "conf.d").mkdir()
    (site.folder / name).symlink_to(tmp_path / "outside.conf")
    assert refusal(site, "site") == (
        f"site/{name}: a link out of the folder; take it out of the folder, or say --root"
    )
    assert files(site, root=str(tmp_path)) == [("http", [f"site/{name}"])]


def test_a_link_that_leads_nowhere(site):
    (site.folder / "a.conf").symlink_to("nowhere")
    assert refusal(site, "site").startswith("site/a.conf: no such file")


def test_a_file_and_a_link_to_it_are_one(site):
    site.write("sites-available/a", SERVER)
    (site.folder / "sites-enabled").mkdir()
    (site.folder / "sites-enabled/a").symlink_to("../sites-available/a")
    assert len(site.read("site")) == 1
    site.write("nginx.conf", "events { } http { include sites-enabled/*; }")
    site.write("sites-available/b", SERVER)
    assert files(site) == [
        ("main", ["site/nginx.conf", "site/sites-enabled/a"]),
        ("http", ["site/sites-available/b"]),
    ]


def test_a_folder_that_is_a_link_itself(site, tmp_path):
    site.write("a.conf", SERVER)
    (tmp_path / "link").symlink_to("site")
    assert files(site, "link") == [("http", ["link/a.conf"])]


def test_what_can_not_be_read(site, nobody):
    os.chmod(site.write("a/x.conf", SERVER), 0)
    site.write("b.conf", SERVER)
    with nobody():
        assert refusal(site, "site").startswith("site/a/x.conf: no permission to read it")
    os.chmod(site.folder / "a", 0)
    with nobody():
        assert refusal(site, "site") == "site/a: the folder can't be read; check its permissions"
    os.chmod(site.folder / "a", 0o755)


# Circles: nothing may be gone because something else claims to include it.


def test_files_that_include_each_other_are_judged_once(site):
    site.write("a.conf", "include b.conf;\n" + SERVER)
    site.write("b.conf", "include a.conf;\n" + SERVER)
    site.write("c.conf", SERVER)
    assert files(site) == [("http", ["site/a.conf", "site/b.conf", "site/c.conf"])]
    (read,) = site.read("site")
    assert {d.file for d in read.directives} == {"site/a.conf", "site/b.conf", "site/c.conf"}


def test_a_circle_over_two_folders(site):
    site.write("x/a.conf", "include ../y/b.conf;\n" + SERVER)
    site.write("y/b.conf", "include ../x/a.conf;\n" + SERVER)
    site.write("z/c.conf", SERVER)
    read = {file for _, names in files(site) for file in names}
    assert read == {"site/x/a.conf", "site/y/b.conf", "site/z/c.conf"}


def test_a_circle_of_files_that_were_named(site):
    site.write("a.conf", "include b.conf;\n" + SERVER)
    site.write("b.conf", "include a.conf;\n" + SERVER)
    site.write("c.conf", SERVER)
    found = files(site, "site/a.conf", "site/b.conf", "site/c.conf")
    assert found == [("http", ["site/a.conf", "site/b.conf"]), ("http", ["site/c.conf"])]


# Bounds.


def test_bounds(site):
    for number in range(5):
        site.write(f"{number}.conf", SERVER)
    assert "more than 3 names to look at" in refusal(site, "site", limits=Limits(names=3))
    assert "more than 3 files" in refusal(site, "site", limits=Limits(files=3))
    assert "more than 100 bytes in all" in refusal(site, "site", limits=Limits(total_bytes=100))


def test_signs_are_looked_for_in_linear_time(site):
    site.write("a.conf", "location " * 200_000 + "server #\n" * 200_000)
    with pytest.raises(NothingError):
        site.read("site")


# Patterns.


def test_a_pattern(site):
    for name in ("b", "a", "c"):
        site.write(f"services/{name}/nginx.conf", MAIN)
    site.write("services/c/conf.d/x.conf", SERVER)
    (site.folder / "services/empty").mkdir()
    expected = [f"site/services/{name}/nginx.conf" for name in ("a", "b", "c")]
    for pattern in ("site/services/*/nginx.conf", "site/**/nginx.conf", "site/services/?/"):
        assert [c.files[0] for c in site.read(pattern)] == expected, pattern
    assert [c.files[0] for c in site.read("site/services/*")] == expected


def test_a_pattern_that_matches_nothing(site):
    site.write("nginx.conf", MAIN)
    assert refusal(site, "site/nginx.conf", "site/*/nginx.conf") == (
        "site/*/nginx.conf: a pattern that matches nothing; check the path"
    )
    (site.folder / "empty").mkdir()
    assert "no nginx configuration here" in refusal(site, "site/empt*")


def test_a_name_that_looks_like_a_pattern(site):
    site.write("a[1].conf", SERVER)
    assert site.one("site/a[1].conf").files == ["site/a[1].conf"]


def test_a_pattern_does_not_follow_links_out_of_its_folder(site, tmp_path):
    (tmp_path / "outside.conf").write_text(SERVER)
    (site.folder / "a").mkdir()
    (site.folder / "a/nginx.conf").symlink_to(tmp_path / "outside.conf")
    assert refusal(site, "site/*/nginx.conf").startswith(
        "site/a/nginx.conf: a link out of the folder;"
    )
    assert site.one("site/*/nginx.conf", root=str(tmp_path))


# Nothing there.


def test_nothing_where_nothing_was_named(site, monkeypatch):
    monkeypatch.chdir(site.folder)
    with pytest.raises(NothingError):
        site.read(".")
    with pytest.raises(Refused, match="no such file"):
        site.read("deploy")
    site.write("a/nginx.conf", MAIN)
    (site.folder / "b").mkdir()
    monkeypatch.chdir(site.folder / "b")
    assert len(site.read(".", "../a")) == 1
    with pytest.raises(NothingError):
        site.read("../a", str(site.folder / "b"))
