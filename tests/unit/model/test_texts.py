"""What is put together from texts that are known is the JSON that an encoder makes of the whole."""

import io
import json
import pathlib

import pytest

from nginx_grpc import documents, model, sources
from nginx_grpc.compact_json import compact

ROOT = pathlib.Path(__file__).resolve().parents[3]
EXAMPLES = sorted((ROOT / "examples").rglob("*.conf"))
# What stands in for a part meanwhile, as names, values and paths.
HOSTILE = rb"""
events {}
http {
    grpc_read_timeout '"line":-1';
    add_header X '"headers":null"line":-1,"column":-1';
    upstream a { server 10.0.0.1:50051; }
    server {
        listen 80 http2;
        server_name '"directives":null' '\"directives\":null';
        keepalive_timeout '"directives":null';
        location '/"target":null' { grpc_pass grpc://a '"target":null'; grpc_read_timeout 5s; }
        location '/"directives":null' {
            grpc_pass grpc://a '"target":null';
            error_page 502 '/"pages":null';
            grpc_set_header '"column":-1' '"headers":null';
            more_set_headers 'X: 1' 'Y: 2';
        }
        location '/"proxy_target":null/' { proxy_pass http://10.0.0.1:50051; }
        location /"b"/ { grpc_pass grpc://10.0.0.1:50051; }
        location /"c"/ { grpc_pass grpc://10.0.0.1:50051; }
    }
}
"""


def held(configuration):
    with model.opened(configuration) as opened:
        lists = opened.lists()
        servers = list(opened.servers(lists))
        assert model.servers_text(servers) == compact(servers)[1:-1]
        for name, found in (("headers", lists.header_lists()), ("pages", lists.error_page_lists())):
            assert model.lists_text(found, name) == compact(found)[1:-1]
    (document,) = documents.build([configuration], validated=False)
    whole = "".join(documents.written(configuration, validated=False))
    assert whole == compact(document)
    return document


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_example(path):
    for configuration in sources.read([str(path)], stdin=io.BytesIO()):
        held(configuration)


def test_texts_that_look_like_what_stands_in_for_a_part():
    (configuration,) = sources.read(["-"], stdin=io.BytesIO(HOSTILE))
    document = held(configuration)
    (server,) = document["servers"]
    bypasses = [node["target"]["bypasses"] for node in server["locations"] if "target" in node]
    assert bypasses == [[], [], ["a"], ["a"]]
    assert json.loads(compact(document)) == document
