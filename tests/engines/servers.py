"""An OPA server on loopback."""

import contextlib
import os
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator


@contextlib.contextmanager
def opa_server(*arguments: str) -> Iterator[str]:
    """Runs `opa run --server` with more arguments; gives its URL once it is healthy."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{held.getsockname()[1]}"
    environment = {k: v for k, v in os.environ.items() if not k.startswith("OPA_")}
    command = ["opa", "run", "--server", "--addr", address, "--log-level", "error"]
    server = subprocess.Popen(
        [*command, "--disable-telemetry", *arguments],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        for _ in range(200):
            assert server.poll() is None, server.stderr.read()
            try:
                with urllib.request.urlopen(f"http://{address}/health?bundles", timeout=1):
                    break
            except OSError:
                time.sleep(0.05)
        else:
            raise AssertionError("OPA is not healthy after ten seconds")
        yield f"http://{address}"
    finally:
        server.terminate()
        server.wait(10)
        server.stderr.close()
