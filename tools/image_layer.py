"""The webhook's files as one layer of an image: a tar file, the same bytes for the same wheel.

Usage: python tools/image_layer.py WHEEL LAYER.tar [--python 3.13]

The wheel and what it needs, at the versions of requirements/dev.txt, stand in /opt/nginx-grpc of
the image, for the Python of its base.
"""

import argparse
import pathlib
import subprocess
import sys
import tarfile
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
HOME = "opt/nginx-grpc"
# pip notes in it which command asked for a package, and from which folder.
NOT_THE_SAME_TWICE = {"direct_url.json", "REQUESTED", "RECORD"}


def install(wheel: pathlib.Path, folder: pathlib.Path, python: str) -> None:
    """Install the wheel with its extra `admission` into a folder, for another Python if asked."""
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    command += ["--no-compile", "--target", str(folder), "--only-binary", ":all:"]
    command += ["--constraint", str(ROOT / "requirements" / "dev.txt")]
    if python:
        command += ["--python-version", python, "--implementation", "cp"]
        command += ["--platform", "manylinux_2_28_x86_64", "--platform", "manylinux2014_x86_64"]
    subprocess.run([*command, f"{wheel}[admission]"], check=True)


def pack(folder: pathlib.Path, layer: pathlib.Path) -> None:
    """Write a folder as a layer: sorted, of nobody in particular, of no time."""
    with tarfile.open(layer, "w", format=tarfile.PAX_FORMAT) as archive:
        for name in ("opt", HOME):
            archive.addfile(entry(name, 0o755, tarfile.DIRTYPE))
        for path in sorted(folder.rglob("*")):
            # Commands of other packages; ours is a module.
            within = path.relative_to(folder)
            if within.parts[0] == "bin" or path.name in NOT_THE_SAME_TWICE:
                continue
            name = f"{HOME}/{within.as_posix()}"
            if path.is_dir():
                archive.addfile(entry(name, 0o755, tarfile.DIRTYPE))
                continue
            info = entry(name, 0o644, tarfile.REGTYPE)
            info.size = path.stat().st_size
            with path.open("rb") as file:
                archive.addfile(info, file)


def entry(name: str, mode: int, kind: bytes) -> tarfile.TarInfo:
    """An entry of root's, at the beginning of time."""
    info = tarfile.TarInfo(name)
    info.mode, info.type = mode, kind
    info.uid = info.gid = info.mtime = 0
    return info


def main() -> None:
    """Install and pack."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("wheel", type=pathlib.Path)
    parser.add_argument("layer", type=pathlib.Path)
    parser.add_argument("--python", default="")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        install(given.wheel.resolve(), pathlib.Path(folder), given.python)
        pack(pathlib.Path(folder), given.layer)


if __name__ == "__main__":
    main()
