"""Access logs in the configuration's own formats, written by a real nginx and explained with it."""

import json
import time
from pathlib import Path

import pytest

from nginx_grpc import cli
from tests.live.bench import dead_address, nginx
from tests.live.bench.clients import call

CONF = """
log_format own FORMAT;
access_log own.log own;
upstream greeter { server ONE; server OTHER; }
server {
    listen LISTEN http2;
    location /greeter.v1.Greeter/ {
        grpc_pass grpc://greeter;
        grpc_next_upstream error timeout;
    }
}
"""
FORMATS = {
    "combined, with times": '\'$remote_addr - $remote_user [$time_local] "$request" $status '
    '$body_bytes_sent "$http_referer" "$http_user_agent" $request_time $upstream_response_time\'',
    "tabs": '"$status\\t$upstream_addr\\t$request_method $request_uri"',
    "keys": "'status=$status uri=$request_uri upstream=\"$upstream_addr\"'",
    "several strings": "'$status ' '$request_method ' '$request_uri'",
    "upstreams between spaces": "'$upstream_addr $upstream_status $upstream_response_time "
    "$status $request_uri'",
    "a URL in one": "'$status $scheme://$host:$server_port$request_uri $request_method'",
    "a host and its path": "'$status $host$request_uri $request_length'",
    "without anything between": "'$request_uri|$status|$scheme$request_method$server_port'",
    "braces": "'[${time_iso8601}] ${status} \"${request}\"'",
    "json": 'escape=json \'{"time":"$time_iso8601","st":"$status","what":"$request",'
    '"up":"$upstream_addr"}\'',
}


@pytest.mark.parametrize("name", FORMATS)
def test_a_line_says_its_call(version, capsys, name) -> None:
    conf = CONF.replace("FORMAT", FORMATS[name])
    with (
        dead_address() as one,
        dead_address() as other,
        nginx(conf, version, ONE=one, OTHER=other) as server,
    ):
        call(server.address)
        log: Path = server.folder.path / "own.log"
        until = time.monotonic() + 5
        while not log.read_text():
            assert time.monotonic() < until
            time.sleep(0.05)
        config = ["--config", str(server.folder.conf)]
        cli.main(["explain", str(log), *config, "--format", "json"])
        report = json.loads(capsys.readouterr().out)
    assert report["unknown"]["count"] == 0, log
    (group,) = report["groups"]
    assert group["services"] == [{"name": "greeter.v1.Greeter", "count": 1}]
    assert group["class"] == "status-502"
