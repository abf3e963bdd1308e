"""A small check starts at once: nothing is imported, compiled or declared that it does not use."""

import json
import subprocess
import sys

from bench.configurations import write

# Each takes a millisecond or more, and a small configuration without findings needs none.
LATE = {
    *("asyncio", "base64", "dataclasses", "email", "hashlib", "http", "importlib.metadata"),
    *("inspect", "ipaddress", "logging", "pathlib", "pickle", "shlex", "shutil", "socket"),
    *("subprocess", "tempfile", "textwrap", "tokenize", "urllib", "wasmtime", "yaml"),
}
# Of the package itself: commands that were not given, and what only they use.
OTHERS = {
    *("nginx_grpc.commands.bridge", "nginx_grpc.commands.fix", "nginx_grpc.completion"),
    *("nginx_grpc.admission", "nginx_grpc.explain", "nginx_grpc.fixing", "nginx_grpc.lsp"),
    *("nginx_grpc.redaction", "nginx_grpc.upgrade", "nginx_grpc.sources.kubernetes.ingress_nginx"),
}
LOADED = """
import json, sys
before = set(sys.modules)
from nginx_grpc import cli
status = cli.main(sys.argv[1:])
print(json.dumps([status, sorted(set(sys.modules) - before)]))
"""


def test_a_check_imports_what_it_uses(tmp_path):
    command = [sys.executable, "-c", LOADED, "check", "--quiet", str(write(tmp_path, 1))]
    said = subprocess.run(command, capture_output=True, text=True, check=True)
    status, loaded = json.loads(said.stdout)

    assert status == 0
    assert "nginx_grpc.model.document" in loaded
    assert (LATE | OTHERS) & set(loaded) == set()
    assert len([name for name in loaded if name.startswith("nginx_grpc")]) < 150
