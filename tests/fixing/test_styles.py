"""The same configuration in another style has the same fix in that style, byte for byte."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from nginx_grpc import sources
from nginx_grpc.fixing import rounds
from nginx_grpc.fixing.judging import STDIN, Judge
from nginx_grpc.parsers import parse
from nginx_grpc.settings_search import SettingsSearch
from nginx_grpc.tree import Directive
from tests.corpus.mending import engine
from tests.sampling import sample

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = [
    *sorted((ROOT / "examples" / "rules").glob("*/before.conf")),
    *(ROOT / "examples" / "checklist").glob("*.conf"),
]


def fixed(data: bytes) -> bytes:
    """The text after `fix --unsafe --fail-on warn`."""
    search = SettingsSearch(wanted=False)
    judge = Judge([STDIN], sources.ReadOptions(), engine(), search.of, stdin=data)
    result = rounds.fix(judge, lambda each: each.counts and each.outcome == "fault", unsafe=True)
    return result.after.contents[STDIN]


def crlf(data: bytes) -> bytes:
    return data.replace(b"\n", b"\r\n")


def tabs(data: bytes) -> bytes:
    return re.sub(rb"^( {4})+", lambda found: b"\t" * (len(found[0]) // 4), data, flags=re.M)


def config_map(data: bytes) -> bytes:
    inner = re.sub(rb"^(?=[^\r\n])", b"    ", data, flags=re.M)
    head = b"# a\r\n" if b"\r\n" in data else b"# a\n"
    newline = head[3:]
    lines = [b"apiVersion: v1", b"kind: ConfigMap", b"data:", b"  a: 'grpc_pass'", b"  n.conf: |"]
    return head + newline.join(lines) + newline + inner + b"  z: '{'" + newline


def commented(data: bytes) -> bytes:
    """A comment that looks like directives behind every line."""
    return re.sub(rb"(?<=[;{}])\n", b" # listen 80; grpc_pass x; } {\n", data)


STYLES: dict[str, Callable[[bytes], bytes]] = {
    "crlf": crlf,
    "tabs": tabs,
    "config map": config_map,
    "config map with crlf": lambda data: config_map(crlf(data)),
}
CASES = [(path, style) for path in EXAMPLES for style in STYLES]


def ids(value: object) -> str:
    return value.parent.name if isinstance(value, Path) else str(value)


@pytest.mark.parametrize(("path", "style"), sample(CASES, 24), ids=ids)
def test_in_another_style(path: Path, style: str) -> None:
    data = path.read_bytes()
    restyled = STYLES[style]
    assert fixed(restyled(data)) == restyled(fixed(data))


@pytest.mark.parametrize("path", sample(EXAMPLES, 12), ids=ids)
def test_with_comments_that_look_like_directives(path: Path) -> None:
    data = bare(path.read_bytes())
    after = fixed(commented(data))
    # Each line keeps its own, also where what it stood behind is gone.
    assert bare(after) == bare(fixed(data))
    mark = b" # listen 80; grpc_pass x; } {"
    assert after.count(mark) == commented(data).count(mark)


def bare(data: bytes) -> bytes:
    """A text without comments and blank lines."""
    lines = re.sub(rb"[ \t]*#[^\n]*", b"", data).split(b"\n")
    return b"".join(line + b"\n" for line in lines if line.strip())


def flat(directives: list[Directive]) -> list[object]:
    """What is there; in one line findings come in another order, and so does what they add."""
    found = (
        (each.name, each.args, None if each.block is None else flat(each.block))
        for each in directives
    )
    return sorted(found, key=repr)


@pytest.mark.parametrize("path", sample(EXAMPLES, 12), ids=ids)
def test_in_one_line(path: Path) -> None:
    data = re.sub(rb"[ \t]*#[^\n]*", b"", path.read_bytes())
    one_line = b" ".join(data.split()) + b"\n"
    after = fixed(one_line)
    assert after.count(b"\n") == 1
    assert flat(parse(after, "n.conf").directives) == flat(parse(fixed(data), "n.conf").directives)
