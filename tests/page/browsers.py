"""A real browser with the page in it, for a test to drive."""

import json
import os
import pathlib
import shutil
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = ROOT / "dist" / "nginx-grpc.html"
EXECUTABLES = {"chromium": ("chromium", "chromium-browser"), "firefox": ("firefox-esr", "firefox")}

# Waits for what the app says of itself.
READY = """async () => {
  while (!document.body?.dataset.state) await new Promise((resolve) => setTimeout(resolve, 20));
  return document.body.dataset.state;
}"""
RUN = """async ([files, calls]) => {
  const bytes = (text) => Uint8Array.from(atob(text), (each) => each.charCodeAt(0));
  const map = new Map(Object.entries(files).map(([name, text]) => [name, bytes(text)]));
  const { results } = await nginxGrpc.run(map, calls);
  const text = (data) => new TextDecoder("utf-8", { ignoreBOM: true }).decode(data);
  return results.map((each) => [each.status, text(each.stdout), each.stderr]);
}"""


class BrowserError(Exception):
    """What a command came to instead of an answer."""


def missing(kind):
    """Why a browser can't be driven here; empty where it can."""
    if not PAGE.is_file():
        return "dist/nginx-grpc.html is not built: make page"
    if node() is None or not (ROOT / "page" / "node_modules" / "puppeteer-core").is_dir():
        return "node and page/node_modules are not here: make page"
    if executable(kind) is None:
        return f"no {kind} on this machine"
    return ""


def node():
    own = ROOT / ".tools" / "node" / "bin" / "node"
    return shutil.which("node") or (str(own) if own.exists() else None)


def executable(kind):
    return next(filter(None, map(shutil.which, EXECUTABLES[kind])), None)


class Browser:
    """Chromium or Firefox, with one page at a time.

    Args:
        kind: chromium or firefox.
        flags: what else its command line gets.
        preferences: Firefox's.
    """

    def __init__(self, kind, *flags, preferences=None):
        self.kind = kind
        environment = {**os.environ, "FIREFOX_PREFERENCES": json.dumps(preferences or {})}
        self._process = subprocess.Popen(
            [node(), str(ROOT / "tests/page/drive.mjs"), kind, executable(kind), *flags],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            env=environment,
        )

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.stdin.close()
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()

    def do(self, command, **options):
        """One command of drive.mjs. Raises BrowserError."""
        self._process.stdin.write(json.dumps({"command": command, **options}) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise BrowserError(f"{self.kind} has gone")
        answer = json.loads(line)
        if "error" in answer:
            raise BrowserError(answer["error"])
        return answer["value"]

    def open(self, url=None, **options):
        """Open the page, and wait until it can judge; returns its state, ready or broken."""
        self.do("open", url=url or PAGE.as_uri(), **options)
        return self.evaluate(READY)

    def evaluate(self, source, argument=None):
        """The value of a JavaScript function in the app."""
        return self.do("evaluate", source=source, argument=argument)

    def run(self, files, *calls):
        """What the command in the page says: (status, stdout, stderr) for each call."""
        import base64

        given = {name: base64.b64encode(data).decode() for name, data in files.items()}
        return [
            tuple(each)
            for each in self.evaluate(RUN, [given, [{"argv": list(argv)} for argv in calls]])
        ]
