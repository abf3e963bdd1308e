"""What jsonschema-rs says of a document is what jsonschema does."""

import copy
import functools
import io
import json
import pathlib
import re
from collections.abc import Iterator

import jsonschema_rs
import pytest

from nginx_grpc import documents, resources, sources
from nginx_grpc.errors import Refused
from tests.unit.model import reading

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
    client_header_buffer_size 1k;
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
    upstream web { server 10.0.0.9:80; }
    server {
        listen 443 ssl http2;
        listen [::]:8443 quic;
        set $resource_type ingress;
        set $resource_namespace shop;
        set $resource_name api;
        server_name a.example "b \"é\"";
        error_page 502 503 = /down;
        location /pkg.Service/ {
            grpc_pass grpc://pool;
            grpc_set_header X-Name "va\lue";
            grpc_set_header Connection $http_upgrade;
            grpc_timeout 5s;
            add_header X-Other 1 always;
            add_trailer X-Trailer t;
            grpc_hide_header X-Hidden;
            grpc_pass_header Date;
            more_set_headers "X-More: a";
            more_clear_headers Server;
            more_set_input_headers "X-Input: a";
            more_clear_input_headers X-Gone;
            grpc_connect_timeout 5s;
            grpc_read_timeout 90s;
            grpc_intercept_errors on;
            grpc_next_upstream error timeout;
            grpc_next_upstream_tries 0;
            client_max_body_size never;
            proxy_read_timeout 1h;
            error_page 504 = /down;
            rewrite ^/v1(/.*)$ $1 break;
            mirror /mirrored;
            image_filter test;
            limit_conn a 9;
            proxy_set_header Upgrade $http_upgrade;
            if ($request_method != POST) { return 405; }
            if ($http_te) { add_header X-Te te; }
            limit_except POST { deny all; proxy_pass http://other; }
        }
        location /web { grpc_pass grpc://pool; proxy_pass http://web; }
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
    server { listen 81 http2; server_name a; return 404; }
    server { listen 81; server_name b a; secure_link_secret x; location /c.D/ { grpc_pass a:1; } }
}
"""
WRONG = [None, "", "zzz", 0, -1, 1, 700, True, [], {}, [None], [0], {"zzz": 0}]


@functools.cache
def everything() -> dict:
    document = reading.read(EVERYTHING)
    keyed = with_keys(document)
    keyed["settings"] = {"profile": "evidence", "grpc": {"default": {"x": [1.5, None, "é"]}}}
    judged = {
        "number": 1,
        "entry": "nginx.conf",
        "unknown": [{"id": "NG106", "reason": "r", "hint": "h", "file": "a", "line": 1, "key": ""}],
        "used": [0],
        "upstreams": ["greeter"],
    }
    last = {**document, "shard": {"number": 2, "last": True, "before": [judged]}}
    example = pathlib.Path(__file__).parents[2] / "examples" / "rules" / "NG601" / "before.yaml"
    (ingress,) = documents.build(sources.read([str(example)], stdin=io.BytesIO()))
    return {"plain": document, "with keys": keyed, "last shard": last, "objects": ingress}


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


@pytest.fixture(scope="module")
def fits():
    """Whether jsonschema-rs takes a document."""
    schema = json.loads(pathlib.Path(resources.schema_path("document")).read_text())
    return jsonschema_rs.validator_for(schema).is_valid


def test_everything_that_the_schema_has_is_in_it():
    said = {key for document in everything().values() for node in nodes(document) for key in node}
    schema = json.loads(pathlib.Path(resources.schema_path("document")).read_text())
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


def test_both_refuse_the_same(fits):
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


def test_what_does_not_fit_is_not_given_out():
    document = copy.deepcopy(everything()["plain"])
    documents.validate([document])
    document["servers"][0]["locations"][0]["line"] = "seven"
    where = re.escape("$.servers")
    with pytest.raises(Refused, match=where):
        documents.validate([document])


def test_bytes_that_are_no_utf_8_fit():
    document = copy.deepcopy(everything()["plain"])
    document["servers"][0]["locations"][0]["path"] = b"/d\xf6wn".decode("utf-8", "surrogateescape")
    assert "\\udcf6" in documents.as_json([document])
    documents.validate([document])
    document["servers"][0]["name"] = 7
    with pytest.raises(Refused, match=r"servers.*name"):
        documents.validate([document])
