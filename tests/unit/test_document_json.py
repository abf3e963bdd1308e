"""The generated writer checks what it writes: held against jsonschema and json.dumps."""

import copy
import functools
import json
import shutil
from collections.abc import Iterator

import pytest

from nginx_grpc import documents
from nginx_grpc.document_json import UnfitError, pieces
from tests.unit.model import reading
from tools import generate_writer

# Between them these say everything that a document can hold.
EVERYTHING = r"""
load_module modules/x.so;
events {}
http {
    include missing.conf;
    grpc_read_timeout $timeout;
    grpc_buffer_size 16k;
    resolver 10.0.0.2;
    proxy_http_version "1.1";
    keepalive_requests 100;
    large_client_header_buffers 4 16k;
    map $host $backend { default grpc://pool; }
    # nginx-grpc: ignore NG205 until=2027-03-01 owner=payments reason=one server until the move
    upstream pool {
        server 10.0.0.1:50051 max_fails=0 backup;
        server unix:/run/x.sock;
        keepalive 32;
        keepalive_timeout 20s;
        ip_hash;
        include servers.conf;
    }
    server {
        listen 443 ssl http2;
        listen [::]:8443 quic;
        server_name a.example "b \"é\"";
        error_page 502 503 = /down;
        location /pkg.Service/ {
            grpc_pass grpc://pool;
            grpc_set_header X-Name "va\lue";
            add_header X-Other 1 always;
            add_trailer X-Trailer t;
            grpc_connect_timeout 5s;
            grpc_intercept_errors on;
            grpc_next_upstream error timeout;
            grpc_next_upstream_tries 0;
            client_max_body_size never;
            proxy_read_timeout 1h;
            proxy_set_header Upgrade $http_upgrade;
            if ($request_method != POST) { return 405; }
            limit_except POST { deny all; proxy_pass http://other; }
        }
        location /health { health_check type=grpc; grpc_pass $backend; }
        location /a.B/ { proxy_pass http://$arg_host; internal; include more.conf; }
        location = /down {
            types { text/html html; }
            default_type application/grpc;
            add_header grpc-status 14;
            add_trailer grpc-message down;
            return 204 "";
        }
    }
    server { return 301 https://elsewhere; }
}
"""
WRONG = [None, "", "zzz", 0, -1, 1, 700, True, [], {}, [None], [0], {"zzz": 0}]


@functools.cache
def everything() -> dict:
    document = reading.read(EVERYTHING)
    keyed = with_keys(document)
    keyed["settings"] = {"profile": "evidence", "grpc": {"default": {"x": [1.5, None, "é"]}}}
    return {"plain": document, "with keys": keyed}


def with_keys(value: object) -> object:
    """As in a ConfigMap: the key stands behind the line and the column."""
    if isinstance(value, list):
        return [with_keys(inner) for inner in value]
    if not isinstance(value, dict):
        return value
    keyed = {}
    for name, inner in value.items():
        keyed[name] = with_keys(inner)
        if name == ("column" if "column" in value else "line"):
            keyed["key"] = "nginx.conf"
    return keyed


def nodes(value: object) -> Iterator[dict]:
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value:
        if isinstance(inner, dict | list):
            yield from nodes(inner)


def fits(document: object) -> bool:
    try:
        list(pieces(document))
    except UnfitError:
        return False
    return True


@pytest.mark.parametrize("name", ["plain", "with keys"])
def test_the_text_is_that_of_json_dumps(name):
    document = everything()[name]
    assert fits(document)
    assert "".join(documents.pieces([document])) == documents.as_json([document])
    two = [document, documents.empty({})]
    assert "".join(documents.pieces(two)) == documents.as_json(two)


def test_everything_that_the_schema_has_is_in_it():
    said = {key for document in everything().values() for node in nodes(document) for key in node}
    schema = json.loads(generate_writer.SCHEMA.read_text())
    objects = [schema, *schema["$defs"].values()]
    named = {
        field
        for node in nodes(objects)
        if isinstance(node.get("properties"), dict)
        for field, part in node["properties"].items()
        if not part.get("$ref", "").endswith("_setting")
    }
    assert named - said == set()


def changes(document: dict) -> Iterator[tuple[str, dict]]:
    """Every field of every kind of object taken away, and given each wrong value; one too many."""
    met = set()
    for node in nodes(document):
        # Objects of one kind begin alike.
        start = tuple(node)[:4]
        for field in [*node, "zzz"]:
            kind = (field, start)
            if kind in met:
                continue
            met.add(kind)
            absent = field not in node
            before = node.get(field)
            if not absent:
                del node[field]
                yield f"{field} removed", node
            for value in WRONG:
                node[field] = value
                yield f"{field} = {value!r}", node
            if absent:
                del node[field]
            else:
                node[field] = before


def test_it_refuses_what_jsonschema_refuses():
    document = with_keys(everything()["plain"])
    valid = reading.validator().is_valid
    differ, verdicts = [], {True: 0, False: 0}
    for change, node in changes(document):
        verdict = valid(document)
        verdicts[verdict] += 1
        if verdict != fits(document):
            differ.append((change, list(node)))
    assert differ == []
    assert min(verdicts.values()) > 300, verdicts


@pytest.mark.parametrize("value", [None, 0, "", [], "document", {}])
def test_what_is_no_document_at_all(value):
    assert not fits(value)


def test_a_whole_number_is_no_float():
    document = copy.deepcopy(everything()["plain"])
    document["schema_version"] = 2.0
    assert reading.validator().is_valid(document)
    assert not fits(document)


def test_it_is_generated_from_this_schema():
    if shutil.which("ruff") is None:
        pytest.skip("ruff is not installed; run `make setup`")
    assert generate_writer.MODULE.read_text() == generate_writer.module(), (
        "the schema has changed: run tools/generate_writer.py"
    )
