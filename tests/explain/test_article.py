"""The line that people find in the article, with the configurations before and after its advice."""

import json
from pathlib import Path

import pytest

from nginx_grpc import cli

LINE = (
    "2024/01/15 03:42:17 [error] 31#31: *18423 recv() failed (104: Connection reset by peer) "
    "while reading response header from upstream, client: 10.0.1.45, server: api.internal, "
    'request: "POST /helloworld.Greeter/SayHello HTTP/2.0", upstream: "grpc://10.96.0.42:50051", '
    'host: "api.internal"\n'
)
BEFORE = """
upstream grpc_backend {
    server 10.96.0.42:50051;
}
server {
    listen 443 ssl http2;
    server_name api.internal;
    location /helloworld.Greeter/ {
        proxy_pass http://grpc_backend;
        proxy_http_version 1.1;
    }
}
"""
AFTER = """
upstream grpc_backend {
    server 10.96.0.42:50051;
    keepalive 32;
    keepalive_requests 1000;
    keepalive_timeout TIMEOUT;
}
server {
    listen 443 ssl http2;
    server_name api.internal;
    location /helloworld.Greeter/ {
        grpc_pass grpc://grpc_backend;
        grpc_set_header Host $host;
        grpc_connect_timeout 5s;
        grpc_read_timeout 300s;
    }
}
"""


@pytest.fixture
def group(tmp_path: Path, capsys: pytest.CaptureFixture):
    def run(conf: str, settings: str = "{}") -> dict:
        (tmp_path / "error.log").write_text(LINE)
        (tmp_path / "api.conf").write_text(conf)
        (tmp_path / "settings.yaml").write_text(f"nginx_grpc: {settings}\n")
        paths = {name: str(tmp_path / name) for name in ("error.log", "api.conf", "settings.yaml")}
        options = ["--config", paths["api.conf"], "--settings", paths["settings.yaml"]]
        assert cli.main(["explain", paths["error.log"], *options, "--format", "json"]) == 0
        (only,) = json.loads(capsys.readouterr().out)["groups"]
        return only

    return run


def of(group: dict, rule: str) -> dict:
    return next(each for each in group["candidates"] if each["id"] == rule)


def test_before_the_two_can_t_belong_together(group) -> None:
    """A line with upstream: "grpc:// never comes from proxy_pass."""
    told = group(BEFORE)
    assert "do not belong together" in told["note"]
    assert "proxy_pass http://grpc_backend" in told["note"]
    states = {each["state"] for each in told["candidates"] if each["cause"] == "rule"}
    assert states == {"ruled_out"}


def test_after_the_stale_pool_is_confirmed(group) -> None:
    told = group(AFTER.replace("TIMEOUT", "75s"))
    first = told["candidates"][0]
    assert (first["id"], first["state"]) == ("NG103", "confirmed")
    assert "75s" in first["why"]
    assert first["finding"]["line"] == 6
    assert first["finding"]["remedy"]
    assert told["location"]["name"] == "/helloworld.Greeter/"
    assert told["location"]["server"] == "api.internal"


def test_after_the_values_rule_the_stale_pool_out(group) -> None:
    told = group(AFTER.replace("TIMEOUT", "20s"))
    stale = of(told, "NG103")
    assert stale["state"] == "ruled_out"
    assert "keepalive_timeout is 20s" in stale["why"]
    assert "assumed" in stale["why"]


def test_settings_of_the_server_decide(group) -> None:
    sooner = "{grpc: {default: {max_connection_idle: 10s}}}"
    assert of(group(AFTER.replace("TIMEOUT", "20s"), sooner), "NG103")["state"] == "confirmed"
    later = "{grpc: {default: {max_connection_idle: 5m, max_connection_age: 2h}}}"
    told = group(AFTER.replace("TIMEOUT", "20s"), later)
    assert of(told, "NG103")["state"] == "ruled_out"
    assert "assumed" not in of(told, "NG103")["why"]
    assert of(told, "NG203")["state"] == "ruled_out"
    assert "No rule finds the cause" in told["note"]
