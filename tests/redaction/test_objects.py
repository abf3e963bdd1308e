"""Kubernetes objects as a user redacts them, with the settings of their controller."""

from __future__ import annotations

import base64
import json
import re

import pytest

from nginx_grpc.redaction.restoring import Restorer
from tests.redaction.redacting import Redacted, found
from tests.redaction.test_commands import files_of, nothing_left, run, verdicts

__all__ = ["run"]

INGRESS = """\
# of acme
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: acme-orders
  namespace: acme
  annotations:
    nginx.ingress.kubernetes.io/backend-protocol: "GRPC"   # for ann
    nginx.ingress.kubernetes.io/proxy-read-timeout: 5m
    nginx.ingress.kubernetes.io/upstream-vhost: db.acme.com
    nginx.ingress.kubernetes.io/configuration-snippet: |
      grpc_set_header x-acme "acme";   # for acme
spec:
  ingressClassName: acme
  rules:
  - host: orders.acme.com
    http:
      paths:
      - path: /
        pathType: Prefix
        backend: {service: {name: acme-orders, port: {number: 50051}}}
"""
SETTINGS = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: acme-config, namespace: acme}
data:
  allow-snippet-annotations: "true"
  annotations-risk-level: Critical
  upstream-keepalive-connections: "0"
  acme-timeout: "10203040"
  proxy-set-headers: acme/acme-headers
  server-snippet: |
    location /acme.v1.Orders/ { return 403 "no acme"; }
