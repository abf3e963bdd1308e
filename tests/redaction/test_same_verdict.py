"""The verdict on a redacted configuration is the verdict on the original.

Tried on every configuration that the project has: the examples, those of the live tests, the
samples; on the examples with objects of Kubernetes, and on a cluster of many kinds of them.
`make full` tries all, `make test` some of them.
"""

from __future__ import annotations

import pytest

from tests.engines.configurations import ROOT
from tests.metamorphic.configurations import all_of_them
from tests.redaction.planted_objects import PlantedObjects
from tests.redaction.redacting import Redacted, built, found, read
from tests.sampling import sample

CONFIGURATIONS = dict(all_of_them())
OBJECTS = {
    str(path.relative_to(ROOT)): path.read_text("latin-1")
    for path in sorted(ROOT.glob("examples/rules/NG6*/*.yaml"))
}
OBJECTS["cluster"] = PlantedObjects(1, rounds=1).text
TRIED = list(dict.fromkeys(["rich", *sample(CONFIGURATIONS, 20), "cluster", *sample(OBJECTS, 4)]))
CONFIGURATIONS |= OBJECTS


@pytest.fixture(scope="module", params=TRIED)
def redacted(request):
    return Redacted(CONFIGURATIONS[request.param].encode("latin-1"))


def test_findings_are_the_same(redacted):
    """Rule, line and level of each; on the text, as somebody else would check it."""
    assert sorted(redacted.findings) == sorted(found(redacted.original))


def test_lines_stay(redacted):
    assert redacted.text.count(b"\n") == redacted.original.count(b"\n")


def test_text_and_tree_are_one(redacted):
    """`check --redact` judges what was read and then redacted: the same as the redacted text."""
    assert built(read(redacted.text)) == redacted.of_tree()


def test_a_second_run_changes_nothing(redacted):
    assert Redacted(redacted.text).text == redacted.text


def test_restored_byte_for_byte(redacted):
    assert redacted.restored == redacted.original
