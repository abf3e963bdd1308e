"""The document as a whole: its shape, its size, and any tree there may be."""

import time
from dataclasses import replace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from nginx_grpc import model
from nginx_grpc.documents import as_json, written
from nginx_grpc.errors import Refused
from nginx_grpc.placement import inside, is_handler, nests, takes
from nginx_grpc.tree import Comment, Configuration, Directive
from tests.unit.model.reading import built, http, location, read, server


def test_where_the_text_came_from():
    document = read("events {} http { }")
    assert document["schema_version"] == 2
    assert document["source"] == {
        "kind": "stdin",
        "entry": "-",
        "context": "main",
        "files": ["-"],
    }
    assert document["servers"] == document["upstreams"] == []


def test_the_shape_that_the_published_policy_reads():
    document = http("""
        upstream greeter { server a:50051; keepalive_timeout 20s; }
        upstream bare { server b:50051; }
        server {
            location /grpc { proxy_pass http://greeter; }
            location /pkg.Service/ { grpc_pass grpc://bare; }
        }
    """)
    assert [item["keepalive_timeout"] for item in document["upstreams"]] == ["20s", ""]
    assert [(item["path"], item["grpc_pass"]) for item in document["servers"][0]["locations"]] == [
        ("/grpc", ""),
        ("/pkg.Service/", "grpc://bare"),
    ]


@pytest.mark.parametrize(
    ("arguments", "modifier", "path", "name"),
    [
        ("/a", "", "/a", "/a"),
        ("= /a", "=", "/a", "= /a"),
        ("=/a", "=", "/a", "= /a"),
        ("^~ /a", "^~", "/a", "^~ /a"),
        ("^~/a", "^~", "/a", "^~ /a"),
        ("~ ^/a", "~", "^/a", "~ ^/a"),
        ("~*^/a", "~*", "^/a", "~* ^/a"),
        ("@a", "@", "@a", "@a"),
        ('"/a b"', "", "/a b", "/a b"),
    ],
)
def test_how_a_location_matches(arguments, modifier, path, name):
    found = location(server(f"location {arguments} {{ }}"), name)
    assert (found["modifier"], found["path"]) == (modifier, path)


def test_conditions():
    document = server("""location / {
        if ($a) { }
        if ($b !~* "x y") { }
        if (!-f $request_filename) { }
    }""")
    conditions = [item["condition"] for item in document["servers"][0]["locations"][1:]]
    assert [list(condition.values()) for condition in conditions] == [
        ["$a", "$a", "", ""],
        ["$b !~* x y", "$b", "!~*", "x y"],
        ["!-f $request_filename", "", "!-f", "$request_filename"],
    ]


def test_locations_stand_in_the_order_of_the_text():
    document = server("""
        location /a { location /a/b { if ($x) { } } location /a/c { } }
        location /d { }
    """)
    places = document["servers"][0]["locations"]
    assert [item["name"] for item in places] == ["/a", "/a/b", "if ($x)", "/a/c", "/d"]
    assert [item["parent"] for item in places] == ["", "0.0", "0.1", "0.0", ""]
    assert len({item["id"] for item in places}) == 5


def test_server_names():
    document = http(
        'server { server_name a b; server_name c; } server { } server { server_name ""; }'
    )
    assert [(item["name"], item["names"]) for item in document["servers"]] == [
        ("a", ["a", "b", "c"]),
        ("", []),
        ("", [""]),
    ]


def test_each_server_knows_of_a_proxy_pass_in_any():
    """A rule sees one server at a time: what http{} says for proxy_pass is for others, too."""
    grpc = "server { location / { grpc_pass grpc://10.0.0.1:50051; } }"
    for other in ("proxy_pass http://10.0.0.2;", "if ($a) { proxy_pass http://10.0.0.2; }"):
        document = http(f"{grpc} server {{ location / {{ {other} }} }}")
        assert [each["http_proxies"] for each in document["servers"]] == [True, True]
    (alone,) = http(grpc)["servers"]
    assert "http_proxies" not in alone


def test_health_check():
    document = http("""
        upstream u { zone u 64k; server a:1; }
        server {
            location / { grpc_pass grpc://u; health_check mandatory type=grpc; }
            location @hc { proxy_pass http://u; health_check; }
        }
    """)
    assert location(document)["health_check"]["type"] == "grpc"
    assert location(document, "@hc")["health_check"]["type"] == ""
    assert location(document, "@hc")["proxy_target"]["upstreams"] == ["u"]


def test_proxy_directives_beside_grpc_pass():
    document = server("""
        proxy_buffering off;
        location / {
            grpc_pass a:1;
            proxy_read_timeout 1h;
            proxy_send_timeout 1h 2h;
            proxy_set_header A "b c";
        }
        location /plain { proxy_pass http://a:1; proxy_read_timeout 1h; }
    """)
    assert [
        (item["name"], item["value"], item.get("ms"))
        for item in location(document)["proxy_directives"]
    ] == [
        ("proxy_read_timeout", "1h", 3_600_000),
        ("proxy_send_timeout", "1h 2h", None),
        ("proxy_set_header", "A b c", None),
    ]
    assert location(document, "/plain")["proxy_directives"] == []


