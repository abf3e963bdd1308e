"""Where a grpc_pass leads, also through variables."""

import time

import pytest

from tests.unit.model.reading import http, location, read_file, server

UPSTREAMS = "upstream Greeter { server a:1; } upstream other { server b:1; }"


def target(text, inside="", around=UPSTREAMS, of_server=""):
    document = server(f"{of_server} location / {{ {inside} grpc_pass {text}; }}", around=around)
    return location(document)["target"]


def failures(found):
    return [(it["text"], it["problem"], it["line"]) for it in found["failures"]]


def leads(found):
    return found["kind"], found["upstreams"], found["host"], found["port"]


@pytest.mark.parametrize(
    ("text", "scheme", "kind", "upstreams", "host", "port"),
    [
        ("Greeter", "", "upstream", ["Greeter"], "", 0),
        ("grpc://Greeter", "grpc", "upstream", ["Greeter"], "", 0),
        ("grpcs://Greeter", "grpcs", "upstream", ["Greeter"], "", 0),
        # nginx compares scheme and name in any case.
        ("GRPC://gREETER", "grpc", "upstream", ["Greeter"], "", 0),
        ("127.0.0.1:50051", "", "address", [], "127.0.0.1", 50051),
        ("grpc://backend:50051", "grpc", "address", [], "backend", 50051),
        ("grpcs://[::1]:50051", "grpcs", "address", [], "[::1]", 50051),
        ("unix:/s", "", "unix", [], "", 0),
        ("grpc://unix:/s", "grpc", "unix", [], "", 0),
        # nginx refuses the rest, unless a host has the name of an upstream: "no port in upstream".
        ("127.0.0.1", "", "undefined", [], "", 0),
        ("grpc://nowhere", "grpc", "undefined", [], "", 0),
        ("grpc://h:port", "grpc", "address", [], "h", 0),
    ],
)
def test_literal_targets(text, scheme, kind, upstreams, host, port):
    found = target(text)
    assert found["scheme"] == scheme
    assert found["scheme_known"] is True
    assert leads(found) == (kind, upstreams, host, port)
    assert found["variables"] == []
    assert found["client_chooses"] == "no"


@pytest.mark.parametrize(
    ("text", "is_name"),
    [
        ("backend:50051", True),
        ("10.0.0.1:50051", False),
        ("[::1]:50051", False),
        ("Greeter", False),
        ("unix:/s", False),
    ],
)
def test_host_names(text, is_name):
    assert target(text)["host_is_name"] is is_name


def test_without_an_argument():
    document = server("location / { grpc_pass; }")
    place = location(document)
    assert (place["handler"], place["grpc_pass"]) == ("grpc_pass", "")
    assert place["target"]["kind"] == "undefined"


def test_a_second_argument_is_a_dialect():
    assert target("127.0.0.1:8081 override")["options"] == "override"


def test_a_target_says_where_it_stands():
    found = target("Greeter")
    assert (found["context"], found["file"], found["line"]) == ("location", "-", 5)


def test_of_two_handlers_the_last_one_counts():
    document = server("""
        location /a { proxy_pass http://127.0.0.1:1; grpc_pass 127.0.0.1:1; }
        location /b { grpc_pass 127.0.0.1:1; proxy_pass http://127.0.0.1:1; }
    """)
    first, second = location(document, "/a"), location(document, "/b")
    assert (first["handler"], first["grpc_pass"], first["proxy_pass"]) == (
        "grpc_pass",
        "127.0.0.1:1",
        "",
    )
    assert (second["handler"], second["grpc_pass"], second["proxy_pass"]) == (
        "proxy_pass",
        "",
        "http://127.0.0.1:1",
    )


# Variables


@pytest.mark.parametrize(
    ("inside", "text", "lead"),
    [
        ("set $b Greeter;", "$b", ("upstream", ["Greeter"], "", 0)),
        ("set $b Greeter;", "grpc://$b", ("upstream", ["Greeter"], "", 0)),
        ("set $b grpcs://Greeter;", "$b", ("upstream", ["Greeter"], "", 0)),
        ("set $b 10.0.0.1:50051;", "$b", ("address", [], "10.0.0.1", 50051)),
        ("set $b backend;", "${b}.svc:50051", ("address", [], "backend.svc", 50051)),
        ("set $a back; set $b ${a}end:1;", "$b", ("address", [], "backend", 1)),
        # The last set wins, but one in an `if` is a further value.
        ("set $b other; set $b Greeter;", "$b", ("upstream", ["Greeter"], "", 0)),
        ("set $b other; if ($a) { set $b Greeter; }", "$b",
         ("variable", ["other", "Greeter"], "", 0)),
        ("if ($a) { set $b other; } set $b Greeter;", "$b", ("upstream", ["Greeter"], "", 0)),
    ],
)  # fmt: skip
def test_constants_of_set(inside, text, lead):
    found = target(text, inside)
    assert leads(found) == lead
    assert {variable["origin"] for variable in found["variables"]} == {"constant"}
    assert found["client_chooses"] == "no"


