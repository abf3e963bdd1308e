"""Lines of calls that something keeps from their location lead to what keeps them."""

import json

import pytest

from nginx_grpc import cli

CONF = """\
events {}
http {
    upstream up { server 10.0.0.1:50051; server 10.0.0.2:50051; }
    server {
        listen 80 http2;
        server_name a.example;
        location /a.v1.B/ { AUTH grpc_pass grpc://up; }
        OTHER
    }
}
"""
LINE = (
    "2026/11/30 11:12:52 [error] 3#3: *3 {}, client: 127.0.0.1, server: a.example, request: "
    '"POST /a.v1.B/Hello HTTP/2.0", host: "a.example"\n'
)
FILE = 'open() "/x/a.v1.B/Hello" failed (2: No such file or directory)'


@pytest.fixture
def arrival(tmp_path, capsys):
    """What `explain` says of NG209, for a message and what the configuration has more."""

    def run(message: str, auth: str = "", other: str = "") -> dict:
        (tmp_path / "nginx.conf").write_text(CONF.replace("AUTH", auth).replace("OTHER", other))
        (tmp_path / "error.log").write_text(LINE.format(message))
        asked = ["--config", str(tmp_path / "nginx.conf"), "--format", "json"]
        assert cli.main(["explain", str(tmp_path / "error.log"), *asked]) in (0, 1)
        (group,) = json.loads(capsys.readouterr().out)["groups"]
        (candidate,) = (each for each in group["candidates"] if each["id"] == "NG209")
        return candidate

    return run


def test_of_the_location_that_takes_them(arrival) -> None:
    found = arrival(FILE, other="location ~ B { root /x; }")
    assert found["state"] == "confirmed"
    assert "location ~ B takes every call" in found["why"]


def test_where_it_is_not_known_whether_calls_arrive(arrival) -> None:
    """The client's address decides: nothing is found, and nothing is ruled out."""
    found = arrival("access forbidden by rule", auth="allow 10.0.0.0/8; deny all;")
    assert found["state"] == "possible"
    assert "whether calls arrive is not known of location /a.v1.B/" in found["why"]


def test_where_all_calls_arrive(arrival) -> None:
    assert arrival("access forbidden by rule")["state"] == "ruled_out"
