"""A folder to read from, and what was read in short."""

import contextlib
import io
import os

import pytest

from nginx_grpc import sources


class Site:
    """A folder with nginx files in it; the current folder is the one above."""

    def __init__(self, folder):
        self.folder = folder

    def write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return str(path)

    def read(self, *paths, stdin=b"", **options):
        return sources.read(
            paths or ["site/nginx.conf"],
            options=sources.ReadOptions(**options),
            stdin=io.BytesIO(stdin),
        )

    def one(self, *paths, **options):
        (configuration,) = self.read(*paths, **options)
        return configuration


@pytest.fixture
def site(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "site").mkdir()
    return Site(tmp_path / "site")


@pytest.fixture
def nobody(tmp_path):
    """Makes root somebody who may not read everything; others already are."""

    @contextlib.contextmanager
    def change():
        if os.geteuid() != 0:
            yield
            return
        # Each folder on the way, pytest's own are for root alone.
        parts = [part for part in tmp_path.parents if part.stat().st_mode & 0o5 != 0o5]
        for part in [tmp_path, *parts]:
            part.chmod(0o755)
        os.seteuid(65534)
        try:
            yield
        finally:
            os.seteuid(0)

    return change


@pytest.fixture
def gaps():
    return lambda configuration: [
        (directive.args[0], directive.unread, directive.file, directive.line)
        for directive in walk(configuration.directives)
        if directive.unread
    ]


@pytest.fixture
def words():
    """The directives below a configuration's own, each as its words, in order."""
    return lambda configuration: [
        " ".join([directive.name, *directive.args]) for directive in walk(configuration.directives)
    ]


def walk(directives):
    for directive in directives:
        yield directive
        yield from walk(directive.block or [])
