"""What `nginx-grpc fix` writes, run: calls that failed succeed, and all else answers as before."""

from __future__ import annotations

import http.client
import http.server
import json
import re
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from nginx_grpc import cli
from tests.live.bench import CURRENT, certificate, dead_address, each, every, grpc_server, nginx
from tests.live.bench.clients import CLIENTS
from tests.live.bench.nginx import Nginx, binary, folder, running

CHECKLIST = Path(__file__).resolve().parents[2] / "examples" / "checklist"
NAME = "api.example.com"
PROFILES = ("checklist", "evidence")


@contextmanager
def mended(conf: str, version: str, profile: str, *more: str, **names: object) -> Iterator[Nginx]:
    """nginx with the text after `nginx-grpc fix --unsafe --write`, which leaves nothing that an
    edit mends."""
    with folder(conf, version, names) as here:
        common = ["--no-settings", "--profile", profile, "--nginx-version", version]
        fix = ["fix", *common, "--unsafe", "--write", "--nginx", str(binary(version)), *more]
        assert cli.main([*fix, str(here.conf)]) in ((0, 1) if more else (0,))
        report = here.path / "report.json"
        check = ["check", *common, "--format", "json", "--output", str(report), str(here.conf)]
        assert cli.main(check) == 0
        left = {each["id"] for each in json.loads(report.read_text())["findings"]}
        if "warn" in more:
            assert left <= {"NG107", "NG401"}
        assert here.test().ok
        with running(here) as server:
            yield server


def example(name: str, **words: str) -> str:
    """What stands in http{} of an example, with words for what it has of its own."""
    text = (CHECKLIST / name).read_text()
    inner = text[text.index("http {") + 6 : text.rindex("}")]
    for pattern, word in {
        r"certs/server\.crt": "CERTIFICATE",
        r"certs/server\.key": "KEY",
        r"127\.0\.0\.1:500?\d+|10\.96\.0\.4\d:50051": "GREETER",
        r"listen (?:8443|443) ": "listen LISTEN ",
        r"listen 8080": "listen LISTEN_PLAIN",
        **words,
    }.items():
        inner = re.sub(pattern, word, inner)
    return inner


def tls() -> dict[str, object]:
    ours = certificate(NAME)
    return {"CERTIFICATE": ours.certificate, "KEY": ours.key}


def seen(address: str, **ask: object) -> dict[str, str]:
    return {name: client(address, **ask).code for name, client in CLIENTS.items()}


@pytest.mark.parametrize("profile", PROFILES)
def test_the_faulty_example_carries_calls(version, profile):
    """gRPC by proxy_pass over TLS, a listener without HTTP/2, and a nested location."""
    ours = {"tls": certificate(NAME), "name": NAME}
    conf = example("bad.conf", **{r"helloworld\.Greeter": "greeter.v1.Greeter"})
    nested = example("bad.conf", **{r"shop\.Orders": "greeter.v1.Greeter"})
    with grpc_server() as greeter:
        names = {**tls(), "GREETER": greeter}
        with nginx(conf, version, **names) as before:
            assert "OK" not in seen(before.names["LISTEN"], **ours).values()
            assert "OK" not in seen(before.names["LISTEN_PLAIN"], deadline=2).values()
        with nginx(nested, version, **names) as before:
            assert seen(before.names["LISTEN"], method="Watch", **ours) == every("UNIMPLEMENTED")
        with mended(conf, version, profile, "--fail-on", "warn", **names) as after:
            assert seen(after.names["LISTEN"], **ours) == every("OK")
            assert seen(after.names["LISTEN_PLAIN"]) == every("OK")
        with mended(nested, version, profile, **names) as after:
            assert seen(after.names["LISTEN"], method="Watch", **ours) == every("OK")


