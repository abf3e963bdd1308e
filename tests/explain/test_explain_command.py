"""`nginx-grpc explain` on lines as people have them."""

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from nginx_grpc import cli

ROOT = Path(__file__).parents[2]
SCHEMA = Draft202012Validator(json.loads((ROOT / "schema" / "explain.schema.json").read_text()))
RESET = (
    "2024/01/15 03:42:17 [error] 31#31: *18423 recv() failed (104: Connection reset by peer) "
    "while reading response header from upstream, client: 10.0.1.45, server: api.internal, "
    'request: "POST /helloworld.Greeter/SayHello HTTP/2.0", upstream: "grpc://10.96.0.42:50051", '
    'host: "api.internal"'
)
FAVICON = (
    "2024/01/15 03:43:17 [error] 31#31: *2 "
    'open() "/usr/share/nginx/html/favicon.ico" failed (2: No such file or directory), '
    'client: 10.0.1.45, server: a, request: "GET /favicon.ico HTTP/2.0", host: "a"'
)
COMBINED = '10.0.0.1 - - [15/Jan/2024:03:42:17 +0000] "{}" {} 157 "-" "-"'
CALL = "POST /helloworld.Greeter/SayHello HTTP/2.0"


@pytest.fixture
def explain(tmp_path: Path, capsys: pytest.CaptureFixture):
    """Explain lines; the JSON report, with `exit` beside."""

    def run(*lines: str, more: tuple[str, ...] = ()) -> dict:
        log = tmp_path / "error.log"
        log.write_text("".join(f"{line}\n" for line in lines))
        status = cli.main(["explain", str(log), "--format", "json", *more])
        report = json.loads(capsys.readouterr().out)
        SCHEMA.validate(report)
        return {"exit": status, **report}

    return run


def classes(report: dict) -> dict[str, int]:
    return {group["class"]: group["count"] for group in report["groups"]}


def test_a_reset(explain) -> None:
    report = explain(RESET, RESET.replace("03:42:17", "03:44:00"))
    (group,) = report["groups"]
    assert report["exit"] == 0
    assert (group["class"], group["count"]) == ("upstream-reset", 2)
    assert (group["first"], group["last"]) == ("2024-01-15T03:42:17", "2024-01-15T03:44:00")
    assert group["services"] == [{"name": "helloworld.Greeter", "count": 2}]
    assert group["candidates"][0]["id"] == "NG103"
    assert group["candidates"][0]["state"] == "possible"


def test_a_line_of_grpc_pass_is_not_of_proxy_pass(explain) -> None:
    (group,) = explain(RESET)["groups"]
    states = {each["id"]: each for each in group["candidates"] if each["id"]}
    assert states["NG101"]["state"] == "ruled_out"
    assert "never of proxy_pass" in states["NG101"]["why"]
    (group,) = explain(RESET.replace("grpc://", "http://"))["groups"]
    states = {each["id"]: each["state"] for each in group["candidates"] if each["id"]}
    assert states["NG101"] == "possible"
    assert states["NG103"] == "ruled_out"


@pytest.mark.parametrize(
    "prefix",
    [
        "[pod/web-5d/nginx] ",
        "2024-01-15T03:42:17.123456789Z ",
        "2024-01-15T03:42:17.123456789Z stderr F ",
        "nginx-1  | ",
        "web-5d nginx ",
        "Jan 15 03:42:17 host nginx[31]: ",
        "<187>Jan 15 03:42:17 host nginx: ",
        "\x1b[32mnginx-1 | \x1b[0m",
        "\0\0\0",
        "\ufeff",
        "2024-01-15T03:42:17+00:00 host nginx[31]: ",
        "W0115 03:42:17.000000       7 nginx.go:31] ",
        "error.log:",
        "/var/log/nginx/error.log.1:12:",
        "error.log-20240115.gz:12-",
        "12:",
        "> ",
        "- ",
        "`",
        '"',
        "web-1 | CHANGED | rc=0 >> ",
    ],
)
def test_what_stands_before_a_line(explain, prefix: str) -> None:
    assert classes(explain(prefix + RESET)) == {"upstream-reset": 1}


@pytest.mark.parametrize("prefix", ["access.log:", "/srv/access.log.1:7:", "7:", "> "])
@pytest.mark.parametrize("address", ["10.0.1.45", "2001:db8::1"])
def test_what_stands_before_a_line_of_an_access_log(explain, prefix: str, address: str) -> None:
    line = f'{address} - - [15/Jan/2024:03:42:17 +0000] "{CALL}" 502 0 "-" "-"'
    assert classes(explain(prefix + line)) == {"status-502": 1}


def test_docker_s_own_files(explain) -> None:
    line = json.dumps({"log": RESET + "\n", "stream": "stderr", "time": "2024-01-15T03:42:17.1Z"})
    assert classes(explain(line)) == {"upstream-reset": 1}