"""
LOG = """\
2026/11/30 07:31:11 [error] 12#12: *17 upstream timed out (110: Connection timed out) while \
reading response header from upstream, client: 10.20.30.40, server: orders.acme.com, request: \
"POST /acme.v1.Pay/Place HTTP/2.0", upstream: "grpc://10.20.30.41:50051", host: "orders.acme.com"
"""


@pytest.fixture
def cluster(tmp_path):
    folder = tmp_path / "acme-cluster"
    (folder / "acme").mkdir(parents=True)
    (folder / "acme" / "orders.yaml").write_text(INGRESS)
    (folder / "acme-config.yaml").write_text(SETTINGS)
    (folder / "headers.yaml").write_text(
        SETTINGS.split("data:")[0].replace("-config", "-headers") + "data: {X-Acme: acme, TE: ''}\n"
    )
    (folder / "class.yaml").write_text(
        "apiVersion: networking.k8s.io/v1\nkind: IngressClass\nmetadata: {name: acme}\n"
        "spec: {controller: k8s.io/ingress-nginx}\n"
    )
    (tmp_path / "mounted").mkdir()
    (tmp_path / "mounted" / "proxy-read-timeout").write_text("10")
    (tmp_path / "mounted" / "http-snippet").write_text("# acme\nmap $http_acme $acme { acme 1; }\n")
    (tmp_path / "mounted" / "acme").write_text("acme")
    return folder


def test_a_folder_comes_back(run, cluster, tmp_path):
    run("redact", cluster, "--output", "out", "--map", "names.json")
    out = files_of(tmp_path / "out")
    assert sorted(name.count("/") for name in out) == [0, 0, 0, 1]
    assert nothing_left("\n".join([*out, *out.values()]))
    before = run("check", cluster, "--format", "json", status=1)
    after = run("check", "out", "--format", "json", status=1)
    assert verdicts(after) == verdicts(before)
    assert {rule for rule, *_ in verdicts(before)} >= {"NG214", "NG601", "NG602"}
    run("redact", "--restore", "--map", "names.json", "out", "--output", "back")
    assert files_of(tmp_path / "back") == files_of(cluster)


@pytest.mark.parametrize(
    "settings", ["acme/acme-config", "acme-cluster/acme-config.yaml", "mounted"]
)
@pytest.mark.parametrize("command", ["check", "bridge", "fix", "explain"])
def test_commands_print_pseudonyms(run, cluster, tmp_path, command, settings):
    (tmp_path / "error.log").write_text(LOG)
    options = ["--redact", "--controller-configmap", settings]
    if command == "explain":
        out = run("explain", "error.log", "--config", cluster, *options, status=0)
        assert "upstream timed out" in out
    elif command == "bridge":
        out = run("bridge", cluster, *options)
        assert '"kind": "Ingress"' in out or '"kind":"Ingress"' in out
    else:
        out = run(command, cluster, *options, "--format", "json", status=1)
        assert "NG601" in out
    assert nothing_left(out)
    if command == "check":
        options = ["--format", "json", "--controller-configmap", settings]
        before = run("check", cluster, *options, status=1)
        after = run("check", cluster, *options, "--redact", status=1)
        assert verdicts(after) == verdicts(before)


def test_style_stays():
    text = INGRESS + "---\n" + SETTINGS
    done = Redacted(text.encode()).text.decode()
    for part in (
        '    nginx.ingress.kubernetes.io/backend-protocol: "GRPC"   # comment',
        "    nginx.ingress.kubernetes.io/proxy-read-timeout: 5m\n",
        "    nginx.ingress.kubernetes.io/configuration-snippet: |\n      grpc_set_header x-",
        "        pathType: Prefix\n        backend: {service: {name: ",
        ", port: {number: 50051}}}\n---\n",
        '  upstream-keepalive-connections: "0"\n',
        "  server-snippet: |\n    location /",
    ):
        assert part in done


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("nginx.ingress.kubernetes.io/proxy-read-timeuot: '5'", "proxy-read-timeuot: '5'"),
        ("nginx.ingress.kubernetes.io/backend-protocl: GRPC", "backend-protocl: "),
        ("nginx.ingress.kuberentes.io/backend-protocol: GRPC", "kuberentes.io/backend-protocol: "),
        ("ingress.kubernetes.io/backend-protocol: GRPC", "ingress.kubernetes.io/backend-protocol"),
        ("nginx.ingress.kubernetes.io/auth-tls-match-cn: CN=acme", "auth-tls-match-cn: CN="),
        ("nginx.ingress.kubernetes.io/auth-signin: https://a/%61cme", "auth-signin: "),
        ("nginx.ingress.kubernetes.io/server-alias: 'acme acme'", "server-alias: "),
        ("nginx.ingress.kubernetes.io/default-backend: Acme", "default-backend: "),
        ("nginx.ingress.kubernetes.io/whitelist-source-range: 10.20.30.0/33", "/33"),
        ("nginx.ingress.kubernetes.io/proxy-next-upstream: error http_502", "error http_502"),
        ("nginx.ingress.kubernetes.io/proxy-next-upstream: error acme", "proxy-next-upstream: "),
        ("nginx.org/acme-grpc: acme", "nginx.org/"),
        ("acme.com/backend-protocol: GRPC", "annotations"),
        ("acme-nginx.com/backend-protocol: GRPC", "/backend-protocol: "),
    ],
)
@pytest.mark.parametrize("protocol", ["GRPC", "HTTP"])
def test_what_is_said_in_vain_still_is(written, kept, protocol):
    """A slip of the finger and a value that is refused are found in the redacted text as well."""
    text = INGRESS.replace('protocol: "GRPC"', f'protocol: "{protocol}"')
    text = text.replace("  annotations:\n", f"  annotations:\n    {written}\n")
    if "backend-protocol:" in written:
        text = text.replace(
            f'    nginx.ingress.kubernetes.io/backend-protocol: "{protocol}"', "    x: y"
        )
    redacted = Redacted(text.encode())
    assert sorted(redacted.findings) == sorted(found(text.encode()))
    assert nothing_left(redacted.text.decode())
    assert kept in redacted.text.decode()
    assert redacted.restored == text.encode()


@pytest.mark.parametrize(
    "text",
    [
        # An alias says what its anchor said, in a place of another kind.
        INGRESS.replace("  namespace: acme", "  namespace: &acme acme")
        .replace("metadata:", "x-acme: &grpc GRPC\nmetadata:", 1)
        .replace('"GRPC"', "*grpc"),
        INGRESS.replace("\n", "\r\n"),
        "\ufeff" + INGRESS,
        INGRESS.replace("path: /\n", "path: /acme\\.v1(/|$)(.*)\n"),
        INGRESS.replace("  name: acme", "  name: !!str &acme-x acme"),
        INGRESS.replace("5m", ">-\n      acme\n      acme"),
        INGRESS.replace("kind: Ingress", "kind: ingress"),
        "%YAML 1.1\n%TAG !e! tag:acme,2000:\n---\n" + INGRESS,
    ],
    ids=["alias", "crlf", "bom", "pattern", "tag", "folded", "kind", "directive"],
)
def test_yaml_of_all_styles(text):
    redacted = Redacted(text.encode())
    assert sorted(redacted.findings) == sorted(found(text.encode()))
    assert nothing_left(redacted.text.decode())
    assert Redacted(redacted.text).text == redacted.text
    assert redacted.restored == text.encode()


HEAD = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: acme}\n"
NGINX = """\
events { }
http { server {
    server_name acme.com;  # acme's "own"
    location /acme.v1.Acme/ { grpc_pass grpc://127.0.0.1:50051; }
} }
"""
CODED = base64.b64encode(NGINX.encode()).decode()
ESCAPED = json.dumps(NGINX)[1:-1]
UNUSUAL = {
    "base64": f"binaryData: {{a.conf: {CODED}}}\n",
    "base64 in quotes": f"binaryData:\n  a.conf: '{CODED}'\n",
    "base64 in lines": f"binaryData:\n  a.conf: |\n    {CODED[:76]}\n    {CODED[76:]}\n",
    "a picture": f'data:\n  a.conf: "{ESCAPED}"\n'
    f"binaryData:\n  acme.png: {base64.b64encode(bytes(range(256))).decode()}\n",
    "letters as escapes": 'data:\n  a.conf: "' + ESCAPED.replace("a", "\\x61") + '"\n',
    "escapes of JSON": 'data:\n  a.conf: "' + ESCAPED.replace("acme", "\\u00e4cme") + '"\n',
    "lines that go on": 'data:\n  a.conf: "' + ESCAPED.replace(" ", " \\\n    ") + '"\n',
    "a key with escapes": 'data:\n  "\\x61cme.conf": "' + ESCAPED + '"\n',
}


@pytest.mark.parametrize("text", UNUSUAL.values(), ids=UNUSUAL)
def test_what_is_written_otherwise_comes_back_byte_for_byte(text):
    """`--restore` gives back base64 and escapes as they were, not only what they say."""
    redacted = Redacted((HEAD + text).encode())
    assert redacted.restored == redacted.original
    assert redacted.text != redacted.original


def test_base64_that_was_mended_meanwhile():
    redacted = Redacted((HEAD + UNUSUAL["base64"]).encode())
    coded = re.search(rb"a\.conf|file1\.conf: ([^}]*)", redacted.text)
    (coded,) = re.findall(rb"conf: ([^}]*)", redacted.text)
    mended = base64.b64decode(coded).replace(b"grpc://", b"grpcs://")
    shown = redacted.text.replace(coded, base64.b64encode(mended))
    back = Restorer(redacted.redactor.kept()).text(shown)
    (coded,) = re.findall(rb"conf: ([^}]*)", back)
    assert base64.b64decode(coded).decode() == NGINX.replace("grpc://", "grpcs://")
