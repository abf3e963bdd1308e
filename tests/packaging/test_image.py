"""The webhook's image, built without a container runtime, pushed, pulled, unpacked and run.

There is no base image here, so that the machine's own Python stands for the base's.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import tarfile
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
import trustme

from tests.engines.configurations import ROOT

pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("packaging"),
    pytest.mark.skipif(
        shutil.which("crane") is None, reason="crane is not installed; `make setup`"
    ),
]

BAD = ROOT / "examples" / "checklist" / "bad.conf"
NOBODY = 65532


def run(*command, **options):
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=250, check=False, **options
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def pushed(registry, built):
    """The image's name and the digest that the script said."""
    name = f"{registry}/team/nginx-grpc:1"
    environment = {**os.environ, "PYTHON": sys.executable, "PYTHON_VERSION": ""}
    script = ROOT / "tools" / "push_image.sh"
    said = run("sh", script, built[1], name, "empty", env=environment)
    return name, said.strip()


@pytest.fixture(scope="module")
def unpacked(pushed):
    """The image's files, where anybody may read them."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        archive = folder / "image.tar"
        run("crane", "export", pushed[0], archive)
        with tarfile.open(archive) as files:
            files.extractall(folder, filter="data")
        yield folder


def python_of_all():
    """A Python of this one's kind that anybody may run; None where there is none."""
    path = "/usr/bin/python3"
    if not os.path.exists(path):
        return None
    kind = run(path, "-c", "import sys; print(*sys.version_info[:2])").split()
    return path if kind == [str(part) for part in sys.version_info[:2]] else None


def test_the_same_wheel_gives_the_same_image(pushed, registry, built):
    environment = {**os.environ, "PYTHON": sys.executable, "PYTHON_VERSION": ""}
    name = f"{registry}/team/again:1"
    script = ROOT / "tools" / "push_image.sh"
    assert run("sh", script, built[1], name, "empty", env=environment).strip() == pushed[1]


def test_it_runs_as_nobody_in_particular(pushed):
    config = json.loads(run("crane", "config", pushed[0]))["config"]
    assert config["User"] == f"{NOBODY}:{NOBODY}"
    assert config["Entrypoint"] == ["python3", "-m", "nginx_grpc"]
    assert "PYTHONPATH=/opt/nginx-grpc" in config["Env"]
    assert not config.get("Cmd")


def test_nothing_in_it_is_anybody_s_or_can_be_written(unpacked):
    with tarfile.open(unpacked / "image.tar") as files:
        members = files.getmembers()
    assert len(members) > 100
    for member in members:
        assert (member.uid, member.gid, member.mtime) == (0, 0, 0), member.name
        assert member.mode & 0o022 == 0, member.name
        assert member.name.rstrip("/") == "opt" or member.name.startswith("opt/nginx-grpc")


@pytest.fixture
def entry(pushed, unpacked):
    """How the image is started, as its user, from its files alone."""
    config = json.loads(run("crane", "config", pushed[0]))["config"]
    environment = dict(each.split("=", 1) for each in config["Env"])
    environment["PYTHONPATH"] = f"{unpacked}{environment['PYTHONPATH']}"
    python = python_of_all()
    options = {"cwd": "/", "env": environment, "text": True}
    if python and os.geteuid() == 0:
        options |= {"user": NOBODY, "group": NOBODY, "extra_groups": []}
    # No site-packages but the image's: what it lacks is missed.
    return [python or sys.executable, "-S", *config["Entrypoint"][1:]], options


def test_it_judges(entry):
    command, options = entry
    done = subprocess.run(
        [*command, "check", "--format", "json", "-"],
        input=BAD.read_text(),
        capture_output=True,
        timeout=120,
        check=False,
        **options,
    )
    assert done.returncode == 1, done.stderr
    assert json.loads(done.stdout)["summary"]["deny"] > 0


def test_it_serves_the_webhook(entry, unpacked):
    """Until OPA is there it is alive, and not ready."""
    command, options = entry
    files = certificates(unpacked)
    with socket.socket() as first, socket.socket() as second:
        for held in (first, second):
            held.bind(("127.0.0.1", 0))
        listen, probes = (f"127.0.0.1:{held.getsockname()[1]}" for held in (first, second))
    arguments = ["--listen", listen, "--probes", probes, "--opa", "http://127.0.0.1:9", *files]
    with subprocess.Popen(
        [*command, "admission", "serve", *arguments], stderr=subprocess.PIPE, **options
    ) as server:
        try:
            assert status(f"http://{probes}/livez", server) == 200
            assert status(f"http://{probes}/readyz", server) == 503
        finally:
            server.terminate()
            errors = server.communicate(timeout=60)[1]
    assert "Traceback" not in errors


def certificates(folder):
    authority = trustme.CA()
    issued = authority.issue_cert("127.0.0.1")
    authority.cert_pem.write_to_path(folder / "ca.crt")
    issued.private_key_pem.write_to_path(folder / "tls.key")
    issued.cert_chain_pems[0].write_to_path(folder / "tls.crt")
    for name in ("ca.crt", "tls.key", "tls.crt"):
        (folder / name).chmod(0o644)
    named = {"--certificate": "tls.crt", "--key": "tls.key", "--client-ca": "ca.crt"}
    return [each for option, name in named.items() for each in (option, str(folder / name))]


def status(url, server):
    """What a probe answers, once it answers."""
    while server.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=10) as answer:
                return answer.status
        except urllib.error.HTTPError as answer:
            return answer.code
        except OSError:
            time.sleep(0.1)
    raise AssertionError(server.stderr.read())
