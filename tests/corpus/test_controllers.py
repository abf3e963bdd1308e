"""What controllers' own code made of manifests (../shared/controllers) is read as it came."""

import io
from pathlib import Path

import pytest

from nginx_grpc import sources

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "controllers"
RENDERED = sorted(FOLDER.glob("*/*.conf"))
pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not RENDERED, reason="the renderings (../shared/controllers) are not here"),
]


@pytest.mark.parametrize("path", RENDERED, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_each_is_one_configuration(path):
    (read,) = sources.read([str(path)], stdin=io.BytesIO())
    assert read.context == "main"
    several = path.read_bytes().count(b"\n# configuration file /etc/nginx/")
    assert len(read.files) == (several + 1 if several else 1)