def test_a_place_in_a_manifest_has_its_key():
    inner = [Directive("grpc_pass", ["a:1"], "cm.yaml", 9, key="nginx.conf")]
    document = built(Configuration("manifest", "nginx.conf", "location", inner))
    place = document["servers"][0]["locations"][0]
    assert (place["file"], place["line"], place["key"]) == ("cm.yaml", 9, "nginx.conf")
    assert place["target"]["key"] == "nginx.conf"


@pytest.mark.parametrize("context", ["main", "http", "server", "location"])
def test_an_empty_configuration(context):
    document = built(Configuration("stdin", "-", context, []))
    assert document["complete"] is (context == "main")


# Any tree

WORDS = """
    $ $a ${a} $1 $arg_b = ~ ^~ ~* @e /e / off on 1s 20 -1 8k 502 =200 =503 u grpc://u
    grpcs://u:50051 http://u unix:/s [::1]:443 [ 443 8000-8010 ssl http2 quic default_server
    always /pkg.Service/ ^/(a|b)/ (?<n>x) local max_fails=2 all error timeout x-grpc-web default
    $content_type application/grpc merge
"""
NAMES = """
    grpc_pass proxy_pass return set rewrite if location server upstream http listen server_name
    map geo split_clients types include keepalive keepalive_timeout zone add_header
    add_header_inherit grpc_set_header proxy_set_header error_page grpc_read_timeout
    grpc_next_upstream client_max_body_size grpc_intercept_errors http2 limit_except deny allow
    health_check break try_files internal set_by_lua_block access_by_lua_block default hash
    resolver default_type ssl ssl_protocols proxy_http_version stub_status fastcgi_pass
    ~^(.+)$ 502 text/html
"""
ARGUMENTS = st.lists(
    st.sampled_from([*WORDS.split(), "", " ", "a b", "\u00e9\u4e2d", "x" * 2000]), max_size=4
)
DIRECTIVE = st.sampled_from(NAMES.split())


def directives(inner):
    leaf = st.builds(
        Directive,
        DIRECTIVE,
        ARGUMENTS,
        st.just("f"),
        st.integers(1, 99),
        unread=st.sampled_from(["", "", "", "no such file"]),
    )
    block = st.builds(Directive, DIRECTIVE, ARGUMENTS, st.just("f"), st.integers(1, 99), inner)
    return st.lists(leaf | block, max_size=6)


TREES = st.recursive(directives(st.just([])), directives, max_leaves=40)
CONFIGURATIONS = st.builds(
    Configuration,
    st.sampled_from(["file", "directory", "stdin", "dump", "manifest"]),
    st.just("f"),
    st.sampled_from(["main", "http", "server", "location"]),
    TREES,
    st.lists(
        st.builds(
            Comment, st.text(max_size=60), st.just("f"), st.integers(1, 9), st.integers(0, 9)
        ),
        max_size=2,
    ),
)


def placed_well(block, context, around=None):
    """The directives that nginx takes in a context, as far as the account of handlers goes."""
    kept = []
    for directive in block:
        fits = takes(context, directive)
        if fits is False or (is_handler(directive.name) and not fits):
            continue
        if is_handler(directive.name) and any(directive.name == each.name for each in kept):
            continue
        if directive.name == "location" and not _is_location(directive, around):
            continue
        if directive.block is not None:
            around_it = directive if directive.name == "location" else None
            within = inside(context, directive.name)
            directive = replace(directive, block=placed_well(directive.block, within, around_it))
        kept.append(directive)
    return kept


def _is_location(directive, around):
    """Whether nginx takes these words for a location, and takes it there."""
    words = directive.args
    if len(words) != 1 and not (len(words) == 2 and words[0] in ("=", "^~", "~", "~*")):
        return False
    return around is None or nests(around, directive)


@settings(max_examples=300, deadline=None)
@given(CONFIGURATIONS)
def test_any_tree_gives_a_document_that_fits_the_schema(configuration):
    around = Directive("location", [], "f", 1) if configuration.context == "location" else None
    configuration.directives = placed_well(configuration.directives, configuration.context, around)
    try:
        document = built(configuration)
    except Refused as refused:
        assume("nginx does not load" not in str(refused))
        raise
    text = as_json([model.build(configuration)])
    assert as_json([document]) == text == "".join(written(configuration))
    assert not _dangling(document)


