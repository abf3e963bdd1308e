"""A folder to read from, and what was read in short."""

import io

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
