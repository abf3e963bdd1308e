"""The commands as a user runs them: files, folders, ConfigMaps, dumps, logs; the mapping."""

from __future__ import annotations

import io
import json
import os
import stat
import sys

import pytest

from nginx_grpc import cli
from tests.engines.configurations import ROOT

CONF = """\
# of acme
upstream acme { server db.acme.com:50051; server 10.20.30.40:50051; keepalive 8; }
server {
    listen 443 ssl http2;
    server_name api.acme.com;
    include snippets/acme-*.conf;
    location /acme.v1.Orders/ { grpc_pass grpc://acme; }
}
"""
SNIPPET = "location /acme.v1.Pay/ { grpc_pass grpc://acme; grpc_read_timeout 1h; }\n"
SETTINGS = """\
# of acme
nginx_grpc:
  grpc:
    upstreams:
      acme: {longest_silence: 600s, metadata: [x-acme]}
  waivers:
    - {id: NG108, reason: acme says so, owner: ann@acme.com, expires: "2999-01-01"}
"""
MANIFEST = """\
# of acme
apiVersion: v1
kind: ConfigMap
metadata: {name: acme-nginx, labels: {app: acme}}
data:
  acme.conf: |
    upstream acme { server db.acme.com:50051; }   # acme
    server { listen 443 ssl http2; location /acme.v1.Orders/ { grpc_pass grpc://acme; } }
  quoted.conf: "server {\\n  location /acme.v1.Pay/ { grpc_pass grpc://acme; }\\n}\\n"
  acme.sh: |
    echo acme
    exit 0
"""
DUMP = """\
nginx: the configuration file /etc/nginx/nginx.conf syntax is ok
# configuration file /etc/nginx/nginx.conf:
events {}
http { include /etc/nginx/conf.d/acme.conf; }

# configuration file /etc/nginx/conf.d/acme.conf:
server { listen 80 http2; location /acme.v1.Orders/ { grpc_pass grpc://db.acme.com:50051; } }

"""
LOG = """\
2026/11/30 07:31:11 [error] 12#12: *17 upstream timed out (110: Connection timed out) while \
reading response header from upstream, client: 10.20.30.40, server: api.acme.com, request: "POST \
/acme.v1.Orders/Place HTTP/2.0", upstream: "grpc://10.20.30.41:50051", host: "api.acme.com:443"
10.20.30.40 - ann [30/Nov/2026:07:31:12 +0000] "POST /acme.v1.Orders/Place HTTP/2.0" 200 5 "-" "x"
"""
SECRETS = ("acme", "10.20.30", "orders", "ann")


@pytest.fixture
def run(capfdbinary, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)

    def run(*arguments, stdin=b"", status=0):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        assert cli.main([str(each) for each in arguments]) == status
        return capfdbinary.readouterr().out.decode()

    return run


@pytest.fixture
def site(tmp_path):
    folder = tmp_path / "acme-site"
    (folder / "snippets").mkdir(parents=True)
    (folder / "orders.conf").write_text(CONF)
    (folder / "snippets" / "acme-pay.conf").write_text(SNIPPET)
    (folder / "nginx-grpc.yaml").write_text(SETTINGS)
    return folder


def nothing_left(text):
    lower = text.lower().replace("annotation", "")
    return not [word for word in SECRETS if word in lower]


def verdicts(text):
    return sorted(
        (each["id"], each["line"], each["level"], each["waived"] is not None)
        for each in json.loads(text)["findings"]
    )


