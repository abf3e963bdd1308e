"""What the process writes is all there when it ends, or it says why not."""

import json
import os
import subprocess
import sys
import tempfile

import pytest

from nginx_grpc import catalogue, output
from nginx_grpc.errors import Refused
from tests.engines.configurations import ROOT

BAD = ROOT / "examples" / "checklist" / "bad.conf"
GOOD = ROOT / "examples" / "checklist" / "good.conf"
COMMAND = (sys.executable, "-m", "nginx_grpc")
BUFFERED = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}


@pytest.mark.parametrize(
    "command", [["bridge", BAD], ["check", BAD], ["rules"]], ids=lambda c: c[0]
)
def test_a_full_disk_is_an_error_in_one_line(command):
    with open("/dev/full", "w") as full:
        ran = subprocess.run(
            [*COMMAND, *command], stdout=full, stderr=subprocess.PIPE, text=True, env=BUFFERED
        )
    assert ran.returncode == 2
    assert ran.stderr == (
        "nginx-grpc: standard output: can't write: no space left on device; name another file\n"
    )


def test_a_reader_that_goes_is_no_traceback(tmp_path):
    many = tmp_path / "many.conf"
    many.write_text("http {" + "server { location / { grpc_pass grpc://a:1; } }\n" * 2000 + "}")
    read, write = os.pipe()
    with subprocess.Popen(
        [*COMMAND, "bridge", many], stdout=write, stderr=subprocess.PIPE, text=True, env=BUFFERED
    ) as process:
        os.close(write)
        os.read(read, 10)
        os.close(read)
        assert process.communicate(timeout=60)[1] == ""
    assert process.returncode == 2


def test_all_of_a_report_comes_through_a_pipe():
    ran = subprocess.run(
        [*COMMAND, "check", "--format", "json", BAD], capture_output=True, env=BUFFERED
    )
    assert ran.returncode == 1
    assert len(json.loads(ran.stdout)["findings"]) > 10


def test_a_report_stands_although_another_can_not_be_written():
    """A short one, which waits in a buffer when the process ends."""
    outputs = ["--format", "text", "--format", "sarif", "--output", "none/report.sarif"]
    command = [*COMMAND, "check", "--profile", "evidence", *outputs, GOOD]
    ran = subprocess.run(command, capture_output=True, text=True, env=BUFFERED)
    assert ran.returncode == 2
    assert ran.stdout.endswith(
        f"clean: 0 denied, 0 warnings (1 gRPC location in 1 file, {len(catalogue.rules())} rules)\n"
    )
    assert ran.stderr.count("\n") == 1


@pytest.mark.parametrize("most", [0, 10, 1_000])
@pytest.mark.parametrize("folder", ["", "/nowhere"], ids=["file", "no file"])
def test_pieces_are_given_out_once_all_are_made(most, folder, monkeypatch, tmp_path):
    monkeypatch.setattr(output, "_MOST_HELD", most)
    monkeypatch.setattr(output, "_READ", 7)
    monkeypatch.setattr(tempfile, "tempdir", folder or str(tmp_path))
    made = []

    def pieces(fails=False):
        for number in range(20):
            made.append(number)
            yield f"{number}\r\n"
        if fails:
            raise Refused("it fails", "")

    given = output.whole(pieces())
    first = next(given)
    assert made == list(range(20))
    assert first + "".join(given) == "".join(f"{number}\r\n" for number in range(20))
    with pytest.raises(Refused, match="it fails"):
        next(output.whole(pieces(fails=True)))
    assert list(tmp_path.iterdir()) == []
