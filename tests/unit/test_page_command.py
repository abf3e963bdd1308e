"""`nginx-grpc page` opens the file, and says where it is."""

import sys

import pytest

from nginx_grpc import cli, resources


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """The page's own distribution, as an installation has it; a checkout's is not looked at."""
    folder = tmp_path / "nginx_grpc_page"
    folder.mkdir()
    (folder / "__init__.py").touch()
    (folder / "nginx-grpc.html").write_text("<!doctype html>")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(resources, "_CHECKOUT", str(tmp_path))
    yield folder / "nginx-grpc.html"
    sys.modules.pop("nginx_grpc_page", None)


def test_its_path(installed, capsys):
    assert cli.main(["page", "--path"]) == 0
    assert capsys.readouterr().out == f"{installed}\n"


def test_it_is_opened(installed, tmp_path, monkeypatch):
    seen = tmp_path / "seen"
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\nprintf %s "$1" > {seen}\n')
    browser.chmod(0o755)
    monkeypatch.setenv("BROWSER", str(browser))
    assert cli.main(["page"]) == 0
    assert seen.read_text() == installed.as_uri()


def test_it_is_not_installed(installed, capsys):
    installed.unlink()
    assert cli.main(["page"]) == 2
    assert "pip install 'nginx-grpc-policy[page]'" in capsys.readouterr().err