@pytest.mark.parametrize("key", ["message", "msg", "MESSAGE", "textPayload", "line", "body"])
def test_lines_within_objects(explain, key: str) -> None:
    assert classes(explain(json.dumps({key: RESET, "severity": "ERROR"}))) == {"upstream-reset": 1}
    access_line = json.dumps({"status": "502", "request": CALL})
    assert classes(explain(json.dumps({key: access_line}))) == {"status-502": 1}
    beside = {key: "the call failed", "error": "rpc error: code = Unavailable desc = x"}
    assert classes(explain(json.dumps(beside))) == {"unavailable": 1}


@pytest.mark.parametrize(
    "value",
    [
        {"nginx": {"status": 502, "request": CALL}},
        {
            "http": {
                "request": {"method": "POST"},
                "response": {"status_code": 502},
                "version": "2.0",
            },
            "url": {"path": "/helloworld.Greeter/SayHello"},
        },
        {
            "httpRequest": {
                "requestMethod": "POST",
                "requestUrl": "https://api.internal/helloworld.Greeter/SayHello",
                "status": 502,
                "protocol": "HTTP/2.0",
            }
        },
    ],
)
def test_objects_within_objects(explain, value: dict) -> None:
    (group,) = explain(json.dumps(value))["groups"]
    assert group["class"] == "status-502"
    assert group["services"] == [{"name": "helloworld.Greeter", "count": 1}]


@pytest.mark.parametrize(
    ("request_line", "status", "name"),
    [
        ("PRI * HTTP/2.0", "400", "http2-to-http1-port"),
        (CALL, "408", "client-body-timeout"),
        (CALL, "009", "status-none"),
        (CALL, "413", "request-too-large"),
        (CALL, "502", "status-502"),
        (CALL, "200", "call-answered"),
        ("GET /favicon.ico HTTP/1.1", "404", "not-grpc"),
        ("POST /api/users HTTP/2.0", "502", "not-grpc"),
        ("\\x16\\x03\\x01", "400", "not-grpc"),
    ],
)
def test_an_access_log(explain, request_line: str, status: str, name: str) -> None:
    assert classes(explain(COMBINED.format(request_line, status))) == {name: 1}


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("grpc-java-netty/1.68.2", "status-502"),
        ("my-app/1.0 grpc-go/1.24.0", "status-502"),
        ("grpc-c++/1.60 grpc-c/37 (linux; chttp2)", "status-502"),
        ("tonic/0.11", "status-502"),
        ("grpc-web-javascript/0.1", "not-grpc"),
        ("Mozilla/5.0 (grpc-go)", "not-grpc"),
    ],
)
def test_who_calls_says_that_it_is_gRPC(explain, agent: str, name: str) -> None:  # noqa: N802
    """A service without a package: its path is like any other."""
    line = COMBINED.format("POST /ProxyService/connectAgent HTTP/2.0", "502")
    line = f'{line.removesuffix(chr(34) + "-" + chr(34))}"{agent}"'
    assert classes(explain(line)) == {name: 1}
    value = {"request": "POST /p/q HTTP/2.0", "status": 502, "http_user_agent": agent}
    assert classes(explain(json.dumps(value))) == {name: 1}


@pytest.mark.parametrize("before", ["*187 ", "30#30: *1 ", " [error] 30#30: *1 "])
def test_a_line_quoted_without_its_time(explain, before: str) -> None:
    line = RESET[RESET.index("*") :].split(" ", 1)[1]
    assert classes(explain(before + line)) == {"upstream-reset": 1}


def test_an_access_log_in_json(explain) -> None:
    line = json.dumps(
        {"time_iso8601": "2024-01-15T04:42:17+01:00", "request": CALL, "status": "504"}
    )
    (group,) = explain(line)["groups"]
    assert (group["class"], group["first"]) == ("status-504", "2024-01-15T03:42:17Z")


def test_ordinary_traffic_is_counted_and_no_concern(explain) -> None:
    report = explain(FAVICON, COMBINED.format("GET / HTTP/1.1", "200"))
    (group,) = report["groups"]
    assert (group["class"], group["count"]) == ("not-grpc", 2)
    assert [each["cause"] for each in group["candidates"]] == ["none"]
    assert report["exit"] == 0


def test_what_no_entry_knows_is_said(explain) -> None:
    report = explain("something else", RESET)
    assert report["unknown"] == {"count": 1, "examples": ["something else"]}
    assert report["exit"] == 1


def test_since(explain) -> None:
    old, new = RESET, RESET.replace("03:42:17", "05:00:00")
    report = explain(old, "  a line that belongs to it", new, more=("--since", "2024-01-15T04:00"))
    assert report["lines"] == 1
    assert classes(explain(old, new, more=("--since", "2d"))) == {}


def test_since_has_to_be_a_time(capsys: pytest.CaptureFixture) -> None:
    assert cli.main(["explain", "--since", "yesterday", "-"]) == 2
    assert "--since yesterday is no time" in capsys.readouterr().err


def test_a_log_that_is_not_there(capsys: pytest.CaptureFixture, tmp_path: Path) -> None:
    assert cli.main(["explain", str(tmp_path / "no.log")]) == 2
    assert "no such file" in capsys.readouterr().err