def files_of(folder):
    return {
        str(path.relative_to(folder)): path.read_text()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_a_folder_keeps_its_structure_and_comes_back(run, site, tmp_path):
    run("redact", site, "--output", "out", "--map", "names.json")
    out = files_of(tmp_path / "out")
    assert sorted(name.count("/") for name in out) == [0, 0, 1]
    assert nothing_left("\n".join([*out, *out.values()]))
    before = run("check", site, "--format", "json", status=1)
    after = run("check", tmp_path / "out", "--format", "json", status=1)
    assert verdicts(after) == verdicts(before)
    assert any(waived for *_, waived in verdicts(before))
    run("redact", "--restore", "--map", "names.json", "out", "--output", "back")
    assert files_of(tmp_path / "back") == files_of(site)


@pytest.mark.parametrize("text", [MANIFEST, DUMP], ids=["manifest", "dump"])
def test_texts_of_other_kinds(run, text, tmp_path):
    out = run("redact", "-", "--map", "names.json", stdin=text.encode())
    assert nothing_left(out)
    assert out.count("\n") == text.count("\n")
    before = run("check", "-", "--format", "json", stdin=text.encode(), status=1)
    after = run("check", "-", "--format", "json", stdin=out.encode(), status=1)
    assert verdicts(after) == verdicts(before)
    assert run("redact", "-", stdin=out.encode()) == out
    back = run("redact", "--restore", "--map", "names.json", "-", stdin=out.encode())
    assert back == text


def test_logs_with_the_names_of_their_configuration(run, site, tmp_path):
    """One mapping for both, so that a line still says which server it is about."""
    (tmp_path / "error.log").write_text(LOG)
    run("redact", site, "--output", "out", "--map", "names.json")
    out = run("redact", "error.log", "--map", "names.json")
    assert nothing_left(out)
    assert "upstream timed out (110: Connection timed out) while reading response header" in out
    (name,) = [text for text in files_of(tmp_path / "out").values() if "server_name" in text]
    assert f"server: {name.split('server_name ')[1].split(';')[0]}," in out
    assert run("redact", "--restore", "--map", "names.json", "-", stdin=out.encode()) == LOG


@pytest.mark.parametrize("format", ["text", "concise", "json", "sarif", "junit", "markdown"])
def test_check_prints_pseudonyms(run, site, format):
    out = run("check", site, "--redact", "--format", format, status=1)
    assert nothing_left(out)
    if format == "json":
        assert verdicts(out) == verdicts(run("check", site, "--format", "json", status=1))


def test_bridge_fix_and_explain_print_pseudonyms(run, site, tmp_path):
    (tmp_path / "error.log").write_text(LOG)
    assert nothing_left(run("bridge", "--redact", site))
    diff = run("fix", "--redact", site, status=1)
    assert "+++ b/" in diff
    assert nothing_left(diff)
    explained = run("explain", "--redact", "error.log", "--config", site)
    assert "read-timeout" in explained
    assert nothing_left(explained)


def test_a_fix_of_the_redacted_text_is_restored(run, tmp_path):
    """Somebody else mends what was shown; the names come back with the mending."""
    text = (ROOT / "examples" / "checklist" / "bad.conf").read_bytes()
    out = run("redact", "-", "--map", "names.json", stdin=text)
    mended = out.replace("keepalive_timeout 75s;", "keepalive_timeout 20s;  # shorter")
    back = run("redact", "--restore", "--map", "names.json", "-", stdin=mended.encode())
    assert back == text.decode().replace("timeout 75s;", "timeout 20s;  # shorter")


def test_the_mapping_is_its_owners_alone(run, tmp_path):
    run("redact", "-", "--map", "names.json", stdin=CONF.encode())
    assert stat.S_IMODE(os.stat("names.json").st_mode) == 0o600
    os.chmod("names.json", 0o644)
    run("redact", "-", "--map", "names.json", stdin=CONF.encode(), status=2)
    (tmp_path / "other.json").write_text("{}")
    os.chmod("other.json", 0o600)
    run("redact", "-", "--map", "other.json", stdin=CONF.encode(), status=2)
    assert (tmp_path / "other.json").read_text() == "{}"
    os.symlink("other.json", "link.json")
    run("redact", "-", "--map", "link.json", stdin=CONF.encode(), status=2)
    os.symlink("nowhere.json", "dangling.json")
    run("redact", "-", "--map", "dangling.json", stdin=CONF.encode(), status=2)
    assert not os.path.lexists("nowhere.json")


def test_what_is_refused(run, site, tmp_path):
    run("redact", site, status=2)
    run("redact", site, "--output", site, status=2)
    run("redact", "--restore", "-", stdin=b"x", status=2)
    run("redact", "--restore", "--map", "none.json", "-", stdin=b"x", status=2)
    run("redact", "-", stdin=b"server {", status=2)
    run("fix", "--redact", "--write", site, status=2)
    run("check", "--redact", "--baseline", "x.json", site, status=2)
