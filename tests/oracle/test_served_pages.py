"""A sample of what clients get of error pages; the recorded run is in oracle.md."""

import pytest

from tests.oracle.nginx import binaries
from tests.oracle.served.run import question, run

pytestmark = pytest.mark.live


def test_a_sample_of_pages():
    """What the document says of a page is what a call gets."""
    versions = binaries()
    if len(versions) < 2:
        pytest.skip("two versions of nginx are needed")
    figures = run(question("pages"), 20_261_130, range(100), versions)
    assert figures.wrong == []
    assert all(figures.unknown(version) < 0.06 for version in versions)