def _dangling(document):
    """References that lead nowhere."""
    ids = {place["id"] for each in document["servers"] for place in each["locations"]}
    names = {block["name"] for block in document["upstreams"]}
    wrong = []
    for each in document["servers"]:
        for place in each["locations"]:
            wrong += [place["parent"]] if place["parent"] not in ids | {""} else []
            for name in ("grpc_set_header", "add_header", "proxy_set_header"):
                wrong += [name] if place.get(name, -1) >= len(document["header_lists"]) else []
            wrong += (
                ["page"] if place.get("error_page", -1) >= len(document["error_page_lists"]) else []
            )
            wrong += ["gap"] if place.get("gap", -1) >= len(document["gaps"]) else []
            wrong += [
                name for name in place.get("target", {}).get("upstreams", ()) if name not in names
            ]
            wrong += (
                ["target"]
                if (place["grpc"]["carries"] == "pass") != ("target" in place)
                and "health_check" not in place
                else []
            )
        wrong += [page["location"] for page in each["pages"] if page["location"] not in ids | {""}]
    return wrong


# Size and time

DENSE = """
    location /shop.v1.Service{n}/ {{
        grpc_pass grpc://backend;
        grpc_read_timeout 300s;
        grpc_send_timeout 300s;
        grpc_set_header X-Service service{n};
        error_page 502 503 504 = /grpc_unavailable;
    }}
"""


def dense(count):
    return http(
        "upstream backend { server 10.0.0.1:50051; keepalive 32; }\n"
        "grpc_connect_timeout 5s; grpc_next_upstream error timeout; default_type a/b;\n"
        "server { listen 443 ssl http2; server_name a;"
        "location = /grpc_unavailable { default_type application/grpc; return 200; }"
        + "".join(DENSE.format(n=number) for number in range(count))
        + "}"
    ), len(DENSE) * count


def test_the_size_is_linear():
    (small, _), (large, text) = dense(100), dense(400)
    sizes = [len(as_json([document])) for document in (small, large)]
    assert sizes[1] < 4.1 * sizes[0]
    assert sizes[1] < 12 * text


def test_a_long_list_is_not_repeated():
    many = "".join(f"grpc_set_header X-{number} v;" for number in range(2000))
    inner = "".join(f"location /{number} {{ grpc_pass a:1; }}" for number in range(2000))
    document = server(inner, around=many)
    assert len(document["header_lists"]) == 1
    assert len(as_json([document])) < 2_500_000


HOSTILE = {
    "pages of http in each server": (
        "".join(f"error_page {300 + n} /{'x' * 3000}{n};" for n in range(200))
        + "server { location / { grpc_pass a:1; } }" * 1000
    ),
    "merged headers in each location": (
        "add_header_inherit merge;"
        + "".join(f"add_header X{n} {'v' * 900};" for n in range(2000))
        + "server {"
        + "".join(f"location /{n} {{ grpc_pass a:1; add_header A b; }}" for n in range(1000))
        + "}"
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_would_multiply_is_refused(name):
    with pytest.raises(Refused, match="adds up to more than a document may hold"):
        http(HOSTILE[name])


@pytest.mark.parametrize(
    "text",
    [
        "resolver " + "10.0.0.1 " * 50_000 + "; server {" + "location / { grpc_pass a:1; }" * 500
        + "}",
        "server { location /" + "x" * 4000 + " { grpc_pass a:1; " + "if ($a) { }" * 2000 + "} }",
        "".join(f"map $a $m{n} {{ default $m{n + 1}; x $m{n + 1}y; }}" for n in range(2000))
        + "server { location / { grpc_pass $m0; } }",
        "server {" + "".join(f"location /{'a' * n} {{ }}" for n in range(1, 1500))
        + "error_page 502 /" + "a" * 1400 + "z; location = / { grpc_pass a:1; } }",
        "server { location / { " + "".join(
            f"if ($a) {{ set $b u{n}; grpc_pass $b; }}" for n in range(3000)) + "} }",
        "server { " + "".join(
            f"location /{n} {{ set $b u{n}; grpc_pass $b; }}" for n in range(3000)) + "}",
        "".join(f"server {{ listen {n + 1}-{n + 2000}; }}" for n in range(3000)),
        "upstream u {" + "server a:1;" * 5000 + "} server {"
        + "".join(f"location /{n} {{ proxy_pass http://u; }}" for n in range(5000)) + "}",
        "types { a/b" + "".join(f" e{n}" for n in range(20000)) + "; }"
        + "server { location / { grpc_pass a:1; error_page 502 /e.e1; } }" * 2000,
        "".join(f"error_page 502 /{n};" for n in range(5000))
        + "server { location / { grpc_pass a:1; } }" * 2000,
    ],
    ids=["long text", "many ifs", "deep maps", "prefixes", "sets in ifs", "sets", "ranges",
         "servers", "types", "pages"],
)  # fmt: skip
def test_hostile_texts_take_no_long_time(text):
    start = time.process_time()
    document = http(text)
    assert time.process_time() - start < 20
    assert len(as_json([document])) < 20_000_000
