"""The machine code of a WebAssembly module, kept from one run to the next.

wasmtime has a cache, too; it is compressed and looked up by what it first hashes, 12 ms where this
takes one. Machine code is run as it is: it is taken only from a folder and a file that are this
user's and that nobody else can write to. Where it can't be kept all works, but slower.
"""

from __future__ import annotations

import os
import stat
import zlib
from collections.abc import Callable
from contextlib import suppress

from nginx_grpc.engines.native import Engine, Module, WasmtimeError

__all__ = ["of"]

# A policy's machine code is 3 MB; several versions may be in use beside each other.
_KEPT = 4
_KIND = ".cwasm"
_OTHERS = stat.S_IWGRP | stat.S_IWOTH


def of(engine: Engine, wasm: bytes) -> Module:
    """The machine code of a module, compiled where it isn't kept yet. Raises WasmtimeError."""
    folder = _folder()
    # wasmtime itself refuses what another version of it, or another processor, has made.
    path = os.path.join(folder, f"{_name(engine, wasm)}{_KIND}")
    if _is_ours(folder, stat.S_ISDIR) and _is_ours(path, stat.S_ISREG):
        with suppress(WasmtimeError):
            return engine.loaded(path)
    module = engine.compiled(wasm)
    with suppress(OSError, WasmtimeError):
        _keep(path, module.serialized())
    return module


def _folder() -> str:
    home = os.environ.get("XDG_CACHE_HOME", "")
    if not os.path.isabs(home):
        home = os.path.join(os.path.expanduser("~"), ".cache")
    return os.path.join(home, "nginx-grpc")


def _name(engine: Engine, wasm: bytes) -> str:
    # No secret is kept apart by it: who can write the module or the file is this user anyway.
    size = os.stat(engine.c.path).st_size
    return f"{len(wasm):x}-{zlib.crc32(wasm):08x}-{zlib.adler32(wasm):08x}-{size:x}"


def _is_ours(path: str, is_kind: Callable[[int], bool]) -> bool:
    try:
        about = os.lstat(path)
    except OSError:
        return False
    return is_kind(about.st_mode) and about.st_uid == os.geteuid() and not about.st_mode & _OTHERS


def _keep(path: str, code: bytes) -> None:
    folder = os.path.dirname(path)
    os.makedirs(folder, mode=0o700, exist_ok=True)
    if not _is_ours(folder, stat.S_ISDIR):
        return
    unfinished = f"{path}.{os.getpid()}"
    try:
        file = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with open(file, "wb") as stream:
            stream.write(code)
        os.replace(unfinished, path)
    finally:
        with suppress(OSError):
            os.unlink(unfinished)
    kept = [os.path.join(folder, name) for name in os.listdir(folder) if name.endswith(_KIND)]
    for old in sorted(kept, key=os.path.getmtime)[:-_KEPT]:
        os.unlink(old)
