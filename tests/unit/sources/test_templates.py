"""envsubst templates: read, their values put in, and what nothing defines never known."""

import os
import random
import shutil
import subprocess

import pytest

from nginx_grpc import cli, model
from nginx_grpc.errors import Refused
from nginx_grpc.sources import env_file
from nginx_grpc.sources.definitions import fill_in, is_template

TEMPLATE = """\
upstream ${APP}_calls {
    server ${FIRST}:50051;
    server $SECOND:$PORT;
    keepalive ${POOL};
}
server {
    listen ${LISTEN} http2;
    server_name ${DOMAIN};
    location / {
        grpc_pass grpc://${APP}_calls;
        grpc_set_header X-Host $host;
        grpc_read_timeout ${TIMEOUT};
    }
}
"""
VALUES = {
    "APP": "orders",
    "FIRST": "10.0.0.1",
    "SECOND": "10.0.0.2",
    "PORT": "50052",
    "POOL": "16",
    "LISTEN": "8080",
    "DOMAIN": "api.example.com",
    "TIMEOUT": "1h",
}


def values(**words):
    return {name: value.encode() for name, value in {**VALUES, **words}.items()}


def document(configuration):
    return model.build(configuration)


def placeholders(configuration):
    return [(each.name, each.line, each.matters) for each in configuration.placeholders]


# Values put in.


@pytest.mark.skipif(shutil.which("envsubst") is None, reason="gettext's envsubst is not installed")
def test_values_are_put_in_as_envsubst_does_it():
    letters = ["$", "${", "}", "A", "B", "$A", "${B}", "A_1", "1", "-", "_", "\n", " ", "é", "\\"]
    chosen = random.Random(1)
    known = {"A": "x $B ${A}", "B": "", "A_1": "y\nz", "_": "u"}
    text = "".join(chosen.choices(letters, k=20_000))
    done = subprocess.run(
        ["envsubst", " ".join(f"${name}" for name in known)],
        input=text.encode(),
        env={**known, "PATH": os.environ["PATH"]},
        stdout=subprocess.PIPE,
        check=True,
    )
    given = {name: value.encode() for name, value in known.items()}
    filled = fill_in(text.encode(), "a.template", given, 1_000_000)
    assert filled.data == done.stdout
    assert len(filled.lines) == filled.data.count(b"\n") + 1
    assert filled.lines[-1] == text.count("\n") + 1


def test_a_template_is_told_by_its_name():
    for name in ("default.conf.template", "a.tmpl", "nginx.tmpl.conf", "x/a.conf.TPL"):
        assert is_template(name)
    for name in ("nginx.conf", "template.conf", "tmpl", "a.template/nginx.conf"):
        assert not is_template(name)


def test_nginx_s_own_variables_stay_outside_of_templates():
    given = {"host": b"db", "HOST": b"db", "backend": b"b", "args": b"x"}
    text = b"$host ${host} $HOST $backend $(backend) $args"
    assert fill_in(text, "nginx.conf", given, 1000).data == (
        b"$host ${host} $HOST b $(backend) $args"
    )
    assert fill_in(text, "nginx.template", given, 1000).data == b"db db db b b x"


def test_a_value_is_bounded():
    text = b"$A" * 1000
    assert len(fill_in(text, "a.template", {"A": b"x" * 100}, 100_000).data) == 100_000
    with pytest.raises(Refused, match=r"^a\.template: more than 99,999 bytes"):
        fill_in(text, "a.template", {"A": b"x" * 100}, 99_999)


@pytest.mark.parametrize("name", ["nginx.conf", "nginx.conf.template"])
def test_a_filled_template_is_what_envsubst_would_have_written(site, name):
    site.write(name, TEMPLATE)
    rendered = TEMPLATE
    for each, value in VALUES.items():
        rendered = rendered.replace(f"${{{each}}}", value).replace(f"${each}", value)
    filled = document(site.one(f"site/{name}", definitions=values()))
    site.write(name, rendered)
    assert filled == document(site.one(f"site/{name}"))
    assert filled["gaps"][0]["kind"] == "context"
    assert len(filled["gaps"]) == 1


