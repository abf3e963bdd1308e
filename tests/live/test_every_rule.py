"""Every rule on nginx's behaviour has a file of stories, named after it."""

import json
import subprocess
from pathlib import Path

from tests.live.bench.verdict import COMMAND


def test_files_and_rules():
    listed = subprocess.run(
        [COMMAND, "rules", "--format", "json"],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    rules = {rule["id"].lower(): rule["slug"] for rule in json.loads(listed.stdout)}
    expected = {
        f"test_{rule}_{slug.replace('-', '_')}.py" for rule, slug in rules.items() if rule > "ng1"
    }
    assert {file.name for file in Path(__file__).parent.glob("test_ng*.py")} == expected
