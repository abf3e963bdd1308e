"""What `nginx-grpc` says of a configuration that the bench runs."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

COMMAND = Path(sys.executable).parent / "nginx-grpc"


def verdict(
    path: Path, version: str, settings: dict | None = None, profile: str = "checklist"
) -> dict[str, str]:
    """The rules that speak on the nginx.conf at `path`, with their level: {"NG103": "deny"}.
    A rule that speaks at both levels counts as deny.

    The servers of the bench are on this machine, those of a user are not: what the check reads has
    the address of another machine in their place.
    """
    spoken: dict[str, str] = {}
    for finding in findings(path, version, settings, profile):
        if spoken.get(finding["id"]) != "deny":
            spoken[finding["id"]] = finding["level"]
    return spoken


def findings(
    path: Path, version: str, settings: dict | None = None, profile: str = "checklist"
) -> list[dict]:
    """The same in full, as `--format json` lists them."""
    given = path.parent / "settings.yaml"
    given.write_text(json.dumps({"nginx_grpc": settings or {}}))
    command = [COMMAND, "check", "--format", "json", "--nginx-version", version]
    with tempfile.TemporaryDirectory() as folder:
        asked = Path(folder)
        for file in (path, *path.parent.glob("conf.d/*.conf")):
            there = asked / file.relative_to(path.parent)
            there.parent.mkdir(exist_ok=True)
            there.write_text(file.read_text().replace("127.0.0.1:", "10.0.0.1:"))
        command += ["--profile", profile, "--settings", given, asked / path.name]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.stdout, f"nginx-grpc check ended with {done.returncode}: {done.stderr}"
    return json.loads(done.stdout)["findings"]


def document(path: Path) -> dict:
    """The document of the nginx.conf at `path`: `nginx-grpc bridge`."""
    command = [COMMAND, "bridge", path]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, f"nginx-grpc bridge ended with {done.returncode}: {done.stderr}"
    return json.loads(done.stdout)