def test_the_scheme_of_a_variable():
    assert target("$b", "set $b grpcs://Greeter;")["scheme"] == "grpcs"
    mixed = target("$b", "set $b grpcs://Greeter; if ($a) { set $b grpc://Greeter; }")
    assert (mixed["scheme"], mixed["scheme_known"]) == ("", False)
    assert leads(mixed)[:2] == ("variable", ["Greeter"]) or leads(mixed)[0] == "upstream"
    assert target("$unknown")["scheme_known"] is False
    assert target("grpcs://$unknown")["scheme"] == "grpcs"
    assert target("$host:50051")["scheme_known"] is True


def test_an_empty_alternative_leads_nowhere():
    found = target("$b", 'set $b ""; if ($a) { set $b grpcs://Greeter; }')
    assert leads(found) == ("variable", ["Greeter"], "", 0)
    assert (found["scheme"], found["scheme_known"]) == ("grpcs", True)
    assert failures(found) == [("", "empty", 5)]


def test_a_variable_scheme_before_a_literal_name():
    found = target("$upstream_scheme://Greeter")
    # Any scheme but grpc and grpcs fails the call.
    assert leads(found) == ("variable", ["Greeter"], "", 0)
    assert found["scheme_known"] is False
    assert found["client_chooses"] == "no"
    assert failures(target("$scheme://Greeter")) == [("http://Greeter", "invalid", 0)]


def test_a_set_in_the_server():
    assert leads(target("$b", of_server="set $b Greeter;")) == ("upstream", ["Greeter"], "", 0)
    # The location's own comes later.
    found = target("$b", "set $b Greeter;", of_server="set $b other;")
    assert found["upstreams"] == ["Greeter"]
    found = target("$b", "if ($a) { set $b Greeter; }", of_server="set $b other;")
    assert found["upstreams"] == ["other", "Greeter"]


def test_a_set_in_another_location_may_be_where_the_request_comes_from():
    document = http(
        UPSTREAMS
        + """
        server {
            location / { set $b Greeter; try_files $uri @grpc; }
            location /other { set $b other; rewrite ^ /x last; }
            location @grpc { grpc_pass grpc://$b; }
            location /own { set $b other; grpc_pass grpc://$b; }
        }
    """
    )
    # A request to /other can't come to @grpc.
    assert location(document, "@grpc")["target"]["upstreams"] == ["Greeter"]
    assert location(document, "/own")["target"]["upstreams"] == ["other"]


def test_a_set_in_another_server_does_not_count():
    document = http("server { set $b a:1; } server { location / { grpc_pass $b; } }")
    assert failures(location(document)["target"]) == [("", "empty", 0)]


def test_an_if_with_a_set_and_a_pass_of_its_own():
    document = http(
        UPSTREAMS
        + """
        server { location / {
            set $b Greeter;
            if ($a) { set $b other; grpc_pass grpc://$b; }
            if ($c) { grpc_pass grpc://$b; }
            grpc_pass grpc://$b;
        } }
    """
    )
    own = location(document, "if ($a)")["target"]
    assert (own["upstreams"], own["context"]) == (["other"], "if")
    assert location(document, "if ($c)")["target"]["upstreams"] == ["Greeter", "other"]


@pytest.mark.parametrize(
    ("around", "text", "upstreams"),
    [
        ("map $http_x $b { default Greeter; beta other; }", "$b", ["Greeter", "other"]),
        ("map $http_x $b { hostnames; default Greeter; }", "$b", ["Greeter"]),
        ("map $http_x $b { volatile; default grpc://Greeter; }", "$b", ["Greeter"]),
        ("geo $b { default Greeter; ranges; 10.0.0.0-10.0.0.9 other; }", "$b",
         ["Greeter", "other"]),
        ("geo $remote_addr $b { default Greeter; 10.0.0.0/8 other; }", "$b",
         ["Greeter", "other"]),
        ('split_clients "$remote_addr" $b { 10% other; * Greeter; }', "$b", ["other", "Greeter"]),
        ("map $a $b { default $c; } map $d $c { default other; }", "$b", ["other"]),
    ],
)  # fmt: skip
def test_constants_of_map_and_its_kin(around, text, upstreams):
    found = target(text, around=UPSTREAMS + around)
    assert found["upstreams"] == upstreams
    assert found["kind"] == ("variable" if len(upstreams) > 1 else "upstream")
    # The client chooses between what the configuration says, not the host.
    assert found["variables"] == [{"name": "$b", "origin": "constant"}]
    assert found["client_chooses"] == "no"


def test_constants_that_are_addresses():
    found = target("$b", around="map $http_x $b { default 10.0.0.1:1; beta 10.0.0.2:1; }")
    assert leads(found) == ("variable", [], "", 0)
    assert found["host_is_name"] is False
    found = target("$b", around="map $http_x $b { default 10.0.0.1:1; beta backend:1; }")
    assert found["host_is_name"] is True


