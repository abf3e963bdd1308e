"""Each browser is started once for all tests of a process."""

import os

import pytest

from tests.page.browsers import EXECUTABLES, Browser, missing


@pytest.fixture(scope="session", params=EXECUTABLES)
def started(request):
    """A browser, with no page in it."""
    why = missing(request.param)
    if why:
        assert os.environ.get("CI") != "true", why
        pytest.skip(why)
    with Browser(request.param) as browser:
        yield browser


@pytest.fixture
def browser(started):
    """A browser with the page in it, fresh and ready."""
    assert started.open() == "ready"
    return started


@pytest.fixture(scope="module")
def loaded(started):
    """The same, once for a module whose tests leave nothing behind."""
    assert started.open() == "ready"
    return started
