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
    (edit,) = result["fixes"][0]["artifactChanges"][0]["replacements"]
    lines = MANIFEST.split("\n")
    line, region = lines[LINE - 1], edit["deletedRegion"]
    lines[LINE - 1] = (
        line[: region["startColumn"] - 1]
        + edit["insertedContent"]["text"]
        + line[region["endColumn"] - 1 :]
    )
    assert "\n".join(lines) == MANIFEST.replace("timeout 5s;", "timeout 300s;")