CALLED = {
    "method": ("map $request_method $b { GET nowhere; default Greeter; }", ""),
    "method, by default": ("map $request_method $b { post Greeter; default nowhere; }", ""),
    "method, each the same": ("map $request_method $b { GET Greeter; POST Greeter; }", ""),
    "content type": ("map $content_type $b { ~^application/grpc Greeter; default nowhere; }", ""),
    "path": ("map $uri $b { / nowhere; /index.html nowhere; default Greeter; }", ""),
    "path with a query": (r"map $request_uri $b { ~\.html$ nowhere; default Greeter; }", ""),
    "never sent": ("map $http_upgrade $b { websocket nowhere; default Greeter; }", ""),
    "nothing": ("map $http_te $b { trailers Greeter; }", ""),
    "two": ("map $request_method $m { GET g; default p; } map $m $b { g nowhere; p Greeter; }", ""),
    "joined": ('map "$request_method $http_x" $b { "GET " nowhere; default Greeter; }', ""),
    "shares": ("split_clients $remote_addr $b { 50% Greeter; 50% Greeter; * nowhere; }", ""),
    "if": ("", "set $b Greeter; if ($request_method = GET) { set $b nowhere; }"),
    "if of a regex": ("", "set $b nowhere; if ($content_type ~ grpc) { set $b Greeter; }"),
    "if of a map": (
        "map $request_method $m { GET g; default p; }",
        "set $b Greeter; if ($m = g) { set $b nowhere; }",
    ),
}
NOT_CALLED = {
    "method": ("map $request_method $b { POST nowhere; default Greeter; }", ""),
    "content type": (
        "map $content_type $b { application/grpc+json nowhere; default Greeter; }",
        "",
    ),
    "path": ("map $uri $b { ~^/pkg nowhere; default Greeter; }", ""),
    "shares": ("split_clients $remote_addr $b { 50% Greeter; * nowhere; }", ""),
    "client": ("map $http_x $b { a nowhere; default Greeter; }", ""),
    "if": ("", "set $b Greeter; if ($request_method = POST) { set $b nowhere; }"),
}


@pytest.mark.parametrize(("around", "inside"), CALLED.values(), ids=CALLED)
def test_what_no_call_meets_fails_none(around, inside):
    found = target("grpc://$b", inside, around=UPSTREAMS + around)
    assert (found["failures"], found["upstreams"]) == ([], ["Greeter"])
    assert {item["origin"] for item in found["variables"]} == {"constant"}


@pytest.mark.parametrize(("around", "inside"), NOT_CALLED.values(), ids=NOT_CALLED)
def test_what_calls_meet_fails_them(around, inside):
    found = target("grpc://$b", inside, around=UPSTREAMS + around)
    assert [(it["text"], it["problem"]) for it in found["failures"]] == [
        ("grpc://nowhere", "no-port")
    ]


@pytest.mark.parametrize(
    ("around", "inside"),
    [
        ("map $request_method $b { GET $arg_b; default Greeter; }", ""),
        ("", "set $b Greeter; if ($request_method = GET) { set $b $arg_b; }"),
    ],
)
def test_whoever_is_no_client_of_grpc_chooses_as_well(around, inside):
    found = target("grpc://$b", inside, around=UPSTREAMS + around)
    assert found["client_chooses"] == "whole"


def test_a_map_without_a_default_can_be_empty():
    found = target("$b", around=UPSTREAMS + "map $http_x $b { beta other; }")
    assert found["upstreams"] == ["other"]


@pytest.mark.parametrize("rewrite", ["^ /t/x/y last", "^/r/(.*) /t/$1 last"])
def test_a_map_of_the_path_that_a_rewrite_leads_to(rewrite):
    document = server(
        f"location /t/ {{ grpc_pass grpc://$b; }} location /r/ {{ rewrite {rewrite}; }}",
        around=UPSTREAMS + "map $uri $b { /index.html other; ~^/ Greeter; }",
    )
    found = location(document, "/t/")["target"]
    assert (found["failures"], found["upstreams"]) == ([], ["Greeter"])


@pytest.mark.parametrize(
    ("text", "choice"),
    [
        ("$arg_b", "whole"),
        ("grpc://$arg_b", "whole"),
        ("$http_x:50051", "whole"),
        ("$cookie_b", "whole"),
        ("$host:50051", "whole"),
        ("$http_host", "whole"),
        ("grpcs://$arg_a$arg_b:50051", "whole"),
        ("$arg_b.svc:50051", "part"),
        ("grpc://backend-$arg_b", "part"),
        ("grpc://backend:$arg_port", "port"),
        ("grpc://Greeter/$arg_b", "no"),
        ("$somewhere", "unknown"),
        ("$somewhere$arg_b", "unknown"),
        ("x$somewhere:1", "unknown"),
        ("$upstream_http_x", "unknown"),
        ("$remote_addr:50051", "unknown"),
    ],
)
def test_what_the_client_chooses(text, choice):
    assert target(text)["client_chooses"] == choice


