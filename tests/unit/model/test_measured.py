"""The document says what nginx was seen to do: the configurations of the live tests, bridged."""

import pytest

from tests.live.inheritance import CASES
from tests.unit.model.reading import headers, http, location

NAMES = {"LISTEN": "127.0.0.1:8080"}
# Paths that are no plain fields of the location.
LISTS = ("grpc_set_header", "add_header", "error_page")


def value_at(document, place, path):
    first, _, rest = path.partition(".")
    if first == "listens":
        return [listen[rest] for listen in document["servers"][0]["listens"]]
    if first in LISTS and rest == "names":
        return [name for name, _ in headers(document, place, first)]
    if first in LISTS:
        kind = "error_page_lists" if first == "error_page" else "header_lists"
        listed = document[kind][place[first]]
        if rest == "codes":
            return [page["codes"] for page in listed["pages"]]
        return listed[rest]
    value = place
    for key in path.split("."):
        value = value[key]
    return value


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_document_agrees_with_nginx(case):
    text = case.conf
    for name, address in NAMES.items():
        text = text.replace(name, address)
    document = http(text)
    place = location(document, case.location)
    found = {path: value_at(document, place, path) for path in case.document}
    assert found == case.document
