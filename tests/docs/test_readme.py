"""What pages show is what their commands print; a line of dots stands for any lines."""

import os
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TOOLS = [ROOT / ".tools" / "bin", ROOT / ".venv" / "bin"]
PAGES = ("README.md", "docs/architecture.md")


def consoles(page):
    return re.findall(r"```console\n(.*?)```", (ROOT / page).read_text(), re.DOTALL)


def steps(console):
    """Each command of a console with the lines shown below it."""
    for part in re.split(r"^\$ ", console, flags=re.MULTILINE)[1:]:
        command, _, shown = part.partition("\n")
        yield command, shown.splitlines()


@pytest.mark.engines
@pytest.mark.parametrize(
    ("command", "shown"),
    [step for page in PAGES for console in consoles(page) for step in steps(console)],
)
def test_a_page_shows_what_is_printed(command, shown):
    path = os.pathsep.join([*map(str, TOOLS), os.environ["PATH"]])
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("CONFTEST_", "FORCE_"))}
    done = subprocess.run(
        command,
        shell=True,
        cwd=ROOT,
        env={**clean, "PATH": path, "COLUMNS": "80"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    pattern = "".join(r"(.*\n)*" if line == "..." else re.escape(line) + r"\n" for line in shown)
    assert re.fullmatch(pattern, done.stdout), done.stdout + done.stderr


def test_the_readme_shows_at_least_the_three_ways_in():
    commands = [command for console in consoles("README.md") for command, _ in steps(console)]
    assert any("| conftest test" in command for command in commands)
    assert sum(command.startswith("nginx-grpc check") for command in commands) >= 2
