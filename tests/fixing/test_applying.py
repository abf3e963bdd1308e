"""Which edits are made at once."""

from itertools import permutations

import pytest

from nginx_grpc.fixing.applying import Unit, compatible
from nginx_grpc.fixing.homes import Change
from nginx_grpc.fixing.targets import Placed


def unit(start: int, end: int) -> Unit:
    change = Change(start, end, "new")
    placed = Placed({"n.conf": [change]}, None, (start, end), ("n.conf", ""))
    return Unit([], [placed])


@pytest.mark.parametrize("order", [*permutations([(10, 20), (40, 50), (70, 80)])])
def test_the_later_one_of_two_that_touch_the_same_bytes_waits(order) -> None:
    """Wherever in the file the edits before it stand, and in whatever order they came."""
    first = [unit(*span) for span in order]
    for start, end in ((15, 17), (45, 60), (35, 45), (75, 90)):
        assert compatible([*first, unit(start, end)]) == first
    apart = unit(55, 60)
    assert compatible([*first, apart]) == [*first, apart]
