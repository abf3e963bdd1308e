"""conftest and kubectl print a message as it is: what would steer a terminal is not in one."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from nginx_grpc.admission import review

COMMAND = Path(sys.executable).with_name("nginx-grpc")
TEXT = """events {}
http { server { listen 80 http2;
  location "/a\x1b[31m\u202e\x9b" { grpc_pass grpc://u; grpc_read_timeout 0; }
} }
"""
STEERING = ("\x1b", "\u202e", "\x9b")


@pytest.mark.engines
@pytest.mark.parametrize("engine", ["embedded", "conftest", "opa"])
def test_no_engine_s_message_steers(tmp_path, engine):
    (tmp_path / "nginx.conf").write_text(TEXT)
    arguments = ["check", "--no-settings", "--engine", engine, "--format", "json"]
    done = subprocess.run(
        [COMMAND, *arguments, tmp_path / "nginx.conf"], capture_output=True, check=False, text=True
    )
    found = json.loads(done.stdout)["findings"]
    (message,) = [each["msg"] for each in found if each["id"] == "NG211"]
    assert r"location /a\u001b[31m\u202e\u009b: " in message
    assert not any(mark in each["msg"] for each in found for mark in STEERING)


def test_nor_does_an_admission_s_answer():
    told = f"nginx-grpc: a{STEERING[0]}[31m\n    write: b{STEERING[1]};"
    answer = json.loads(review.denied("u", told, warnings=[told]))["response"]
    assert answer["status"]["message"] == "nginx-grpc: a\\x1b[31m\n    write: b\\u202e;"
    assert answer["warnings"] == ["nginx-grpc: a\\x1b[31m write: b\\u202e;"]
