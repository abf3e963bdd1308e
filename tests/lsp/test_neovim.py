"""Neovim, with the very lines that docs/editors.md says to paste."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NVIM = shutil.which("nvim")

API = """\
server {
    listen 80 http2;
    location /shop.Orders/ {
        grpc_pass grpc://orders;
        grpc_read_timeout 300s;
        grpc_set_header Connection "close";
    }
}
"""


@pytest.mark.slow
@pytest.mark.skipif(NVIM is None, reason="no nvim here: apt-get install neovim")
def test_a_session(tmp_path):
    (snippet,) = re.findall(
        r"^```lua\n(.*?)^```$", (ROOT / "docs/editors.md").read_text(), re.DOTALL | re.MULTILINE
    )
    home = tmp_path / "home"
    plugin = home / "nvim" / "plugin" / "nginx-grpc.lua"
    plugin.parent.mkdir(parents=True)
    plugin.write_text(snippet)
    nginx = tmp_path / "nginx"
    nginx.mkdir()
    (nginx / "nginx.conf").write_text(
        "events {}\nhttp {\n    include upstreams.conf;\n    include api.conf;\n}\n"
    )
    (nginx / "upstreams.conf").write_text("\nupstream orders {\n    server 127.0.0.1:50051;\n}\n")
    (nginx / "api.conf").write_text(API)
    seen = tmp_path / "seen.json"
    environment = {
        **os.environ,
        "XDG_CONFIG_HOME": str(home),
        "XDG_DATA_HOME": str(tmp_path / "data"),
        "XDG_STATE_HOME": str(tmp_path / "state"),
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
        "SEEN": str(seen),
    }
    script = Path(__file__).with_name("session.lua")
    done = subprocess.run(
        [NVIM, "--headless", "-n", "api.conf", "-c", f"luafile {script}"],
        cwd=nginx,
        env=environment,
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    told = json.loads(seen.read_text())
    assert "failure" not in told, (told, done.stderr)
    assert told["first"]["NG214"] == 'grpc_set_header Connection "close";'
    assert "in effect here: grpc_read_timeout is 300s (api.conf:5)" in told["hover"]
    assert told["text"] + "\n" == API.replace('"close"', '""')
    assert told["typed"]["NG211"] == "grpc_send_timeout 0;"
    assert told["went"] == ["upstreams.conf", 2]
    # Nothing was saved: all of it was about what is in the editor.
    assert (nginx / "api.conf").read_text() == API
