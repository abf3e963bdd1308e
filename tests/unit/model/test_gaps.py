"""What was not seen, and whether it matters to a location with gRPC."""

import pytest

from tests.unit.model.reading import location, read, read_file, server


def file_with(tmp_path, text):
    path = tmp_path / "nginx.conf"
    path.write_text(text)
    document = read_file(path)
    for gap in document["gaps"]:
        gap["what"] = gap["what"].removeprefix(f"{tmp_path}/")
    return document


LEVELS = {
    "main": "M events {} http { server { location / { grpc_pass u; } } }",
    "http": "events {} http { M server { location / { grpc_pass u; } } }",
    "server": "events {} http { server { M location / { grpc_pass u; } } }",
    "location": "events {} http { server { location / { M grpc_pass u; } } }",
    "if": "events {} http { server { location / { if ($a) { M } grpc_pass u; } } }",
    "upstream": "events {} http { upstream u { M server a:1; } server { location / { grpc_pass u; "
    "} } }",
    "other": "events {} http { map $a $b { M } server { location / { grpc_pass u; } } }",
}


@pytest.mark.parametrize("level", LEVELS)
def test_an_unread_include(tmp_path, level):
    document = file_with(tmp_path, LEVELS[level].replace("M", "include missing.conf;"))
    assert document["complete"] is False
    [gap] = document["gaps"]
    assert (gap["kind"], gap["context"], gap["what"]) == ("include", level, "missing.conf")
    assert gap["reason"]
    assert gap["matters"] is (level != "other")


def test_the_innermost_gap_is_named(tmp_path):
    document = file_with(
        tmp_path,
        """events {}
        http {
            include a.conf;
            server { listen 80; }
            server {
                include b.conf;
                location /x { }
                location /y { include c.conf; location /y/z { } }
            }
        }
    """,
    )
    what = [gap["what"] for gap in document["gaps"]]
    assert what == ["a.conf", "b.conf", "c.conf"]
    first, second = document["servers"]
    assert (what[first["gap"]], what[second["gap"]]) == ("a.conf", "b.conf")
    assert what[location(document, "/x")["gap"]] == "b.conf"
    assert what[location(document, "/y/z")["gap"]] == "c.conf"


def test_what_may_hold_a_location_matters_whether_or_not_one_is_seen(tmp_path):
    document = file_with(
        tmp_path,
        """events {}
        http {
            server { location /a { include a.conf; } location / { grpc_pass a:1; } }
            server { include b.conf; location / { root /srv; } }
            upstream unused { include c.conf; server a:1; }
            upstream used { include d.conf; server a:1; }
            server { location / { grpc_pass grpc://used; } }
        }
    """,
    )
    assert {gap["what"]: gap["matters"] for gap in document["gaps"]} == {
        "a.conf": True,
        "b.conf": True,
        "c.conf": False,
        "d.conf": True,
    }


def test_all_levels_of_a_grpc_location_matter(tmp_path):
    document = file_with(
        tmp_path,
        """events {}
        http {
            include a.conf;
            server { include b.conf; location / { include c.conf; location /x { include d.conf;
                grpc_pass a:1; } } }
        }
    """,
    )
    assert [gap["matters"] for gap in document["gaps"]] == [True] * 4


def test_a_pattern_matters_where_a_location_with_grpc_depends_on_it(tmp_path):
    document = file_with(
        tmp_path,
        """events {}
        http { server {
            location /a { include /srv/a/*; }
            location /b { include /srv/b/*; grpc_pass a:1; }
        } }
    """,
    )
    assert {gap["what"]: gap["matters"] for gap in document["gaps"]} == {
        "/srv/a/*": False,
        "/srv/b/*": True,
    }


def test_a_pattern_whose_folder_is_not_here_is_said_and_taken_for_empty(tmp_path):
    document = file_with(
        tmp_path,
        "events {} http { include conf.d/*.conf; server { location / { grpc_pass a:1; } } }",
    )
    assert document["complete"] is False
    [gap] = document["gaps"]
    assert (gap["what"], gap["reason"], gap["line"]) == (
        "conf.d/*.conf",
        "its folder is not here",
        1,
    )
    assert gap["matters"] is False
    assert "gap" not in location(document)


@pytest.mark.parametrize(
    "block",
    [
        "events { include a.conf; }",
        "mail { include a.conf; server { include b.conf; } }",
        "stream { include a.conf; server { include b.conf; } }",
    ],
)
def test_what_is_not_of_http_hides_nothing(tmp_path, block):
    document = file_with(tmp_path, f"{block} http {{ }}")
    assert document["complete"] is True


@pytest.mark.parametrize("block", ["if ($a)", "location / { limit_except GET"])
def test_a_block_within_a_place(tmp_path, block):
    end = "}" * block.count("{")
    document = file_with(
        tmp_path, f"events {{}} http {{ server {{ {block} {{ include a.conf; }} {end} }} }}"
    )
    assert [gap["matters"] for gap in document["gaps"]] == [True]


