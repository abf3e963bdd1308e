"""A configuration in shards is judged as the whole, whatever stands in it."""

import io
import json
import shutil
import time
from itertools import chain
from random import Random

import pytest

from bench import configurations as bench
from nginx_grpc import engines, resources, sources
from nginx_grpc.check import check
from nginx_grpc.cli import main
from nginx_grpc.engines.embedded import EmbeddedEngine
from nginx_grpc.engines.interface import Shard
from nginx_grpc.engines.wasm import CompiledPolicy
from nginx_grpc.settings_search import Given
from nginx_grpc.shards import WHOLE, Shards
from tests.engines import configurations, random_inputs
from tests.engines.servers import opa_server
from tests.engines.test_same_findings import SETTINGS
from tests.sampling import sample

pytestmark = [pytest.mark.engines, pytest.mark.xdist_group("engines")]

ENGINE = EmbeddedEngine(threads=2)
# Where settings speak of an upstream there are no shards.
ASKED = {**SETTINGS, "grpc": {"default": SETTINGS["grpc"]["default"]}}


def judged(configuration, settings, engine=ENGINE, **size):
    shards = Shards(configuration, settings, **size)
    (decision,) = engine.judge([shards], settings)
    return decision, shards.input("")


def held(name, configuration, settings):
    """The decision on the whole, which the one on a shard for each server equals."""
    whole, wanted = judged(configuration, settings)
    found, given = judged(configuration, settings, size=0)
    assert found.findings == whole.findings, name
    assert sorted(found.rules) == sorted(whole.rules), name
    assert found.not_judged == whole.not_judged, name
    assert given == wanted, name
    return whole


@pytest.mark.parametrize("settings", [None, ASKED, {"profle": "evidence"}])
def test_every_configuration_that_we_have(settings):
    named = list(
        chain(
            configurations.examples_read(),
            configurations.live_read(),
            configurations.corpus_read(),
        )
    )
    assert len(named) > 100
    for name, configuration in sample(named, 120):
        held(name, configuration, settings)


def test_random_configurations():
    random = Random(20261130)
    servers = 0
    ids = set()
    kept = []
    while len(kept) < 2_000:
        configuration = random_inputs.several(random)
        settings = random_inputs.settings(random) if random.random() < 0.7 else None
        if configuration is not None:
            kept.append((configuration, settings))
        if len(kept) >= len(sample(range(2_000), 200)):
            break
    for number, (configuration, settings) in enumerate(kept):
        whole = held(f"random {number}", configuration, settings)
        servers += judged(configuration, settings)[1].servers
        ids.update(finding.id for finding in whole.findings)
    assert servers > 2 * len(kept)
    assert {"NG003", "NG004", "NG005"} < ids
    assert len(ids) > 30


# Two servers and an upstream that none refers to. What is beside them is seen in both.
TWO = b"""
events { }
http {
    client_body_timeout $t;
    upstream greeter { server 10.0.0.1:50051; }
    upstream orders { server 10.0.0.2:50051; }
    # nginx-grpc: ignore NG108 until=2999-01-01 owner=o reason=r
    grpc_intercept_errors off;
    server {
        listen 8080 http2;
        server_name a.example;
        location /a { grpc_pass grpc://greeter; }
    }
    server {
        listen 8080 http2;
        server_name b.example;
        # nginx-grpc: ignore NG106 until=2999-01-01 owner=o reason=r
        location /b { grpc_pass grpc://10.0.0.2:50051; grpc_read_timeout 1s; }
        location /health { proxy_pass http://greeter; health_check; }
    }
}
"""


def two(settings=None):
    (configuration,) = sources.read(["-"], stdin=io.BytesIO(TWO))
    return list(Shards(configuration, settings, size=0))


def test_what_one_server_is_told_of_another():
    """The check of one is the other's, the pool that one goes past is none of its own, and what one
    waiver accepts in either is told of neither."""
    (configuration,) = sources.read(["-"], stdin=io.BytesIO(TWO))
    whole = held("two", configuration, None)
    assert {"NG215"} <= {finding.id for finding in whole.findings}
    assert not {"NG004"} & {finding.id for finding in whole.findings}
    assert {finding.id for finding in whole.findings if finding.waived} == {"NG106", "NG108"}


@pytest.mark.parametrize(
    "change",
    [
        lambda shards: shards[1:],
        lambda shards: [shards[0], shards[2]],
        lambda shards: [shards[0], shards[0], shards[2]],
        lambda shards: [shards[0], shards[0], *shards[1:]],
        lambda shards: [*shards[:2], shards[1], shards[2]],
        lambda shards: [shards[2]],
    ],
)
def test_a_shard_left_out_or_doubled_is_denied(change):
    (decision,) = ENGINE.judge([change(two())], None)
    assert {finding.id for finding in decision.findings if finding.level == "deny"} >= {"NG001"}