def test_a_value_of_several_lines_keeps_the_template_s_lines(site):
    site.write("a.template", "server {\n    ${MORE}\n    listen 80;\n}\n")
    more = b"# a comment\nlisten 81;\n\nlocation / {\n  return 200;\n}"
    (server,) = site.one("site/a.template", definitions={"MORE": more}).directives
    assert [(each.name, each.args, each.line) for each in server.block] == [
        ("listen", ["81"], 2),
        ("location", ["/"], 2),
        ("listen", ["80"], 3),
    ]
    broken = {"MORE": b"# a comment\nlisten 81"}
    with pytest.raises(Refused, match=r"^site/a\.template:3: "):
        site.one("site/a.template", definitions=broken)


def test_values_are_no_part_of_a_dump(site):
    text = (
        "# configuration file /etc/nginx/nginx.conf:\nevents {}\nhttp { include a.conf; }\n"
        "# configuration file /etc/nginx/a.conf:\nserver { root $A; }\n"
    )
    (given,) = site.read("-", stdin=text.encode(), definitions={"A": b"x"})
    assert given.kind == "dump"
    assert given.directives[1].block[0].block[0].args == ["$A"]
    assert given.placeholders == []


# What nothing defines.


@pytest.mark.parametrize(
    ("name", "text", "names"),
    [
        ("nginx.conf", "grpc_pass ${HOST}:$PORT;", ["HOST", "PORT"]),
        ("nginx.conf", "grpc_pass $HOST:${host};", []),
        ("nginx.conf", "grpc_pass $BACKEND;", ["BACKEND"]),
        ("nginx.conf", "set $backend a; grpc_pass $BACKEND;", []),
        ("nginx.conf", "grpc_pass ${service_name};", []),
        ("a.template", "grpc_pass $HOST:$PORT;", ["HOST", "PORT"]),
        ("a.template", "grpc_pass ${service_name}:${port};", ["service_name", "port"]),
        ("a.template", "grpc_pass ${host}:$service;", []),
        ("a.template", "location /$(name) { grpc_pass grpc://a; }", ["name"]),
        ("a.template", "set $backend ${BACKEND}; grpc_pass grpc://$backend;", ["BACKEND"]),
        ("a.template", "grpc_set_header X ${arg_a}${http_b}$request_id;", []),
        ("a.template", "grpc_pass a; # ${COMMENT}", []),
        ("a.template", "content_by_lua_block { return ${LUA} } grpc_pass a;", []),
    ],
)
def test_names_that_nothing_defines(site, name, text, names):
    site.write(name, text)
    assert [each.name for each in site.one(f"site/{name}").placeholders] == names


def test_where_a_name_matters_comes_first(site):
    site.write("a.template", "server {\n server_name ${A} ${B};\n listen 80;\n listen ${A};\n}")
    found = site.one("site/a.template")
    assert sorted(placeholders(found)) == [("A", 4, True), ("B", 2, False)]
    assert [gap["what"] for gap in document(found)["gaps"] if gap["kind"] == "placeholder"] == [
        "${A}"
    ]


def test_an_include_of_unknown_name_is_unread(site):
    site.write("nginx.conf", "http { include ${DIR}/*.conf; include $DIR.conf; include a$b.conf; }")
    (http,) = site.one().directives
    assert [each.unread for each in http.block] == [
        "nothing defines ${DIR} in its name",
        "nothing defines $DIR in its name",
        "no such file",
    ]


