"""One policy, one verdict: OPA decides as the embedded engine does, on whatever comes.

Documents of real configurations, mutated in their text or damaged, with settings of every shape.
"""

import json
import shutil
import subprocess
import time
from collections import Counter
from random import Random

import pytest

from nginx_grpc import resources
from nginx_grpc.engines.wasm import CompiledPolicy
from tests.engines import random_inputs
from tests.sampling import sample

pytestmark = [pytest.mark.engines, pytest.mark.xdist_group("engines")]

QUERY = "[d | some document in input; d := data.nginx.grpc.decision with input as document]"


@pytest.fixture(scope="module")
def documents():
    """The same in every run."""
    random = Random(20261124)
    found = []
    while len(found) < 500:
        document = random_inputs.mutated(random)
        if document is None:
            continue
        if random.random() < 0.1:
            document = random_inputs.damaged(document, random)
        if random.random() < 0.8:
            document["settings"] = random_inputs.settings(random)
        found.append(document)
    return found


@pytest.fixture(scope="module")
def embedded(documents):
    policy = CompiledPolicy(resources.policy_wasm(), {}, {"time.now_ns": time.time_ns})
    return [
        policy.evaluate("nginx/grpc/decision", json.dumps(document).encode())
        for document in documents
    ]


def test_opa_decides_the_same(documents, embedded):
    """The whole decision: findings with all their words, waivers, and what each rule did."""
    if shutil.which("opa") is None:
        pytest.skip("OPA is not installed; run `make setup`")
    command = ["opa", "eval", "--format", "json", "--stdin-input", "--strict-builtin-errors"]
    command += ["--ignore", "*_test.rego", "--data", resources.policy_dir(), QUERY]
    tried = sample(zip(documents, embedded, strict=True), 150)
    done = subprocess.run(
        command,
        input=json.dumps([document for document, _ in tried]),
        capture_output=True,
        text=True,
        check=True,
        timeout=280,
    )
    ((result,),) = (part["expressions"] for part in json.loads(done.stdout)["result"])
    for (document, ours), theirs in zip(tried, result["value"], strict=True):
        assert ours == theirs, json.dumps(document)


def test_settings_in_data_are_settings_in_the_document(documents, embedded):
    """The embedded engine takes them as data, a server in the document."""
    for document, wanted in list(zip(documents, embedded, strict=True))[::10]:
        if "settings" not in document or "NG001" in {found["id"] for found in wanted["deny"]}:
            continue
        data = {"nginx_grpc": document["settings"]}
        policy = CompiledPolicy(resources.policy_wasm(), data, {"time.now_ns": time.time_ns})
        bare = {name: value for name, value in document.items() if name != "settings"}
        found = policy.evaluate("nginx/grpc/decision", json.dumps(bare).encode())
        assert found == wanted, json.dumps(document)


def test_they_are_of_every_kind(embedded):
    """Most are judged, and nearly every rule speaks; some are no documents, some settings wrong."""
    kinds = Counter(
        "judged" if decision["rules"] else decision["deny"][0]["id"] for decision in embedded
    )
    assert kinds["judged"] > 300
    assert kinds["NG001"] > 10
    assert kinds["NG003"] > 10
    ids = {
        finding["id"]
        for decision in embedded
        for level in ("deny", "warn", "waived")
        for finding in decision[level]
    }
    every = {rule["id"] for decision in embedded for rule in decision["rules"]}
    # These documents have no objects of Kubernetes.
    unseen = {rule for rule in every - ids if not rule.startswith("NG6")}
    assert len(unseen) < 4
