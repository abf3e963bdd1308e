"""Lays the policy out as one OCI artifact that conftest and OPA both pull.

OPA takes the first layer that is a gzipped tarball: the signed bundle. conftest writes each layer
with a title to a file of that name: the Rego sources. Neither looks at the other's layers.

Usage: python tools/oci_layout.py BUNDLE.tar.gz OUT
"""

import hashlib
import json
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
BUNDLE = "application/vnd.oci.image.layer.v1.tar+gzip"
REGO = "application/vnd.cncf.openpolicyagent.policy.layer.v1+rego"
CONFIG = "application/vnd.unknown.config.v1+json"  # as conftest pushes it


class Layout:
    """An OCI image layout in a folder, filled blob by blob."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.folder = folder
        (folder / "blobs" / "sha256").mkdir(parents=True)

    def blob(self, data: bytes, media_type: str, title: str = "") -> dict:
        digest = hashlib.sha256(data).hexdigest()
        (self.folder / "blobs" / "sha256" / digest).write_bytes(data)
        descriptor = {"mediaType": media_type, "digest": f"sha256:{digest}", "size": len(data)}
        if title:
            descriptor["annotations"] = {"org.opencontainers.image.title": title}
        return descriptor

    def close(self, manifest: dict) -> None:
        index = {"schemaVersion": 2, "manifests": [self.blob(encoded(manifest), MANIFEST)]}
        (self.folder / "index.json").write_bytes(encoded(index))
        (self.folder / "oci-layout").write_bytes(encoded({"imageLayoutVersion": "1.0.0"}))


def encoded(value: dict) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def lay_out(bundle: pathlib.Path, policy: pathlib.Path, folder: pathlib.Path) -> None:
    """Write the artifact of a bundle and a folder of Rego to a folder that is not there yet."""
    layout = Layout(folder)
    layers = [layout.blob(bundle.read_bytes(), BUNDLE)]
    for path in sorted(policy.rglob("*.rego")):
        if not path.name.endswith("_test.rego"):
            title = path.relative_to(policy).as_posix()
            layers.append(layout.blob(path.read_bytes(), REGO, title))
    layout.close(
        {
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": layout.blob(b"{}", CONFIG),
            "layers": layers,
        }
    )


def main() -> None:
    bundle, folder = map(pathlib.Path, sys.argv[1:])
    lay_out(bundle, ROOT / "policy", folder)


if __name__ == "__main__":
    main()
