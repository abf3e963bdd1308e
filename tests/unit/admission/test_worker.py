"""The process that reads hostile text: what it answers, and what it can not do."""

from __future__ import annotations

import json
import struct
import subprocess
import sys
from typing import Any

import pytest

from nginx_grpc.admission import wording
from nginx_grpc.admission.worker import command

OPTIONS = {
    "keys": ["nginx.conf"],
    "ignored_keys": [],
    "secrets": False,
    "ingress_nginx": "",
    "text_bytes": 1024 * 1024,
    "address_space": 144 * 1024 * 1024,
}
CONFINED = """
import sys
sys.path[:] = {path!r}
from nginx_grpc.admission.worker import _confine
import os, socket, subprocess
_confine({address_space})
{attempt}
"""


class DiedError(Exception):
    """A worker ended by itself."""


def results(*jobs: bytes) -> list[tuple[dict[str, Any], str]]:
    """What a worker makes of jobs, its first result left out."""
    stdin = b"".join(struct.pack(">II", 4, len(job)) + b"null" + job for job in jobs)
    ended = subprocess.run(command(OPTIONS), input=stdin, capture_output=True, timeout=60)
    if ended.returncode:
        raise DiedError(ended.stderr.decode()[-2000:])
    found, at = [], 0
    while at < len(ended.stdout):
        head_size, text_size = struct.unpack_from(">II", ended.stdout, at)
        head = ended.stdout[at + 8 : at + 8 + head_size]
        text = ended.stdout[at + 8 + head_size : at + 8 + head_size + text_size]
        found.append((json.loads(head) if head else {}, text.decode()))
        at += 8 + head_size + text_size
    assert found[0] == ({}, "")
    return found[1:]


def review(text: str, kind: str = "ConfigMap") -> bytes:
    request = {
        "uid": "u",
        "kind": {"kind": kind},
        "operation": "CREATE",
        "object": {"data": {"nginx.conf": text}},
    }
    body = {"kind": "AdmissionReview", "apiVersion": "admission.k8s.io/v1", "request": request}
    return json.dumps(body).encode()


def test_one_job_after_the_other() -> None:
    good = "http { server { location / { grpc_pass grpc://a; } } }"
    found = results(review(good), b"", review("http {"), review(good, "Pod"), review(good))
    outcomes = [head["outcome"] for head, _ in found]
    assert outcomes == ["documents", "malformed", "refused", "other_kind", "documents"]
    assert found[0][1] == found[4][1]
    assert json.loads(found[0][1])["source"]["kind"] == "manifest"
    assert 0 < found[0][0]["resident_kib"] < 144 * 1024


def test_what_looks_like_nginx_text_and_can_not_be_read_is_said() -> None:
    body = json.loads(review("http { server { location / { grpc_pass grpc://a; } } }"))
    body["request"]["object"]["data"]["default.template"] = "server { listen {{ .port }}; }"
    body["request"]["object"]["data"]["notes"] = "server: one"
    ((head, _),) = results(json.dumps(body).encode())
    assert head["outcome"] == "documents"
    (line,) = wording.unread(head)
    assert line.startswith("default.template:1: looks like nginx text and was not judged: ")
    del body["request"]["object"]["data"]["nginx.conf"]
    ((head, _),) = results(json.dumps(body).encode())
    assert (head["outcome"], wording.unread(head)) == ("nothing", [line])


def test_what_needs_more_memory_than_there_is_is_an_overrun_or_ends_the_worker() -> None:
    """Both are a denial. Without memory Python 3.13 now and then ends with a SystemError."""
    heavy = "http{" + "server{location /{}}" * 50_000 + "}"
    try:
        (first, text), (second, _) = results(review(heavy), review("http { }"))
    except DiedError as died:
        if "SystemError" in str(died) or "MemoryError" in str(died):
            return
        raise
    assert first["outcome"] == "overrun"
    assert text == ""
    assert second["outcome"] == "documents"


@pytest.mark.parametrize(
    "attempt",
    [
        "open('/etc/passwd')",
        "os.open('/proc/self/environ', os.O_RDONLY)",
        "socket.socket()",
        "socket.create_connection(('127.0.0.1', 1))",
        "os.pipe()",
        "subprocess.run(['/bin/true'], stdin=subprocess.PIPE)",
        "os.dup(0)",
        "bytearray(200 * 1024 * 1024)",
    ],
)
def test_it_can_open_nothing(attempt: str) -> None:
    code = CONFINED.format(
        path=[entry for entry in sys.path if entry],
        address_space=OPTIONS["address_space"],
        attempt=attempt,
    )
    ended = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True)
    assert ended.returncode != 0
    assert "Too many open files" in ended.stderr or "MemoryError" in ended.stderr, ended.stderr


LOADED = """
import ast, json, pathlib, sys
sys.path[:] = {path!r}
import nginx_grpc
from nginx_grpc.admission import bridging
bridging.warm()
late = set()
for package in ("parsers", "sources", "model"):
    for file in pathlib.Path(nginx_grpc.__path__[0], package).rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Import):
                late |= {{name.name for name in node.names}}
            elif isinstance(node, ast.ImportFrom) and not node.level:
                late.add(node.module)
print(json.dumps(sorted(late - set(sys.modules))))
"""


def test_all_that_the_bridge_ever_imports_is_loaded_before_nothing_can_be_opened() -> None:
    code = LOADED.format(path=[entry for entry in sys.path if entry])
    ended = subprocess.run(
        [sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True
    )
    assert json.loads(ended.stdout) == []
