"""Every configuration that this repository has, as documents: examples, live tests, corpus."""

import importlib
import io
import pathlib
import re
from collections.abc import Iterator

from nginx_grpc import documents, settings_chain, sources
from nginx_grpc.errors import Refused
from nginx_grpc.tree import Configuration

ROOT = pathlib.Path(__file__).resolve().parents[2]
CORPUS = ROOT.parent / "shared" / "corpus" / "files"


Read = Iterator[tuple[str, Configuration]]


def examples() -> Iterator[tuple[str, dict]]:
    """The examples, each with the settings beside it, if any."""
    for path in sorted((ROOT / "examples").rglob("*.conf")):
        beside = path.parent / "nginx-grpc.yaml"
        given = settings_chain.load(str(beside))[0] if beside.exists() else None
        yield from _documents(_file(path), given)


def corpus() -> Iterator[tuple[str, dict]]:
    """The sample configurations that can be read; the others are refused, and not judged."""
    yield from _documents(corpus_read(), None)


def live() -> Iterator[tuple[str, dict]]:
    """The configurations that the live tests run, with addresses for their placeholders."""
    yield from _documents(live_read(), None)


def examples_read() -> Read:
    """The examples, before they are documents."""
    for path in sorted((ROOT / "examples").rglob("*.conf")):
        yield from _file(path)


def corpus_read() -> Read:
    """The same of the samples."""
    for path in sorted(CORPUS.iterdir()) if CORPUS.is_dir() else []:
        yield from _file(path)


def live_read() -> Read:
    """The same of the live tests' configurations."""
    for path in sorted((ROOT / "tests" / "live").glob("test_*.py")):
        module = importlib.import_module(f"tests.live.{path.stem}")
        for name, text in sorted(vars(module).items()):
            if name.isupper() and isinstance(text, str) and "{" in text:
                yield from _text(f"{path.stem}.{name}", filled(text))


def filled(text: str) -> str:
    words = sorted(set(re.findall(r"\b[A-Z][A-Z0-9_]+\b", text)))
    for number, word in enumerate(words):
        if word.startswith("LISTEN"):
            text = re.sub(rf"\b{word}\b", f"127.0.0.1:{8080 + number}", text)
        elif word in {"GREETER", "ONE", "TWO", "GOOD", "BAD", "DEAD", "STALE", "BEFORE", "LOST"}:
            text = re.sub(rf"\b{word}\b", f"127.0.0.1:{50051 + number}", text)
    return text


def _file(path: pathlib.Path) -> Read:
    yield from _read(path.name, [str(path)], b"")


def _text(name: str, text: str) -> Read:
    yield from _read(name, ["-"], text.encode())


def _read(name: str, paths: list[str], stdin: bytes) -> Read:
    try:
        read = sources.read(paths, stdin=io.BytesIO(stdin))
        documents.build(read, validated=False)
    except Refused:
        return
    for number, configuration in enumerate(read):
        yield f"{name} {number}" if number else name, configuration


def _documents(named: Read, given: dict | None) -> Iterator[tuple[str, dict]]:
    for name, configuration in named:
        (document,) = documents.build([configuration], settings=given)
        yield name, document
