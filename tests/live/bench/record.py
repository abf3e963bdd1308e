"""Collects what the stories saw into one JSON file a rule: DIR/NG103.json."""

import datetime
import json
import re
import subprocess
from importlib import metadata
from pathlib import Path

import pytest

from .programs import SOURCES, tool


class Recorder:
    """A plugin of the process that gets all reports, also those of pytest-xdist's workers.

    A rule with a failed test keeps the record that it has.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.stories: list[dict] = []
        self.failed: set[str] = set()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        told = [story for name, story in report.user_properties if name == "story"]
        if report.failed:
            self.failed |= {story["rule"] for story in told}
        elif report.when == "call":
            self.stories += told

    def pytest_sessionfinish(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        for rule in sorted({story["rule"] for story in self.stories} - self.failed):
            told = [story for story in self.stories if story["rule"] == rule]
            told.sort(key=lambda story: (story["story"], story["nginx"]))
            document = {
                "rule": rule,
                "measured": datetime.datetime.now(datetime.timezone.utc).date().isoformat(),
                "ends": ends(),
                "stories": told,
            }
            text = json.dumps(document, indent=2, ensure_ascii=True)
            (self.folder / f"{rule}.json").write_text(text + "\n")


def ends() -> dict[str, str]:
    """The clients and servers of the bench, with their versions."""
    grpc_go = re.search(r"google.golang.org/grpc v(\S+)", (SOURCES / "go" / "go.mod").read_text())
    return {
        "C-core": f"grpcio {metadata.version('grpcio')}",
        "grpc-go": grpc_go[1],
        "grpcurl": _grpcurl(),
        "h2": metadata.version("h2"),
    }


def _grpcurl() -> str:
    command = [tool("go"), "version", "-m", tool("grpcurl")]
    built = subprocess.run(command, capture_output=True, text=True, check=True, timeout=30).stdout
    return re.search(r"mod\s+github.com/fullstorydev/grpcurl\s+v(\S+)", built)[1]
