"""OPA and WebAssembly decide alike on what the Rego tests judge; a sample of it in `make test`."""

import re

import pytest

from tests.policy import rego_inputs
from tests.policy.judging import embedded, opa
from tests.sampling import sample

pytestmark = pytest.mark.engines

# On both sides of what depends on settings.
SETTINGS = [
    None,
    {
        "profile": "evidence",
        "nginx_version": "1.30.2",
        "explicit": "required",
        "largest_request": "4m",
        "grpc": {
            "default": {
                "max_connection_age": "30s",
                "expected_concurrency": 100,
                "longest_silence": "10m",
                "streaming": "bidi",
                "metadata": ["tenant_id", "a.b"],
            }
        },
    },
    {"nginx_version": "1.17.0", "levels": {"NG205": "off", "NG106": "warn"}, "not_judged": "deny"},
    {"profile": "strict"},
]


@pytest.mark.parametrize("settings", SETTINGS, ids=["none", "evidence", "old", "malformed"])
def test_same_decision(settings):
    given = sample(rego_inputs.given(), 250)
    decide = embedded(settings)
    for one, by_opa in zip(given, opa([one.document for one in given], settings), strict=True):
        assert decide(one.document) == by_opa, one.at


@pytest.mark.parametrize("settings", SETTINGS[:3], ids=["none", "evidence", "old"])
def test_every_placeholder_is_filled(settings):
    decide = embedded(settings)
    ids = set()
    for one in rego_inputs.given():
        decision = decide(one.document)
        for finding in [*decision["deny"], *decision["warn"]]:
            ids.add(finding["id"])
            texts = [finding[name] for name in ("message", "remedy", "directive")]
            for text in (*texts, finding["fix"]["why"]):
                assert not re.search(r"\{[a-z_]+\}", text), (one.at, text)
    assert len(ids) > 30


@pytest.mark.parametrize(
    "given", [None, False, 0, "server {}", [], [[]], {}, {"directives": []}, {"config": []}]
)
def test_what_is_no_document_is_denied(given):
    (by_opa,) = opa([given])
    assert embedded()(given) == by_opa
    assert by_opa["allow"] is False
    assert [finding["id"] for finding in by_opa["deny"]] == ["NG001"]
    assert "run the bridge" in by_opa["deny"][0]["msg"]
