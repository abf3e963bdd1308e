"""What is found in a ConfigMap stands, and is mended, on the YAML file's own lines."""

import json

import pytest

from nginx_grpc import cli

MANIFEST = """\
apiVersion: v1
kind: ConfigMap
metadata:
  name: proxy
data:
  other: text
  nginx.conf: |
    events {}
    http {
        upstream orders { server 127.0.0.1:50051; server 127.0.0.1:50052; keepalive 8; }
        server {
            listen 127.0.0.1:8080 http2;
            location /shop.Orders/ {
                grpc_pass grpc://orders;
                grpc_read_timeout 5s;
            }
        }
    }
"""
LINE = 15  # grpc_read_timeout


@pytest.fixture
def check(tmp_path, monkeypatch, capsys):
    (tmp_path / "proxy.yaml").write_text(MANIFEST)
    monkeypatch.chdir(tmp_path)

    def check(form):
        assert cli.main(["check", "--format", form, "proxy.yaml"]) == 1
        return capsys.readouterr().out

    return check


def test_each_report_points_into_the_yaml_file(check):
    assert f"::error file=proxy.yaml,line={LINE},title=NG106" in check("github")
    assert f"proxy.yaml:{LINE}" in check("text")
    assert "grpc_read_timeout 5s;" in check("text")
    places = {
        (issue["check_name"][:5], issue["location"]["lines"]["begin"])
        for issue in json.loads(check("gitlab"))
    }
    assert ("NG106", LINE) in places


def test_a_fix_keeps_the_manifest_whole(check):
    run = json.loads(check("sarif"))["runs"][0]
    (result,) = (r for r in run["results"] if r["ruleId"] == "NG106")
    place = result["locations"][0]
    assert place["physicalLocation"]["region"]["startLine"] == LINE
    assert "key nginx.conf" in place["logicalLocations"][0]["fullyQualifiedName"]
    lines = MANIFEST.split("\n")
    # From the last to the first, so that what is before an edit stays where it is.
    for edit in reversed(result["fixes"][0]["artifactChanges"][0]["replacements"]):
        region = edit["deletedRegion"]
        number, end = region["startLine"] - 1, region.get("endLine", region["startLine"]) - 1
        assert number == end
        lines[number] = (
            lines[number][: region["startColumn"] - 1]
            + edit.get("insertedContent", {"text": ""})["text"]
            + lines[number][region["endColumn"] - 1 :]
        )
    mended = "grpc_read_timeout 300s;\n                client_body_timeout 300s;"
    assert "\n".join(lines) == MANIFEST.replace("grpc_read_timeout 5s;", mended)
