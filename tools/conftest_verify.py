"""Runs the Rego tests under conftest and fails unless it ran just as many as OPA has.

`conftest verify` passes with no test run. It also takes the namespace of conftest.toml, which no
test package has, so every namespace is asked for.
"""

import json
import subprocess
import sys

# conftest gives each test five seconds, and no flag for more: on a busy machine that may be short.
TRIES = 5


def main(policy: str) -> int:
    listed = subprocess.run(
        ["opa", "test", "--format", "json", policy], capture_output=True, text=True
    )
    expected = len(json.loads(listed.stdout))
    command = ["conftest", "verify", "--policy", policy, "--namespace", "*"]
    for _ in range(TRIES):
        verified = subprocess.run([*command, "--output", "json"], capture_output=True, text=True)
        if "context deadline exceeded" not in verified.stderr:
            break
    if verified.stderr:
        sys.stderr.write(verified.stderr)
    results = json.loads(verified.stdout or "null") or []
    passed = sum(result["successes"] for result in results)
    for result in results:
        for failure in result.get("failures", []):
            print(f"{result['filename']}: {failure['msg']}")
    print(f"conftest verify: {passed} of {expected} tests passed")
    return 0 if verified.returncode == 0 and passed == expected > 0 else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
