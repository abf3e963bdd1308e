"""`nginx-grpc upgrade`: findings that come, go and change, and what nginx itself says of it."""

import json

import pytest

from nginx_grpc import cli
from tests.oracle import nginx

OLD, NEW = "1.22.1", "1.31.3"
BASE = """\
events {{}}
http {{
    upstream g {{ server 10.0.0.1:50051; keepalive 8; keepalive_timeout 20s; {upstream} }}
    server {{
        listen 8080 http2; {server}
        grpc_read_timeout 1h; client_body_timeout 1h;
        location / {{ grpc_pass grpc://g; {location} }}
    }}
}}
"""


def conf(upstream="", server="", location=""):
    return BASE.format(upstream=upstream, server=server, location=location)


@pytest.fixture
def upgrade(tmp_path, capsys, monkeypatch):
    """Runs the command on a text: status, standard output, standard error."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")

    def run(text, old, new, *more):
        (tmp_path / "nginx.conf").write_text(text)
        command = ["upgrade", "--from", old, "--to", new, "--profile", "evidence", *more]
        status = cli.main([*command, "nginx.conf"])
        return (status, *capsys.readouterr())

    return run


def changes(out):
    return [
        (it["kind"], it["finding"]["id"], it["finding"]["line"], it["breaks"])
        for it in json.loads(out)["changes"]
    ]


def test_equal_versions_print_nothing(upgrade):
    assert upgrade(conf(), NEW, NEW) == (0, "", "")


def test_nothing_changes(upgrade):
    status, out, _ = upgrade(conf(), "1.31.0", "1.31.1")
    assert status == 0
    assert out == "nginx 1.31.0 to 1.31.1: no more denials (findings: the same; no fact)\n"


def test_what_comes_and_goes(upgrade):
    text = conf("least_conn;", "http2_push on;", "grpc_socket_rcvbuf 8k;")
    status, out, _ = upgrade(text, OLD, "1.31.4", "--format", "json")
    assert changes(out) == [
        ("comes", "NG501", 5, False),
        ("comes", "NG501", 5, False),
        ("goes", "NG204", 3, False),
        ("goes", "NG502", 7, False),
    ]
    assert status == 0
    status, out, _ = upgrade(text, "1.31.4", OLD, "--format", "json")
    assert sorted(changes(out)) == [
        ("comes", "NG204", 3, True),
        ("comes", "NG502", 7, True),
        ("goes", "NG501", 5, False),
        ("goes", "NG501", 5, False),
    ]
    assert status == 1


def test_two_of_one_rule_on_a_line(upgrade):
    """One goes and another comes: that is no change of one into the other."""
    text = conf(server="ssl off; add_header_inherit on;")
    status, out, _ = upgrade(text, OLD, NEW, "--format", "json")
    of_502 = [change for change in changes(out) if change[1] == "NG502"]
    assert of_502 == [("comes", "NG502", 5, True), ("goes", "NG502", 5, False)]
    assert status == 1


def test_a_waived_denial_breaks_nothing(upgrade):
    waived = "# nginx-grpc: ignore NG502 until=2099-01-01 owner=web reason=later\n"
    text = conf(server=f"\n{waived} http2 on;")
    assert upgrade(text, NEW, OLD)[0] == 0
    assert upgrade(text.replace(waived, ""), NEW, OLD)[0] == 1


def test_people_read_it(upgrade):
    status, out, _ = upgrade(conf(location="keepalive_min_timeout 5s;"), "1.29.0", "1.22.1")
    assert status == 1
    assert out.startswith(
        "comes: deny[NG502] This version of nginx does not know what is written\n"
        "  --> nginx.conf:7\n"
        "  now: keepalive_min_timeout needs nginx 1.27.4, and this is to run on 1.22.1,\n"
        "       which refuses to start\n"
    )
    assert "\nbefore 1.25.1: HTTP/1.1 on plaintext sockets with http2\n" in out
    assert "\nnginx 1.29.0 to 1.22.1: 1 more denial (findings: 1 come, 1 go;" in out
    assert max(map(len, out.splitlines())) <= 80


def test_what_to_write_stands_as_lines(upgrade):
    _, out, _ = upgrade(conf(), OLD, NEW)
    assert "\n  do: listen 8080;\n      http2 on;\n" in out


def test_no_grpc_is_said(upgrade):
    status, out, _ = upgrade("events {}\nhttp { server { listen 80; } }\n", OLD, NEW)
    assert (status, out.splitlines()[0][:41]) == (0, "nginx 1.22.1 to 1.31.3: no gRPC found; no")


def test_what_was_not_read_is_said(upgrade):
    _, out, _ = upgrade(conf(server="include /nowhere/x.conf;"), "1.31.0", "1.31.1")
    assert "include /nowhere/x.conf" in out


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("1.30", NEW, "--from 1.30 is no version of nginx; write it as 1.30.3"),
        (OLD, "latest", "--to latest is no version of nginx"),
        (OLD, "1.31.5", "--to 1.31.5 is newer than nginx 1.31.4, the last one whose changes are"),
        ("2.0.0", OLD, "--from 2.0.0 is newer than nginx"),
        (OLD, "1.31.4444", "is no version of nginx"),
        (OLD, "1.31.٤", "is no version of nginx"),
    ],
)
def test_versions_that_are_not_known(upgrade, old, new, said):
    status, out, err = upgrade(conf(), old, new)
    assert (status, out) == (2, "")
    assert said in err
    assert len(err.splitlines()) == 1


def test_nothing_to_read(upgrade, capsys):
    assert cli.main(["upgrade", "--from", OLD, "--to", NEW, "not-there.conf"]) == 2
    assert "no such file" in capsys.readouterr().err


def test_what_was_not_read_in_both_changes(upgrade):
    """Other rules depend on it: one finding, not one that comes and one that goes."""
    text = conf(server="include gone.conf;")
    _, out, _ = upgrade(text, "1.28.0", NEW, "--format", "json")
    assert [each for each in changes(out) if each[1] == "NG005"] == [("changes", "NG005", 5, False)]


def test_settings_count_but_for_their_version(upgrade, tmp_path):
    (tmp_path / "nginx-grpc.yaml").write_text(
        'nginx_grpc: {nginx_version: "1.10.0", levels: {NG502: warn}}\n'
    )
    status, out, _ = upgrade(conf(server="http2 on;"), NEW, OLD, "--format", "json")
    assert ("comes", "NG502", 5, False) in changes(out)
    assert status == 0


# Texts that one of both does not load, or both load.
LOADED = [
    conf(),
    conf(server="ssl off;"),
    conf(server="http2 on;"),
    conf(server="http2_push on;"),
    conf(upstream="zone z 64k;", location="grpc_socket_keepalive on;"),
    conf(server="http2_body_preread_size 64k; keepalive_min_timeout 5s;"),
    conf(location="add_trailer_inherit on;"),
]


@pytest.fixture(scope="module")
def judges():
    found = {version: nginx.Judge(path) for version, path in nginx.binaries().items()}
    yield found
    for judge in found.values():
        judge.close()


@pytest.mark.parametrize("text", LOADED)
@pytest.mark.parametrize(("old", "new"), [(OLD, NEW), (NEW, OLD)])
def test_nginx_says_the_same(upgrade, judges, text, old, new):
    """Where the old one loads it, a denial comes exactly where the new one does not."""
    loads = {
        version: judges[version].verdict(text.encode()).kind == "accepted" for version in (old, new)
    }
    if not loads[old]:
        return
    refused = [
        change
        for change in changes(upgrade(text, old, new, "--format", "json")[1])
        if change[1] == "NG502" and change[3]
    ]
    assert bool(refused) is (not loads[new])


def test_both_directions_are_tried(judges):
    """The texts above hold what only the old one loads, what only the new one does, and both."""
    kinds = {
        tuple(judges[version].verdict(text.encode()).kind == "accepted" for version in (OLD, NEW))
        for text in LOADED
    }
    assert kinds >= {(True, True), (True, False), (False, True)}
