"""How many calls limit_conn lets through at once."""

import pytest

from tests.unit.model.reading import http


@pytest.mark.parametrize(
    ("location", "server", "found"),
    [
        ("", "", None),
        ("limit_conn a 5;", "", ("a 5", 5)),
        ("limit_conn a 5; limit_conn b 3;", "", ("b 3", 3)),
        ("", "limit_conn a 5;", ("a 5", 5)),
        ("limit_conn a 5;", "limit_conn a 3;", ("a 5", 5)),
        ("limit_conn a 5; limit_conn_dry_run on;", "", None),
        ("limit_conn a 5; limit_conn_dry_run off;", "limit_conn_dry_run on;", ("a 5", 5)),
        ("limit_conn a five;", "", None),
        ("limit_conn a;", "", None),
    ],
)
def test_limit(location, server, found):
    document = http(
        f"server {{ {server} location / {{ {location} grpc_pass grpc://127.0.0.1:1; }} }}"
    )
    limit = document["servers"][0]["locations"][0].get("limit_conn")
    assert (limit and (limit["value"], limit["number"])) == found
