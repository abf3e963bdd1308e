"""Times, sizes, counts and switches: what nginx accepts and refuses."""

import pytest

from nginx_grpc.model.units import bytes_of, count_of, milliseconds_of, offset_of, switch_of

MINUTE = 60_000
HOUR = 60 * MINUTE
TIMES = {
    "20": 20_000,
    "0": 0,
    "00": 0,
    "500ms": 500,
    "0ms": 0,
    "1m30s": 90_000,
    "1s500ms": 1500,
    "1h 30m": 90 * MINUTE,
    "1h  30m": 90 * MINUTE,
    "1d": 24 * HOUR,
    "1w": 7 * 24 * HOUR,
    "1w2d3h4m5s6ms": ((9 * 24 + 3) * 60 + 4) * MINUTE + 5006,
    "1m 30": 90_000,
    "30 ": 30_000,
    "1071906480m": 1071906480 * MINUTE,
    "1h m": HOUR,
}
NO_TIMES = [
    "",
    "1.5s",
    "off",
    "-1",
    "+1",
    "60S",
    "1H",
    "1M",
    "1y",
    "1D",
    "30 s",
    "30s 1m",
    "1s1s",
    "1ms1s",
    "ms",
    "s",
    " ",
    "1m,30s",
    "٣s",
    "9223372036854775807",
    "99999999999999999999s",
    "9" * 4000,
]
SIZES = {
    "0": 0,
    "1024": 1024,
    "8k": 8192,
    "8K": 8192,
    "1m": 1 << 20,
    "1M": 1 << 20,
}
GIGABYTES = {"1g": 1 << 30, "1G": 1 << 30}
NO_SIZES = [
    "",
    "k",
    "10MB",
    "1.5m",
    "off",
    "1t",
    "-1",
    "1 k",
    "1kk",
    "9" * 20,
    "9223372036854775807k",
]


@pytest.mark.parametrize(("text", "milliseconds"), TIMES.items())
def test_time(text, milliseconds):
    assert milliseconds_of(text) == milliseconds


@pytest.mark.parametrize("text", NO_TIMES)
def test_no_time(text):
    assert milliseconds_of(text) is None


@pytest.mark.parametrize(("text", "size"), SIZES.items())
def test_size(text, size):
    assert bytes_of(text) == offset_of(text) == size


@pytest.mark.parametrize(("text", "size"), GIGABYTES.items())
def test_gigabytes_only_where_nginx_reads_an_offset(text, size):
    assert offset_of(text) == size
    assert bytes_of(text) is None


@pytest.mark.parametrize("text", NO_SIZES)
def test_no_size(text):
    assert bytes_of(text) is None
    assert offset_of(text) is None


@pytest.mark.parametrize(("text", "count"), {"0": 0, "3": 3, "007": 7}.items())
def test_count(text, count):
    assert count_of(text) == count


@pytest.mark.parametrize("text", ["", "-1", "1k", "3.0", "9" * 19 + "0", "²"])
def test_no_count(text):
    assert count_of(text) is None


@pytest.mark.parametrize(
    ("text", "on"), {"on": True, "ON": True, "On": True, "off": False, "OFF": False}.items()
)
def test_switch(text, on):
    assert switch_of(text) is on


@pytest.mark.parametrize("text", ["", "true", "1", "yes", "no", "0", "on "])
def test_no_switch(text):
    assert switch_of(text) is None
