"""Compiles the policy to the WebAssembly module that the package ships, and notes its sources.

The digest beside the module lets a machine without OPA see that the two are in step.
"""

import hashlib
import io
import pathlib
import subprocess
import tarfile
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
MODULE = ROOT / "bridge" / "nginx_grpc" / "_data" / "policy.wasm"
DIGEST = MODULE.with_suffix(".sha256")
ENTRYPOINT = "nginx/grpc/decision"
# What the entry point does without: the tests, and conftest's own entry points.
IGNORED = ("*_test.rego", "conftest.rego")


def sources(policy: pathlib.Path) -> list[pathlib.Path]:
    """The Rego files that are compiled, in the order of their names."""
    found = (path for path in policy.rglob("*.rego") if not any(map(path.match, IGNORED)))
    return sorted(found, key=lambda path: path.relative_to(policy).as_posix())


def sources_digest(policy: pathlib.Path) -> str:
    """SHA-256 over name and content of the compiled files, in hexadecimal."""
    digest = hashlib.sha256()
    for path in sources(policy):
        name = path.relative_to(policy).as_posix().encode()
        content = path.read_bytes()
        digest.update(b"%d %s %d " % (len(name), name, len(content)))
        digest.update(content)
    return digest.hexdigest()


def compile_policy(root: pathlib.Path) -> bytes:
    """The module for `root`/policy.

    OPA writes the names of files into it, so they are given relative to `root`.
    """
    with tempfile.TemporaryDirectory() as scratch:
        bundle = pathlib.Path(scratch) / "bundle.tar.gz"
        command = ["opa", "build", "--target", "wasm", "--entrypoint", ENTRYPOINT]
        command += [word for name in IGNORED for word in ("--ignore", name)]
        command += ["--output", str(bundle), "policy"]
        subprocess.run(command, check=True, cwd=root)
        with tarfile.open(fileobj=io.BytesIO(bundle.read_bytes())) as archive:
            member = archive.extractfile("/policy.wasm")
            assert member is not None
            return member.read()


def main() -> None:
    module = compile_policy(ROOT)
    MODULE.parent.mkdir(exist_ok=True)
    # Whole or not at all: a test that runs meanwhile loads one or the other.
    unfinished = MODULE.with_suffix(".new")
    unfinished.write_bytes(module)
    unfinished.replace(MODULE)
    DIGEST.write_text(f"{sources_digest(ROOT / 'policy')}  policy\n", encoding="ascii")
    print(f"{MODULE.relative_to(ROOT)}: {len(module)} bytes")


if __name__ == "__main__":
    main()
