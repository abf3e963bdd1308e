"""Whatever is planted in a configuration, none of it is left."""

from __future__ import annotations

import pytest

from tests.redaction.planting import Planted
from tests.redaction.redacting import quickly
from tests.sampling import sample


@pytest.mark.parametrize("seed", sample(range(40), 4))
def test_nothing_survives(seed):
    planted = Planted(seed, rounds=6)
    assert len(planted.words) > 1000
    left = planted.survivors(quickly(planted.text.encode()).decode())
    assert left == set()


def test_the_words_are_found_where_they_are():
    """The test above could not pass for want of eyes."""
    planted = Planted(1)
    assert planted.survivors(planted.text) == set(planted.words)
