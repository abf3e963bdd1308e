"""Directives and parameters that not every version of nginx has."""

import pathlib
import subprocess
import sys

import pytest

from tests.unit.model.reading import http, read_file

ROOT = pathlib.Path(__file__).parents[3]


def names(text):
    return [feature["name"] for feature in http(text)["features"]]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("http2 on;", ["http2"]),
        ("server { listen 443 ssl http2; }", ["listen http2"]),
        ("server { listen 443 quic reuseport; http3 on; }", ["listen quic", "http3"]),
        ("upstream u { server a:1 resolve; }", ["server resolve"]),
        ("upstream u { server a service=http resolve; }", ["server service", "server resolve"]),
        ("upstream u { server a:1; keepalive 8; }", []),
        ("upstream u { server a:1; keepalive 8 local; }", ["keepalive local"]),
        ("upstream u { server a:1; keepalive 0; }", ["keepalive 0"]),
        ("upstream u { server a:1; keepalive_time 1h; }", ["keepalive_time"]),
        ("upstream u { server a:1; keepalive_timeout 9s; }", ["upstream keepalive_timeout"]),
        ("upstream u { server a:1; resolver 127.0.0.1; }", ["upstream resolver"]),
        ("upstream u { server a:1; sticky cookie a; }", ["sticky"]),
        ("keepalive_time 1h; keepalive_timeout 9s;", ["keepalive_time"]),
        ("keepalive_min_timeout 1s; max_headers 9;", ["keepalive_min_timeout", "max_headers"]),
        ("http2_max_requests 9; http2_idle_timeout 9s;",
         ["http2_max_requests", "http2_idle_timeout"]),
        ("server { location / { proxy_http_version 2; proxy_pass_trailers on; } }",
         ["proxy_http_version 2", "proxy_pass_trailers"]),
        ("server { location / { proxy_http_version 1.1; } }", []),
        ("server { location / { if ($a) { add_header_inherit merge; } } }",
         ["add_header_inherit"]),
        ("server { location / { grpc_pass $a; early_hints 1; } }",
         ["grpc_pass variable", "early_hints"]),
        ("server { location / { grpc_pass a:1; grpc_ssl_key_log /k; } ssl_key_log /k; }",
         ["grpc_ssl_key_log", "ssl_key_log"]),
        ("server { listen 443; ssl on; }", ["ssl"]),
        ("server { server_name http2; location /listen { } }", []),
    ],
)  # fmt: skip
def test_names(text, expected):
    assert names(text) == expected


def test_each_once_a_file_with_its_first_place_and_a_count(tmp_path):
    (tmp_path / "a.conf").write_text("server { listen 1 http2; }\nserver { listen 2 http2; }")
    (tmp_path / "nginx.conf").write_text(
        "events {}\nhttp {\ninclude a.conf;\nserver { listen 3 http2; }\n}"
    )
    found = read_file(tmp_path / "nginx.conf")["features"]
    assert [(item["name"], item["count"], item["line"]) for item in found] == [
        ("listen http2", 2, 1),
        ("listen http2", 1, 4),
    ]
    assert {item["file"].rpartition("/")[2] for item in found} == {"a.conf", "nginx.conf"}


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("grpc_timeout", "grpc_read_timeout"),
        ("grpc_pass_request_body", "grpc_pass_header"),
        ("grpc_request_buffering", "grpc_intercept_errors"),
        ("http2_max_concurrent_stream", "http2_max_concurrent_streams"),
        ("grpc_" + "x" * 100, ""),
    ],
)
def test_a_name_that_no_version_has(name, nearest):
    [feature] = http(f"server {{ location / {{ {name} on; }} }}")["features"]
    assert (feature["name"], feature["count"]) == (name, 1)
    assert feature["nearest"] == nearest or (nearest and feature["nearest"].startswith("grpc_"))


def test_names_that_are_no_directives():
    """The entries of a map, and what other builds have."""
    assert names("map $a $b { grpc_x 1; http2_y 2; }") == []
    web = "grpc_web on; grpc_web_max_frame_size 4m;"
    assert names(f"server {{ location / {{ {web} grpc_bind_dynamic on; }} }}") == []


def test_many_unknown_names_cost_little():
    text = " ".join(f"grpc_name_{number} on;" for number in range(3000))
    found = http(f"server {{ {text} }}")["features"]
    assert len(found) == 3000
    assert sum(bool(feature["nearest"]) for feature in found) == 100


def test_one_table():
    """The document and the policy are made from the same facts."""
    done = subprocess.run([sys.executable, "tools/generate_versions.py", "--check"], cwd=ROOT)
    assert done.returncode == 0
