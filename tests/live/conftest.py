"""Every live test runs on each version of nginx; what it saw is recorded where EVIDENCE says."""

import contextlib
import inspect
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

# A grpcio channel lives in the process that starts nginx and the servers.
os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "false")
os.environ.setdefault("GRPC_VERBOSITY", "ERROR")

from tests.live.bench import VERSIONS, Story
from tests.live.bench.nginx import NginxMissing, binary
from tests.live.bench.programs import grpc_bench
from tests.live.bench.record import Recorder


def pytest_configure(config: pytest.Config) -> None:
    if (where := os.environ.get("EVIDENCE")) and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Recorder(Path(where)))


def pytest_collection_finish(session: pytest.Session) -> None:
    """Build the grpc-go program before a test's time runs."""
    if (
        any("live" in item.keywords for item in session.items)
        and not session.config.option.collectonly
    ):
        with contextlib.suppress(FileNotFoundError, subprocess.CalledProcessError):
            grpc_bench()  # the tests that need it say what is missing


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.live)
            item.add_marker(pytest.mark.timeout(90))


@pytest.fixture(params=VERSIONS)
def version(request: pytest.FixtureRequest) -> str:
    """A version of nginx; the test is skipped, in CI failed, where it cannot be had."""
    try:
        binary(request.param)
    except NginxMissing as missing:
        if os.environ.get("CI"):
            pytest.fail(str(missing))
        pytest.skip(f"NOT TESTED: {missing}")
    return request.param


@pytest.fixture
def story(request: pytest.FixtureRequest, version: str) -> Iterator[Story]:
    """The story of the rule that the file's name says: test_ng103_keepalive_timeout.py."""
    rule = re.match(r"test_(ng\d{3})", request.path.name)[1].upper()
    variant = request.node.callspec.id.replace(version, "").strip("-")
    name = f"{request.node.originalname.removeprefix('test_')} {variant}".strip()
    told = Story(rule, version, name, inspect.getdoc(request.function) or "")
    request.node.user_properties.append(("story", told.record))
    yield told
    told.check_evidence()
