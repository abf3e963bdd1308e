"""The table of directives' names: generated, and no slower to load than a text is to split."""

import subprocess
import sys
from pathlib import Path

from nginx_grpc.parsers.directives import KNOWN, STARTS

ROOT = Path(__file__).resolve().parents[3]


def test_the_table_was_generated_from_its_sources():
    command = [sys.executable, "tools/generate_directives.py", "--check"]
    assert subprocess.run(command, cwd=ROOT).returncode == 0


def test_it_has_what_came_after_crossplane():
    assert {"grpc_pass", "grpc_socket_rcvbuf", "http2", "tunnel_pass", "health_check"} <= KNOWN
    assert "grpc_request_buffering" not in KNOWN
    assert {"grpc_read_timeout", "location"} <= STARTS
    assert not {"error", "timeout", "http2"} & STARTS


def test_a_check_loads_no_other_parser():
    code = "import sys, nginx_grpc.check, nginx_grpc.sources; sys.exit('crossplane' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
