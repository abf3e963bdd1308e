"""Ingress objects judged as what ingress-nginx's own code made of them (../shared/controllers)."""

import io
import json
import time
from collections import Counter
from pathlib import Path

import pytest

from nginx_grpc import model, sources
from nginx_grpc.check import check
from nginx_grpc.engines import by_name
from nginx_grpc.fixing.invariants import differences
from tests.redaction.redacting import Redacted, found

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "controllers" / "ingress-nginx"
MANIFESTS = sorted(FOLDER.glob("*.yaml"))
pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not MANIFESTS, reason="the renderings (../shared/controllers) are not here"),
]

# What differs, and why.
DIFFERENCES = {
    "9-proxyssl": {
        # The Secret was not there for the rendering either: it has /etc/nginx for each file of it.
        ("location", "a.example.com", "/", "proxy_directives"),
    },
}
# Of a protocol in lower case the objects say what the rendering shows by its lines (NG604).
OF_RENDERINGS = {"13-typo": ("NG210",)}
# Findings that only objects have: the rendering does not say what the controller left out.
OF_OBJECTS = ("NG601", "NG602", "NG603", "NG604", "NG605")


def read(path):
    return sources.read([str(path)], stdin=io.BytesIO())


@pytest.mark.parametrize("manifest", MANIFESTS, ids=lambda path: path.stem)
def test_locations_targets_and_values_are_those_of_the_rendering(manifest):
    (objects,) = read(manifest)
    (rendering,) = read(manifest.with_suffix(".conf"))
    found = {
        (each.kind, each.server, each.name, part)
        for each in differences(model.build(rendering), model.build(objects))
        for part in (each.parts or [each.state])
    }
    assert found == DIFFERENCES.get(manifest.stem, set())


@pytest.mark.parametrize("manifest", MANIFESTS, ids=lambda path: path.stem)
def test_redacted_it_is_judged_the_same(manifest):
    redacted = Redacted(manifest.read_bytes())
    assert sorted(redacted.findings) == sorted(found(redacted.original))
    assert redacted.restored == redacted.original
    assert "example.com" not in redacted.text.decode()


@pytest.mark.parametrize("profile", ["checklist", "evidence"])
@pytest.mark.parametrize("manifest", MANIFESTS, ids=lambda path: path.stem)
def test_findings_owners_and_remedies_are_those_of_the_rendering(manifest, profile):
    objects, rendering = (
        Counter(map(words, judged(path, profile)))
        for path in (manifest, manifest.with_suffix(".conf"))
    )
    for words_of in list(rendering):
        if words_of[0] in OF_RENDERINGS.get(manifest.stem, ()):
            del rendering[words_of]
    assert objects == rendering
    assert objects or profile == "evidence" or manifest.stem == "14-tuned"


def judged(path, profile):
    from nginx_grpc.settings_search import Given

    given = Given(values={"profile": profile})
    result = check(read(path), by_name("embedded"), settings_of=lambda configuration: given)
    return [each for each in result.findings if each.id not in OF_OBJECTS]


def words(finding):
    owner = json.dumps(finding.owner, sort_keys=True)
    return (
        finding.id,
        finding.level,
        finding.server,
        finding.location,
        finding.upstream,
        finding.message,
        # The rendering does not say which key made the header.
        "" if finding.id == "NG214" else finding.remedy,
        owner,
    )


def test_places_are_lines_of_the_manifest():
    manifest = FOLDER / "14-tuned.yaml"
    lines = manifest.read_text().splitlines()
    (objects,) = read(manifest)
    document = model.build(objects)
    (server,) = (each for each in document["servers"] if each["name"] == "a.example.com")
    (location,) = (each for each in server["locations"] if each["name"] == "/")
    timeout = location["directives"]["grpc_read_timeout"]
    assert lines[timeout["line"] - 1] == '  proxy-read-timeout: "300"'
    assert timeout["key"] == "proxy-read-timeout"
    size = location["directives"]["client_max_body_size"]
    assert "proxy-body-size" in lines[size["line"] - 1]
    assert "path: /" in lines[location["line"] - 1]


def test_400_ingresses_take_less_than_two_seconds_of_the_processor():
    began = time.process_time()
    (objects,) = read(FOLDER / "15-400-ingresses.yaml")
    check([objects], by_name("embedded"))
    assert time.process_time() - began < 2
