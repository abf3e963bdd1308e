"""Every configuration that this repository has, as documents: examples, live tests, corpus."""

import importlib
import io
import pathlib
import re
from collections.abc import Iterator

from nginx_grpc import documents, settings, sources
from nginx_grpc.errors import Refused

ROOT = pathlib.Path(__file__).resolve().parents[2]
CORPUS = ROOT.parent / "shared" / "corpus" / "files"


def examples() -> Iterator[tuple[str, dict]]:
    """The examples, each with the settings beside it, if any."""
    for path in sorted((ROOT / "examples").rglob("*.conf")):
        beside = settings.find(str(path.parent))
        yield from _read(path, settings.load(beside) if beside else None)


def corpus() -> Iterator[tuple[str, dict]]:
    """The sample configurations that can be read; the others are refused, and not judged."""
    for path in sorted(CORPUS.iterdir()) if CORPUS.is_dir() else []:
        yield from _read(path, None)


def live() -> Iterator[tuple[str, dict]]:
    """The configurations that the live tests run, with addresses for their placeholders."""
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


def _read(path: pathlib.Path, given: dict | None) -> Iterator[tuple[str, dict]]:
    try:
        read = sources.read([str(path)], stdin=io.BytesIO())
    except Refused:
        return
    yield from _named(str(path.name), documents.build(read, settings=given))


def _text(name: str, text: str) -> Iterator[tuple[str, dict]]:
    try:
        read = sources.read(["-"], stdin=io.BytesIO(text.encode()))
    except Refused:
        return
    yield from _named(name, documents.build(read))


def _named(name: str, built: list[dict]) -> Iterator[tuple[str, dict]]:
    for number, document in enumerate(built):
        yield f"{name} {number}" if number else name, document
