"""nginx -t says the same of a configuration and of what is printed for it."""

from __future__ import annotations

import re
import subprocess

import pytest

from tests.live.bench.nginx import VERSIONS, NginxMissing, binary
from tests.metamorphic.configurations import all_of_them
from tests.redaction.redacting import quickly
from tests.sampling import sample

CONFIGURATIONS = {
    name: text for name, text in all_of_them().items() if re.search(r"^\s*http\s*\{", text, re.M)
}
_NAMES = re.compile(r"\d+#\d+|\"[^\"]*\"|/\S+(?=:\d)|\d+(?:\.\d+){3}|\(SSL: .*\)|/\S+\.so")


def said(text: str, version: str, folder) -> tuple[int, list[str]]:
    """What `nginx -t` says of a text: its exit status, and its messages without names."""
    (folder / "nginx.conf").write_bytes(text.encode("latin-1"))
    command = [str(binary(version)), "-p", f"{folder}/", "-e", "stderr", "-c", "nginx.conf", "-t"]
    done = subprocess.run(command, capture_output=True, timeout=60, check=False)
    messages = re.findall(r"\[(?:emerg|alert|warn)\].*", done.stderr.decode("utf-8", "replace"))
    return done.returncode, [_NAMES.sub("...", each) for each in messages]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", sample(CONFIGURATIONS, 12))
def test_nginx_says_the_same(name, version, tmp_path):
    try:
        binary(version)
    except NginxMissing as missing:
        pytest.skip(str(missing))
    text = CONFIGURATIONS[name]
    redacted = quickly(text.encode("latin-1")).decode("latin-1")
    assert said(redacted, version, tmp_path) == said(text, version, tmp_path)
