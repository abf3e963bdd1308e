"""The generated Rego says what the schemas say."""

import subprocess
import sys

import pytest

from tests.policy.rego_inputs import ROOT

pytestmark = pytest.mark.engines


def test_the_guards_were_generated_from_these_schemas():
    command = [sys.executable, "tools/generate_guard.py", "--check"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
