"""Where includes of a part of a configuration start is a guess; a wrong one hides nothing."""

import pytest

from nginx_grpc.errors import Refused

FAULT = "server { listen 80; location / { grpc_pass grpc://127.0.0.1:1; grpc_read_timeout 0; } }"
APP = "server { listen 80; location /x { include grpc.conf; } }"
HOLDS = "what has this name here holds server, which nginx takes in no location: it reads another"


def entries(found):
    return sorted(configuration.entry for configuration in found)


@pytest.mark.parametrize("folder", ["conf.d", "sites-enabled", "vhosts", "http.d"])
def test_the_folder_above_is_where_they_start(site, gaps, folder):
    """nginx reads ../grpc.conf, which was not given; grpc.conf is a server of its own."""
    site.write(f"{folder}/app.conf", APP)
    site.write(f"{folder}/grpc.conf", FAULT)
    names = [f"site/{folder}/app.conf", f"site/{folder}/grpc.conf"]
    outside = f"outside of site/{folder}, see --root and --map"
    (found,) = site.read(f"site/{folder}")
    assert found.files == names
    assert gaps(found) == [("site/grpc.conf", outside, names[0], 1)]
    assert entries(site.read(*names)) == names
    site.write("grpc.conf", "grpc_pass grpc://127.0.0.1:2;")
    assert gaps(site.one(f"site/{folder}", root="site")) == []
    found = site.one(names[0], root="site")
    assert found.files == [names[0], "site/grpc.conf"]


def test_the_current_folder(site, gaps, monkeypatch):
    site.write("conf.d/app.conf", APP)
    site.write("conf.d/grpc.conf", FAULT)
    monkeypatch.chdir("site/conf.d")
    for given in (["."], ["app.conf", "grpc.conf"]):
        found = site.read(*given)
        assert {file for each in found for file in each.files} == {"app.conf", "grpc.conf"}
        assert [name for each in found for name, _, _, _ in gaps(each)] == ["../grpc.conf"]
    found = site.one("-", stdin=APP.encode())
    assert [name for name, _, _, _ in gaps(found)] == ["../grpc.conf"]


def test_a_link_to_such_a_folder(site, gaps):
    site.write("conf.d/app.conf", APP)
    site.write("conf.d/grpc.conf", FAULT)
    (site.folder / "link").symlink_to("conf.d")
    found = site.one("site/link/app.conf")
    assert [why for _, why, _, _ in gaps(found)] == ["outside of site/link, see --root and --map"]


@pytest.mark.parametrize("folder", ["nginx", "configs"])
def test_a_file_that_nginx_would_not_take_there(site, gaps, folder):
    """In a folder of any name the file beside it may be meant, but not this one."""
    site.write(f"{folder}/app.conf", APP)
    site.write(f"{folder}/grpc.conf", FAULT)
    names = [f"site/{folder}/app.conf", f"site/{folder}/grpc.conf"]
    for given in ([f"site/{folder}"], names):
        found = site.read(*given)
        assert sorted(file for each in found for file in each.files) == names
        ((what, why, file, line),) = [gap for each in found for gap in gaps(each)]
        assert (what, file, line) == (names[1], names[0], 1)
        assert why.startswith(HOLDS)


def test_a_comment_makes_no_whole_configuration(site, gaps):
    site.write("conf.d/app.conf", "# http { }\n" + APP)
    site.write("conf.d/grpc.conf", FAULT)
    (found,) = site.read("site/conf.d")
    assert [name for name, _, _, _ in gaps(found)] == ["site/grpc.conf"]


def test_what_the_user_says_is_no_guess(site, words):
    site.write("conf.d/app.conf", APP)
    site.write("conf.d/grpc.conf", "grpc_pass grpc://127.0.0.1:1;")
    found = site.one("site/conf.d", prefix="site/conf.d")
    assert "grpc_pass grpc://127.0.0.1:1" in words(found)


def test_beside_a_whole_configuration_it_is_none(site, words):
    site.write("nginx.conf", "events { } http { include conf.d/*.conf; }")
    site.write("conf.d/app.conf", "server { location /x { include conf.d/grpc.inc; } }")
    site.write("conf.d/grpc.inc", "grpc_pass grpc://127.0.0.1:1;")
    assert "grpc_pass grpc://127.0.0.1:1" in words(site.one("site"))


@pytest.mark.parametrize(
    ("decoy", "entry"),
    [
        ("server { location /x { include l; return 200; } }", FAULT),
        ("server { if ($a) { include l; } }", "grpc_pass grpc://127.0.0.1:1;"),
        ("server { location / { limit_except GET { include l; } } }", "grpc_pass grpc://a:1;"),
        ("server { location / { include l; } }", "listen 80; location / { grpc_pass a; }"),
        ("upstream u { include l; }", "location / { grpc_pass a; }"),
        ("events { include l; }", FAULT),
        ("http { stream { include l; } }", FAULT),
        ("map $a $b { include l; }", "grpc_pass grpc://127.0.0.1:1; grpc_read_timeout 0;"),
        ("types { include l; }", "grpc_pass grpc://127.0.0.1:1;"),
        ("server { location / { include m; } }", "# m is l\n" + FAULT),
    ],
)
def test_decoys_in_a_config_map(site, decoy, entry):
    """An entry counts as included only where nginx would read it."""
    text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n"
    for key, content in (("decoy", decoy), ("l", entry), ("m", "include l;")):
        text += f"  {key}: |\n" + "".join(f"    {line}\n" for line in content.splitlines())
    site.write("cm.yaml", text)
    found = site.read("site/cm.yaml")
    assert any(each.key == "l" for configuration in found for each in configuration.directives), (
        entries(found)
    )


def test_the_body_of_a_map_that_is_one_of_a_location_too(site):
    """A whole nginx.conf reads it as values; named as well, it is judged by itself."""
    site.write("nginx.conf", "events { } http { map $a $b { include l.conf; } }")
    site.write("l.conf", "grpc_pass grpc://127.0.0.1:1; grpc_read_timeout 0;")
    assert entries(site.read("site/nginx.conf", "site/l.conf")) == [
        "site/l.conf",
        "site/nginx.conf",
    ]
    assert len(site.read("site")) == 2
    site.write("l.conf", "default 1; a 2;")
    assert len(site.read("site")) == 1


def test_a_whole_configuration_is_refused_where_nginx_refuses_it(site):
    from nginx_grpc import model

    site.write("nginx.conf", "events { } http { server { location / { include l.conf; } } }")
    site.write("l.conf", FAULT)
    with pytest.raises(Refused, match=r"site/l\.conf:1: server in location"):
        model.build(site.one("site/nginx.conf"))
