"""Headers and error pages: inherited whole, or not at all; each list stands once."""

import pytest

from tests.unit.model.reading import error_pages, headers, http, location, read_file, server


def test_a_location_with_one_header_loses_all_of_the_server():
    document = server("""
        grpc_set_header Host $host;
        grpc_set_header X-A a;
        location / { grpc_pass a:1; }
        location /own { grpc_pass a:1; grpc_set_header X-B b; }
    """)
    assert headers(document, location(document), "grpc_set_header") == [
        ("Host", "$host"),
        ("X-A", "a"),
    ]
    assert headers(document, location(document, "/own"), "grpc_set_header") == [("X-B", "b")]


def test_lists_of_different_names_do_not_touch_each_other():
    document = server("""
        grpc_set_header X-A a;
        proxy_set_header Upgrade $http_upgrade;
        location / { grpc_pass a:1; add_header X-B b; error_page 502 /e; }
    """)
    place = location(document)
    assert headers(document, place, "grpc_set_header") == [("X-A", "a")]
    assert headers(document, place, "proxy_set_header") == [("Upgrade", "$http_upgrade")]
    assert headers(document, place, "add_header") == [("X-B", "b")]


def test_an_inherited_list_stands_once():
    inner = "".join(f"location /{number} {{ grpc_pass a:1; }}" for number in range(50))
    document = server("grpc_set_header X-A a;" + inner)
    assert len(document["header_lists"]) == 1
    assert document["header_lists"][0]["context"] == "server"
    assert {place["grpc_set_header"] for place in document["servers"][0]["locations"]} == {0}


def test_lists_that_no_location_with_grpc_refers_to_are_left_out():
    document = server("add_header X-A a; location / { root /srv; add_header X-B b; }")
    assert document["header_lists"] == []
    assert document["error_page_lists"] == []


def test_a_nested_location_inherits_the_list_of_the_outer_one():
    document = server("""
        location /a/ { grpc_set_header X-A a; location /a/b/ { grpc_pass a:1; } }
    """)
    place = location(document, "/a/b/")
    assert headers(document, place, "grpc_set_header") == [("X-A", "a")]
    assert document["header_lists"][0]["context"] == "location"


def test_add_header_in_an_if_replaces_that_of_the_location():
    document = server("""
        location / {
            grpc_pass a:1; add_header X-A a always; grpc_set_header X-G g;
            if ($a) { add_header X-B b; grpc_set_header X-H h; }
        }
    """)
    inner = location(document, "if ($a)")
    assert headers(document, inner, "add_header") == [("X-B", "b")]
    # nginx refuses grpc_set_header there.
    assert headers(document, inner, "grpc_set_header") == [("X-G", "g")]
    assert [header["always"] for header in document["header_lists"][1]["headers"]] == [True]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("", [("X-B", "b")]),
        ("add_header_inherit on;", [("X-B", "b")]),
        ("add_header_inherit off;", [("X-B", "b")]),
        ("add_header_inherit merge;", [("X-B", "b"), ("X-A", "a")]),
    ],
)
@pytest.mark.parametrize("name", ["add_header", "add_trailer"])
def test_add_header_inherit(name, rule, expected):
    document = server(f"""
        {name} X-A a;
        {rule.replace("add_header", name)}
        location / {{ grpc_pass a:1; {name} X-B b; }}
    """)
    assert headers(document, location(document), name) == expected


def test_headers_and_trailers_are_inherited_apart():
    document = server("""
        add_header_inherit merge; add_header X-A a; add_trailer grpc-status 14 always;
        location / { grpc_pass a:1; add_header X-B b; add_trailer X-C c; }
    """)
    assert headers(document, location(document), "add_header") == [("X-B", "b"), ("X-A", "a")]
    assert headers(document, location(document), "add_trailer") == [("X-C", "c")]


def test_trailers_of_an_error_page_are_told():
    document = server("""
        location / { grpc_pass a:1; error_page 502 = /e; }
        location = /e { add_trailer grpc-status 14 always; return 200; }
    """)
    [header] = document["servers"][0]["pages"][0]["headers"]
    assert (header["name"], header["value"]) == ("grpc-status", "14")
    assert (header["trailer"], header["always"]) == (True, True)


def test_add_header_inherit_off_drops_what_is_inherited():
    document = server("add_header X-A a; location / { grpc_pass a:1; add_header_inherit off; }")
    assert "add_header" not in location(document)


