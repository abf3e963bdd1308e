"""No error becomes a pass: whatever field is lost or of another type, what was denied stays so."""

import copy
import json

import pytest

from nginx_grpc import cli
from tests.policy.judging import embedded, opa
from tests.policy.rego_inputs import ROOT
from tests.sampling import FULL, sample

pytestmark = pytest.mark.engines

EXAMPLES = ["checklist/bad.conf", "checklist/article.conf", "rules/NG208/before.conf"]
RULES = ["NG110", "NG204", "NG207", "NG214", "NG216", "NG401", "NG403"]
OTHERS = ["a text", 7, -1, 1.5, True, None, [], {}, ["a text"], [{}]]


def documents(tmp_path_factory):
    folder = tmp_path_factory.mktemp("documents")
    for name in [*EXAMPLES, *(f"rules/{rule}/before.conf" for rule in RULES)]:
        target = folder / (name.replace("/", "_") + ".json")
        assert cli.main(["bridge", str(ROOT / "examples" / name), "--output", str(target)]) == 0
        document = json.loads(target.read_text())
        document.pop("settings", None)
        yield name, document


@pytest.fixture(scope="module")
def denied(tmp_path_factory):
    """Documents of the bridge that are denied, without settings of their own.

    Settings are the caller's word and no part of what was read: without them the policy judges by
    its defaults, and that is what is meant.
    """
    decide = embedded()
    found = {name: one for name, one in documents(tmp_path_factory) if not decide(one)["allow"]}
    assert len(found) > 5
    return found


def paths(node, path=()):
    """Every field of every object, by its path."""
    if isinstance(node, dict):
        for key, value in node.items():
            yield (*path, key)
            yield from paths(value, (*path, key))
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from paths(value, (*path, index))


def changed(document, path, change):
    other = copy.deepcopy(document)
    node = other
    for key in path[:-1]:
        node = node[key]
    change(node, path[-1])
    return other


def lost(node, key):
    del node[key]


def replaced(value):
    def replace(node, key):
        node[key] = value

    return replace


def same_type(old, new):
    return type(old) is type(new)


def variants(document):
    """Each field removed, and each replaced by values of other types, one at a time.

    Path, what is done and how: thousands of changed documents are not to be held at once.
    """
    for path in paths(document):
        yield path, "lost", lost
        old = document
        for key in path:
            old = old[key]
        for value in OTHERS:
            if not same_type(old, value):
                yield path, repr(value), replaced(value)


def every_variant(denied):
    return [
        (name, document, *variant)
        for name, document in denied.items()
        for variant in variants(document)
    ]


def test_fields_in_webassembly(denied):
    """Each field lost, and a sample of the other types; in a full run all."""
    decide = embedded()
    every = every_variant(denied)
    assert len(every) > 10_000
    losses = [one for one in every if one[3] == "lost"]
    for name, document, path, how, change in losses + sample(every, 1_500):
        decision = decide(changed(document, path, change))
        where = f"{name}: {path} {how}"
        assert decision["allow"] is False, where
        assert decision["deny"], where


def test_lost_fields_in_opa(denied):
    """The same in OPA, where a built-in that fails is an error; a part of it, for it is slower."""
    those = [one for one in every_variant(denied) if one[3] in ("lost", "'a text'", "None")]
    # Each costs OPA a whole verdict or a whole explanation, and all at once its memory.
    tried = those[:: max(1, len(those) // 600)] if FULL else sample(those, 200)
    given = [changed(document, path, change) for _, document, path, _, change in tried]
    for (name, _, path, how, _), decision in zip(tried, opa(given), strict=True):
        assert decision["allow"] is False, f"{name}: {path} {how}"
        assert decision["deny"], f"{name}: {path} {how}"


def test_a_wrong_type_is_no_document(denied):
    """Not by luck: a field of another type is noticed by the guard itself."""
    decide = embedded()
    name, document = next(iter(denied.items()))
    types = [one for one in variants(document) if one[1] != "lost"]
    for path, how, change in sample(types, 500):
        ids = {finding["id"] for finding in decide(changed(document, path, change))["deny"]}
        assert ids == {"NG001"}, f"{name}: {path} {how}"