def test_a_client_names_no_other_line_s_fields(explain) -> None:
    """A path may hold what looks like fields of nginx's own."""
    forged = RESET.replace(
        "/helloworld.Greeter/SayHello", '/a",upstream:"http://6.6.6.6:1",host:"x'
    )
    (group,) = explain(forged)["groups"]
    assert [c["state"] for c in group["candidates"] if c["id"] == "NG101"] == ["ruled_out"]


def test_a_browser_s_name_is_no_line_of_the_error_log(explain) -> None:
    line = COMBINED.format("GET / HTTP/1.1", "200").removesuffix('"-"') + f'"{RESET[:120]}"'
    assert classes(explain(line)) == {"not-grpc": 1}


def test_standard_input_ends(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "nginx_grpc", "explain", "-"],
        input=RESET.encode(),
        capture_output=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 0
    assert b"upstream-reset" in done.stdout


@pytest.mark.parametrize("end", ["", " while reading response header from upstream"])
def test_the_words_that_are_quoted_most(monkeypatch, capsys, end):
    """Without the end of the line nothing is sure, and the pool is the first to look at."""
    line = f"recv() failed (104: Connection reset by peer){end}\n"
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(line.encode())))
    assert cli.main(["explain", "--format", "json", "-"]) == 0
    (group,) = json.loads(capsys.readouterr().out)["groups"]
    assert group["class"] == "upstream-reset"
    assert group["candidates"][0]["id"] == "NG103"
    assert {each["state"] for each in group["candidates"] if each["id"]} <= {
        "possible",
        "ruled_out",
    }
    assert "confirmed" not in {each["state"] for each in group["candidates"]}


def test_times_of_one_minute(explain) -> None:
    """In the access log's spelling, whose zone is taken off."""
    lines = [
        f'10.0.0.1 - - [15/Jan/2024:03:42:{second} +0530] "{CALL}" 502 157 "-" "-"'
        for second in ("17", "05", "59")
    ]
    (group,) = explain(*lines)["groups"]
    assert (group["first"], group["last"]) == ("2024-01-14T22:12:05Z", "2024-01-14T22:12:59Z")


TLS_SITE = """\
events {}
http {
    server {
        listen 443 ssl http2;
        server_name api.internal;
        location / { grpc_pass TARGET; VERIFY }
    }
}
"""


@pytest.mark.parametrize(
    ("message", "rule"),
    [
        ("upstream timed out (110: x) while reading response header from upstream", "NG106"),
        ("upstream timed out (110: x) while reading upstream", "NG106"),
        ("upstream sent too large http2 header while reading response header", "NG306"),
        ("client sent too large header field while processing HTTP/2 connection", "NG306"),
    ],
)
def test_a_limit_that_was_met_is_not_ruled_out(explain, tmp_path, message, rule) -> None:
    """The line says that it was: what a rule does not know is how much the calls need."""
    site = tmp_path / "site.conf"
    site.write_text(TLS_SITE.replace("TARGET", "grpc://10.96.0.42:50051").replace("VERIFY", ""))
    line = RESET.replace(
        "recv() failed (104: Connection reset by peer) while reading response header from upstream",
        message,
    )
    arguments = ("--config", str(site), "--no-settings", "--profile", "evidence")
    (group,) = explain(line, more=arguments)["groups"]
    (found,) = [each for each in group["candidates"] if each["id"] == rule]
    assert found["state"] == "possible"


@pytest.mark.parametrize(
    ("scheme", "said", "rule", "state"),
    [
        ("grpcs", "grpc_ssl_verify on; grpc_ssl_trusted_certificate /ca;", "NG401", "possible"),
        ("grpcs", "", "NG401", "ruled_out"),
        ("grpcs", "grpc_ssl_verify off;", "NG401", "ruled_out"),
        ("grpc", "grpc_ssl_verify on; grpc_ssl_trusted_certificate /ca;", "NG401", "ruled_out"),
        ("grpcs", "", "NG405", "possible"),
        ("grpcs", "grpc_ssl_server_name on;", "NG405", "ruled_out"),
        ("grpc", "", "NG405", "ruled_out"),
    ],
)
def test_what_a_handshake_may_fail_for(explain, tmp_path, scheme, said, rule, state) -> None:
    """A certificate that is looked at may be refused, a server may want a name: the rules find
    those that nobody looks at, and the names that are not said."""
    site = tmp_path / "site.conf"
    target = f"{scheme}://10.96.0.42:50051"
    site.write_text(TLS_SITE.replace("TARGET", target).replace("VERIFY", said))
    line = f'10.0.1.45 - - [15/Jan/2024:03:42:17 +0000] "{CALL}" 502 0 "-" "-"'
    (group,) = explain(line, more=("--config", str(site), "--no-settings"))["groups"]
    (found,) = [each for each in group["candidates"] if each["id"] == rule]
    assert found["state"] == state