def test_the_rule_of_inheritance_is_inherited():
    document = http("""
        add_header_inherit merge;
        add_header X-A a;
        server {
            add_header X-B b;
            location / { grpc_pass a:1; add_header X-C c; }
            location /plain { grpc_pass a:1; }
        }
    """)
    assert headers(document, location(document), "add_header") == [
        ("X-C", "c"),
        ("X-B", "b"),
        ("X-A", "a"),
    ]
    assert headers(document, location(document, "/plain"), "add_header") == [
        ("X-B", "b"),
        ("X-A", "a"),
    ]


def test_error_pages_keep_their_order_for_the_first_wins():
    document = server("""
        error_page 500 502 = /a;
        error_page 502 503 =200 @b;
        error_page 404 /c;
        location / { grpc_pass a:1; }
    """)
    assert error_pages(document, location(document)) == [
        ([500, 502], "=", "/a"),
        ([502, 503], "=200", "@b"),
        ([404], "", "/c"),
    ]


def test_one_error_page_in_a_location_loses_those_of_the_server():
    document = server("error_page 502 = /a; location / { grpc_pass a:1; error_page 404 /b; }")
    assert error_pages(document, location(document)) == [([404], "", "/b")]


@pytest.mark.parametrize(
    ("directive", "expected"),
    [
        ("error_page 502 $page;", ([502], "", "$page")),
        ("error_page 502 https://a.example/;", ([502], "", "https://a.example/")),
        ("error_page 200 999 x 502 /a;", ([502], "", "/a")),
        ("error_page 502 =503;", ([502], "", "=503")),
        ("error_page /a;", ([], "", "")),
        ("error_page;", ([], "", "")),
    ],
)
def test_odd_error_pages(directive, expected):
    document = server(f"location / {{ grpc_pass a:1; {directive} }}")
    assert error_pages(document, location(document)) == [expected]


@pytest.mark.parametrize("arguments", ["", "X-A", "X-A a always", "X-A a b c"])
def test_odd_headers(arguments):
    document = server(f"location / {{ grpc_pass a:1; add_header {arguments}; }}")
    [listed] = document["header_lists"]
    assert listed["headers"][0]["always"] is (arguments == "X-A a always")


def test_an_unread_include_may_add_to_a_list_or_replace_it(tmp_path):
    path = tmp_path / "nginx.conf"
    path.write_text("""events {}
        http {
            server {
                grpc_set_header X-A a;
                location / { grpc_pass a:1; }
                location /adds { grpc_pass a:1; grpc_set_header X-B b; include missing.conf; }
                location /replaces { grpc_pass a:1; include missing.conf; }
            }
        }
    """)
    document = read_file(path)
    listed = document["header_lists"]

    def complete(name):
        return listed[location(document, name)["grpc_set_header"]]["complete"]

    assert complete("/") is True
    assert complete("/adds") is False
    assert complete("/replaces") is False
    # The list itself is whole for the locations without the include.
    assert headers(document, location(document, "/replaces"), "grpc_set_header") == [("X-A", "a")]


def test_headers_more_adds_to_what_is_outside():
    document = server("""
        more_set_headers "X-A: a" 'X-B:b';
        more_clear_headers Server X-*;
        location / { grpc_pass a:1; more_set_headers 'Grpc-Status: 14' X-C; }
    """)
    place = location(document)
    assert headers(document, place, "more_set_headers") == [
        ("Grpc-Status", "14"),
        ("X-C", ""),
        ("X-A", "a"),
        ("X-B", "b"),
    ]
    assert headers(document, place, "more_clear_headers") == [("Server", ""), ("X-*", "")]


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("-s 404 'X-A: a'", []),
        ("-s '200 404' 'X-A: a'", [("X-A", "a")]),
        ("-t text/html 'X-A: a'", []),
        ("-t 'text/html Application/grpc' 'X-A: a'", [("X-A", "a")]),
        ("-a 'X-A: a'", [("X-A", "a")]),
        ("-r 'X-A: a:b '", [("X-A", "a:b")]),
        ("", []),
    ],
)
def test_headers_more_of_calls(said, found):
    document = server(f"location / {{ grpc_pass a:1; more_set_headers {said}; }}")
    assert headers(document, location(document), "more_set_headers") == found
