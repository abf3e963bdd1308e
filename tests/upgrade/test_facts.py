"""The facts of versions: told where they matter, and nowhere else."""

import json
from pathlib import Path

import pytest

from nginx_grpc import cli
from nginx_grpc.upgrade.facts import FACTS

ROOT = Path(__file__).parents[2]


def conf(of_server="", in_location="", target="g", upstream="keepalive 8; keepalive_requests 9;"):
    return (
        f"events {{}}\nhttp {{\n upstream g {{ server 10.0.0.1:1; {upstream} }}\n"
        f" server {{ {of_server} location / {{ grpc_pass {target}; {in_location} }} }}\n}}\n"
    )


# For each: between which versions, a configuration that it is about with the line, and one that it
# is not about.
CASES = {
    "http2-limits": (
        ("1.18.0", "1.19.7"),
        (conf("listen 80 http2;"), 4, "server"),
        conf("listen 80 http2; keepalive_requests 5;"),
    ),
    "keepalive-requests": (
        ("1.19.9", "1.19.10"),
        (conf("listen 80 http2; keepalive_requests 5;", upstream="keepalive 8;"), 3, "upstream g"),
        conf("listen 80 http2; keepalive_requests 5;"),
    ),
    "plaintext-http1": (
        ("1.22.1", "1.25.1"),
        (conf("listen 80 http2; listen 443 ssl http2;"), 4, "server"),
        conf("listen 443 ssl http2; listen 81;"),
    ),
    "tls-of-clients": (
        ("1.27.2", "1.27.3"),
        (conf("listen 443 ssl http2;"), 4, "server"),
        conf("listen 443 ssl http2; ssl_protocols TLSv1.2;"),
    ),
    "tls-of-servers": (
        ("1.27.2", "1.27.3"),
        (conf("listen 80 http2;", target="grpcs://g"), 4, "location /"),
        conf("listen 80 http2;", "grpc_ssl_protocols TLSv1;", target="grpcs://g"),
    ),
    "default-pool": (
        ("1.28.0", "1.30.0"),
        (conf("listen 80 http2;", upstream=""), 3, "upstream g"),
        conf("listen 80 http2;", target="10.0.0.1:1", upstream=""),
    ),
    "connection-headers": (
        ("1.30.3", "1.31.0"),
        (conf("listen 80 http2;"), 4, "server"),
        "events {}\nhttp { server { listen 80; location / { proxy_pass http://10.0.0.1; } } }\n",
    ),
    "response-headers": (
        ("1.31.2", "1.31.3"),
        (conf("listen 80 http2;", "\n grpc_buffer_size 16k;\n"), 5, "location /"),
        conf("listen 80 http2;", "grpc_buffer_size 64k;"),
    ),
    "authority": (
        ("1.31.3", "1.31.4"),
        (conf("listen 80 http2; grpc_set_header hOST a;"), 4, "location /"),
        conf("listen 80 http2; grpc_set_header Host a;", "grpc_set_header X-Y z;"),
    ),
}


def told(tmp_path, capsys, text, old, new):
    path = tmp_path / "nginx.conf"
    path.write_text(text)
    command = ["upgrade", "--from", old, "--to", new, "--format", "json", "--no-settings"]
    status = cli.main([*command, str(path)])
    out = capsys.readouterr().out
    assert status in (0, 1), out
    return json.loads(out)


def places(found, name):
    return [
        (place["line"], place["name"])
        for fact in found["facts"]
        if fact["name"] == name
        for place in fact["places"]
    ]


def test_every_fact_is_here():
    assert set(CASES) == {fact.name for fact in FACTS}


@pytest.mark.parametrize("name", CASES)
def test_where_it_matters(name, tmp_path, capsys):
    """At its version, in both directions; not before it, nor after it."""
    (old, new), (text, line, node), _ = CASES[name]
    assert places(told(tmp_path, capsys, text, old, new), name) == [(line, node)]
    assert places(told(tmp_path, capsys, text, new, old), name) == [(line, node)]
    assert places(told(tmp_path, capsys, text, "1.13.10", old), name) == []
    assert places(told(tmp_path, capsys, text, new, "1.31.4"), name) == []


@pytest.mark.parametrize("name", CASES)
def test_where_it_does_not(name, tmp_path, capsys):
    (old, new), _, text = CASES[name]
    assert places(told(tmp_path, capsys, text, old, new), name) == []


def test_a_fact_has_its_evidence():
    """A page of a rule with a record of its live test, or nginx's change log for that version."""
    for fact in FACTS:
        if fact.evidence.startswith("docs/rules/"):
            rule = Path(fact.evidence).stem
            assert (ROOT / fact.evidence).exists()
            assert (ROOT / "docs" / "evidence" / f"{rule}.json").exists()
        else:
            assert fact.evidence == f"nginx's change log, {fact.since}"


def test_an_unread_include_may_say_anything(tmp_path, capsys):
    """What may hang on it is told."""
    text = conf("listen 80 http2; include /nowhere/limits.conf;")
    assert places(told(tmp_path, capsys, text, "1.31.2", "1.31.3"), "response-headers")


def test_lines_of_several_places_stand_once(tmp_path, capsys):
    text = (
        "events {}\nhttp {\n grpc_set_header Host a;\n server { listen 80 http2;\n"
        " location /a { grpc_pass 10.0.0.1:1; if ($http_x) { add_header y z; } }\n"
        " location /b { grpc_pass 10.0.0.1:1; } } }\n"
    )
    found = told(tmp_path, capsys, text, "1.31.3", "1.31.4")
    assert places(found, "authority") == [(3, "location /a"), (3, "location /b")]
