"""The package, built and installed once, and a registry."""

import contextlib
import socket
import subprocess
import sys
import time
import urllib.request

import pytest

from tests.actions.runner import copy_of_this_repository
from tests.engines.configurations import ROOT
from tests.packaging.running import run


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    """(sdist, wheel made from the sdist)."""
    source = copy_of_this_repository(tmp_path_factory.mktemp("source"))
    out = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", out, source)
    (sdist,), (wheel,) = out.glob("*.tar.gz"), out.glob("*.whl")
    return sdist, wheel


@pytest.fixture(scope="session")
def installed(built, tmp_path_factory):
    """The folder of the commands of an environment with the wheel and nothing else."""
    folder = tmp_path_factory.mktemp("empty")
    run(sys.executable, "-m", "venv", folder)
    python = folder / "bin" / "python"
    pins = ROOT / "requirements" / "dev.txt"
    install = ("-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    run(python, *install, "--constraint", pins, built[1])
    return folder / "bin"


@pytest.fixture(scope="session")
def registry(tmp_path_factory):
    """A registry on loopback; gives host:port."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{held.getsockname()[1]}"
    blobs = tmp_path_factory.mktemp("registry")
    with subprocess.Popen(
        ["crane", "registry", "serve", "--address", address, "--disk", blobs],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as server:
        try:
            for _ in range(100):
                with contextlib.suppress(OSError):
                    urllib.request.urlopen(f"http://{address}/v2/", timeout=1).close()
                    break
                time.sleep(0.05)
            else:
                raise AssertionError("the registry does not answer")
            yield address
        finally:
            server.terminate()
