"""NG304 buffer-size: grpc_buffer_size is reserved for every call, and it is no message limit.

No call fails. The worker's peak of address space is read from /proc, so it runs on Linux alone.
"""

import re
from pathlib import Path

from tests.live.bench import grpc_server

DENIED = """
upstream greeter { server GREETER; keepalive 32; }
server {
    listen LISTEN http2;
    location / {
        grpc_pass grpc://greeter;
        grpc_buffer_size 256m;
    }
}
"""
ACCEPTED = DENIED.replace("256m", "16k")


def peak(nginx):
    """The most address space that the worker has had, in MB."""
    status = Path(f"/proc/{nginx.worker}/status").read_text()
    return int(re.search(r"VmPeak:\s+(\d+) kB", status)[1]) // 1024


def test_reserved_for_each_call(story):
    """Four calls at once reserve 1 GB; with 16k the same answers of 3 MB pass."""
    with grpc_server() as greeter:
        for stage, conf in ((story.denied, DENIED), (story.accepted, ACCEPTED)):
            with stage(conf, GREETER=greeter) as nginx:
                assert nginx.call("delay=600ms size=3000000", clients=4).code == "OK"
                reserved = peak(nginx) // 1024
                nginx.note("GB of address space for 4 calls", reserved)
                assert reserved == (1 if stage == story.denied else 0)
