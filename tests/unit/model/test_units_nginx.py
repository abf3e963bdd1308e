"""The same texts, asked of real nginx: what its reader takes, ours takes."""

import contextlib

import pytest

from nginx_grpc.model.units import bytes_of, count_of, milliseconds_of, offset_of, switch_of
from tests.oracle.nginx import Judge, binaries
from tests.unit.model.test_units import GIGABYTES, NO_SIZES, NO_TIMES, SIZES, TIMES

pytestmark = pytest.mark.live

READERS = {
    "grpc_read_timeout": (milliseconds_of, [*TIMES, *NO_TIMES]),
    "client_body_timeout": (milliseconds_of, [*TIMES, *NO_TIMES]),
    "client_max_body_size": (offset_of, [*SIZES, *GIGABYTES, *NO_SIZES]),
    "grpc_buffer_size": (bytes_of, [*SIZES, *GIGABYTES, *NO_SIZES]),
    "grpc_next_upstream_tries": (count_of, ["0", "3", "007", "-1", "1k", "3.0", "²"]),
    "grpc_intercept_errors": (switch_of, ["on", "ON", "off", "OFF", "true", "1", "yes", ""]),
}


@pytest.mark.parametrize("version", sorted(binaries()))
@pytest.mark.parametrize("directive", READERS)
def test_nginx_takes_what_we_take(version, directive):
    reader, texts = READERS[directive]
    differ = []
    with contextlib.closing(Judge(binaries()[version])) as judge:
        for text in texts:
            value = reader(text)
            # A buffer of no bytes is refused for another reason.
            if directive == "grpc_buffer_size" and value == 0:
                continue
            configuration = f'events {{}} http {{ server {{ {directive} "{text}"; }} }}'
            accepted = judge.verdict(configuration.encode()).kind == "accepted"
            if accepted != (value is not None):
                differ.append((text, value, accepted))
    assert not differ
