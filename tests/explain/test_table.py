"""The table: every message of nginx has its class, and every class says what it has to."""

import json
import re
from pathlib import Path

import pytest

from nginx_grpc.explain import table
from nginx_grpc.explain.entries import Entry
from nginx_grpc.explain.patterns import Matcher, Pattern

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
MESSAGES = json.loads((HERE / "nginx_messages.json").read_text())
ENTRIES = [entry for entries in table.SOURCES.values() for entry in entries]
ERROR_LOG, STARTUP = Matcher(table.ERROR_LOG), Matcher(table.STARTUP)
# What comes behind a call of the system that failed: why, and in which phase.
FAILED = " (104: Connection reset by peer) while "
PHASES = {"ngx_http_upstream.c": "connecting to upstream", "ngx_http_request.c": "keepalive"}


def logged(message: dict) -> str:
    """A message as nginx writes it, with something in place of what it puts in."""
    text = message["message"]
    if text.startswith("% failed"):
        text = text.replace("%", "setsockopt(TCP_CORK)", 1)
    elif text.startswith('% "%" failed'):
        text = text.replace("%", "unlink()", 1)
    elif text.startswith("% in upstream"):
        text = text.replace("%", "no port", 1)
    text = text.replace("%", "7")
    if message["level"] == "any" and text.endswith("failed"):
        phase = PHASES.get(Path(message["file"]).name, "processing HTTP/2 connection")
        text += FAILED + phase
    return text


def test_each_message_of_nginx_has_a_class() -> None:
    unknown = [
        message
        for message in MESSAGES
        if (STARTUP if message["level"] == "emerg" else ERROR_LOG).entry(logged(message)) is None
    ]
    assert unknown == []


def test_the_list_is_that_of_nginx() -> None:
    """Of the gRPC module alone there are some sixty; a list cut short would pass everything."""
    of_grpc = [each for each in MESSAGES if each["file"].endswith("ngx_http_grpc_module.c")]
    assert sum("1.31.4" in each["versions"] for each in of_grpc) >= 62
    assert sum("1.22.1" in each["versions"] for each in of_grpc) >= 50
    assert len(MESSAGES) >= 300


def test_a_class_means_the_same_whoever_says_it() -> None:
    known: dict[str, Entry] = {}
    for entry in ENTRIES:
        first = known.setdefault(entry.name, entry)
        assert (entry.meaning, entry.candidates) == (first.meaning, first.candidates), entry.name


def test_an_entry_is_whole() -> None:
    for entry in ENTRIES:
        assert all((entry.says, entry.shown_by, entry.candidates)), entry.name
        assert entry.meaning.endswith("."), entry.name
        for candidate in entry.candidates:
            assert candidate.when, entry.name
            assert candidate.cause in ("rule", "server", "client", "network", "none")
            assert bool(candidate.id) <= (candidate.cause == "rule"), entry.name


def test_what_produced_an_entry_is_there() -> None:
    for entry in ENTRIES:
        for path in re.findall(r"tests/\S+\.py", entry.shown_by):
            assert (ROOT / path).is_file(), path


@pytest.mark.parametrize("source", table.SOURCES)
def test_each_pattern_finds_its_own_entry(source: str) -> None:
    """No pattern is hidden by another one that says more."""
    matcher = Matcher(table.SOURCES[source])
    for entry in table.SOURCES[source]:
        for text in entry.says:
            message = text.replace("…", "x")
            found = matcher.entry(message)
            assert found is not None, text
            assert found.name == entry.name, text


def test_a_pattern() -> None:
    pattern = Pattern("upstream rejected request with error 1")
    assert pattern.matches("upstream rejected request with error 1")
    assert pattern.matches("upstream rejected request with error 1 while reading")
    assert not pattern.matches("upstream rejected request with error 11")
    assert Pattern("a … c").matches("a b c d")
    assert not Pattern("a … c").matches("b a b c")
    assert Pattern("…status: 50").matches("x status: 502 status: 50")
    assert not Pattern("…status: 50").matches("x status: 502")