def test_a_shard_that_is_no_document_is_no_part():
    first, *others = two()
    broken = Shard(first.text.replace(b'"complete":', b'"compleat":'), last=False)
    with pytest.raises(engines.interface.Refused, match="was not judged: the document is not"):
        ENGINE.judge([[broken, *others]], None)


def test_the_bridge_prints_them(tmp_path, capsys):
    """Two in an array, of which one is large enough for shards."""
    (tmp_path / "large.conf").write_text(bench.text(350))
    (tmp_path / "small.conf").write_bytes(TWO)
    assert main(["bridge", "--shards", *map(str, sorted(tmp_path.iterdir()))]) == 0
    large, small = json.loads(capsys.readouterr().out)
    assert len(large["shards"]) > 1
    assert small["servers"]
    policy = CompiledPolicy(resources.policy_wasm(), {}, {"time.now_ns": time.time_ns})
    decision = policy.evaluate("nginx/grpc/decision", json.dumps([large, small]).encode())
    assert "NG001" not in {finding["id"] for finding in decision["deny"]}
    alone = policy.evaluate("nginx/grpc/decision", json.dumps(large["shards"]).encode())
    assert "NG001" in {finding["id"] for finding in alone["deny"]}


@pytest.mark.parametrize("engine", ["conftest", "opa"])
def test_programs_put_shards_together(engine):
    if shutil.which(engine) is None:
        pytest.skip(f"{engine} is not installed; run `make setup`")
    held_by(engines.by_name(engine))


def test_a_server_is_asked_shard_by_shard():
    if shutil.which("opa") is None:
        pytest.skip("OPA is not installed; run `make setup`")
    with opa_server("--ignore", "*_test.rego", resources.policy_dir()) as url:
        held_by(engines.by_name(url))


def held_by(engine):
    for settings in (None, ASKED):
        wanted, _ = judged(sources.read(["-"], stdin=io.BytesIO(TWO))[0], settings)
        found, _ = judged(
            sources.read(["-"], stdin=io.BytesIO(TWO))[0], settings, engine=engine, size=0
        )
        assert found.findings == wanted.findings
        assert found.not_judged == wanted.not_judged


def test_a_large_one_is_cut_where_it_is_large():
    """Shards are documents of about the size that is asked for, and what is in all of them is no
    more than what is new in each."""
    servers = "".join(
        f"upstream u{n} {{ server 10.0.0.1:50051; }}\n"
        f"server {{ listen 80; server_name n{n}; location / {{ grpc_pass grpc://u{n}; }} }}\n"
        for n in range(300)
    )
    headers = "".join(f"add_header X-{n} value;\n" for n in range(200))
    text = f"events {{ }}\nhttp {{\n{headers}{servers}}}\n".encode()
    (configuration,) = sources.read(["-"], stdin=io.BytesIO(text))
    shards = [shard.text for shard in Shards(configuration, size=100_000)]
    documents = [json.loads(text) for text in shards]
    names = [
        server["name"]
        for document in documents
        for server in document["servers"]
        if server["locations"]
    ]
    assert names == [f"n{n}" for n in range(300)]
    assert [document["shard"]["number"] for document in documents] == [*range(1, len(shards) + 1)]
    assert 5 < len(shards) < 15
    assert all(len(text) < 150_000 for text in shards)
    (whole,) = (shard.text for shard in Shards(configuration, size=WHOLE))
    assert sum(map(len, shards)) < 2 * len(whole)


class Counting(EmbeddedEngine):
    """Counts the shards that it is given."""

    def judge(self, configurations, settings):
        given = [list(shards) for shards in configurations]
        self.shards = [len(shards) for shards in given]
        return super().judge(given, settings)


@pytest.mark.parametrize(
    ("settings", "own", "whole"), [({}, True, False), (None, False, False), (None, True, True)]
)
def test_settings_that_are_not_here_are_for_the_whole(monkeypatch, settings, own, whole):
    """An OPA server that judges by its own may have some for an upstream, see Shards."""
    monkeypatch.setattr("nginx_grpc.check.BYTES", 0)
    server = "server {{ listen {} http2; location / {{ grpc_pass grpc://10.0.0.1:1; }} }}"
    text = f"events {{}} http {{ {server.format(1)} {server.format(2)} }}".encode()
    engine = Counting()
    engine.has_settings = own
    check(
        sources.read(["-"], stdin=io.BytesIO(text)),
        engine,
        settings_of=lambda _: Given(values=settings),
    )
    assert (engine.shards == [1]) is whole
