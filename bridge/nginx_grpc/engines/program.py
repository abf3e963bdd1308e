"""Running somebody else's program as an engine, so that it can't fail unnoticed."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
from typing import Any

from nginx_grpc.errors import Refused
from nginx_grpc.expressions import expression

__all__ = ["OLDEST_OPA", "Program"]

OLDEST_OPA = (1, 21, 1)
"""The oldest OPA that this policy is tested on: conftest 0.71.1 has it in it."""

_SECONDS = 600.0
_OPA_VERSION = expression(r"^(?:OPA|Version): v?(\d+)\.(\d+)\.(\d+)", re.MULTILINE)

# Both read flags from the environment: a stray CONFTEST_NAMESPACE=other makes every run a pass.
_STRAY = ("CONFTEST_", "OPA_")


class Program:
    """An engine's program.

    Args:
        name: the program, found on the PATH.
        install: what a user does who has none, or too old a one.
    """

    def __init__(self, name: str, install: str) -> None:
        self.name = name
        self.install = install

    def demand_version(self, *arguments: str) -> None:
        """Raise Refused where its OPA is older than OLDEST_OPA, or it does not say."""
        said = self._run(list(arguments), b"", "/")
        found = _OPA_VERSION.search(said)
        if found is None:
            raise Refused(f"engine {self.name} does not say its version of OPA", self.install)
        version = tuple(map(int, found.groups()))
        if version < OLDEST_OPA:
            raise Refused(
                f"engine {self.name} has OPA {'.'.join(found.groups())}, which is too old",
                self.install,
            )

    def ask(self, arguments: list[str], *, stdin: bytes, folder: str) -> Any:
        """The JSON that the program prints.

        Args:
            arguments: its command line.
            stdin: what it reads.
            folder: where it runs: both look for configuration in the folder they run in.

        Raises Refused where it is missing, fails, hangs, dies or prints no JSON.
        """
        text = self._run(arguments, stdin, folder)
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            raise self.failed("printed no JSON") from None

    def failed(self, what: str) -> Refused:
        """The error for an answer that is none."""
        return Refused(f"engine {self.name} {what}", f"{self.install}, or use --engine embedded")

    def _run(self, arguments: list[str], stdin: bytes, folder: str) -> str:
        # A relative folder would be one of whoever wrote what is judged.
        folders = filter(os.path.isabs, os.get_exec_path())
        path = shutil.which(self.name, path=os.pathsep.join(folders))
        if path is None:
            raise Refused(
                f"engine {self.name}: no such program on the PATH",
                f"{self.install}, or use --engine embedded",
            )
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith(_STRAY)
        }
        try:
            process = subprocess.Popen(
                [path, *arguments],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                cwd=folder,
                env=environment,
                start_new_session=True,
            )
        except OSError as error:
            reason = (error.strerror or "failed").lower()
            raise self.failed(f"can't be started: {reason}") from None
        with process:
            try:
                output, errors = process.communicate(stdin, timeout=_SECONDS)
            except subprocess.TimeoutExpired:
                raise self.failed(f"gave no answer in {_SECONDS:.0f} s") from None
            finally:
                if process.poll() is None:
                    os.killpg(process.pid, signal.SIGKILL)
        if process.returncode != 0:
            raise self.failed(_ending(process.returncode, errors or output))
        return output.decode("utf-8", "replace")


def _ending(status: int, said: bytes) -> str:
    if status < 0:
        return f"died of signal {-status}"
    text = said.decode("utf-8", "replace")
    try:
        # `opa eval --format json` tells its errors so.
        first = str(json.loads(text)["errors"][0]["message"])
    except (ValueError, KeyError, IndexError, TypeError, RecursionError):
        lines = (line.strip() for line in text.splitlines())
        first = next((line for line in lines if line), "no word why")
    return f"failed with status {status}: {first[:300]}"