@pytest.mark.parametrize(
    ("of_server", "inside", "text", "origin", "choice"),
    [
        ("", "set $b $arg_b;", "$b", "request", "whole"),
        ("", "set $b $arg_b.svc:1;", "$b", "request", "part"),
        ("", "set $b Greeter; if ($a) { set $b $arg_b; }", "$b", "request", "whole"),
        ("server_name ~^(?<sub>.+)\\.example$;", "", "$sub:1", "request", "whole"),
        ("server_name ~^(?P<sub>.+)\\.example$;", "", "$sub.svc:1", "request", "part"),
        ("rewrite ^/(?<name>[^/]+) / break;", "", "$name:1", "request", "whole"),
        ("", "if ($uri ~ (?<name>.+)) { set $x y; }", "$name:1", "request", "whole"),
        ("", "set_by_lua_block $b { return 1 }", "$b", "unknown", "unknown"),
        ("", "auth_request /a; auth_request_set $b $upstream_http_b;", "$b", "unknown", "unknown"),
        ("", "set $b Greeter; access_by_lua_block { ngx.var.b = 1 }", "$b", "unknown", "unknown"),
        ("rewrite_by_lua_file /x.lua;", "set $b Greeter;", "$b", "unknown", "unknown"),
    ],
)
def test_the_origin_of_a_variable(of_server, inside, text, origin, choice):
    found = target(text, inside, of_server=of_server)
    assert found["kind"] == "variable"
    assert [variable["origin"] for variable in found["variables"]] == [origin]
    assert found["client_chooses"] == choice


def test_a_map_that_hands_on_what_the_client_says():
    found = target("$b", around="map $http_x $b { default a:1; ~^(.+)$ $1:50051; }")
    assert found["client_chooses"] == "whole"
    assert found["variables"] == [{"name": "$b", "origin": "request"}]
    found = target("$b", around="map $http_x $b { default a:1; ~^(?<to>.+)$ $to.svc:50051; }")
    assert found["client_chooses"] == "part"


@pytest.mark.parametrize(
    ("pattern", "text", "choice", "kind"),
    [
        (r"^/(?<name>[a-z]+)/", "$name:50051", "whole", "variable"),
        (r"^/([a-z]+)/", "$1:50051", "whole", "variable"),
        (r"^/(?:x|y)/(a|b\.c)/", "$1:50051", "no", "variable"),
        (r"^/(?<name>Greeter|other)/", "grpc://$name", "no", "variable"),
        (r"^/(only)/[)(]+", "$1:50051", "no", "address"),
        (r"^/((a|b))/", "$2:50051", "no", "variable"),
    ],
)
def test_captures_of_the_location(pattern, text, choice, kind):
    document = http(UPSTREAMS + f'server {{ location ~ "{pattern}" {{ grpc_pass {text}; }} }}')
    found = location(document, f"~ {pattern}")["target"]
    assert (found["client_chooses"], found["kind"]) == (choice, kind)


def test_a_rewrite_changes_the_numbered_captures():
    document = server(r"location ~ ^/(a|b)/ { rewrite ^/(.+)$ /$1 break; grpc_pass $1:50051; }")
    assert location(document, "~ ^/(a|b)/")["target"]["client_chooses"] == "whole"


def test_the_host_of_a_server_that_is_no_default():
    document = http("""
        server { listen 80; }
        server { listen 80; server_name a.example b.example; location / { grpc_pass $host:1; } }
    """)
    found = location(document)["target"]
    assert found["client_chooses"] == "no"
    assert found["host_is_name"] is True
    document = http(
        "server { listen 80; } server { listen 80; server_name *.example; "
        "location / { grpc_pass $host:1; } }"
    )
    assert location(document)["target"]["client_chooses"] == "whole"


def test_names_to_resolve():
    assert target("$b", "set $b localhost:50051;")["host_is_name"] is True
    assert target("$arg_b.svc.cluster.local:50051")["host_is_name"] is True
    assert target("$arg_b:50051")["host_is_name"] is False
    # nginx keeps an upstream for each literal target, and a variable that names one finds it.
    document = server("""
        location / { set $b localhost:50051; grpc_pass $b; }
        location /literal { grpc_pass localhost:50051; }
    """)
    assert location(document)["target"]["host_is_name"] is False
    assert location(document, "/literal")["target"]["host_is_name"] is True


def test_more_constants_than_are_followed():
    entries = " ".join(f"k{number} u{number};" for number in range(200))
    upstreams = " ".join(f"upstream u{number} {{ server a:1; }}" for number in range(200))
    found = target("$b", around=f"{upstreams} map $http_x $b {{ {entries} }}")
    assert (found["kind"], found["upstreams"]) == ("variable", [])
    assert found["variables"] == [{"name": "$b", "origin": "unknown"}]


def test_values_that_multiply_are_not_followed():
    around = "".join(
        f"map $http_x $v{level} {{ default $v{level + 1}$v{level + 1}; a $v{level + 1}x; }}"
        for level in range(40)
    )
    assert target("$v0", around=around)["variables"][0]["origin"] == "unknown"


