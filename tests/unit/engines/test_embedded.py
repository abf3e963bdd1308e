"""The engine in this process: what is too large for it, and what it holds in memory."""

import gc
import io
import json

import pytest

from nginx_grpc import documents, sources
from nginx_grpc.check import check
from nginx_grpc.engines import Engine, by_name, wasm
from nginx_grpc.engines.interface import Decision
from nginx_grpc.errors import Refused
from nginx_grpc.tree import Directive


def test_a_configuration_that_is_too_large_is_refused_in_words(monkeypatch):
    monkeypatch.setattr(wasm, "_PAGES", 320)
    large = documents.empty({}) | {"gaps": [gap(number) for number in range(20_000)]}
    with pytest.raises(Refused, match=r"too large for the embedded engine.*--engine opa") as caught:
        by_name("embedded").decide([large], None)
    assert "\n" not in str(caught.value)


def gap(number):
    said = {
        "kind": "include",
        "what": f"{number}.conf",
        "reason": "no such file",
        "context": "http",
    }
    return {**said, "matters": False, "file": "nginx.conf", "line": number + 1}


def test_a_document_that_does_not_fit_its_schema_is_never_judged():
    wrong = documents.empty({}) | {"gaps": [{}]}
    (decision,) = by_name("embedded").decide([wrong], None)
    assert [(found.id, found.level) for found in decision.findings] == [("NG001", "deny")]
    assert "not as its schema says: gaps" in decision.findings[0].message


class Looking(Engine):
    """An engine that looks at what is in memory while it has the last document."""

    name = "looking"

    def __init__(self):
        self.seen = []

    def judge(self, given, settings):
        decisions = []
        for (shard,) in given:
            names = names_of(json.loads(shard.text))
            self.seen.append((names, [o for o in gc.get_objects() if is_of_this_test(o)]))
            decisions.append(Decision([], ["NG101"]))
        return decisions


def names_of(document):
    return [server["name"] for server in document["servers"]]


def is_of_this_test(value):
    if isinstance(value, Directive):
        return value.args == ["held.example"]
    return type(value) is dict and value.get("names") == ["held.example"]


def test_nothing_of_a_configuration_is_held_while_it_is_judged():
    text = b"server { server_name held.example; location / { grpc_pass 127.0.0.1:1; } }"
    read = sources.read(["-"], stdin=io.BytesIO(text))
    engine = Looking()
    result = check(iter([read.pop()]), engine)
    assert engine.seen == [(["held.example"], [])]
    assert [given.locations for given in result.inputs] == [1]
    assert list(result.texts.values()) == [text]


def test_nothing_at_all_is_refused():
    with pytest.raises(Refused, match="no nginx configuration"):
        check([], by_name("embedded"))
