"""Ingress objects as nginx text that this machine's nginx runs: the controller's without Lua."""

import io
import tempfile
from pathlib import Path

from nginx_grpc import sources
from nginx_grpc.fixing.quoting import word

INGRESS = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: ingress-nginx-controller, namespace: ingress-nginx}
data:
  allow-snippet-annotations: "true"
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: greeter
  namespace: shop
  annotations:
    PREFIX/backend-protocol: PROTOCOL
spec:
  ingressClassName: nginx
  rules:
    - host: greeter.example.com
      http:
        paths:
          - path: /
            pathType: Prefix
            backend: {service: {name: greeter, port: {number: 50051}}}
""".replace("PREFIX", "nginx.ingress.kubernetes.io")

DROPPED = ("more_", "ssl_", "listen", "http2", "server_tokens", "log_by", "port_in_redirect")


def nginx_text(manifest: str, *servers: str) -> str:
    """What ingress-nginx makes of a manifest with one host, its upstream being these servers.

    Or of what it wrote itself.

    Where it leaves the Ingress out, the default server answers, with 404.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ingress.yaml"
        if "apiVersion" not in manifest:
            path = path.with_suffix(".conf")
        path.write_text(manifest)
        (read,) = sources.read([str(path)], stdin=io.BytesIO())
    (http,) = (each for each in read.directives if each.name == "http")
    host, *_ = [each for each in http.block if each.name == "server"][1:]
    if not any(each.name == "server_name" for each in host.block):
        return "server { listen LISTEN http2; location / { return 404; } }\n"
    text = "".join(
        _text(each) for each in http.block if each.name in ("map", "geo") or _is_plain(each)
    )
    (upstream,) = (each for each in http.block if each.name == "upstream")
    rest = "".join(_text(each) for each in upstream.block if each.name.startswith("keepalive"))
    addresses = "".join(f"server {each};\n" for each in servers)
    text += f"upstream upstream_balancer {{\n{addresses}{rest}}}\n"
    return text + f"server {{\nlisten LISTEN http2;\n{_inside(host)}}}\n"


def _is_plain(directive) -> bool:
    name = directive.name
    kept = name.startswith(("client_", "grpc_", "keepalive_")) and not name.endswith("_temp_path")
    return directive.block is None and kept


def _inside(directive) -> str:
    return "".join(map(_text, directive.block))


def _text(directive) -> str:
    if directive.name.startswith(DROPPED) or "_by_lua" in directive.name:
        return ""
    args = " ".join(map(word, directive.args))
    if directive.name == "if":
        args = f"({' '.join(directive.args)})"
    words = f"{directive.name or chr(39) * 2} {args}".rstrip()
    if directive.block is None:
        return f"{words};\n"
    return f"{words} {{\n{_inside(directive)}}}\n"