@pytest.mark.parametrize(
    ("text", "line", "written"),
    [
        ("server {\n${MORE}\n}", 2, "${MORE}"),
        ("server {\n listen 80;\n ${MORE};\n}", 3, "${MORE}"),
        ("${note}\n\nserver { }", 1, "${note}"),
        ("location / {\n grpc_pass a;\n $MORE\n}", 3, "$MORE"),
        ("server {\n $(more) # a comment\n listen 80;\n}", 2, "$(more)"),
        ("server {\n ${PROTOCOL}_pass a;\n}", 2, "${PROTOCOL}"),
        ("server {\n ${BLOCK} / { grpc_pass a; }\n}", 2, "${BLOCK}"),
        ("map $a $b {\n ${ENTRY}\n default 1;\n}", 2, "${ENTRY}"),
        ("map $a $b {\n default 1;\n ${ENTRY};\n}", 3, "${ENTRY}"),
        ("map $a $b {\n default 1;\n $ENTRY;\n}", 3, "$ENTRY"),
        ("split_clients $a $b {\n ${ENTRY}\n * 1;\n}", 2, "${ENTRY}"),
        ("upstream a {\n ${SERVERS}\n server b;\n}", 2, "${SERVERS}"),
    ],
)
def test_where_a_name_may_stand_for_a_directive_it_is_refused(site, text, line, written):
    site.write("a.conf.template", text)
    with pytest.raises(Refused) as caught:
        site.read("site/a.conf.template")
    name = written.strip("${}()")
    said = str(caught.value)
    assert said.startswith(
        f"site/a.conf.template:{line}: {written} stands where a directive does, and nothing "
        f"defines it; give --define {name}=VALUE or --env-file FILE, or fill it in first: "
        f"envsubst '${name}"
    )
    assert said.endswith(" < site/a.conf.template > site/a.conf")
    # With a value it is read: the refusal is about this name alone.
    value = {"PROTOCOL": b"grpc", "BLOCK": b"location", "ENTRY": b"x 2"}.get(name, b"root x")
    end = b"" if name in ("PROTOCOL", "BLOCK") or f"{written};" in text else b";"
    site.read("site/a.conf.template", definitions={name: value + end})


def test_the_command_names_all_that_is_to_be_filled_in(site):
    site.write(
        "a b.template", "${MORE}\nserver { listen ${PORT}; root $ROOT; return 200 ${host}; }"
    )
    with pytest.raises(Refused, match=r"envsubst '\$MORE \$PORT \$ROOT' < 'site/a b\.template' >"):
        site.read("site/a b.template")


# What is not known.


def nodes(value):
    """Every object of a document."""
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from nodes(each)


def test_what_is_not_filled_in_is_not_known(site):
    site.write("a.template", TEMPLATE)
    found = document(site.one("site/a.template"))
    (server,) = found["servers"]
    (location,) = server["locations"]
    # One upstream, whatever its name is.
    assert location["target"]["upstreams"] == ["$(APP)_calls"]
    assert location["target"]["variables"] == [{"name": "$(APP)", "origin": "unknown"}]
    assert location["directives"]["grpc_read_timeout"]["unresolved"]
    assert found["upstreams"][0]["directives"]["keepalive"]["unresolved"]
    assert all(each["unresolved"] for each in found["upstreams"][0]["servers"])
    assert server["listens"][0]["port"] == 0
    assert not found["complete"]


@pytest.mark.parametrize(
    "target",
    [
        "grpc://${HOST}:50051",
        "grpc://$HOST:$PORT",
        "grpc://backend:${PORT}",
        "grpc://${APP}.internal.example.com:50051",
        "${URL}",
        "${SCHEME}://calls",
    ],
)
def test_a_target_that_is_not_filled_in(site, target):
    site.write(
        "a.template",
        f"upstream calls {{ server b; }} server {{ location / {{ grpc_pass {target}; }} }}",
    )
    (location,) = document(site.one("site/a.template"))["servers"][0]["locations"]
    found = location["target"]
    # Filled in before nginx reads it: no resolver, and no client's choice.
    assert found["client_chooses"] == "no"
    assert not found["host_is_name"]
    assert any(each["origin"] == "unknown" for each in found["variables"])
    assert found["scheme"] == ("grpc" if target.startswith("grpc") else "")
    assert found["scheme_known"] == target.startswith("grpc")


@pytest.mark.parametrize(
    ("listens", "speaks"),
    [
        ("listen ${PORT};", "no"),
        ("listen ${PORT} http2;", "yes"),
        ("listen 80 ${OPTIONS};", "unknown"),
        ("listen 80; http2 ${SWITCH};", "unknown"),
    ],
)
def test_a_listener_that_is_not_filled_in(site, listens, speaks):
    site.write("a.template", f"events {{}} http {{ server {{ {listens} }} }}")
    (server,) = document(site.one("site/a.template"))["servers"]
    assert [each["speaks_http2"] for each in server["listens"]] == [speaks]


