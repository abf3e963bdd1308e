"""What controllers' own code made of manifests (../shared/controllers) is read as it came."""

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from nginx_grpc import sources

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "controllers"
COMMAND = Path(sys.executable).with_name("nginx-grpc")
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


def judged(name, profile="checklist"):
    arguments = ["check", "--no-settings", "--profile", profile, "--format", "json"]
    done = subprocess.run(
        [COMMAND, *arguments, FOLDER / f"{name}.conf"], capture_output=True, check=False
    )
    return json.loads(done.stdout)["findings"]


# By hand, from each manifest and its rendering: the finding, the object, the remedy.
KNOBS = [
    (
        "ingress-nginx/1-docs",
        "NG106",
        "Ingress default/fortune-ingress",
        'Ingress default/fortune-ingress: nginx.ingress.kubernetes.io/proxy-read-timeout: "300"',
    ),
    (
        "ingress-nginx/1-docs",
        "NG103",
        "",
        'ConfigMap of ingress-nginx: upstream-keepalive-timeout: "20"',
    ),
    (
        "ingress-nginx/1-docs",
        "NG108",
        "Ingress default/fortune-ingress",
        "ConfigMap of ingress-nginx: http-snippet: grpc_intercept_errors on;",
    ),
    ("nic/5-vs-nohttp2", "NG201", "", "ConfigMap of nginx-ingress-controller: http2: true"),
    (
        "ngf/1-exact",
        "NG104",
        "",
        "UpstreamSettingsPolicy: spec.keepAlive.connections: 32",
    ),
]


@pytest.mark.parametrize(("name", "rule", "owner", "remedy"), KNOBS)
def test_the_remedy_is_the_admin_s(name, rule, owner, remedy):
    found = [each for each in judged(name) if each["id"] == rule]
    assert {each["remedy"] for each in found} == {remedy}
    owners = {"{kind} {namespace}/{name}".format(**each["owner"]) for each in found}
    assert owners == {owner or " /"}


@pytest.mark.parametrize("path", RENDERED, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_nothing_is_said_of_a_template_s_lines(path):
    ignored = [
        each["message"]
        for each in judged(f"{path.parent.name}/{path.stem}")
        if each["id"] == "NG210"
    ]
    for words in ("proxy_buffering", "proxy_cookie", "proxy_http_version", "proxy_redirect"):
        assert not any(words in message for message in ignored), ignored


def test_400_ingresses_are_a_report_that_can_be_read():
    done = subprocess.run(
        [COMMAND, "check", "--no-settings", FOLDER / "ingress-nginx" / "15-400-ingresses.conf"],
        capture_output=True,
        check=False,
        text=True,
    )
    assert done.returncode == 1
    assert 20 < done.stdout.count("\n") < 200
