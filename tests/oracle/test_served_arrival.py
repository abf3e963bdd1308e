"""A sample of the oracle that asks whether calls arrive; oracle.md has the whole run."""

import pytest

from tests.oracle.nginx import binaries
from tests.oracle.served.run import question, run

pytestmark = [
    pytest.mark.skipif(len(binaries()) < 2, reason="two versions of nginx are needed"),
    pytest.mark.timeout(300),
]


def test_a_sample_arrives_or_not_as_the_document_says():
    """What is surely so or not so is, and what all calls of a case have in common is known."""
    asked = question("arrival")
    figures = run(asked, 20_261_130, range(250), binaries())
    assert figures.wrong == []
    assert {version: figures.unknown(version) > 0.02 for version in binaries()} == dict.fromkeys(
        binaries(), False
    )
    assert {name for name in asked.constructs if figures.constructs[name] < 250 / 20} == set()
