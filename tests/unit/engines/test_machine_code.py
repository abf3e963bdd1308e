"""Machine code is kept, and taken only where nobody else can have put it."""

import os

import pytest

from nginx_grpc import resources
from nginx_grpc.engines import machine_code
from nginx_grpc.engines.native import Engine

EMPTY = b"\0asm\1\0\0\0"


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "nginx-grpc"


@pytest.fixture
def engine(monkeypatch):
    """An engine that says how often it compiled, and from where it took code."""
    engine = Engine()
    engine.did = []
    for name in ("compiled", "loaded"):
        real = getattr(engine, name)

        def told(what, name=name, real=real):
            engine.did.append(name)
            return real(what)

        monkeypatch.setattr(engine, name, told)
    return engine


def test_it_is_compiled_once(engine, cache):
    for _ in range(2):
        machine_code.of(engine, EMPTY)

    assert engine.did == ["compiled", "loaded"]
    (kept,) = cache.iterdir()
    assert (kept.stat().st_mode & 0o777, cache.stat().st_mode & 0o777) == (0o600, 0o700)


def test_other_modules_have_other_code(engine, cache):
    machine_code.of(engine, EMPTY)
    module = machine_code.of(engine, resources.policy_wasm())

    assert engine.did == ["compiled", "compiled"]
    assert module.imported_pages()
    assert len(list(cache.iterdir())) == 2


@pytest.mark.parametrize("content", [b"", b"no machine code", EMPTY])
def test_what_is_no_machine_code_is_compiled_anew(engine, cache, content):
    machine_code.of(engine, EMPTY)
    (kept,) = cache.iterdir()
    kept.write_bytes(content)
    machine_code.of(engine, EMPTY)
    machine_code.of(engine, EMPTY)

    assert engine.did == ["compiled", "loaded", "compiled", "loaded"]


@pytest.mark.parametrize("writable", ["file", "folder"])
def test_what_others_can_write_is_not_run(engine, cache, writable):
    machine_code.of(engine, EMPTY)
    (kept,) = cache.iterdir()
    (kept if writable == "file" else cache).chmod(0o777)
    machine_code.of(engine, EMPTY)

    assert engine.did == ["compiled", "compiled"]


def test_what_is_another_users_is_not_run(engine, monkeypatch):
    machine_code.of(engine, EMPTY)
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    machine_code.of(engine, EMPTY)

    assert engine.did == ["compiled", "compiled"]


def test_a_link_is_not_followed(engine, cache, tmp_path):
    machine_code.of(engine, EMPTY)
    (kept,) = cache.iterdir()
    elsewhere = kept.rename(tmp_path / "elsewhere")
    kept.symlink_to(elsewhere)
    machine_code.of(engine, EMPTY)

    assert engine.did == ["compiled", "compiled"]
    assert elsewhere.exists()


def test_a_home_that_can_not_be_written_is_no_error(engine, cache):
    cache.parent.write_text("a file")
    machine_code.of(engine, EMPTY)

    assert engine.did == ["compiled"]


def test_a_few_are_kept(engine, cache):
    for number in range(8):
        # A custom section of a name of one letter.
        machine_code.of(engine, EMPTY + bytes([0, 2, 1, ord("a") + number]))

    assert 1 < len(list(cache.iterdir())) <= 4