def test_a_handler_may_stand_in_what_was_not_read(tmp_path):
    document = file_with(
        tmp_path,
        """events {}
        http { server {
            location /pkg.Service/ { include a.conf; }
            location /other { include b.conf; }
            location /static { root /srv; }
        } }
    """,
    )
    assert location(document, "/pkg.Service/")["handler"] == "unknown"
    assert location(document, "/pkg.Service/")["grpc"]["carries"] == "no"
    assert location(document, "/static")["handler"] == "static"


def test_strong_signs_make_a_gap_matter_and_weak_ones_do_not(tmp_path):
    document = file_with(
        tmp_path,
        """events {}
        http { server {
            location /pkg.Service/ { include /srv/a/*; proxy_pass http://a:1; }
            location /grpc { include /srv/b/*; proxy_pass http://a:1; }
        } }
    """,
    )
    assert [gap["matters"] for gap in document["gaps"]] == [True, False]


def test_a_whole_configuration_has_no_gaps():
    document = server("location / { grpc_pass a:1; }")
    assert document["gaps"] == []
    assert document["complete"] is True


def test_a_limit_except_that_was_not_read_in_full(tmp_path):
    text = "limit_except GET { include /srv/allow/*; }"
    document = file_with(
        tmp_path,
        f"events {{}} http {{ server {{ location /a {{ grpc_pass a:1; {text} }}"
        f" location /b {{ {text} }} }} }}",
    )
    assert [gap["matters"] for gap in document["gaps"]] == [True, False]
    assert "gap" not in location(document, "/a")


# Fragments: the levels around were not seen.

FRAGMENTS = {
    "http": "server { listen 80; location / { grpc_pass grpc://u; } }",
    "server": "listen 80; location / { grpc_pass grpc://u; }",
    "location": "grpc_pass grpc://u; grpc_read_timeout 5m;",
}


@pytest.mark.parametrize("context", FRAGMENTS)
def test_a_fragment_leaves_the_levels_around_unseen(context):
    document = read(FRAGMENTS[context])
    assert document["source"]["context"] == context
    assert document["complete"] is False
    [gap] = document["gaps"]
    assert (gap["kind"], gap["context"], gap["matters"]) == ("context", context, True)
    assert (gap["file"], gap["line"]) == ("-", 1)
    [found] = document["servers"]
    [place] = found["locations"]
    # An absent setting is not visible rather than missing.
    assert found["gap"] == place["gap"] == 0
    assert found["listens"][0]["speaks_http2"] == "unknown"
    assert place["grpc"]["carries"] == "pass"


def test_what_a_fragment_says_is_known():
    document = read("grpc_pass grpc://u; grpc_read_timeout 5m; grpc_next_upstream error;")
    settings = document["servers"][0]["locations"][0]["directives"]
    assert settings["grpc_read_timeout"]["ms"] == 300_000
    assert settings["grpc_next_upstream"]["value"] == "error"


def test_a_list_in_a_fragment_may_go_on_elsewhere():
    document = read("server { grpc_set_header A a; location / { grpc_pass a:1; } }")
    assert document["header_lists"][0]["complete"] is True
    document = read("grpc_set_header A a; location / { grpc_pass a:1; }")
    assert document["header_lists"][0]["complete"] is False


def test_an_upstream_block_is_whole_in_a_fragment():
    document = read("upstream u { server a:1; } server { location / { grpc_pass grpc://u; } }")
    assert "gap" not in document["upstreams"][0]
    assert location(document)["target"]["kind"] == "upstream"


def test_an_upstream_that_a_fragment_does_not_define():
    document = read("server { location / { grpc_pass grpc://elsewhere; } }")
    assert location(document)["target"]["kind"] == "undefined"
    assert location(document)["gap"] == 0


def test_a_location_body_stands_in_a_location_of_its_own():
    document = read("grpc_pass grpc://u;\nif ($a) { return 403; }\n")
    outer, inner = document["servers"][0]["locations"]
    assert (outer["path"], outer["modifier"], outer["line"]) == ("", "", 1)
    assert inner["parent"] == outer["id"]
    assert document["servers"][0]["names"] == []


def test_a_handler_beside_a_location_body():
    document = read("internal;\ngrpc_read_timeout 5m;\n")
    [place] = document["servers"][0]["locations"]
    assert place["handler"] == "unknown"


def test_a_fragment_with_an_unread_include(tmp_path):
    document = file_with(tmp_path, "server { include a.conf; location / { grpc_pass a:1; } }")
    assert [gap["kind"] for gap in document["gaps"]] == ["context", "include"]
    assert document["servers"][0]["gap"] == 1