@pytest.mark.parametrize("where", ["location", "server", "map"])
def test_an_unread_include_may_set_it(tmp_path, where):
    lines = {
        name: "include missing.conf;" if name == where else ""
        for name in ("location", "server", "map")
    }
    path = tmp_path / "nginx.conf"
    path.write_text(f"""events {{}}
        http {{
            {UPSTREAMS}
            map $http_x $m {{ default Greeter; {lines["map"]} }}
            server {{
                set $s Greeter;
                {lines["server"]}
                location /l {{ set $l Greeter; {lines["location"]} grpc_pass $l; }}
                location /s {{ grpc_pass $s; }}
                location /m {{ grpc_pass $m; }}
            }}
        }}
    """)
    document = read_file(path)
    origins = {
        name: location(document, f"/{name[0]}")["target"]["variables"][0]["origin"]
        for name in lines
    }
    # An include of a location may also lead to another one, with what it has set.
    unsure = {"location": ["location", "server"], "server": ["server", "map"], "map": ["map"]}[
        where
    ]
    assert origins == {name: "unknown" if name in unsure else "constant" for name in lines}
    assert [gap["matters"] for gap in document["gaps"]] == [True]


# Every way in which nginx can set it


def everywhere(text, around="", target="grpc://$b", path="/", before=""):
    """The target of a location in a server with this text."""
    place = f"location {path} {{ {before} grpc_pass {target}; }}"
    document = http(f"{UPSTREAMS} {around} server {{ {text} {place} }}")
    [name] = [
        item["name"]
        for item in document["servers"][0]["locations"]
        if item["grpc_pass"] == target and item["modifier"] != "if"
    ][-1:]
    return location(document, name)["target"]


@pytest.mark.parametrize(
    ("text", "before", "path"),
    [
        # A capture of the location's regex comes after any set; names ignore case.
        ("location /o { set $b Greeter; }", "", "~ ^/t/(?<b>[^/]+)/"),
        ("location /o { set $b Greeter; }", "", "~ ^/t/(?<B>[^/]+)/"),
        ("location /o { set $b Greeter; }", "", "~ ^/t/(?P<b>[^/]+)/"),
        ("set $b Greeter;", "", "~ ^/t/(?<b>[^/]+)/"),
        # Numbered and named twice.
        ("", "", "~ (?J)^/(?:x(?<b>Greeter)|y(?<b>[^/]+))/"),
        ("", "", "~ (?|^/x(?<b>Greeter)|^/y(?<b>[^/]+))"),
        # Captures of if, rewrite and map.
        ("", "set $b Greeter; if ($uri ~ /(?<b>[a-z]+)/) { set $y 1; }", "/"),
        ("", "set $b Greeter; rewrite ^/(?<b>[^/]+)/ /$b break;", "/"),
        ("", "set $b Greeter; if ($http_x) { set $b $arg_b; }", "/"),
        ("", "set $b $ARG_b;", "/"),
        # From one location to the next.
        ("location /o { set $b $http_x; rewrite ^ /t last; }", "", "/t"),
        ("location /o { set $b $http_x; try_files /x /t; }", "", "/t"),
    ],
)
def test_the_client_chooses(text, before, path):
    assert everywhere(text, path=path, before=before)["client_chooses"] == "whole"


def test_names_ignore_case():
    assert target("grpc://$ARG_backend")["client_chooses"] == "whole"
    assert leads(target("$B", "set $b Greeter;"))[:2] == ("upstream", ["Greeter"])
    assert leads(target("$b", around=f"{UPSTREAMS} map $uri $B {{ default other; }}"))[1] == [
        "other"
    ]


@pytest.mark.parametrize(
    ("text", "before", "goes"),
    [
        # break and return end it.
        ("", "set $b other; break; set $b Greeter;", ["other"]),
        ("", "set $b other; if ($http_x) { break; } set $b Greeter;", ["other", "Greeter"]),
        ("", "set $b other; if ($http_x) { return 403; } set $b Greeter;", ["Greeter"]),
        ("set $b other; break; set $b Greeter;", "", ["other"]),
        ("", "set $b other; rewrite ^ /y break; set $b Greeter;", ["other"]),
        ("", "set $b other; rewrite ^/x /y break; set $b Greeter;", ["other", "Greeter"]),
        # Order of set and if.
        ("", "if ($http_x) { set $b other; } set $b Greeter;", ["Greeter"]),
        ("", "set $b Greeter; if ($http_x) { set $b other; }", ["Greeter", "other"]),
        # A value is taken when set is run.
        ("", "set $a Greeter; set $b $a; set $a other;", ["Greeter"]),
        # What an if asks for is known in it and behind it.
        ("", 'set $b ""; if ($http_x) { set $b other; } if ($b = "") { set $b Greeter; }',
         ["other", "Greeter"]),
        ("", 'set $b other; if ($b = other) { set $b Greeter; }', ["Greeter"]),
        ("", "set $b $http_b; if ($http_b !~ ^(Greeter|other)$) { return 403; } set $b $http_b;",
         ["Greeter", "other"]),
        # From one location to the next: a named one is entered as it is.
        ("set $b Greeter; location /o { set $b other; rewrite ^ /t last; }", "",
         ["other", "Greeter"]),
        ("set $b Greeter; location /o { set $b other; return 204; }", "", ["Greeter"]),
        # An auth_request runs the server's part again, and what its location sets.
        ("set $b Greeter;", "set $b other; auth_request /a;", ["Greeter"]),
        ("location /a { set $b other; return 204; }", "set $b Greeter; auth_request /a;",
         ["Greeter", "other"]),
    ],
)  # fmt: skip
def test_the_order_of_nginx(text, before, goes):
    found = everywhere(text, before=before)
    assert sorted(found["upstreams"]) == sorted(goes)
    assert found["failures"] == []
    assert found["kind"] == ("upstream" if len(goes) == 1 else "variable")


