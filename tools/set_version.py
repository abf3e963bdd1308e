"""Writes the version wherever it is named: `python tools/set_version.py 0.2.0`.

`--commit SHA` pins the examples' own action to a commit of that version, which is to be there
already. `--check` writes nothing and fails where a file names another version than pyproject.toml.
"""

import argparse
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
ACTION = "nginx-grpc-policy/nginx-grpc-policy/.github/actions/nginx-grpc"
PACKAGE = "git+https://github.com/nginx-grpc-policy/nginx-grpc-policy"
# Each file with what stands before the version, and after it.
PLACES = [
    ("pyproject.toml", r'^version = "', '"'),
    ("pyproject.toml", "nginx-grpc-policy-page==", '"'),
    ("bridge/nginx_grpc/__init__.py", '__version__ = "', '"'),
    ("plugin.yaml", "^version: ", "\n"),
    ("README.md", r"\$REPOSITORY@v", '"'),
    ("README.md", "dist/nginx_grpc_policy-", "-py3-none-any.whl"),
    ("docs/ci.md", "rev: v", "\n"),
    ("docs/ci.md", r"nginx-grpc-policy:", "\n"),
    ("examples/admission/base/kustomization.yaml", "newTag: ", "\n"),
    ("examples/admission/image/Dockerfile", "nginx-grpc-policy:", " "),
    ("examples/github-actions/conftest.yml", "nginx-grpc-policy==", "\n"),
    (".github/actions/nginx-grpc/install.sh", "give one as ", '"'),
]
NUMBER = r"\d+\.\d+\.\d+"
EXAMPLES = sorted((ROOT / "examples" / "github-actions").glob("*.yml"))


def placed(version: str) -> dict[pathlib.Path, str]:
    """Each file with the version in it. Raises LookupError where a place is gone."""
    texts: dict[pathlib.Path, str] = {}
    for name, before, after in PLACES:
        path = ROOT / name
        text = texts.get(path) or path.read_text(encoding="utf-8")
        pattern = rf"({before}){NUMBER}(?={re.escape(after)})"
        texts[path], found = re.subn(pattern, rf"\g<1>{version}", text, flags=re.MULTILINE)
        if not found:
            raise LookupError(f"{name}: the version no longer stands behind {before}")
    return texts


def pinned(version: str, commit: str) -> dict[pathlib.Path, str]:
    """The examples, with their own action and package at a commit."""
    texts = {}
    for path in EXAMPLES:
        text = path.read_text(encoding="utf-8")
        text = re.sub(
            rf"({re.escape(ACTION)})@\S+( # v{NUMBER})?", rf"\1@{commit} # v{version}", text
        )
        texts[path] = re.sub(rf"({re.escape(PACKAGE)})@[0-9a-f]+", rf"\1@{commit}", text)
    return texts


def main(argv: list[str]) -> int:
    """Write, or check."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("version", nargs="?")
    parser.add_argument("--commit", metavar="SHA")
    parser.add_argument("--check", action="store_true")
    given = parser.parse_args(argv)
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    now = re.search(rf'^version = "({NUMBER})"', project, re.MULTILINE)
    assert now
    version = given.version or now[1]
    texts = pinned(version, given.commit) if given.commit else placed(version)
    changed = [path for path, text in texts.items() if path.read_text(encoding="utf-8") != text]
    for path in changed:
        print(path.relative_to(ROOT))
        if not given.check:
            path.write_text(texts[path], encoding="utf-8")
    return 1 if given.check and changed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
