"""`nginx-grpc fix` as it is run."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from nginx_grpc import cli
from tests.oracle.nginx import binaries

SITE = """\
events {}
http {
    upstream greeter {
        server 127.0.0.1:50051;
        server 127.0.0.1:50052;
        keepalive 8;  # enough
        keepalive_timeout 20s;
    }
    include conf.d/*.conf;
}
"""
# What is wrong: off, and the interceptor that is not on.
API = """\
server {
    listen 127.0.0.1:18080 http2;
    # grpc_next_upstream off; was here before
    location /a.A/ {
        grpc_pass grpc://greeter;
        include conf.d/grpc.inc;
        error_page 502 503 504 = /unavailable;
        grpc_read_timeout 1h;
        client_body_timeout 1h;
    }
    location = /unavailable {
        internal;
        default_type application/grpc;
        add_header grpc-status 14;
        return 200;
    }
    location / { return 200; }
}
"""
INTERCEPTED = API.replace("1h;\n    }", "1h;\n        grpc_intercept_errors on;\n    }")


class Ran:
    def __init__(self, capfd: pytest.CaptureFixture[str], *arguments: str) -> None:
        self.status = cli.main(["fix", "--no-settings", *arguments])
        self.out, self.err = capfd.readouterr()

    @property
    def last(self) -> str:
        return self.err.splitlines()[-1]


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "conf.d").mkdir()
    (tmp_path / "nginx.conf").write_text(SITE)
    (tmp_path / "conf.d" / "api.conf").write_text(API)
    (tmp_path / "conf.d" / "grpc.inc").write_text("grpc_next_upstream off;\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def texts(folder: Path) -> dict[str, str]:
    return {p.name: p.read_text() for p in folder.rglob("*") if p.is_file()}


MENDED = {
    "nginx.conf": SITE,
    "api.conf": INTERCEPTED,
    "grpc.inc": "grpc_next_upstream error timeout;\n",
}


def test_a_diff_of_several_files_that_patch_takes(site, capfd):
    ran = Ran(capfd, "nginx.conf", "--only", "NG105,NG108")
    assert (ran.status, ran.last) == (0, "2 fixed")
    assert texts(site) == {**MENDED, "api.conf": API, "grpc.inc": "grpc_next_upstream off;\n"}
    subprocess.run(["patch", "-p1", "--quiet"], input=ran.out.encode(), check=True)
    assert texts(site) == MENDED


def test_written_in_place_and_then_nothing_is_left_to_do(site, capfd):
    ran = Ran(capfd, "nginx.conf", "--only", "NG105,NG108", "--write")
    assert (ran.status, ran.out, ran.err) == (0, "", "2 fixed\n")
    assert texts(site) == MENDED
    again = Ran(capfd, "nginx.conf", "--only", "NG105,NG108", "--write")
    assert (again.status, again.out, again.err) == (0, "", "0 fixed\n")


def test_an_included_file_that_another_location_needs_as_it_is_is_left_alone(site, capfd):
    other = "location /b.B/ { grpc_pass grpc://greeter; include conf.d/grpc.inc; }"
    (site / "conf.d" / "api.conf").write_text(
        API.replace("location / {", f"{other}\nlocation / {{")
    )
    (site / "settings.yaml").write_text(
        "nginx_grpc:\n  waivers:\n  - {id: NG105, location: /b.B/, reason: r, owner: o,"
        " expires: '2999-01-01'}\n"
    )
    before = texts(site)
    status = cli.main(
        ["fix", "--settings", "settings.yaml", "--only", "NG105", "--unsafe", "nginx.conf"]
    )
    out, err = capfd.readouterr()
    assert (status, out) == (1, "")
    assert "NG105 conf.d/grpc.inc:1 not possible: it would change location /b.B/, too" in err
    assert texts(site) == before


def test_json_has_every_edit_and_what_became_of_it(site, capfd):
    ran = Ran(capfd, "nginx.conf", "--format", "json")
    value = json.loads(ran.out)
    states = {each["id"]: each["state"] for each in value["fixes"]}
    assert states["NG105"] == states["NG108"] == "fixed"
    assert {each["file"] for each in value["files"]} >= {"conf.d/api.conf", "conf.d/grpc.inc"}
    assert value["summary"]["fixed"] == sum(state == "fixed" for state in states.values())
    assert value["summary"]["failed"] is (ran.status == 1)


def test_what_stays_is_told_with_the_reason(site, capfd):
    (site / "nginx.conf").write_text(SITE.replace("        server 127.0.0.1:50052;\n", ""))
    ran = Ran(capfd, "nginx.conf", "--only", "NG107")
    assert ran.status == 1
    assert "1 to decide: NG107 nginx.conf:3 (" in ran.last


@pytest.mark.parametrize("name", ["ng105", "next-upstream", "Next-Upstream"])
def test_only_takes_what_rules_takes(site, capfd, name):
    by_id = Ran(capfd, "nginx.conf", "--only", "NG105")
    assert by_id.out
    assert Ran(capfd, "nginx.conf", "--only", name).out == by_id.out
    at = f"{name}@conf.d/grpc.inc:1"
    assert Ran(capfd, "nginx.conf", "--only", at).out == by_id.out


INGRESS = """\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: api
  namespace: shop
  annotations:
    nginx.ingress.kubernetes.io/backend-protocol: GRPC
spec:
  ingressClassName: nginx
  rules:
  - host: api.example.com
    http:
      paths:
      - path: /
        pathType: Prefix
        backend: {service: {name: api, port: {number: 50051}}}
"""


def test_what_the_config_map_has_to_say_is_told(tmp_path, capfd):
    (tmp_path / "ingress.yaml").write_text(INGRESS)
    ran = Ran(capfd, str(tmp_path / "ingress.yaml"), "--unsafe", "--profile", "checklist")
    # What the edit asks for stands in an object that is not here.
    assert (
        "NG301 would be found instead (to decide: ConfigMap of ingress-nginx: "
        'client-body-timeout: "300")' in ran.err
    )
    # Lines that are to be written stand as lines.
    assert "server-snippet: |\n    error_page 502 503 504 = /grpc_unavailable;\n" in ran.err
    assert "\\x0a" not in ran.err


MOVING = """\
events {}
http {
    upstream greeter { server 10.0.0.1:1; server 10.0.0.2:1; keepalive 64; keepalive_timeout 20s; }
    server {
        listen 80 http2;
        location /a.B/ {
            grpc_pass grpc://greeter;
            grpc_set_header Connection "${CONNECTION}";
            grpc_intercept_errors off;
        }
        location / {
            grpc_pass grpc://greeter;
            grpc_next_upstream off;
        }
    }
}
"""


@pytest.mark.parametrize("more", [[], ["--write"]])
def test_lines_are_those_of_the_files_that_are_there(tmp_path, capfd, monkeypatch, more):
    """Edits above move what stays: a diff is read beside the file as it was."""
    monkeypatch.chdir(tmp_path)
    Path("nginx.conf").write_text(MOVING.replace('Connection "${CONNECTION}"', "X-A b"))
    ran = Ran(capfd, "nginx.conf", *more)
    lines = Path("nginx.conf").read_text().splitlines()
    told = [line.split()[1] for line in ran.err.splitlines() if line.startswith("NG106")]
    assert told
    for place in told:
        assert "location /" in lines[int(place.partition(":")[2]) - 1]


def test_a_name_that_nobody_knows_goes_with_its_words(tmp_path, capfd, monkeypatch):
    """Whatever $CONNECTION is: no such header goes to a gRPC server (NG214)."""
    monkeypatch.chdir(tmp_path)
    Path("grpc.conf.template").write_text(MOVING)
    ran = Ran(capfd, "--only", "NG214", "grpc.conf.template")
    assert '+            grpc_set_header Connection "";' in ran.out, ran.err


def text_of(capfd, monkeypatch, data: bytes, *arguments: str) -> Ran:
    import io

    class Stdin:
        buffer = io.BytesIO(data)

        @staticmethod
        def isatty() -> bool:
            return False

    monkeypatch.setattr(sys, "stdin", Stdin)
    return Ran(capfd, *arguments)


def test_the_corrected_text_of_standard_input(capfd, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    text = SITE.replace("include conf.d/*.conf;", API).replace("include conf.d/grpc.inc;", "")
    ran = text_of(capfd, monkeypatch, text.encode(), "-", "--only", "NG108", "--format", "text")
    assert ran.out == text.replace("1h;\n    }", "1h;\n        grpc_intercept_errors on;\n    }")
    ran = text_of(capfd, monkeypatch, text.encode(), "--only", "NG108")
    assert ran.out.startswith("--- a/stdin\n+++ b/stdin\n")
    (tmp_path / "stdin").write_text(text)
    subprocess.run(["patch", "-p1", "--quiet"], input=ran.out.encode(), check=True)
    assert "grpc_intercept_errors on;" in (tmp_path / "stdin").read_text()


def test_a_dump_names_the_files_behind_it(site, capfd, monkeypatch):
    dump = "".join(
        f"# configuration file {site}/{name}:\n{(site / name).read_text()}\n"
        for name in ("nginx.conf", "conf.d/api.conf", "conf.d/grpc.inc")
    )
    ran = text_of(capfd, monkeypatch, dump.encode(), "-", "--only", "NG105,NG108")
    assert f"--- a{site}/conf.d/api.conf\n" in ran.out
    subprocess.run(["patch", "-p1", "--quiet", "-d", "/"], input=ran.out.encode(), check=True)
    assert texts(site) == MENDED
    (site / "dump.txt").write_text(dump)
    refused = Ran(capfd, "dump.txt", "--write")
    assert refused.status == 2
    assert "a dump is no file to write" in refused.err


def test_a_config_map_is_mended_inside_its_scalar(tmp_path, capfd, monkeypatch):
    monkeypatch.chdir(tmp_path)
    server = "upstream greeter { server 127.0.0.1:50051; keepalive 8; keepalive_timeout 20s; }\n"
    inner = (server + API.replace("include conf.d/grpc.inc;", "")).replace("\n", "\n    ").rstrip()
    head = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  api.conf: |\n    "
    tail = "\n  other: 'text of another kind'  # a\n"
    (tmp_path / "cm.yaml").write_text(head + inner + tail)
    ran = Ran(capfd, "cm.yaml", "--only", "NG108", "--write")
    assert (ran.status, ran.last) == (0, "1 fixed")
    assert (tmp_path / "cm.yaml").read_text() == (
        head
        + inner.replace("1h;\n        }", "1h;\n            grpc_intercept_errors on;\n        }")
        + tail
    )


def test_a_link_out_of_the_folder_is_not_written(site, capfd, tmp_path_factory):
    outside = tmp_path_factory.mktemp("outside")
    (site / "conf.d" / "api.conf").rename(outside / "api.conf")
    (site / "conf.d" / "api.conf").symlink_to(outside / "api.conf")
    Ran(capfd, "nginx.conf", "--write")
    assert (outside / "api.conf").read_text() == API
    named = Ran(capfd, "conf.d/api.conf", "--write", "--only", "NG108")
    assert (named.status, named.out) == (2, "")
    assert "it is a link out of the folder" in named.err
    assert (outside / "api.conf").read_text() == API
    root = ["--root", str(outside.parent.parent)]
    ran = Ran(capfd, "nginx.conf", *root, "--only", "NG108", "--write")
    assert ran.status == 0, ran.err
    assert (outside / "api.conf").read_text() == INTERCEPTED
    assert (site / "conf.d" / "api.conf").is_symlink()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--only", "NG1"], "no such rule"),
        (["--only", "NG999"], "no such rule"),
        (["-", "--write"], "--write and standard input"),
        (["absent.conf"], "no such file"),
        (["nginx.conf", "--format", "text"], "3 files, and one text to print"),
        (["nginx.conf", "--nginx", "/bin/true"], "does not say that it is nginx"),
        (["nginx.conf", "--nginx", "/absent"], "can't be run"),
    ],
)
def test_what_is_not_done_is_one_line_and_exit_2(site, capfd, arguments, said):
    ran = Ran(capfd, *arguments)
    assert ran.status == 2
    assert ran.out == ""
    assert said in ran.err
    assert ran.err.count("\n") == 1
    assert texts(site)["grpc.inc"] == "grpc_next_upstream off;\n"


@pytest.mark.parametrize("version", binaries())
def test_held_against_nginx_itself(site, capfd, version):
    nginx = ["--nginx", binaries()[version]]
    before = texts(site)
    ran = Ran(capfd, "nginx.conf", "--only", "NG105,NG108", *nginx)
    assert ran.status == 0
    assert "nginx -t takes nginx.conf" in ran.err
    assert texts(site) == before


def test_code_is_not_run_for_it(site, capfd):
    (site / "nginx.conf").write_text("load_module /absent.so;\n" + SITE)
    ran = Ran(capfd, "nginx.conf", "--only", "NG105", "--nginx", next(iter(binaries().values())))
    assert "not held against nginx -t: nginx.conf has load_module" in ran.err
    assert ran.status == 0


def test_what_nginx_refuses_anyway_is_said(site, capfd):
    (site / "nginx.conf").write_text(SITE.replace("http {", "http {\n    no_such_directive 1;"))
    ran = Ran(capfd, "nginx.conf", "--only", "NG105", "--nginx", next(iter(binaries().values())))
    assert "it refuses what is there (unknown directive" in ran.err
    assert "in nginx.conf:3)" in ran.err


def test_what_nginx_refuses_then_is_not_written(site, capfd, tmp_path_factory):
    """A program in nginx's place that takes a text without one of the edits alone."""
    program = tmp_path_factory.mktemp("bin") / "nginx"
    program.write_text(
        "#!/bin/sh\n"
        'if [ "$1" = -V ]; then echo "nginx version: nginx/1.2.3" >&2; exit 0; fi\n'
        'if grep -rq "grpc_intercept_errors on" "$4"; then\n'
        '  echo "nginx: [emerg] no such thing in $4/1.conf:9" >&2; exit 1\n'
        "fi\n"
    )
    program.chmod(0o755)
    ran = Ran(capfd, "nginx.conf", "--only", "NG105,NG108", "--write", "--nginx", str(program))
    assert ran.status == 2
    assert "refuses what would come of it: no such thing in conf.d/api.conf:9" in ran.err
    assert texts(site)["grpc.inc"] == "grpc_next_upstream off;\n"


def test_lua_and_comments_are_never_touched(site, capfd):
    lua = "content_by_lua_block { -- grpc_next_upstream off;\n  grpc_next_upstream = off;\n }"
    api = API.replace("location / { return 200; }", f"location / {{ {lua} }}")
    (site / "conf.d" / "api.conf").write_text(api)
    ran = Ran(capfd, "nginx.conf", "--only", "NG105,NG108", "--write")
    assert ran.status == 0
    assert (site / "conf.d" / "api.conf").read_text() == api.replace(
        "1h;\n    }", "1h;\n        grpc_intercept_errors on;\n    }"
    )


def test_the_program_itself(site):
    program = shutil.which("nginx-grpc", path=str(Path(sys.executable).parent))
    assert program is not None
    done = subprocess.run(
        [program, "fix", "--no-settings", "--only", "NG108", "nginx.conf"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0
    assert done.stdout.startswith("--- a/conf.d/api.conf\n")
    assert done.stderr == "1 fixed\n"


def test_one_finding_alone(tmp_path, capfd, monkeypatch):
    """Of a rule's two findings the second, and not the first."""
    first = API.replace("        include conf.d/grpc.inc;\n", "")
    second = first.replace("a.A", "b.B").replace("18080", "18081")
    (tmp_path / "api.conf").write_text(first + second)
    (tmp_path / "nginx.conf").write_text(SITE.replace("conf.d/*.conf", "api.conf"))
    monkeypatch.chdir(tmp_path)
    found = [line for line, text in enumerate((first + second).splitlines(), 1) if "/b.B/" in text]
    spot = f"NG108@api.conf:{found[0]}"
    ran = Ran(capfd, "--only", spot, "--only", "NG109,NG102", "nginx.conf")
    assert ran.status == 0
    assert ran.out.count("+        grpc_intercept_errors on;") == 1
    assert f"@@ -{found[0] + 2}," in ran.out
    elsewhere = Ran(capfd, "--only", "NG108@api.conf:1", "nginx.conf")
    assert (elsewhere.status, elsewhere.out) == (2, "")
    assert "api.conf:1: --only NG108: nothing of it is found there" in elsewhere.err
