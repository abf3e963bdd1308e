"""One settings file, one reading: ours and OPA's agree on every kind of plain value."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from nginx_grpc import settings_chain

OPA = Path(__file__).parents[2] / ".tools" / "bin" / "opa"

SCALARS = [
    "off",
    "on",
    "yes",
    "no",
    "y",
    "n",
    "true",
    "True",
    "TRUE",
    "false",
    "False",
    "FALSE",
    "tRUE",
    "1:30",
    "2027-01-01",
    "2001-12-14t21:59:43.10-05:00",
    "1.30",
    "1.0",
    ".5",
    "1.",
    "1e3",
    "12e03",
    "-0",
    "+12",
    "0x10",
    "0x1_0",
    "010",
    "08",
    "0o10",
    "0b11",
    "1_000",
    "1_0.5",
    "9223372036854775808",
    "~",
    "null",
    "Null",
    "NULL",
    "nUll",
    "30s",
    "5m",
    "1h30m",
    '"1.30"',
    "'30'",
    "text",
]


@pytest.mark.engines
def test_every_kind_of_value(tmp_path):
    opa = str(OPA) if OPA.exists() else shutil.which("opa")
    assert opa, "no OPA: run `make setup`"
    file = tmp_path / "nginx-grpc.yaml"
    lines = [f"  k{number}: {scalar}" for number, scalar in enumerate(SCALARS)]
    nested = [
        "  list:",
        "    - off",
        "    - {a: 1:30, b: [no]}",
        "  empty:",
        "  fold: >-",
        "    a",
        "    b",
    ]
    file.write_text("\n".join(["nginx_grpc:", *lines, *nested, ""]))
    command = [opa, "eval", "-d", str(file), "data.nginx_grpc", "-f", "raw"]
    theirs = json.loads(subprocess.run(command, capture_output=True, check=True, text=True).stdout)
    ours = settings_chain.load(str(file))[0]
    assert json.dumps(ours, sort_keys=True) == json.dumps(theirs, sort_keys=True)
