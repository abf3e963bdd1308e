"""What `nginx-grpc` says of a configuration that the bench runs."""

import json
import subprocess
import sys
from pathlib import Path

COMMAND = Path(sys.executable).parent / "nginx-grpc"


def verdict(
    path: Path, version: str, settings: dict | None = None, profile: str = "checklist"
) -> dict[str, str]:
    """The rules that speak on the nginx.conf at `path`, with their level: {"NG103": "deny"}.
    A rule that speaks at both levels counts as deny."""
    given = path.parent / "settings.yaml"
    given.write_text(json.dumps({"nginx_grpc": settings or {}}))
    command = [COMMAND, "check", "--format", "json", "--nginx-version", version]
    command += ["--profile", profile, "--settings", given, path]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.stdout, f"nginx-grpc check ended with {done.returncode}: {done.stderr}"
    spoken: dict[str, str] = {}
    for finding in json.loads(done.stdout)["findings"]:
        if spoken.get(finding["id"]) != "deny":
            spoken[finding["id"]] = finding["level"]
    return spoken


def document(path: Path) -> dict:
    """The document of the nginx.conf at `path`: `nginx-grpc bridge`."""
    command = [COMMAND, "bridge", path]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, f"nginx-grpc bridge ended with {done.returncode}: {done.stderr}"
    return json.loads(done.stdout)