# Files of values.


def test_a_file_of_values(site):
    path = site.write(
        "values.env",
        '\ufeff# a comment\n\nA=1\nexport B = two words \nC=\'$x # y\'\nD="a\\n\\"b\\"" # c\n'
        "E=a#b # c\nF=\nG==\r\nA=2\n",
    )
    assert env_file.load(path) == {
        "A": b"2",
        "B": b"two words",
        "C": b"$x # y",
        "D": b'a\n"b"',
        "E": b"a#b",
        "F": b"",
        "G": b"=",
    }


@pytest.mark.parametrize("line", ["A", "=1", "1A=1", "A-B=1", "A='x", 'A="x', "A='x' y", "A=\0"])
def test_a_file_of_no_values(site, line):
    path = site.write("values.env", f"B=1\n{line}\n")
    with pytest.raises(Refused, match=r"values\.env:2: "):
        env_file.load(path)


# From the command line.

WHOLE = """\
events {{}}
http {{
    upstream up {{ zone up 64k; server {first}; server b:50051 max_fails=0; }}
    server {{
        {listen}
        location / {{
            grpc_pass {target};
            grpc_connect_timeout 5s;
            grpc_read_timeout {timeout};
            client_body_timeout 400s;
        }}
    }}
}}
"""
PLAIN = {
    "first": "a:50051 max_fails=0",
    "listen": "listen 80 http2;",
    "target": "grpc://up",
    "timeout": "400s",
}


def check(*arguments):
    return cli.main(
        ["check", "--profile", "evidence", "--nginx-version", "1.30.3", "--no-settings", *arguments]
    )


def test_the_plain_one_is_judged_in_full(site, capsys):
    site.write("a.template", WHOLE.format(**PLAIN))
    assert check("site/a.template") == 0
    assert "NG005" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("place", "text"),
    [
        ("first", "${NAME}:50051 max_fails=0"),
        ("first", "a:50051 max_fails=${NAME}"),
        ("first", "${NAME}"),
        ("listen", "listen ${NAME} http2;"),
        ("listen", "listen 80 http2; listen 81 ${NAME};"),
        ("target", "grpc://${NAME}"),
        ("target", "grpc://${NAME}:50051"),
        ("target", "grpc://a:$NAME"),
        ("timeout", "${NAME}"),
        ("timeout", "${NAME}s"),
    ],
)
def test_what_is_not_filled_in_is_never_clean(site, capsys, place, text):
    site.write("a.template", WHOLE.format(**{**PLAIN, place: text}))
    assert check("site/a.template") in (0, 1)
    said = capsys.readouterr().out
    assert "clean" not in said
    assert "NG005" in said
    assert "nothing defines ${NAME}" in " ".join(said.split())
    assert check("--format", "json", "site/a.template") in (0, 1)
    assert '"complete": false' in capsys.readouterr().out


def test_values_come_from_the_command_line_and_from_files(site, capsys):
    site.write(
        "a.template",
        WHOLE.format(**{**PLAIN, "timeout": "${TIMEOUT}", "first": "$A:${P} max_fails=0"}),
    )
    path = site.write("values.env", "TIMEOUT=0\nA=a\nP=50051\n")
    assert check("--env-file", path, "site/a.template") == 1
    assert "NG211" in capsys.readouterr().out
    assert check("--env-file", path, "--define", "TIMEOUT=400s", "site/a.template") == 0
    assert "NG005" not in capsys.readouterr().out
    assert cli.main(["bridge", "--define", "TIMEOUT=7m", "--no-settings", "site/a.template"]) == 0
    assert '"ms":420000' in capsys.readouterr().out
    for wrong in ("TIMEOUT", "=1", "A-B=1"):
        assert check("--define", wrong, "site/a.template") == 2
        assert "is no assignment" in capsys.readouterr().err
