"""Each sample configuration is read, or refused for a true reason."""

import io

import pytest

from nginx_grpc import sources
from nginx_grpc.errors import Refused
from tests.corpus.expected import READ, REFUSED, RENDERED
from tests.corpus.samples import ABSENT, FILES

pytestmark = [pytest.mark.corpus, pytest.mark.skipif(not FILES.is_dir(), reason=ABSENT)]


def read(name):
    return sources.read([str(FILES / name)], stdin=io.BytesIO())


def test_every_file_is_expected():
    assert {path.name for path in FILES.iterdir()} == {*READ, *REFUSED, *RENDERED}


@pytest.mark.parametrize("name", READ)
def test_read(name):
    (configuration,) = read(name)
    assert (configuration.kind, configuration.context) == ("file", READ[name])
    text = (FILES / name).read_bytes()
    assert live_passes(text) == passes(configuration.directives)


@pytest.mark.parametrize("name", RENDERED)
def test_rendered(name):
    (configuration,) = read(name)
    assert (configuration.kind, configuration.context) == ("manifest", "main")
    assert passes(configuration.directives) == 1


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name):
    line, reason = REFUSED[name]
    with pytest.raises(Refused) as caught:
        read(name)
    assert (caught.value.line, caught.value.file) == (line, str(FILES / name))
    assert reason in str(caught.value)


def live_passes(text):
    """Lines that start with grpc_pass: none of the samples has one in quotes."""
    return sum(line.split()[:1] == [b"grpc_pass"] for line in text.splitlines())


def passes(directives):
    return sum(
        (directive.name == "grpc_pass") + passes(directive.block or []) for directive in directives
    )