@pytest.mark.parametrize("profile", PROFILES)
def test_the_page_of_the_article_says_unavailable(version, profile):
    """Its 204 is UNKNOWN to grpc-go and grpcurl."""
    ours = {"tls": certificate(NAME), "name": NAME}
    conf = example("article.conf", **{r"helloworld\.Greeter": "greeter.v1.Greeter"})
    with dead_address() as dead:
        names = {**tls(), "GREETER": dead}
        with nginx(conf, version, **names) as before:
            assert seen(before.names["LISTEN"], **ours) == each("UNAVAILABLE", "UNKNOWN", "UNKNOWN")
        with mended(conf, version, profile, "--fail-on", "warn", **names) as after:
            assert seen(after.names["LISTEN"], **ours) == every("UNAVAILABLE")
    with (
        grpc_server(tls=certificate("greeter.example.com")) as greeter,
        mended(conf, version, profile, **tls(), GREETER=greeter) as after,
    ):
        assert seen(after.names["LISTEN"], **ours) == every("OK")


# A web site, a REST interface, gRPC and TLS in one server, as one grows over years.
MIXED = """
map $http_upgrade $connection_upgrade { default upgrade; '' close; }
upstream rest { server REST; keepalive 4; }
upstream greeter { server GREETER; }
server {
    listen LISTEN ssl default_server; # the only one
    listen LISTEN_PLAIN;
    server_name api.example.com www.example.com;
    ssl_certificate CERTIFICATE; ssl_certificate_key KEY;
    add_header X-Site yes always;
    error_page 404 /404.html;
    error_page 502 503 504 /down.html;

    # grpc_pass grpc://nowhere;
    location / { default_type text/html; return 200 "<h1>home</h1>"; }
    location = /404.html { internal; return 404 "nothing here"; }
    location = /down.html { internal; return 502 "down"; }
    location = /gone { return 404; }
    location /rest/ {
        proxy_pass http://rest/;
        proxy_http_version 1.1;
        proxy_set_header Connection "";
    }
    location /socket/ {
        proxy_pass http://rest;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection $connection_upgrade;
    }
    location /greeter.v1.Greeter/ { proxy_pass http://greeter; }
}
"""
# All that it answers, but for the one name that the fix gives its page: /grpc_unavailable.
PATHS = ("/", "/gone", "/rest/things", "/socket/", "/404.html", "/down.html", "/x?y=1")


class _Rest(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        body = f"{self.command} {self.path} {self.headers.get('Upgrade')}".encode()
        self.send_response(201)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("X-Rest", "yes")
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET  # noqa: N815

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def rest_server() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Rest)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


def answers(address: str, *, secure: bool) -> dict[str, object]:
    """Status, headers and body of each path, over HTTP/1.1."""
    found: dict[str, object] = {}
    for path in PATHS:
        for method in ("GET", "POST"):
            found[f"{method} {path}"] = answer(address, method, path, secure=secure)
    return found


def answer(address: str, method: str, path: str, *, secure: bool) -> object:
    host, _, port = address.rpartition(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=10)
    if secure:
        context = ssl.create_default_context(cafile=str(certificate(NAME).authority))
        connection.connect()
        connection.sock = context.wrap_socket(connection.sock, server_hostname=NAME)
    try:
        connection.request(method, path, headers={"Host": NAME, "Upgrade": "websocket"})
        got = connection.getresponse()
        headers = sorted(pair for pair in got.getheaders() if pair[0] != "Date")
        return got.status, headers, got.read()
    except (http.client.HTTPException, OSError) as error:
        return type(error).__name__
    finally:
        connection.close()


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("unsafe", ["--unsafe", "safe"])
def test_a_web_site_beside_gRPC_answers_as_before(version, profile, unsafe, capfd):  # noqa: N802
    ours = {"tls": certificate(NAME), "name": NAME}
    with grpc_server() as greeter, rest_server() as rest, dead_address() as dead:
        up = {**tls(), "GREETER": greeter, "REST": rest}
        down = {**tls(), "GREETER": dead, "REST": dead}
        for names in (up, down):
            with nginx(MIXED, version, **names) as before:
                was = answers(before.names["LISTEN"], secure=True)
                was_plain = answers(before.names["LISTEN_PLAIN"], secure=False)
                assert "OK" not in seen(before.names["LISTEN"], **ours).values()
            assert isinstance(was["GET /"], tuple)
            assert was["GET /"][0] == 200
            with written(MIXED, version, profile, unsafe, names) as after:
                now = answers(after.names["LISTEN"], secure=True)
                now_plain = answers(after.names["LISTEN_PLAIN"], secure=False)
                called = seen(after.names["LISTEN"], **ours)
            assert now == was
            assert now_plain == was_plain
            if unsafe == "--unsafe":
                assert called == every("OK" if names is up else "UNAVAILABLE")


