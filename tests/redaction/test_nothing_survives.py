"""Whatever is planted in a configuration, none of it is left."""

from __future__ import annotations

import pytest

from tests.redaction.planted_objects import PlantedObjects
from tests.redaction.planting import Planted
from tests.redaction.redacting import quickly
from tests.sampling import sample


@pytest.mark.parametrize("seed", sample(range(40), 4))
def test_nothing_survives(seed):
    planted = Planted(seed, rounds=6)
    assert len(planted.words) > 1000
    left = planted.survivors(quickly(planted.text.encode()).decode())
    assert left == set()


@pytest.mark.parametrize("seed", sample(range(40), 2))
def test_nothing_survives_of_objects(seed):
    planted = PlantedObjects(seed, rounds=5)
    assert len(planted.words) > 1000
    left = planted.survivors(quickly(planted.text.encode()).decode())
    assert left == set()


@pytest.mark.parametrize("planted", [Planted(1), PlantedObjects(1)], ids=["nginx", "objects"])
def test_the_words_are_found_where_they_are(planted):
    """The tests above could not pass for want of eyes."""
    assert planted.survivors(planted.text) == set(planted.words)
