"""Every document that a Rego test judges is one: by the schema, and by the policy's own guard."""

import json

import jsonschema
import pytest

from nginx_grpc import resources
from tests.policy import rego_inputs
from tests.policy.judging import embedded

pytestmark = pytest.mark.engines

# These give the policy what is no document, to see it denied.
OF_NO_DOCUMENTS = {
    "data.nginx.grpc.guard_test",
    "data.nginx.grpc.main_test",
    "data.nginx.grpc.rules.not_a_document_test",
    "data.nginx.grpc.rules.settings_test",
    "data.nginx.grpc.lib_test",
    "data.nginx.grpc.verdict_test",
}


@pytest.fixture(scope="module")
def schema():
    with open(resources.schema_path("document"), encoding="utf-8") as file:
        return jsonschema.Draft202012Validator(json.load(file))


def passes_the_guard(decision):
    return all(finding["id"] != "NG001" for finding in decision["deny"])


def test_all_are_found():
    """A test that hands over a variable of its own goes by way of the verdict, which guards it."""
    found = rego_inputs.given()
    assert {one.at for one in found} == rego_inputs.expected()
    assert len(found) > 400


def test_the_rules_are_tested_with_documents(schema):
    judged = [one for one in rego_inputs.given() if one.package not in OF_NO_DOCUMENTS]
    assert len({one.package for one in judged}) > 35
    decide = embedded()
    for one in judged:
        problem = next(schema.iter_errors(one.document), None)
        assert problem is None, f"{one.at}: {problem.json_path}: {problem.message}"
        wrong = [f["message"] for f in decide(one.document)["deny"] if f["id"] == "NG001"]
        assert not wrong, f"{one.at}: {wrong}"


def test_what_the_guard_passes_is_a_document(schema):
    """The guard may know more than the schema, never less."""
    decide = embedded()
    for one in rego_inputs.given():
        given = one.document if isinstance(one.document, list) else [one.document]
        if passes_the_guard(decide(one.document)):
            documents = [shard for each in given for shard in each.get("shards", [each])]
            assert all(schema.is_valid(document) for document in documents), one.at
