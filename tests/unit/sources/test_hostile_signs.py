"""What a text is, is told in linear time, whatever is in it."""

import time

import pytest

from nginx_grpc.sources import ReadOptions, search
from nginx_grpc.sources.includes import Text
from nginx_grpc.sources.kubernetes.keys import nginx_keys
from nginx_grpc.sources.recognition import source_of

UNITS = [
    "# the gRPC server ##############################\nlimit_req_zone a\n",
    "server # ",
    "server #\n",
    "server " + "#" * 90,
    "location ",
    "\nlocation a #",
    "upstream\n",
    ' "a\\',
    " 'a\\'",
    "\n#",
    " ",
    "a=",
    "kind:",
    "|",
]


@pytest.mark.parametrize("head", ["", "server #", 'kind: "'])
@pytest.mark.parametrize("unit", UNITS)
def test_a_megabyte_takes_less_than_a_second(head, unit, tmp_path):
    text = (head + unit * (1_000_000 // len(unit))).encode()
    (tmp_path / "x.conf").write_bytes(text)
    keys = {"x": Text("x", text, "x")}
    for look in (
        lambda: search.search(str(tmp_path), [str(tmp_path)], ReadOptions().limits),
        lambda: nginx_keys(keys),
        lambda: source_of(text, "x", ReadOptions()),
    ):
        begin = time.process_time()
        look()
        assert time.process_time() - begin < 1
