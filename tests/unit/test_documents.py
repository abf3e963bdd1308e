"""A document that does not fit its schema is never given out."""

import copy

import pytest

from nginx_grpc import documents
from nginx_grpc.errors import Refused

EMPTY = documents.empty({})


def test_what_fits_is_given_out():
    documents.validate([EMPTY, EMPTY])


@pytest.mark.parametrize("field", sorted(set(EMPTY) - {"settings"}))
@pytest.mark.parametrize("change", ["remove", "mistype"])
def test_what_does_not_fit_is_a_fault_of_this_tool(field, change):
    wrong = copy.deepcopy(EMPTY)
    if change == "mistype":
        wrong[field] = 1.5
    elif field == "source":
        wrong["source"].pop("kind")
    else:
        del wrong[field]
    if field == "source" and change == "mistype":
        wrong = {**EMPTY, "source": {**EMPTY["source"], "files": "none"}}
    with pytest.raises(Refused, match="please report it"):
        documents.validate([EMPTY, wrong])
