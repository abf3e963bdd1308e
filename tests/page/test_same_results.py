"""The command in the page says what the command on this machine says, to the byte."""

import functools
import http.server
import subprocess
import sys
import threading

import pytest

from tests.corpus.samples import FILES
from tests.page.browsers import PAGE, ROOT
from tests.sampling import sample

pytestmark = pytest.mark.xdist_group("page")

EXAMPLES = sorted(
    path for path in (ROOT / "examples").rglob("*") if path.suffix in (".conf", ".yaml", ".yml")
)
CORPUS = sorted(FILES.iterdir()) if FILES.is_dir() else []
CALLS = [
    ["check", "--format", "json"],
    ["check", "--format", "sarif", "--profile", "evidence", "--nginx-version", "1.29.7"],
    ["fix"],
    ["fix", "--unsafe", "--format", "json"],
    ["redact"],
]
LOG = b"""2026/01/02 03:04:05 [error] 7#7: *1 upstream timed out (110: Connection timed out) while \
reading response header from upstream, client: 10.0.0.9, server: api.example.com, request: \
"POST /shop.Cart/Get HTTP/2.0", upstream: "grpc://10.0.0.7:50051", host: "api.example.com"
"""

SERVER = """upstream backendNUMBER { server 10.0.0.1:50051; keepalive 8; }
server {
    listen 80 http2;
    server_name hostNUMBER.example;
    location /shop.Cart/ { grpc_pass grpc://backendNUMBER; grpc_read_timeout 300s; }
    location / { return 204; }
}
"""


def of_this_machine(folder, files, argv):
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    command = [sys.executable, "-m", "nginx_grpc", *argv]
    done = subprocess.run(command, cwd=folder, capture_output=True, timeout=120, check=False)
    return (
        done.returncode,
        done.stdout.decode("utf-8", "replace"),
        done.stderr.decode("utf-8", "replace"),
    )


def same(browser, folder, files, *calls):
    answers = browser.run(files, *calls)
    for argv, answer in zip(calls, answers, strict=True):
        assert answer == of_this_machine(folder, files, argv), argv


@pytest.mark.parametrize(
    "path",
    [*sample(EXAMPLES, 6), *sample(CORPUS, 4)],
    ids=lambda path: f"{path.parent.name}/{path.name}",
)
def test_a_file(loaded, tmp_path, path):
    files = {path.name: path.read_bytes()}
    same(loaded, tmp_path, files, *([*call, path.name] for call in CALLS))


def test_a_folder_with_includes_and_settings(loaded, tmp_path):
    files = {
        "nginx.conf": b"events {}\nhttp { include mime.types; include conf.d/*.conf; }\n",
        "conf.d/api.conf": (ROOT / "examples/checklist/bad.conf").read_bytes(),
        "conf.d/other.conf": b"server { listen 81; location / { return 204; } }\n",
        "nginx-grpc.yaml": b"nginx_grpc:\n  profile: evidence\n  nginx_version: 1.29.7\n",
        "error.log": LOG,
    }
    same(
        loaded,
        tmp_path,
        files,
        ["check", "--format", "json", "."],
        ["check", "--redact", "--format", "markdown", "."],
        ["fix", "."],
        ["explain", "--format", "json", "--config", ".", "--", "error.log"],
    )


REFUSED = {
    "nothing": b"",
    "UTF-16": b"\xff\xfes\0",
    "no end": b"server {",
    "a bare CR": b"a\rb",
    "a template": b"{% if x %}",
    "braces": b"{" * 3_000,
    "blocks": b"a {" * 3_000,
}


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_refused(loaded, tmp_path, text):
    files = {"nginx.conf": REFUSED[text]}
    same(
        loaded, tmp_path, files, ["check", "--format", "json", "nginx.conf"], ["fix", "nginx.conf"]
    )


def test_many_servers_in_shards(loaded, tmp_path):
    servers = "".join(SERVER.replace("NUMBER", str(number)) for number in range(3_000))
    files = {"nginx.conf": servers.encode()}
    same(loaded, tmp_path, files, ["check", "--format", "json", "nginx.conf"])


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


def test_from_a_server(started, tmp_path):
    """The same page by http, with a folder of its own."""
    handler = functools.partial(_Quiet, directory=PAGE.parent)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            url = f"http://127.0.0.1:{server.server_port}/{PAGE.name}"
            assert started.open(url) == "ready"
        finally:
            server.shutdown()
    for path in sample([*EXAMPLES, *CORPUS], 3):
        folder = tmp_path / path.name
        folder.mkdir()
        calls = ([*call, path.name] for call in CALLS)
        same(started, folder, {path.name: path.read_bytes()}, *calls)