@pytest.mark.parametrize(
    ("around", "before", "failing"),
    [
        ("", "set $b nohost.invalid:50051; break; set $b Greeter;",
         ("nohost.invalid:50051", "name")),
        ("", "set $b nowhere;", ("nowhere", "no-port")),
        ("", "set $b Greeter/x;", ("Greeter/x", "invalid")),
        ("", "set $b Greeter:0;", ("Greeter:0", "invalid")),
        ("", "set $b http://Greeter;", ("http://Greeter", "invalid")),
        ("", "set $b :50051;", (":50051", "empty")),
        ("", "set $$b Greeter; set $b '';", ("", "empty")),
        ("map $http_x $b { a Greeter; }", "", ("", "empty")),
        ("map $http_x $b { default Greeter; a nowhere; }", "", ("nowhere", "no-port")),
        ("geo $b { 10.0.0.0/8 Greeter; }", "", ("", "empty")),
        ('split_clients "$remote_addr" $b { 10% Greeter; }', "", ("", "empty")),
        ("map $http_x $m { a Greeter; }", "set $b $m;", ("", "empty")),
    ],
)  # fmt: skip
def test_a_value_that_leads_nowhere(around, before, failing):
    found = target("$b", before, around=UPSTREAMS + around)
    assert failing in [(text, problem) for text, problem, _ in failures(found)]


def test_each_call_fails():
    assert failures(target("$s://Greeter", "set $s http;"))[0][:2] == ("http://Greeter", "invalid")
    assert failures(target("grpc://$v/x", "set $v Greeter;"))[0][:2] == (
        "grpc://Greeter/x",
        "invalid",
    )
    assert failures(target("grpc://$arg_v/x"))[0][:2] == ("grpc://$arg_v/x", "invalid")
    # A habit of proxy_pass: a path of its own begins with a slash.
    for path in ("$request_uri", "$uri", "$document_uri$is_args$args"):
        found = target(f"grpc://$host:50051{path}")
        assert [it["problem"] for it in found["failures"]] == ["invalid"]
        assert found["client_chooses"] == "no"


@pytest.mark.parametrize(
    ("names", "upstreams", "problems"),
    [
        ("server_name GREETER other;", ["Greeter"], []),
        ("server_name .greeter; server_name other;", ["Greeter"], []),
        ("", [], ["empty"]),
        ("server_name elsewhere;", [], ["no-port"]),
    ],
)
def test_the_name_of_the_server(names, upstreams, problems):
    """`$server_name` is the first of them, whatever the client asks for."""
    found = target("grpc://$server_name", of_server=names)
    assert found["upstreams"] == upstreams
    assert [it["problem"] for it in found["failures"]] == problems
    assert found["client_chooses"] == "no"


def test_a_query_behind_the_host():
    """No gRPC call has one, and what has one goes nowhere."""
    for query in ("$is_args$args", "${is_args}$query_string"):
        found = target(f"grpc://Greeter{query}")
        assert failures(found) == []
        assert found["client_chooses"] == "no"
        assert leads(found) == ("upstream", ["Greeter"], "", 0)
    # Set only in another location, or in the one around.
    assert failures(everywhere("location /o { set $b Greeter; }")) == [("grpc://", "empty", 0)]
    document = http(
        UPSTREAMS + "server { location / { set $b Greeter; location /i { grpc_pass grpc://$b; } } }"
    )
    assert failures(location(document, "/i")["target"]) == [("grpc://", "empty", 0)]


def test_what_covers_every_case_is_complete():
    for block in (
        "map $scheme $b { http Greeter; https other; }",
        "map $http_x $b { ~.* Greeter; }",
        'split_clients "$remote_addr" $b { 50% Greeter; 50% other; }',
        "map $s $b { a Greeter; b other; }",
    ):
        found = target("$b", "set $s a;", around=UPSTREAMS + block)
        assert found["failures"] == [], block


def test_a_map_is_evaluated_once():
    maps = "map $http_x $m { default $a; }"
    found = target("$m", "set $a Greeter; set $c $m; set $a other;", around=UPSTREAMS + maps)
    assert found["upstreams"] == ["Greeter"]
    maps = "map $http_x $m { volatile; default $a; }"
    found = target("$m", "set $a Greeter; set $c $m; set $a other;", around=UPSTREAMS + maps)
    assert found["upstreams"] == ["other"]
    # Of two maps the last one counts, but that one of them is volatile holds for both.
    maps = "map $http_y $m { volatile; default $a; } map $http_x $m { default $a; }"
    found = target("$m", "set $a Greeter; set $c $m; set $a other;", around=UPSTREAMS + maps)
    assert found["upstreams"] == ["other"]


