"""The JSON that commands print is what `json` makes of the same value."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from nginx_grpc import indented

_SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
_VALUES = st.recursive(
    _SCALARS | st.text(st.characters(categories=["Cs", "Cc"])),
    lambda inner: st.lists(inner) | st.tuples(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(_VALUES)
def test_any_value(value: Any) -> None:
    expected = json.dumps(value, indent=2).replace("##", "#\\u0023")
    assert indented.dumps(value) == expected + "\n"
