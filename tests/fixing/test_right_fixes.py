"""Fixes that keep what worked: what else stands on a line, in a server, in an upstream block.

Each text is mended by `nginx-grpc fix` as a whole and accepted by both nginx before and after.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from nginx_grpc import cli
from tests.live.bench.nginx import CURRENT, DEBIAN, binary

OLD, NEW = "1.22.1", "1.31.3"
VERSIONS = {OLD: DEBIAN, NEW: CURRENT}

AROUND = """\
pid nginx.pid;
error_log error.log;
events {{}}
http {{
    access_log off;
{}
}}
"""
PAGE = """\

        location = /grpc_unavailable {
            internal;
            default_type application/grpc;
            add_header grpc-status 14;
            add_header grpc-message "upstream unavailable";
            return 200;
        }
"""
# What mends it, by the rule and, where that matters, the version of nginx: lines taken out, put in.
CASES = {
    "NG101: proxy_pass goes where a grpc_pass stands already": (
        "NG101",
        NEW,
        """\
    upstream greeter { server 127.0.0.1:1; }
    server {
        listen 127.0.0.1:18080 http2;
        location /a.B/ {
            grpc_pass grpc://greeter;
            proxy_pass http://greeter;
        }
    }""",
        ["            proxy_pass http://greeter;"],
        [],
    ),
    "NG109: a web site keeps its page": (
        "NG109",
        NEW,
        """\
    server {
        listen 127.0.0.1:18080 http2;
        error_page 500 502 503 504 /50x.html;
        location = /50x.html { root html; }
        location / { proxy_pass http://127.0.0.1:1; }
        location /a.B/ {
            grpc_pass grpc://127.0.0.1:2;
        }
    }""",
        [],
        [
            "            error_page 500 /50x.html;",
            "            error_page 502 503 504 = /grpc_unavailable;",
            *PAGE.splitlines(),
        ],
    ),
    "NG110: a page for the web is left to the web": (
        "NG110",
        NEW,
        """\
    server {
        listen 127.0.0.1:18080 http2;
        error_page 502 503 504 =200 /sorry;
        location /sorry { return 200 "try again"; }
        location / { proxy_pass http://127.0.0.1:1; }
        location /a.B/ {
            grpc_pass grpc://127.0.0.1:2;
        }
    }""",
        [],
        ["            error_page 502 503 504 = /grpc_unavailable;", *PAGE.splitlines()],
    ),
    "NG110: a page for gRPC is mended at once": (
        "NG110",
        NEW,
        """\
    server {
        listen 127.0.0.1:18080 http2;
        error_page 502 503 504 = /e;
        location /e {
            internal;
            add_header grpc-status 2;
            add_header content-length 0;
            return 204;
        }
        location / {
            grpc_pass grpc://127.0.0.1:2;
        }
    }""",
        [
            "            add_header grpc-status 2;",
            "            add_header content-length 0;",
            "            return 204;",
        ],
        [
            "            add_header grpc-status 14;",
            "            return 200;",
            "            default_type application/grpc;",
        ],
    ),
    "NG201: the parameters of the listen stay, and TLS comes first": (
        "NG201",
        OLD,
        """\
    server {
        listen 127.0.0.1:18080;
        listen 127.0.0.1:18443 ssl default_server backlog=511;
        ssl_certificate cert.pem;
        ssl_certificate_key cert.pem;
        location / { grpc_pass grpc://127.0.0.1:2; }
    }""",
        ["        listen 127.0.0.1:18443 ssl default_server backlog=511;"],
        ["        listen 127.0.0.1:18443 ssl default_server backlog=511 http2;"],
    ),
    "NG201: the default server of the port decides": (
        "NG201",
        NEW,
        """\
    server {
        listen 127.0.0.1:18080;
        server_name web.internal;
        return 200;
    }
    server {
        listen 127.0.0.1:18080;
        server_name api.internal;
        location / { grpc_pass grpc://127.0.0.1:2; }
    }""",
        [],
        ["        http2 on;", "        http2 on;"],
    ),
    "NG205: the parameters of the server stay": (
        "NG205",
        NEW,
        """\
    upstream greeter {
        server 127.0.0.1:1 weight=5 max_fails=2 fail_timeout=30s;
        server 127.0.0.1:2 backup;
    }
    server {
        listen 127.0.0.1:18080 http2;
        location / { grpc_pass grpc://greeter; }
    }""",
        [
            "        server 127.0.0.1:1 weight=5 max_fails=2 fail_timeout=30s;",
            "        server 127.0.0.1:2 backup;",
        ],
        [
            "        server 127.0.0.1:1 weight=5 max_fails=0 fail_timeout=30s;",
            "        server 127.0.0.1:2 backup max_fails=0;",
        ],
    ),
    "NG207: the location says the scheme": (
        "NG207",
        NEW,
        """\
    upstream greeter { server 127.0.0.1:1; }
    server {
        listen 127.0.0.1:18080 http2;
        location / {
            grpc_pass greeter;
            location /a.B/Watch {
                grpc_read_timeout 1h;
            }
        }
    }""",
        [],
        ["                grpc_pass grpc://greeter;"],
    ),
    "NG501: both lines, for every server of the socket": (
        "NG501",
        NEW,
        """\
    server {
        listen 127.0.0.1:18080 http2;
        server_name a.internal;
    }
    server {
        listen 127.0.0.1:18080;
        server_name b.internal;
    }""",
        ["        listen 127.0.0.1:18080 http2;"],
        ["        listen 127.0.0.1:18080;", "        http2 on;", "        http2 on;"],
    ),
}
# The shared pool is NG218's: a block of its own has to be decided on, unless there is one for each
# location (1.29.7).
SHARED = """\
    upstream app {{
        server 127.0.0.1:1;
{}    }}
    server {{
        listen 127.0.0.1:18080 http2;
        location / {{ proxy_pass http://app; }}
        location /a.B/ {{ grpc_pass grpc://app; }}
    }}"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    command = "openssl req -x509 -newkey rsa:2048 -nodes -keyout k -out c -subj /CN=x -days 2"
    subprocess.run(command.split(), check=True, capture_output=True)
    (tmp_path / "cert.pem").write_text((tmp_path / "c").read_text() + (tmp_path / "k").read_text())
    return tmp_path


def mended(text: str, rule: str, version: str, folder: Path) -> str:
    """What fix makes of the text; nginx takes both."""
    file = folder / "nginx.conf"
    file.write_text(text)
    loads(version, folder)
    options = ["--no-settings", "--nginx-version", version, "--unsafe", "--fail-on", "warn"]
    cli.main(["fix", *options, "--only", rule, "--write", str(file)])
    loads(version, folder)
    return file.read_text()


def loads(version: str, folder: Path) -> None:
    command = [str(binary(VERSIONS[version])), "-t", "-p", f"{folder}/", "-c", "nginx.conf"]
    tried = subprocess.run(command, capture_output=True, text=True, timeout=20)
    assert tried.returncode == 0, tried.stderr


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.replace(" ", "-"))
def test_nothing_else_changes(case: str, folder: Path) -> None:
    rule, version, text, out, come = CASES[case]
    before = AROUND.format(text)
    after = mended(before, rule, version, folder)
    left = before.splitlines()
    for line in out:
        left.remove(line)
    assert sorted(after.splitlines()) == sorted([*left, *come])


@pytest.mark.parametrize("version", [OLD, NEW])
def test_a_pool_that_the_web_shares_is_to_decide(version: str, folder: Path) -> None:
    before = AROUND.format(SHARED.format("        keepalive 0;\n" if version == NEW else ""))
    after = mended(before, "NG104", version, folder)
    if version == OLD:
        assert after == before
    else:
        assert "        keepalive 32 local;\n        keepalive_timeout 20s;\n" in after


def test_a_page_that_is_no_gRPC_answer_is_not_made(folder: Path) -> None:  # noqa: N802
    """It would take over the trailer, and clients would miss its grpc-status (NG110)."""
    before = AROUND.format("""\
    upstream greeter { server 127.0.0.1:1; }
    server {
        listen 127.0.0.1:18080 http2;
        add_trailer x-served-by edge;
        location / { grpc_pass grpc://greeter; }
    }""")
    assert mended(before, "NG109", OLD, folder) == before