def test_numbered_captures_are_the_last_regexs():
    found = everywhere(
        "", before="if ($http_x ~ (.+)) { set $y 1; }", path="~ ^/(Greeter)/", target="$1"
    )
    assert found["client_chooses"] == "whole"
    found = everywhere("", before="set $y 1;", path="~ ^/(Greeter)/", target="$1")
    assert leads(found)[:2] == ("upstream", ["Greeter"])
    # One that does not match takes them away, and one without captures.
    found = everywhere("", before="rewrite ^/y /z break;", path="~ ^/(Greeter)/", target="$1")
    assert failures(found) == [("", "empty", 0)]
    found = everywhere("", before="if ($uri ~ x) { set $y 1; }", path="~ ^/(Greeter)/", target="$1")
    assert failures(found) == [("", "empty", 0)]


def test_a_subrequest_has_numbered_captures_of_its_own():
    of_server = "if ($arg_x ~ (.+)) { set $y 1; } location = /a { return 204; }"
    found = everywhere(of_server, before="auth_request /a;", path="~ ^/([^/]+)/", target="$1")
    assert found["client_chooses"] == "whole"
    assert found["failures"] == []


@pytest.mark.parametrize(
    ("path", "rewrite", "comes"),
    [
        ("~ ^/t/([^/]+)/", "^/t/([^/]+)/", False),
        ("~ ^/t/[^/]+/", "^/t", False),
        ("/t/", "^/t/", False),
        ("= /t/S/M", "S/M$", False),
        ("/t/", "^/x/", True),
        ("/t/", "^/t/x", True),
        ("~ ^/t/", "^/t/x", True),
    ],
)
def test_what_follows_a_break_that_each_path_of_the_location_meets(path, rewrite, comes):
    """No call comes to a wrong value behind it, so that none fails."""
    before = f"set $b Greeter; rewrite {rewrite} /y break; if ($http_x) {{ set $b nowhere; }}"
    found = everywhere("", before=before, path=path)
    assert [text for text, problem, _ in failures(found) if problem] == ["grpc://nowhere"] * comes


@pytest.mark.parametrize("path", ["/t/", "~ ^/t/", "~ ^/(?:t|u)/"])
def test_a_condition_of_the_server_leaves_calls_to_the_location(path):
    found = everywhere("rewrite ^/t/x /y break;", before="set $b nowhere;", path=path)
    assert [problem for _, problem, _ in failures(found)] == ["no-port"]


def test_internal_and_named_locations_are_not_entered_from_outside():
    ways = "location /o { set $b Greeter; rewrite ^ /in/x last; } location /p { return 204; }"
    found = everywhere(ways, path="/in/", before="internal;")
    assert (found["upstreams"], found["failures"]) == (["Greeter"], [])
    found = everywhere(ways, path="/in/")
    assert failures(found) == [("grpc://", "empty", 0)]


@pytest.mark.parametrize(
    "text",
    [
        'server { location / { set $u up; set $u "$u$u"; if ($arg_x) { set $u "$u$u$u$u"; } '
        'if ($arg_y) { set $u "$u.$u"; } grpc_pass grpc://$u; } }',
        "map $n $m { default $n; a b; } map $m $n { default $m; a b; } "
        "server { location / { grpc_pass grpc://$n; } }",
        "".join(f"map $v{at + 1}$v{at + 1} $v{at} {{ volatile; default $v{at + 1}$v{at + 1}; }}"
                for at in range(60))
        + "server { location / { grpc_pass $v0; } }",
        "server { location / { " + "set $u $u$u; if ($http_a) { set $u $u.x; } " * 200
        + "grpc_pass $u; } }",
        "server { " + "".join(f"location @n{at} {{ set $u $u{at}; try_files /x @n{at + 1}; }}"
                              for at in range(300))
        + "location / { try_files /x @n0; } location @n300 { grpc_pass $u; } }",
    ],
)  # fmt: skip
def test_expansion_is_bounded(text):
    started = time.process_time()
    document = http(text)
    assert time.process_time() - started < 3
    places = [item for item in document["servers"][0]["locations"] if "target" in item]
    assert places[-1]["target"]["kind"] == "variable"


# Conditions that depend on each other


