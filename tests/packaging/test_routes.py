"""The routes of docs/README.md, walked as they are written, with the wheel and nothing else.

Each line is one command: it says something, and ends as that command does when all went well.
"""

import os
import re
import shlex
import shutil
import subprocess

import pytest

from tests.engines.configurations import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("packaging")]

TITLES = re.split(r"^## ", (ROOT / "docs" / "README.md").read_text(), flags=re.MULTILINE)[1:]
ROUTES = {
    section.split("\n", 1)[0]: [
        line
        for block in re.findall(r"```sh\n(.*?)```", section, re.DOTALL)
        for line in block.splitlines()
    ]
    for section in TITLES
}
COMMANDS = [(title, lines) for title, lines in ROUTES.items() if lines]

LOG = (
    "2026/11/30 10:00:00 [error] 7#7: *1 recv() failed (104: Connection reset by peer) while "
    "reading response header from upstream, client: 192.0.2.1, server: api.internal, request: "
    '"POST /shop.Orders/Get HTTP/2.0", upstream: "grpc://127.0.0.1:50061", host: "api.internal"\n'
)
MANIFEST = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: web\ndata:\n  nginx.conf: |\n"
# 1 is findings, and the configuration has some.
ENDS = {name: {0, 1} for name in ("check", "explain", "fix", "upgrade")}


@pytest.fixture
def yours(tmp_path):
    """What a stranger has: a configuration, its log and manifests."""
    bad = ROOT / "examples" / "checklist" / "bad.conf"
    shutil.copy(bad, tmp_path / "nginx.conf")
    (tmp_path / "error.log").write_text(LOG)
    (tmp_path / "manifests").mkdir()
    text = "".join(f"    {line}\n" for line in bad.read_text().splitlines())
    (tmp_path / "manifests" / "web.yaml").write_text(MANIFEST + text)
    return tmp_path


def walk(line, folder, commands):
    environment = {
        "HOME": str(folder),
        "PATH": os.pathsep.join([str(commands), "/usr/bin", "/bin"]),
        "LANG": "C.UTF-8",
    }
    return subprocess.run(
        ["sh", "-c", line],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize(("title", "lines"), COMMANDS, ids=[title for title, _ in COMMANDS])
def test_a_route_as_it_is_written(title, lines, yours, installed):
    for line in lines:
        words = shlex.split(line)
        if words[0] == "make":
            # What it runs has tests of its own (test_quick.py); it is there, and takes the rule.
            done = subprocess.run(
                ["make", "--dry-run", *words[1:]], cwd=ROOT, capture_output=True, check=False
            )
            assert done.returncode == 0
            continue
        assert words[0] == "nginx-grpc", line
        done = walk(line, yours, installed)
        assert done.returncode in ENDS.get(words[1], {0}), (line, done.stdout, done.stderr)
        assert "Traceback" not in done.stderr
        assert done.stdout or ">" in words, (line, done.stderr)


def test_the_baseline_s_route_ends_content(yours, installed):
    """The point of that route: what is there today fails no more."""
    lines = ROUTES["I roll out to forty repositories"]
    assert [walk(line, yours, installed).returncode for line in lines] == [0, 0, 0, 0]


def test_every_task_has_a_route_or_a_page():
    assert set(ROUTES) >= {
        "I am paged",
        "I review",
        "I roll out to forty repositories",
        "I run a cluster",
        "I change a rule",
    }
    for section in TITLES:
        assert "```sh\n" in section or re.search(r"\]\([^)]+\.md", section), section
