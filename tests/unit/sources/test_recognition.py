"""What a text is: nobody can choose the kinder of two readings."""

from contextlib import closing

import pytest

from nginx_grpc.errors import Refused
from tests.oracle.nginx import Judge, binaries

FAULT = (
    "http { server { listen 127.0.0.1:8080; location /x.X/ { proxy_pass http://[::1]:50051; } } }"
)
KIND = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: a}
data:
  a.conf: |
    server { listen 80; }
"""
BOTH = [
    f"""events {{}} {FAULT}
env "
---
{KIND}# ";
""",
    f"""# a comment
events {{}}
{FAULT}
env 'x
---
{KIND}...
# ';
""",
]


def refusal(site, *paths, **options):
    with pytest.raises(Refused) as caught:
        site.read(*paths, **options)
    return str(caught.value)


@pytest.mark.parametrize("text", BOTH)
@pytest.mark.parametrize("file", ["a", "nginx.conf", "cm.yaml", "a.YML", "-"])
def test_nginx_text_that_is_yaml_too(site, text, file):
    site.write(file, text)
    given = "-" if file == "-" else f"site/{file}"
    for ends in ("\n", "\r\n"):
        data = text.replace("\n", ends).encode()
        site.write(file, data)
        message = refusal(site, given, stdin=data)
        assert message.startswith(f"{given}: nginx text and a Kubernetes manifest in one")


@pytest.mark.parametrize("text", BOTH)
@pytest.mark.parametrize("version", sorted(binaries()))
def test_nginx_reads_it(version, text):
    with closing(Judge(binaries()[version])) as judge:
        assert judge.verdict(text.encode()).kind == "accepted"


def test_a_text_that_only_we_refuse_does_not_become_the_manifest(site):
    """The parser has its own reasons to refuse; nginx may well read it."""
    text = BOTH[0].replace("listen 127.0.0.1:8080", "server_name a\n  listen")
    site.write("nginx.conf", text)
    assert refusal(site).startswith("site/nginx.conf:2: a directive inside another one")
    text = BOTH[0].replace("listen 127.0.0.1:8080", "listen {{ port }}")
    site.write("cm.yaml", text)
    assert "template" in refusal(site, "site/cm.yaml")


@pytest.mark.parametrize("name", ["a", "cm.yaml"])
def test_a_manifest_may_begin_with_anything_of_yaml(site, name):
    heads = ["", "# server { }\n", "---\n", "%YAML 1.1\n---\n", "\ufeff", "\n\n  \n", "--- # a\n"]
    for head in heads:
        site.write(name, head + KIND)
        assert site.one(f"site/{name}").kind == "manifest"


@pytest.mark.parametrize("name", ["nginx.conf", "nginx.yaml"])
def test_nginx_text_with_a_line_of_yaml(site, name):
    """An answer in YAML is no manifest."""
    text = 'server { listen 80; location / { return 200 "a: {\nkind: x\n"; } }'
    site.write(name, text)
    found = site.one(f"site/{name}")
    assert (found.kind, found.context) == ("file", "http")


def test_yaml_that_is_neither(site):
    site.write("values.yaml", "just text\n")
    assert "no Kubernetes manifest" in refusal(site, "site/values.yaml")
    site.write("values.yaml", "# nothing\n")
    assert "no Kubernetes manifest" in refusal(site, "site/values.yaml")
