"""Numbers with units: what nginx takes and refuses, and that the bridge reads it the same way."""

from itertools import product

import pytest

from tests.live.bench import nginx_test
from tests.live.bench.nginx import folder
from tests.live.bench.verdict import document

NUMBERS = [
    "0",
    "1",
    "30",
    "007",
    "1.5",
    "-1",
    "+1",
    "1e3",
    "0x10",
    "2147483648",
    "99999999999999999999",
]
UNITS = ["ms", "s", "m", "h", "d", "w", "M", "y", "S", "H", "D", "k", "K", "g", "G", "t", "b", "MB"]
COMPOSED = ["1m30s", "30s1m", "1s500ms", "500ms1s", "1s1s", "1d1w", "1y1M", "1s30", "s", "ms", "k"]
QUOTED = ['"1h 30m"', '"1h30"', '"30 s"', '" 1s"', '""', "1h 30m"]
WORDS = ["off", "on", "ON", "On", "true", "yes", "no"]
PLAIN = NUMBERS + COMPOSED + QUOTED + WORDS
VALUES = PLAIN + ["".join(pair) for pair in product(NUMBERS, UNITS)]
READINGS = {
    "grpc_read_timeout": "ms",
    "client_max_body_size": "bytes",
    "grpc_buffer_size": "bytes",
    "grpc_next_upstream_tries": "number",
    "grpc_intercept_errors": "on",
}


@pytest.mark.parametrize("directive", READINGS)
def test_agreement(version, directive):
    """nginx starts with a value if, and only if, the bridge can read it."""
    values = VALUES if READINGS[directive] in ("ms", "bytes") else PLAIN
    locations = "\n".join(
        f"location /{number} {{ grpc_pass 127.0.0.1:1; {directive} {value}; }}"
        for number, value in enumerate(values)
    )
    with folder(f"server {{ listen LISTEN http2; {locations} }}", version, {}) as here:
        bridged = document(here.conf)
    differ = []
    for value, location in zip(values, bridged["servers"][0]["locations"], strict=True):
        bridge_reads = READINGS[directive] in location["directives"][directive]
        nginx_takes = nginx_test(f"{directive} {value};", version).ok
        if bridge_reads != nginx_takes:
            differ.append((value, "nginx takes it" if nginx_takes else "nginx refuses it"))
    assert differ == []


KNOWN = {
    ("grpc_read_timeout", "20"): 20_000,
    ("grpc_read_timeout", "500ms"): 500,
    ("grpc_read_timeout", "1m30s"): 90_000,
    ("grpc_read_timeout", '"1h 30m"'): 5_400_000,
    ("grpc_read_timeout", "1d"): 86_400_000,
    ("client_max_body_size", "8k"): 8192,
    ("client_max_body_size", "1M"): 1_048_576,
    ("client_max_body_size", "1g"): 1_073_741_824,
    ("grpc_intercept_errors", "ON"): True,
    ("grpc_intercept_errors", "Off"): False,
}


@pytest.mark.parametrize(("directive", "value"), KNOWN)
def test_value(version, directive, value):
    conf = f"server {{ location / {{ grpc_pass 127.0.0.1:1; {directive} {value}; }} }}"
    with folder(conf, version, {}) as here:
        assert here.test().ok
        (location,) = document(here.conf)["servers"][0]["locations"]
        reading = location["directives"][directive][READINGS[directive]]
        assert reading == KNOWN[directive, value]
