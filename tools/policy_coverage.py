"""Reads the report of `opa test --coverage`; fails, with file and line, below 100 %."""

import json
import sys


def main() -> int:
    report = json.load(sys.stdin)
    missed = [
        f"{name}:{span['start']['row']}: not run by any test"
        for name, file in sorted(report["files"].items())
        for span in file.get("not_covered", [])
    ]
    print("\n".join([*missed, f"coverage of the policy: {report['coverage']} %"]))
    return 1 if missed or report["coverage"] != 100 else 0


if __name__ == "__main__":
    sys.exit(main())
