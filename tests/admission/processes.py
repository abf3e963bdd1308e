"""Processes of the rig: started on loopback, waited for, stopped by their own handle."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import httpx

REPOSITORY = Path(__file__).resolve().parents[2]
TOOLS = REPOSITORY / ".tools" / "bin"


def free_port() -> int:
    """A port of 127.0.0.1 that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Process:
    """One child process with its output in a file."""

    def __init__(
        self, name: str, command: list[str], folder: Path, env: Mapping[str, str] | None = None
    ) -> None:
        self.name = name
        self.command = command
        self.log = folder / f"{name}.log"
        self.env = dict(os.environ if env is None else env)
        self.child: subprocess.Popen[bytes] | None = None

    def start(self) -> Process:
        with self.log.open("ab") as log:
            self.child = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self.env,
                start_new_session=True,
            )
        return self

    @property
    def pid(self) -> int:
        assert self.child is not None
        return self.child.pid

    @property
    def running(self) -> bool:
        return self.child is not None and self.child.poll() is None

    def output(self) -> str:
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def signal(self, number: signal.Signals) -> None:
        assert self.child is not None
        self.child.send_signal(number)

    def wait_until(self, ready: Callable[[], bool], seconds: float = 30.0) -> Process:
        """Wait for `ready`; an exit or a time-out fails with the end of the log."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if not self.running:
                break
            with contextlib.suppress(OSError, httpx.HTTPError):
                if ready():
                    return self
            time.sleep(0.05)
        state = "not ready" if self.running else "ended"
        raise AssertionError(f"{self.name} {state}:\n{self.output()[-4000:]}")

    def wait(self, seconds: float = 15.0) -> int:
        assert self.child is not None
        return self.child.wait(seconds)

    def stop(self, seconds: float = 15.0) -> int:
        """SIGTERM, then SIGKILL. Returns the exit status."""
        if self.child is None:
            return 0
        if self.child.poll() is None:
            self.child.send_signal(signal.SIGCONT)
            self.child.terminate()
            try:
                self.child.wait(seconds)
            except subprocess.TimeoutExpired:
                self.child.kill()
        return self.child.wait(seconds)

    def kill(self) -> None:
        assert self.child is not None
        self.child.kill()
        self.child.wait(15)

    def cpu_seconds(self) -> float:
        """Processor time of the process and its children so far."""
        ticks = 0
        for pid in [self.pid, *_descendants(self.pid)]:
            with contextlib.suppress(OSError):
                fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
                ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")

    def resident_kib(self, *, children: bool = True) -> int:
        """Proportional memory of the process (and its children) in KiB."""
        pids = [self.pid, *(_descendants(self.pid) if children else [])]
        return sum(_proportional_kib(pid) for pid in pids)


def _descendants(pid: int) -> Iterator[int]:
    with contextlib.suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                yield int(child)
                yield from _descendants(int(child))


def _proportional_kib(pid: int) -> int:
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    return 0
