"""The command on files that are bytes, as the page runs it."""

import json
import os

import pytest

from nginx_grpc import in_memory
from nginx_grpc.errors import Refused

TEXT = b"server { listen 80 http2; location / { grpc_pass grpc://10.0.0.1:50051; } }\n"


@pytest.fixture
def folder(tmp_path):
    before = os.getcwd()
    yield str(tmp_path / "input")
    os.chdir(before)


def test_a_check(folder):
    in_memory.place(folder, {"conf.d/api.conf": TEXT})
    status, out, errors = in_memory.run(["check", "--format", "json", "."])
    assert (status, errors) == (1, "")
    assert {each["file"] for each in json.loads(out)["findings"]} == {"conf.d/api.conf"}


def test_nothing_of_the_last_files_is_left(folder):
    in_memory.place(folder, {"a.conf": TEXT, "b/c.conf": TEXT})
    in_memory.place(folder, {"b": b""})
    assert in_memory.contents(folder) == {"b": b""}


def test_standard_input_and_what_is_written(folder):
    in_memory.place(folder, {})
    status, out, _ = in_memory.run(["redact", "-"], TEXT)
    assert status == 0
    assert b"10.0.0.1" not in out
    in_memory.place(folder, {"nginx.conf": TEXT})
    in_memory.run(["fix", "--write", "--unsafe", "nginx.conf"])
    assert b"error_page" in in_memory.contents(folder)["nginx.conf"]


def test_arguments_that_are_none(folder):
    in_memory.place(folder, {})
    status, out, errors = in_memory.run(["check", "--no-such"])
    assert (status, out) == (2, b"")
    assert "unrecognized arguments: --no-such" in errors


@pytest.mark.parametrize(
    "names", [["../out.conf"], ["/etc/passwd"], ["a/../../b"], [""], ["a\0b"], ["a", "a/b"], ["."]]
)
def test_a_path_that_is_none(folder, names):
    with pytest.raises(Refused):
        in_memory.place(folder, dict.fromkeys(names, b""))
    assert not os.path.exists(os.path.join(os.path.dirname(folder), "out.conf"))
