"""A key is a configuration of its own unless nginx reads it where another key includes it.

nginx is asked: what it refuses at an include is judged by itself, what it takes is judged there
alone.
"""

from __future__ import annotations

import itertools

import pytest

from nginx_grpc.errors import Refused
from nginx_grpc.sources.includes import Text
from nginx_grpc.sources.interface import ReadOptions
from nginx_grpc.sources.kubernetes import config_map
from tests.oracle.nginx import Judge, binaries

PLACES = {
    "main": "include l; events {}",
    "events": "events { include l; }",
    "http": "events {} http { include l; }",
    "types": "events {} http { types { include l; } }",
    "map": "events {} http { map $uri $x { include l; } }",
    "geo": "events {} http { geo $x { include l; } }",
    "split_clients": "events {} http { split_clients $uri $x { include l; } }",
    "upstream": "events {} http { upstream v { server 127.0.0.1:1; include l; } }",
    "server": "events {} http { server { include l; } }",
    "if in a server": "events {} http { server { if ($arg_a) { include l; } } }",
    "location": "events {} http { server { location / { include l; } } }",
    "location in a location": (
        "events {} http { server { location / { location /a { include l; } } } }"
    ),
    "if": "events {} http { server { location / { if ($arg_a) { include l; } } } }",
    "limit_except": "events {} http { server { location / { limit_except GET { include l; } } } }",
    "types in a location": "events {} http { server { location / { types { include l; } } } }",
    "stream": "events {} stream { include l; }",
    "stream server": "events {} stream { server { listen 127.0.0.1:2; include l; } }",
    "stream upstream": "events {} stream { upstream v { server 127.0.0.1:1; include l; } }",
    "mail": "events {} mail { include l; }",
    "mail server": "events {} mail { server { protocol smtp; include l; } }",
    "a block in no place": "events {} http { location / { include l; } }",
    "a server in a server": "events {} http { server { server { include l; } } }",
    "a block that nginx does not know": "events {} http { handler / { include l; } }",
    "after another circle": "events {} http { server { location / { include m; } } }",
}
# What nginx takes there are words to it: nobody is passed on.
VALUES = ("types", "map", "geo", "split_clients", "types in a location")
TEXTS = {
    "a handler": "grpc_pass grpc://127.0.0.1:1;",
    "a handler with a time-out": "grpc_pass grpc://127.0.0.1:1; grpc_read_timeout 0;",
    "a proxy": "proxy_pass http://127.0.0.1:50051;",
    "a location": "location /p.S/ { grpc_pass grpc://127.0.0.1:1; }",
    "a server": "server { listen 127.0.0.1:2; location / { grpc_pass grpc://127.0.0.1:1; } }",
    "an if": "if ($arg_b) { grpc_pass grpc://127.0.0.1:1; }",
    "a limit": "limit_except GET { proxy_pass http://127.0.0.1:50051; }",
    "a whole one": "events {} http { server { location / { grpc_pass grpc://127.0.0.1:1; } } }",
}


def read(place: str, text: str) -> tuple[bool, bool]:
    """Whether a key is in the configuration of the key that includes it, and in one of its own."""
    keys = {"decoy": place, "l": text, "m": "include l;"}
    texts = {key: Text(key, value.encode(), key, key=key) for key, value in keys.items()}
    found = config_map.configurations(texts, ["decoy", "l"], "object", ReadOptions())
    alone = [one for one in found if one.entry.endswith("/l")]
    assert all(one.files == ["l"] for one in alone)
    return any("l" in one.files for one in found if one not in alone), bool(alone)


@pytest.mark.parametrize("version", sorted(binaries()))
def test_nginx_reads_it_there_or_it_is_judged_by_itself(version):
    nginx = Judge(binaries()[version])
    (nginx.prefix / "m").write_text("include l;")
    taken = refused = 0
    for (place, around), (name, text) in itertools.product(PLACES.items(), TEXTS.items()):
        (nginx.prefix / "l").write_text(text)
        verdict = nginx.verdict(around.encode())
        if verdict.kind == "unknown" and verdict.message.split('"')[1] in ("stream", "mail"):
            continue  # built without it
        wanted = verdict.kind != "accepted" or place in VALUES
        try:
            there, alone = read(around, text)
        except Refused:
            assert wanted, (place, name, verdict)
            continue
        assert (there or alone, alone) == (True, wanted), (place, name, verdict)
        taken += not alone
        refused += alone
    nginx.close()
    assert taken >= 20
    assert refused >= 100
