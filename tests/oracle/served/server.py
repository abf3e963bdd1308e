"""Many cases in one real nginx: each a file of its own, so that nginx names the one it refuses."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
import time
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import trustme

from tests.oracle.served.calls import Answer, Call, ask
from tests.oracle.served.questions import Case

_CONF = """\
{as_root}daemon off;
worker_processes 1;
worker_rlimit_nofile 65536;
error_log error.log error;
pid nginx.pid;
events {{ worker_connections 16384; }}
http {{
    access_log off;
    client_body_temp_path temp/body;
    proxy_temp_path temp/proxy;
    fastcgi_temp_path temp/fastcgi;
    uwsgi_temp_path temp/uwsgi;
    scgi_temp_path temp/scgi;
    server_names_hash_bucket_size 512;
    server_names_hash_max_size 16384;
    variables_hash_max_size 65536;
    variables_hash_bucket_size 512;
    map_hash_bucket_size 512;
    {http}
    include cases/*.conf;
}}
"""
_CALL = re.compile(r'referrer: "call-(\d+)-"')
_BOUND = re.compile(r"bind\(\) to \S*?(\d+) failed")
_UNKNOWN = re.compile(r'unknown directive "(.*?)"')
_FILE = re.compile(r" in \S*cases/(\w+)\.conf:\d+")


@lru_cache
def _certificate() -> trustme.LeafCert:
    return trustme.CA().issue_cert("served.example")


class Server:
    """One nginx of some version with a folder of its own.

    Use it as a context: it runs inside.

    Args:
        binary: the program.
        cases: what it serves. `refused` has those that nginx does not take, with its words.
    """

    def __init__(self, binary: str, cases: Sequence[Case]) -> None:
        self._binary = binary
        self._temporary = tempfile.TemporaryDirectory(prefix="nginx-served-")
        self._folder = Path(self._temporary.name)
        self._folder.chmod(0o755)
        self._process: subprocess.Popen[bytes] | None = None
        self._asked = 0
        self.refused: dict[str, str] = {}
        self.cases = {case.tag: case for case in cases}
        (self._folder / "cases").mkdir()
        (self._folder / "temp").mkdir()
        as_root = "user root;\n" if os.geteuid() == 0 else ""
        text = _CONF.format(as_root=as_root, http="".join({case.http for case in cases}))
        (self._folder / "nginx.conf").write_text(text)
        if any("ssl_certificate" in case.text for case in cases):
            certificate = _certificate()
            certificate.cert_chain_pems[0].write_to_path(self._folder / "cert.pem")
            certificate.private_key_pem.write_to_path(self._folder / "key.pem")
        for case in cases:
            self._file(case.tag).write_text(case.text, "latin-1")
        self._weed()

    def ask(self, calls: Sequence[Call]) -> list[Answer]:
        """The answers, each with its lines of the error log.

        An address `unix:NAME` is in the server's folder.
        """
        first, self._asked = self._asked, self._asked + len(calls)
        log = self._folder / "error.log"
        before = log.stat().st_size
        here = os.open(".", os.O_RDONLY)
        try:
            # The path of a Unix socket is short.
            os.chdir(self._folder)
            answers = ask(calls, first)
        finally:
            os.fchdir(here)
            os.close(here)
        with log.open("rb") as opened:
            opened.seek(before)
            lines = opened.read().decode("latin-1").splitlines()
        for line in lines:
            found = _CALL.search(line)
            if found and 0 <= int(found[1]) - first < len(answers):
                answers[int(found[1]) - first].log.append(line)
        return answers

    def __enter__(self) -> Server:
        if not self.cases:
            return self
        self._process = subprocess.Popen(
            self._command(), stderr=subprocess.DEVNULL, cwd=self._folder
        )
        until = time.monotonic() + 300
        # Written when the sockets listen; nginx -t has left it empty.
        while not (self._folder / "nginx.pid").stat().st_size:
            if self._process.poll() is not None or time.monotonic() > until:
                said = (self._folder / "error.log").read_text(errors="replace")
                self.__exit__()
                raise RuntimeError(f"nginx does not start: {said[-300:]}")
            time.sleep(0.02)
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(30)
        self._temporary.cleanup()

    def _weed(self) -> None:
        """Takes out, one by one, the cases that nginx refuses."""
        while self.cases:
            done = subprocess.run(
                self._command("-t"),
                capture_output=True,
                text=True,
                errors="replace",
                check=False,
                cwd=self._folder,
            )
            if done.returncode == 0:
                return
            tag, why = self._refused(done.stderr)
            unknown = _UNKNOWN.search(why)
            of_all = unknown is not None and "nginx.conf:" in why
            if tag not in self.cases and not of_all:
                raise RuntimeError(why)
            tags = [tag] if unknown is None else self._saying(unknown[1])
            for other in list(self.cases) if of_all else tags:
                self.refused[other] = why
                del self.cases[other]
                self._file(other).unlink()

    def _saying(self, directive: str) -> list[str]:
        """The tags of the cases with a directive that this nginx does not know."""
        said = re.compile(rf"(?:^|[;{{}}])\s*{re.escape(directive)}[\s;]", re.MULTILINE)
        return [tag for tag, case in self.cases.items() if said.search(case.text)]

    def _refused(self, said: str) -> tuple[str, str]:
        """The tag of the case that nginx refuses, empty where it names none, and its words."""
        why = next((line for line in said.splitlines() if "[emerg]" in line), said)
        # Where nginx names no file, it names a word of the case's own.
        found = _FILE.search(why) or re.search(r"(k\d+)_", why)
        if found is not None:
            return found[1], why
        port = _BOUND.search(why)
        own = re.compile(rf"(?<![\d.]){port[1]}(?![\d.])") if port else re.compile("(?!)")
        return next((tag for tag, case in self.cases.items() if own.search(case.text)), ""), why

    def _file(self, tag: str) -> Path:
        return self._folder / "cases" / f"{tag}.conf"

    def _command(self, *more: str) -> list[str]:
        return [
            self._binary,
            "-p",
            f"{self._folder}/",
            "-c",
            "nginx.conf",
            "-e",
            "error.log",
            *more,
        ]