# gRPC, and errors of the web that come of returns, of paths that have no location, and of what is
# inside of a gRPC location.
QUIET = """
upstream greeter { server GREETER max_fails=0; }
server {
    listen LISTEN ssl http2;
    server_name api.example.com;
    ssl_certificate CERTIFICATE; ssl_certificate_key KEY;
    error_page 502 503 504 @down;
    error_page 403 404 =200 /lost;
    location @down { return 503 "come again"; }
    location = /lost { default_type text/html; return 200 "lost"; }
    location = / { return 200 "home"; }
    BESIDE
    location CALLS { grpc_pass grpc://greeter; grpc_intercept_errors on; INSIDE }
}
"""
WEB = {
    "beside": {
        "CALLS": "/greeter.v1.Greeter/",
        "BESIDE": "if ($arg_y) { return 504; } location /gone { return 503; }",
        "INSIDE": "",
    },
    "inside": {
        "CALLS": "/",
        "BESIDE": "",
        "INSIDE": "location /gone { return 503; } location /site/ { proxy_pass http://greeter; }",
    },
}


@pytest.mark.parametrize("where", WEB)
def test_errors_of_the_web_stay_its_own(version, where):
    paths = ["/", "/gone", "/site/"] if where == "inside" else ["/", "/gone", "/no", "/x?y=1"]
    with dead_address() as dead:
        names = {**tls(), "GREETER": dead, **WEB[where]}
        with nginx(QUIET, version, **names) as before:
            address = before.names["LISTEN"]
            was = [answer(address, "GET", path, secure=True) for path in paths]
        assert [each[0] for each in was] == [200, 503, *([502] if len(paths) == 3 else [200, 504])]
        with written(QUIET, version, "checklist", "safe", names) as after:
            address = after.names["LISTEN"]
            assert [answer(address, "GET", path, secure=True) for path in paths] == was


def test_a_web_site_on_a_plaintext_port_keeps_its_http_1(version):
    """Before 1.25.1 a plaintext socket speaks one of the two: which one nobody decides here."""
    plain = re.sub(r"    listen LISTEN ssl.*\n|    ssl_cert.*\n", "", MIXED)
    with grpc_server() as greeter, rest_server() as rest:
        names = {"GREETER": greeter, "REST": rest}
        with nginx(plain, version, **names) as before:
            was = answers(before.names["LISTEN_PLAIN"], secure=False)
            assert "OK" not in seen(before.names["LISTEN_PLAIN"]).values()
        with written(plain, version, "evidence", "--unsafe", names) as after:
            assert answers(after.names["LISTEN_PLAIN"], secure=False) == was
            called = seen(after.names["LISTEN_PLAIN"])
        assert (called == every("OK")) == (version == CURRENT)


@contextmanager
def written(
    conf: str, version: str, profile: str, unsafe: str, names: dict[str, object]
) -> Iterator[Nginx]:
    with folder(conf, version, dict(names)) as here:
        fix = ["fix", "--no-settings", "--profile", profile, "--nginx-version", version, "--write"]
        more = [unsafe] if unsafe == "--unsafe" else []
        cli.main([*fix, *more, "--nginx", str(binary(version)), str(here.conf)])
        with running(here) as server:
            yield server