@pytest.mark.parametrize(
    ("around", "before", "goes"),
    [
        # The same condition twice, of the client's word.
        ("", "set $b Greeter; if ($http_x) { set $b nowhere; } if ($http_x) { return 403; }",
         ["Greeter"]),
        ("", "set $b Greeter; if ($http_x = a) { set $b nowhere; } "
         "if ($http_x = a) { return 403; }",
         ["Greeter"]),
        ("", "set $b nowhere; if ($http_x != a) { return 403; } if ($http_x = a) { set $b other; }",
         ["other"]),
        ("", "set $b Greeter; if ($http_x = a) { set $b nowhere; } if ($http_x) { return 403; }",
         ["Greeter"]),
        ("", "set $b nowhere; if ($http_x ~ ^a) { set $b other; } "
         "if ($http_x !~ ^a) { return 403; }",
         ["other"]),
        ("", "set $b Greeter; if ($http_x = a) { set $b nowhere; } "
         "if ($http_x = c) { set $y 1; } if ($http_x = a) { set $b other; }",
         ["other", "Greeter"]),
        # A copy of it, and an address.
        ("", "set $y $http_x; set $b Greeter; if ($y) { set $b nowhere; } "
         "if ($http_x) { return 403; }", ["Greeter"]),
        ("", "set $b Greeter; if ($remote_addr = 10.0.0.1) { set $b nowhere; } "
         "if ($remote_addr = 10.0.0.1) { return 403; }", ["Greeter"]),
        ("", "set $b Greeter; if ($http_x = ab) { set $b nowhere; } "
         "if ($http_x ~ ^a) { return 403; }", ["Greeter"]),
        # A map of it.
        ("map $http_x $m { default Greeter; 1 nowhere; }",
         "if ($http_x) { return 403; } set $b $m;", ["Greeter"]),
        # Flags.
        ("", "set $b Greeter; if ($http_x) { set $flag 1; set $b nowhere; } "
         "if ($flag = 1) { return 403; }", ["Greeter"]),
        ("", 'set $t ""; set $b Greeter; if ($http_x) { set $t "A"; } '
         'if ($http_y) { set $t "${t}B"; } if ($t = "AB") { set $b other; } '
         'if ($t = "BA") { set $b nowhere; }', ["Greeter", "other"]),
        ("", 'set $t ""; set $b Greeter; if ($http_x) { set $t "A"; set $b nowhere; } '
         'if ($t ~ "^A") { return 403; }', ["Greeter"]),
    ],
)  # fmt: skip
def test_the_same_condition_goes_the_same_way(around, before, goes):
    found = everywhere("", before=before, around=around)
    assert sorted(found["upstreams"]) == sorted(goes)
    assert found["failures"] == []
    assert {item["origin"] for item in found["variables"]} == {"constant"}


def test_a_condition_of_the_server_holds_in_the_location():
    found = everywhere(
        "set $b Greeter; if ($http_x) { set $b nowhere; }", before="if ($http_x) { return 403; }"
    )
    assert (found["upstreams"], found["failures"]) == (["Greeter"], [])
    found = everywhere("set $b Greeter; if ($uri ~ ^/api/) { set $b nowhere; }", path="/web/")
    assert (found["upstreams"], found["failures"]) == (["Greeter"], [])
    found = everywhere("set $b Greeter; if ($uri ~ ^/api/) { set $b nowhere; }", path="/api/v1/")
    assert failures(found)[0][:2] == ("grpc://nowhere", "no-port")


@pytest.mark.parametrize(
    ("around", "before"),
    [
        # These happen, though the conditions look alike.
        ("", "set $b Greeter; if ($http_x) { set $b nowhere; } if ($http_y) { return 403; }"),
        ("", "set $b Greeter; if ($http_x = a) { set $b nowhere; } "
         "if ($http_x = c) { return 403; }"),
        ("", "set $b Greeter; if ($http_x) { set $b nowhere; } if ($http_x = a) { return 403; }"),
        ("", "set $b nowhere; if ($http_x = a) { set $b Greeter; }"),
    ],
)  # fmt: skip
def test_another_condition_goes_either_way(around, before):
    assert [found[:2] for found in failures(everywhere("", before=before, around=around))] == [
        ("grpc://nowhere", "no-port")
    ]


@pytest.mark.parametrize(
    ("around", "before"),
    [
        # Whether any call meets with `nowhere` is not followed so far.
        ("", "set $y $http_x; set $b Greeter; if ($y = ab) { set $b nowhere; } "
         "if ($http_x ~ ^a) { return 403; }"),
        ("map $http_x $m { default Greeter; 1 nowhere; }",
         "set $b $m; if ($m = nowhere) { return 403; }"),
        ("map $http_x $m { a A; } map $http_x $n { default nowhere; a Greeter; }",
         "set $b Greeter; if ($m = A) { set $b $n; }"),
    ],
)  # fmt: skip
def test_what_may_not_be_met_is_unknown(around, before):
    found = everywhere("", before=before, around=around)
    assert found["failures"] == []
    assert {item["origin"] for item in found["variables"]} == {"unknown"}


def test_a_choice_that_is_looked_at_first_is_not_any():
    before = "if ($http_b !~ ^[a-z]+[.]internal:1$) { return 403; }"
    assert target("$http_b", before)["client_chooses"] == "unknown"
    assert target("$http_b", "if ($http_b !~ .+) { return 403; }")["client_chooses"] == "whole"
    copied = "set $b $http_b; " + before
    assert target("$b", copied)["client_chooses"] == "unknown"


def test_a_backend_may_send_to_an_internal_location():
    ways = "location /o { set $b Greeter; rewrite ^ /in/x last; }"
    site = "location /site/ { proxy_pass http://127.0.0.1:1; }"
    found = everywhere(ways + site, path="/in/", before="internal;")
    assert found["failures"] == []
    assert found["variables"] == [{"name": "$b", "origin": "unknown"}]
    # Nothing here sends a call to it, and what it passes to is its own affair.
    found = everywhere(site, path="/in/", before="internal;")
    assert found["failures"] == []
    found = everywhere(site, path="/in/", before="internal; set $b Greeter;")
    assert (found["upstreams"], found["kind"]) == (["Greeter"], "upstream")
